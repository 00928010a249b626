"""Cases are opened many at once: a pile-on opens fifty in one transaction, again and again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from bot.model import CaseStatus, ItemKind, Kind, Role, Urgency
from bot.store import tables as t
from bot.store.authors import author_key
from bot.store.likeness import likeness
from bot.store.search import index


@dataclass(frozen=True, slots=True)
class StoredCase:
    """What a person has to look at. `version` grows with every change that a person must see."""

    id: int
    ref: str
    item_id: int
    reading_id: int
    status: CaseStatus
    urgency: Urgency
    kinds: frozenset[Kind]
    child: bool
    baseline: bool
    version: int
    audience: frozenset[Role]
    excluded: frozenset[str]
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case is opened with, for the first time or again."""

    item_id: int
    reading_id: int
    urgency: Urgency
    audience: frozenset[Role]
    kinds: frozenset[Kind] = frozenset()
    child: bool = False
    baseline: bool = False
    excluded: frozenset[str] = frozenset()


_ALIKE = sa.select(
    t.item.c.id, t.item.c.kind, t.item.c.platform, t.item.c.author_id, t.reading.c.text
).join(t.reading, t.reading.c.item_id == t.item.c.id)
_NUMBERS = sa.select(t.case.c.id, t.case.c.ref, t.case.c.item_id, t.case.c.version)


def open_cases(
    connection: sa.Connection,
    openings: Sequence[Opening],
    at: datetime,
    known: Mapping[int, StoredCase],
) -> dict[int, StoredCase]:
    """Open the items' cases; `known` are those that have one already (`Cases.open_all`)."""
    if not openings:
        return {}
    wanted = {one.item_id: _remembering(one, known.get(one.item_id)) for one in openings}
    alike = _alike(connection, openings)
    new = []
    for item_id, one in wanted.items():
        values = _row(one) | alike[item_id]
        if before := known.get(item_id):
            values["version"] = before.version + 1
            connection.execute(sa.update(t.case).where(t.case.c.id == before.id).values(values))
        else:
            begun = {"item_id": item_id, "ref": token_hex(6), "version": 1, "opened_at": at}
            new.append(values | begun)
    if new:
        connection.execute(sa.insert(t.case), new)
    rows = connection.execute(_NUMBERS.where(t.case.c.item_id.in_(wanted)).order_by(t.case.c.id))
    cases = [_opened(row, wanted[row.item_id], known.get(row.item_id)) for row in rows]
    told, out = [], []
    for case in cases:
        before = known.get(case.item_id)
        told.append((case.id, case.audience - before.audience if before else case.audience))
        out.append((case.id, case.excluded - before.excluded if before else case.excluded))
    grow(connection, t.case_audience.c.role, told)
    grow(connection, t.case_exclusion.c.person, out)
    index(
        connection,
        {case.id: case.item_id for case in cases},
        there=[case.id for case in known.values() if case.item_id in wanted],
    )
    return {case.item_id: case for case in cases}


def grow(
    connection: sa.Connection, column: sa.Column[str], more: Iterable[tuple[int, Collection[str]]]
) -> None:
    """Add to what cases have of something, which they must not have yet."""
    rows = [
        {"case_id": case_id, column.name: value} for case_id, some in more for value in sorted(some)
    ]
    if rows:
        connection.execute(sa.insert(column.table), rows)


def _remembering(one: Opening, before: StoredCase | None) -> Opening:
    """The opening, with what must not be forgotten of the case as it stood."""
    if before is None:
        return one
    urgency = one.urgency
    if before.status is CaseStatus.OPEN:
        urgency = max(urgency, before.urgency, key=lambda urgency: urgency.rank)
    return replace(
        one,
        urgency=urgency,
        kinds=one.kinds | before.kinds,
        child=one.child or before.child,
        audience=one.audience | before.audience,
        excluded=one.excluded | before.excluded,
    )


def _row(one: Opening) -> dict[str, object]:
    return {
        "reading_id": one.reading_id,
        "status": CaseStatus.OPEN,
        "urgency": one.urgency,
        "urgency_rank": one.urgency.rank,
        "kinds": sorted(one.kinds),
        "child": one.child,
        "baseline": one.baseline,
        "closed_at": None,
        "routed_to": None,
    }


def _alike(connection: sa.Connection, openings: Sequence[Opening]) -> dict[int, dict[str, object]]:
    """By what each is found beside others: who wrote it, what it says, whether it is somebody
    new; by item id.
    """
    readings = [one.reading_id for one in openings]
    rows = connection.execute(_ALIKE.where(t.reading.c.id.in_(readings)))
    return {row.id: _resemblance(row) for row in rows}


def _resemblance(row: Any) -> dict[str, object]:
    if row.kind != ItemKind.COMMENT:
        newcomer = row.kind == ItemKind.NEWCOMER
        return {"author_key": None, "likeness": None, "newcomer": newcomer}
    author = author_key(row.platform, row.author_id) if row.author_id else None
    return {"author_key": author, "likeness": likeness(row.text), "newcomer": False}


def _opened(row: Any, one: Opening, before: StoredCase | None) -> StoredCase:
    return StoredCase(
        row.id,
        row.ref,
        one.item_id,
        one.reading_id,
        CaseStatus.OPEN,
        one.urgency,
        one.kinds,
        one.child,
        one.baseline,
        row.version,
        one.audience,
        one.excluded,
        before.barred if before else frozenset(),
    )
