"""Which cases a list shows: its tab, what it is narrowed to, and what stands beside its lines.

Narrowing asks of each row what the viewer may know of it: a filter by kind finds only where they
may know the kind, a search for words or for an author only where they may read them. Otherwise a
hit would tell what the page does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bot.access import Viewer
from bot.model import CaseStatus, ItemKind, Kind, Urgency
from bot.queries.seen import (
    cases_with_items,
    holds,
    knows_what_was_found,
    looking,
    may_see,
    may_see_text,
    may_settle_if_seen,
    not_excluded,
)
from bot.store import Store
from bot.store import tables as t

CASES = cases_with_items().join(t.reading, t.reading.c.id == t.case.c.reading_id)


class Tab(StrEnum):
    """The lists of the queue page; a case that one may see is in exactly one of them."""

    YOURS = "yours"
    OTHERS = "others"
    DONE = "done"
    BASELINE = "baseline"


class Same(StrEnum):
    """By what comments are grouped: one hand, or the same words (bot/store/likeness.py)."""

    AUTHOR = "author"
    WORDS = "words"


_KEYS = {Same.AUTHOR: t.case.c.author_key, Same.WORDS: t.case.c.likeness}


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a list is narrowed to; all of it at once, and nothing where all is empty.

    `same` and `of`: what shares its author or its words with the case of that reference.
    """

    kind: Kind | None = None
    urgency: Urgency | None = None
    account: str = ""
    child: bool = False
    words: str = ""
    same: Same | None = None
    of: str = ""


EVERYTHING = Narrow()


@dataclass(frozen=True, slots=True)
class Beside:
    """What a list says beside its lines: others' claims by case id, how many share a key."""

    claims: Mapping[int, str] = field(default_factory=dict)
    authors: Mapping[str | None, int] = field(default_factory=dict)
    words: Mapping[str | None, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """Several cases of one list that come from one hand or say the same; `ref` is the oldest."""

    ref: str
    count: int
    urgency: Urgency
    oldest_at: datetime
    excerpt: str
    author: str
    authors: int


@lru_cache(maxsize=256)
def on_tab(tab: Tab, viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows on this tab of the viewer. What was handed on waits for that role alone, until an
    alarm asks everybody.
    """
    waiting = sa.or_(~t.case.c.baseline, t.case.c.alarm != "")
    is_open = t.case.c.status == CaseStatus.OPEN
    theirs = sa.and_(
        sa.or_(
            t.case.c.routed_to.is_(None),
            t.case.c.routed_to.in_(viewer.roles),
            t.case.c.alarm != "",
        ),
        may_settle_if_seen(viewer),
    )
    where = {
        Tab.YOURS: (is_open, waiting, not_excluded(viewer), theirs),
        Tab.OTHERS: (is_open, waiting, may_see(viewer), ~theirs),
        Tab.BASELINE: (is_open, t.case.c.baseline, t.case.c.alarm == "", may_see(viewer)),
        Tab.DONE: (t.case.c.status == CaseStatus.CLOSED, may_see(viewer)),
    }
    return sa.and_(t.item.c.kind != ItemKind.NEWCOMER, *where[tab])


def narrowed(connection: sa.Connection, viewer: Viewer, narrow: Narrow) -> sa.ColumnElement[bool]:
    """The rows of `CASES` that fit, as far as this viewer may know it."""
    fits: list[sa.ColumnElement[bool]] = [sa.true()]
    if narrow.urgency is not None:
        fits.append(t.case.c.urgency == narrow.urgency)
    if narrow.account:
        fits.append(t.item.c.account == narrow.account)
    if narrow.kind is not None:
        fits += [holds(narrow.kind), knows_what_was_found(viewer)]
    if narrow.child:
        fits += [t.case.c.child, knows_what_was_found(viewer)]
    if narrow.words:
        columns = (t.reading.c.text, t.item.c.author_name, t.item.c.author_handle)
        said = (column.icontains(narrow.words, autoescape=True) for column in columns)
        fits += [sa.or_(*said, t.case.c.ref == narrow.words), may_see_text(viewer)]
    if narrow.same is not None:
        key = _KEYS[narrow.same]
        wanted = connection.scalar(
            sa.select(key)
            .select_from(cases_with_items())
            .where(t.case.c.ref == narrow.of, may_see_text(viewer))
        )
        fits += [key == wanted if wanted else sa.false(), may_see_text(viewer)]
    return sa.and_(*fits)


def list_groups(
    store: Store, viewer: Viewer, *, tab: Tab, same: Same, limit: int
) -> list[GroupLine]:
    """Where two or more on a tab share an author or their words; most urgent first, then oldest.

    Only of what the viewer may read.
    """
    key = _KEYS[same]
    groups = (
        sa.select(
            sa.func.min(t.case.c.id).label("first"),
            sa.func.count().label("many"),
            sa.func.max(t.case.c.urgency_rank).label("rank"),
            sa.func.min(t.case.c.opened_at, type_=t.Instant).label("oldest"),
            sa.func.count(t.case.c.author_key.distinct()).label("authors"),
        )
        .select_from(cases_with_items())
        .where(on_tab(tab, viewer), may_see_text(viewer), key.is_not(None))
        .group_by(key)
        .having(sa.func.count() > 1)
        .subquery()
    )
    query = (
        sa.select(
            groups,
            t.case.c.ref,
            sa.func.substr(t.reading.c.text, 1, 160).label("excerpt"),
            t.item.c.author_name,
            t.item.c.author_handle,
        )
        .select_from(CASES.join(groups, groups.c.first == t.case.c.id))
        .order_by(groups.c.rank.desc(), groups.c.oldest, groups.c.first)
        .limit(limit)
    )
    with looking(store) as connection:
        rows = connection.execute(query).all()
    return [
        GroupLine(
            row.ref,
            row.many,
            list(Urgency)[row.rank],
            row.oldest,
            row.excerpt,
            row.author_name or row.author_handle,
            row.authors,
        )
        for row in rows
    ]


def oldest_waiting(store: Store, viewer: Viewer) -> datetime | None:
    """Since when the oldest of what waits for this viewer has waited."""
    query = (
        sa.select(t.case.c.opened_at)
        .select_from(cases_with_items())
        .where(on_tab(Tab.YOURS, viewer))
        .order_by(t.case.c.opened_at)
        .limit(1)
    )
    with looking(store) as connection:
        found: datetime | None = connection.scalar(query)
    return found


def neighbours(
    store: Store, viewer: Viewer, ref: str, now: datetime
) -> tuple[str | None, str | None]:
    """The cases before and after this one among those that wait for the viewer.

    Also where it waits no longer: what is next after a decision. After the last comes the first;
    what somebody else has open is passed over.
    """
    rank, opened, number = t.case.c.urgency_rank, t.case.c.opened_at, t.case.c.id
    taken = (
        sa.exists()
        .where(
            t.claim.c.case_id == t.case.c.id,
            t.claim.c.person != viewer.person_key,
            t.claim.c.until > now,
        )
        .correlate(t.case)
    )
    waiting = (
        sa.select(t.case.c.ref)
        .select_from(cases_with_items())
        .where(on_tab(Tab.YOURS, viewer), ~taken, t.case.c.ref != ref)
        .limit(1)
    )
    onward, backward = (opened, number), (opened.desc(), number.desc())

    with looking(store) as connection:
        here: Any = connection.execute(
            sa.select(rank, opened, number).where(t.case.c.ref == ref)
        ).one_or_none()
        if here is None:
            return None, None
        ranks = range(len(Urgency))

        def first(order: tuple[Any, ...], wanted: Sequence[sa.ColumnElement[bool]]) -> str | None:
            for where in wanted:
                found: str | None = connection.scalar(waiting.where(where).order_by(*order))
                if found:
                    return found
            return None

        later = sa.and_(
            rank == here.urgency_rank,
            sa.or_(opened > here.opened_at, sa.and_(opened == here.opened_at, number > here.id)),
        )
        earlier = sa.and_(
            rank == here.urgency_rank,
            sa.or_(opened < here.opened_at, sa.and_(opened == here.opened_at, number < here.id)),
        )
        milder = [rank == r for r in reversed(ranks) if r < here.urgency_rank]
        graver = [rank == r for r in ranks if r > here.urgency_rank]
        again = [rank == r for r in reversed(ranks)]
        return (
            first(backward, [earlier, *graver]),
            first(onward, [later, *milder]) or first(onward, again),
        )


def beside_lines(
    connection: sa.Connection,
    viewer: Viewer,
    rows: Sequence[Any],
    where: sa.ColumnElement[bool],
    now: datetime | None,
) -> Beside:
    """What to say beside these rows of a list that is chosen by `where`."""
    if not rows:
        return Beside()

    def shared(key: sa.ColumnElement[str | None], values: set[str | None]) -> dict[str | None, int]:
        found = connection.execute(
            sa.select(key, sa.func.count())
            .select_from(cases_with_items())
            .where(key.in_(values - {None}), where, may_see_text(viewer))
            .group_by(key)
        )
        return {row[0]: row[1] for row in found}

    claims: dict[int, str] = {}
    if now is not None:
        found = connection.execute(
            sa.select(t.claim.c.case_id, t.claim.c.person).where(
                t.claim.c.case_id.in_([row.id for row in rows]),
                t.claim.c.until > now,
                t.claim.c.person != viewer.person_key,
            )
        )
        claims = {row.case_id: row.person for row in found}
    return Beside(
        claims,
        shared(t.case.c.author_key, {row.author_key for row in rows}),
        shared(t.case.c.likeness, {row.likeness for row in rows}),
    )
