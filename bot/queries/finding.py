"""Finding in the log: words, filters, an author's confirmed history; newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.access import NO_CONTENT, Viewer, may_see_log
from bot.log import Entry, place_of, seal
from bot.model import ItemKind, Kind, Outcome
from bot.queries.cases import PER_PAGE
from bot.queries.records import Record, records_of
from bot.queries.seen import cases_with_items, entries_are_theirs, looking, may_see, may_see_trail
from bot.retention import RetentionSettings
from bot.store import Store
from bot.store import tables as t
from bot.store.effects import COMMAND_LINE

CONFIRMS = frozenset({Outcome.HIDE, Outcome.DELETE})
"""Decisions by which a person agrees that a comment was inappropriate."""

_AT_ONCE = 200
_LOOKED_AT = 5_000
"""How many cases one read goes through, though hardly any of them may be the viewer's."""
_WORD = re.compile(r"[^\s\"]+")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for. `words` must all occur, in any order; empty means anything."""

    words: str = ""
    kind: Kind | None = None
    platform: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    leave_out_cleared: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """One entry of a case with its code and the code that it is sealed on, both as 64 hex digits.

    `fits`: the code was worked out again and is right.
    """

    entry: Entry
    before: str
    fits: bool


def find_records(
    store: Store,
    viewer: Viewer,
    rules: RetentionSettings,
    filters: Filters,
    *,
    limit: int = PER_PAGE,
    skip: int = 0,
) -> list[Record]:
    """The records that fit, newest first. Nothing where the viewer's role does not see the log."""
    if not may_see_log(viewer):
        return []
    with looking(store) as connection:
        ids = list(connection.scalars(_query(viewer, filters).limit(limit).offset(skip)))
        return records_of(connection, viewer, rules, ids)


def all_records(
    store: Store, viewer: Viewer, rules: RetentionSettings, filters: Filters
) -> Iterator[Record]:
    """All of them, newest first, a page at a time: a long export holds up nobody and needs no more
    memory than one page. What is logged meanwhile is not in it.
    """
    if not may_see_log(viewer):
        return
    with looking(store) as connection:
        below = int(connection.scalar(sa.select(sa.func.max(t.case.c.id))) or 0) + 1
    while below > 1:
        floor = below - _LOOKED_AT
        query = _query(viewer, filters).where(t.case.c.id < below, t.case.c.id >= floor)
        with looking(store) as connection:
            ids = list(connection.scalars(query.limit(_AT_ONCE)))
            page = records_of(connection, viewer, rules, ids)
        yield from page
        below = ids[-1] if len(ids) == _AT_ONCE else floor


def count_records(store: Store, viewer: Viewer, filters: Filters) -> int:
    """How many there are for this viewer."""
    if not may_see_log(viewer):
        return 0
    with looking(store) as connection:
        inner = _query(viewer, filters).order_by(None).subquery()
        return int(connection.scalar(sa.select(sa.func.count()).select_from(inner)) or 0)


def get_record(store: Store, viewer: Viewer, rules: RetentionSettings, ref: str) -> Record | None:
    """One record; None where there is none that this viewer may read."""
    with looking(store) as connection:
        case_id = connection.scalar(sa.select(t.case.c.id).where(t.case.c.ref == ref))
        found = records_of(connection, viewer, rules, [case_id] if case_id else [])
    return found[0] if found and may_see_log(viewer) else None


def confirmed_history(store: Store, viewer: Viewer, record: Record) -> list[tuple[str, datetime]]:
    """Other cases of the same author which a person confirmed: reference and day, newest first.

    What the machine hid never counts, nor what was cleared, nor cases whose outcome this viewer may
    not know (policy.md, clause 11).
    """
    if not record.author_id:
        return []
    newest = t.decision.alias()
    last = (
        sa.select(sa.func.max(newest.c.id))
        .where(newest.c.case_id == t.case.c.id)
        .correlate(t.case)
        .scalar_subquery()
    )
    query = (
        sa.select(t.case.c.ref, t.item.c.created_at)
        .select_from(cases_with_items().join(t.decision, t.decision.c.id == last))
        .where(
            t.item.c.platform == record.platform,
            t.item.c.author_id == record.author_id,
            t.case.c.id != record.case_id,
            t.decision.c.outcome.in_(CONFIRMS),
            t.decision.c.person.not_in(["", COMMAND_LINE]),
            may_see_trail(viewer),
        )
        .order_by(t.case.c.id.desc())
        .limit(PER_PAGE)
    )
    with looking(store) as connection:
        return [(row.ref, row.created_at) for row in connection.execute(query)]


def proof_of(store: Store, viewer: Viewer, record: Record) -> list[Proof]:
    """The case's entries in the chain, each proved anew; none where the trail is not theirs."""
    with store.read() as uow:
        theirs = (
            sa.select(t.case.c.id)
            .select_from(cases_with_items())
            .where(t.case.c.id == record.case_id, may_see_trail(viewer))
        )
        shown = set(
            uow.connection.scalars(
                sa.select(t.log_entry.c.seq).where(
                    t.log_entry.c.case_id == record.case_id,
                    t.log_entry.c.case_id.in_(theirs),
                    entries_are_theirs(viewer),
                )
            )
        )
        entries = [one for one in uow.log.of_case(record.case_id) if one.seq in shown]
        sealed_on = [uow.log.code_before(entry.seq) for entry in entries]
        key = uow.log_key
    return [
        Proof(entry, before, _fits(key, before, entry))
        for entry, before in zip(entries, sealed_on, strict=True)
    ]


def _fits(key: bytes, before: str, entry: Entry) -> bool:
    place = place_of(key, entry.seq, entry.case_id).encode()
    in_place = b'"place":"' + place + b'"' in entry.body or b'"seq":' in entry.body
    return in_place and seal(key, before, entry.body) == entry.mac


def _query(viewer: Viewer, filters: Filters) -> sa.Select[Any]:
    reader = Viewer(viewer.person_key, viewer.roles - NO_CONTENT)
    words = _match(filters.words)
    if words:
        # The index comes first and is read backwards: the newest hits cost the same in a log of any
        # length (tests/benchmarks/bench_log.py).
        source = t.search.join(t.case, t.case.c.id == t.search.c.rowid).join(
            t.item, t.item.c.id == t.case.c.item_id
        )
        query = (
            sa.select(t.case.c.id)
            .select_from(source)
            .where(sa.literal_column("search").op("MATCH")(words))
            .order_by(t.search.c.rowid.desc())
        )
    else:
        query = sa.select(t.case.c.id).select_from(cases_with_items()).order_by(t.case.c.id.desc())
    # Not "in": with that, SQLite would gather all items of a kind and sort them, however many.
    others = [ItemKind.NEWCOMER, ItemKind.OWN_POST]
    query = query.where(t.item.c.kind.not_in(others), may_see(reader))
    if filters.kind is not None:
        kinds = sa.cast(t.case.c.kinds, sa.String)
        # Who may not know what was found in a case shall not learn it by asking for it.
        query = query.where(kinds.like(f'%"{filters.kind}"%'), may_see_trail(viewer))
    if filters.platform:
        query = query.where(t.item.c.platform == filters.platform)
    if filters.status:
        query = query.where(t.case.c.status == filters.status)
    if filters.since:
        query = query.where(t.case.c.opened_at >= filters.since)
    if filters.until:
        query = query.where(t.case.c.opened_at < filters.until)
    if filters.leave_out_cleared:
        query = query.where(_last_outcome() != Outcome.CLEARED)
    return query


def _last_outcome() -> sa.ColumnElement[str]:
    last = (
        sa.select(t.decision.c.outcome)
        .where(t.decision.c.case_id == t.case.c.id)
        .order_by(t.decision.c.id.desc())
        .limit(1)
        .correlate(t.case)
        .scalar_subquery()
    )
    return sa.func.coalesce(last, "")


def _match(words: str) -> str:
    """What a person typed as a query of FTS5: each word as it stands, all of them wanted."""
    found = _WORD.findall(words.replace("\0", " "))
    return " ".join(f'"{word}"' for word in found if any(c.isalnum() for c in word))
