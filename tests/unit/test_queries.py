"""The access rule in SQL is the access rule; and what the read models say of readings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot import access, queries
from bot.access import CaseView, Viewer
from bot.model import (
    CaseStatus,
    EffectKind,
    EffectStatus,
    ItemKind,
    Kind,
    Outcome,
    Role,
)
from bot.queries import PER_PAGE, Tab, seen
from bot.store import Store
from bot.store import tables as t
from bot.store.insert import insert_one
from bot.store.schema import upgrade
from tests.builders import NOON

PEOPLE = ("a", "b", "c")


class Cabinet:
    """A store full of made-up cases, and what access is to know of each."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path / "schoolgate.db", b"key")
        upgrade(self.store.engine)
        self.views: dict[str, CaseView] = {}
        chance = Random(2026)
        with self.store.engine.begin() as connection:
            for number in range(250):
                self._file(connection, number, chance)

    def _file(self, connection: sa.Connection, number: int, chance: Random) -> None:
        def some(values: list[str], most: int) -> list[str]:
            return sorted(chance.sample(values, chance.randint(0, most)))

        kind = chance.choice(list(ItemKind))
        audience = some([role.value for role in Role], 3)
        excluded = some(list(PEOPLE), 2) if chance.random() < 0.4 else []
        kinds = some([kind.value for kind in Kind], 3)
        child, hidden = chance.random() < 0.3, chance.choice([None, False, False, True])
        effect = chance.choice([None, None, *EffectKind])
        status = chance.choice(list(EffectStatus))
        item_id = insert_one(connection, t.item, self._item(kind, number, hidden))
        reading_id = insert_one(connection, t.reading, self._reading(item_id, number))
        connection.execute(
            sa.update(t.item).where(t.item.c.id == item_id).values(reading_id=reading_id)
        )
        case_id = insert_one(
            connection,
            t.case,
            {
                "ref": f"{number:012x}",
                "item_id": item_id,
                "reading_id": reading_id,
                "status": chance.choice(list(CaseStatus)),
                "urgency": "routine",
                "urgency_rank": 1,
                "kinds": kinds,
                "child": child,
                "baseline": chance.random() < 0.2,
                "alarm": chance.choice(["", "", "", "Look!"]),
                "version": 1,
                "opened_at": NOON,
                "newcomer": kind is ItemKind.NEWCOMER,
            },
        )
        for table, column, values in (
            (t.case_audience, "role", audience),
            (t.case_exclusion, "person", excluded),
        ):
            for value in values:
                connection.execute(sa.insert(table), {"case_id": case_id, column: value})
        if effect is not None:
            connection.execute(sa.insert(t.effect), self._effect(item_id, case_id, effect, status))
        done = effect in (EffectKind.HIDE, EffectKind.DELETE) and status is EffectStatus.CONFIRMED
        connection.execute(
            sa.insert(t.log_entry),
            {
                "seq": number + 1,
                "at": NOON,
                "event": "edited",
                "case_id": case_id,
                "body": b'{"case": "%012x"}' % number,
                "mac": "",
            },
        )
        self.views[f"{number:012x}"] = CaseView(
            frozenset(Role(role) for role in audience),
            frozenset(excluded),
            frozenset(Kind(kind) for kind in kinds),
            child,
            kind,
            public=kind is not ItemKind.REPORT,
            acted_on=hidden is True or done,
        )

    @staticmethod
    def _item(kind: ItemKind, number: int, hidden: bool | None) -> dict[str, object]:
        empty = ("scope", "author_handle", "author_name", "post_id", "parent_id", "permalink")
        return {
            **dict.fromkeys(empty, ""),
            "platform": "memory",
            "kind": kind,
            "native_id": str(number),
            "account": "school",
            "created_at": NOON,
            "first_seen_at": NOON,
            "author_id": "1",
            "facts": {},
            "baseline": False,
            "presence": "present",
            "hidden": hidden,
        }

    @staticmethod
    def _reading(item_id: int, number: int) -> dict[str, object]:
        return {
            "item_id": item_id,
            "digest": str(number),
            "salt": "",
            "text": "words",
            "attachments": [],
            "seen_at": NOON,
            "waiting": False,
        }

    @staticmethod
    def _effect(
        item_id: int, case_id: int, kind: EffectKind, status: EffectStatus
    ) -> dict[str, object]:
        return {
            "kind": kind,
            "status": status,
            "channel": "school",
            "item_id": item_id,
            "case_id": case_id,
            "asked_by": "machine",
            "urgency_rank": 1,
            "asked_at": NOON,
            "due_at": NOON,
        }

    def found(self, condition: sa.ColumnElement[bool]) -> set[str]:
        query = sa.select(t.case.c.ref).select_from(seen.cases_with_items()).where(condition)
        with seen.looking(self.store) as connection:
            return set(connection.scalars(query))


@pytest.fixture(scope="module")
def cabinet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cabinet]:
    cabinet = Cabinet(tmp_path_factory.mktemp("cabinet"))
    yield cabinet
    cabinet.store.close()


def viewers(people: Sequence[str] = PEOPLE) -> Iterator[Viewer]:
    """Everybody with up to two roles, and somebody with all of them."""
    for key in people:
        for many in (0, 1, 2, len(Role)):
            for roles in combinations(Role, many):
                yield Viewer(key, frozenset(roles))


def may_settle(viewer: Viewer, view: CaseView) -> bool:
    newcomer = view.item_kind is ItemKind.NEWCOMER
    return access.may_decide(viewer, view, Outcome.APPROVE if newcomer else Outcome.ALLOW)


@pytest.mark.parametrize(
    ("in_sql", "in_words"),
    [
        (seen.may_see, access.may_see),
        (seen.may_see_trail, access.may_see_trail),
        (seen.may_settle, may_settle),
    ],
    ids=["may-see", "may-see-trail", "may-settle"],
)
def test_sql_and_access_agree_on_every_case_and_every_viewer(
    cabinet: Cabinet,
    in_sql: Callable[[Viewer], sa.ColumnElement[bool]],
    in_words: Callable[[Viewer, CaseView], bool],
) -> None:
    decided = set()
    for viewer in viewers():
        expected = {ref for ref, view in cabinet.views.items() if in_words(viewer, view)}
        assert cabinet.found(in_sql(viewer)) == expected, viewer
        decided |= {len(expected)}
    assert len(decided) > 20  # the cases really tell the viewers apart


def test_every_visible_case_is_on_exactly_one_tab_and_the_counts_are_those_of_the_lists(
    cabinet: Cabinet,
) -> None:
    for viewer in viewers("a"):
        lists = {
            tab: [x.ref for x in queries.list_cases(cabinet.store, viewer, tab=tab, limit=1000)]
            for tab in Tab
        }
        visible = {
            ref
            for ref, view in cabinet.views.items()
            if access.may_see(viewer, view) and view.item_kind is not ItemKind.NEWCOMER
        }
        assert sorted(ref for refs in lists.values() for ref in refs) == sorted(visible)
        counts = queries.count_cases(cabinet.store, viewer)
        assert counts == {tab: len(refs) for tab, refs in lists.items()}
        assert queries.count_waiting(cabinet.store, viewer) == counts[Tab.YOURS]


def test_a_list_shows_words_only_to_whoever_may_read_them(cabinet: Cabinet) -> None:
    for viewer in viewers("a"):
        for tab in Tab:
            for line in queries.list_cases(cabinet.store, viewer, tab=tab, limit=1000):
                readable = access.may_see_text(viewer, cabinet.views[line.ref])
                assert (line.excerpt is not None, line.author is not None) == (readable, readable)


def test_one_case_is_found_exactly_by_whoever_may_see_it(cabinet: Cabinet) -> None:
    for viewer in [v for v in viewers("a") if len(v.roles) == 1]:
        for ref, view in cabinet.views.items():
            page = queries.get_case(cabinet.store, viewer, ref)
            assert (page is not None) is access.may_see(viewer, view)
            if page is not None:
                trail = access.may_see_trail(viewer, view)
                assert (page.content is not None) is access.may_see_text(viewer, view)
                assert (page.decisions is not None) is trail
                assert trail or not page.alarm
                assert all(access.may_decide(viewer, view, o) for o in page.outcomes)


def test_the_log_holds_the_lines_of_exactly_the_cases_whose_trail_one_may_read(
    cabinet: Cabinet,
) -> None:
    for viewer in viewers("a"):
        lines = queries.list_log(cabinet.store, viewer, limit=1000)
        assert {line.case_ref for line in lines} == {
            ref for ref, view in cabinet.views.items() if access.may_see_trail(viewer, view)
        }


def test_newcomers_are_listed_for_whoever_may_approve_them(cabinet: Cabinet) -> None:
    everybody = Viewer("nobody", frozenset(Role))
    listed = {one.ref for one in queries.list_newcomers(cabinet.store, everybody, limit=1000)}
    open_ones = cabinet.found(t.case.c.status == CaseStatus.OPEN)
    assert listed
    assert listed == {
        ref
        for ref, view in cabinet.views.items()
        if ref in open_ones and view.item_kind is ItemKind.NEWCOMER and may_settle(everybody, view)
    }
    for viewer in viewers("a"):
        found = queries.list_newcomers(cabinet.store, viewer, limit=1000)
        assert len(found) == queries.count_newcomers(cabinet.store, viewer)


# --- pages ---------------------------------------------------------------------------


def test_a_long_list_is_read_page_by_page(cabinet: Cabinet) -> None:
    everybody = Viewer("nobody", frozenset(Role))
    whole = queries.list_log(cabinet.store, everybody, limit=1000)
    pages = [
        line
        for skip in range(0, len(whole), PER_PAGE)
        for line in queries.list_log(cabinet.store, everybody, skip=skip)
    ]
    assert pages == whole
    assert len(whole) > PER_PAGE
