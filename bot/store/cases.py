"""Cases, verdicts and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from bot.model import (
    CaseStatus,
    ItemKind,
    Kind,
    Outcome,
    Role,
    Urgency,
)
from bot.store import tables as t
from bot.store.authors import author_key
from bot.store.insert import insert_one
from bot.store.likeness import likeness
from bot.store.search import index
from bot.store.verdicts import JudgedReading, verdict_row

LETTER_ALARM = "A letter could not be sent."
"""How alarms about letters begin: they are not settled by what the platform does."""


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


_WHO_AND_WHAT = (
    sa.select(t.item.c.kind, t.item.c.platform, t.item.c.author_id, t.reading.c.text)
    .join(t.reading, t.reading.c.id == sa.bindparam("reading"))
    .where(t.item.c.id == sa.bindparam("item"))
)


class Cases:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep_verdicts(self, verdicts: Sequence[JudgedReading], at: datetime) -> None:
        """Remember what the machine made of readings, and why nothing was hidden if so."""
        self._connection.execute(sa.insert(t.verdict), [verdict_row(one, at) for one in verdicts])

    def find_by_item(self, item_id: int) -> StoredCase | None:
        """The case of an item, if it ever had one."""
        return self.find_by_items([item_id]).get(item_id)

    def find_by_items(self, item_ids: Sequence[int]) -> dict[int, StoredCase]:
        """The cases of items, by item id; those without one are left out."""
        found = self._select(t.case.c.item_id.in_(item_ids))
        return {case.item_id: case for case in found}

    def find_by_ref(self, ref: str) -> StoredCase | None:
        """The case with this public reference."""
        return next(iter(self._select(t.case.c.ref == ref)), None)

    def get(self, case_id: int) -> StoredCase:
        """A case that is known to be there."""
        [found] = self._select(t.case.c.id == case_id)
        return found

    def open(
        self,
        known: StoredCase | None = None,
        *,
        item_id: int,
        reading_id: int,
        urgency: Urgency,
        kinds: Iterable[Kind],
        child: bool,
        baseline: bool,
        audience: Iterable[Role],
        excluded: Iterable[str],
        at: datetime,
    ) -> StoredCase:
        """Open the item's case, or open the `known` one again for a new reading.

        Nothing is forgotten by an edit: who was once accused stays excluded, who was once told may
        still see, and an undecided case does not become less urgent.
        """
        kinds = frozenset(kinds)
        if known is not None:
            child, kinds = child or known.child, kinds | known.kinds
            if known.status is CaseStatus.OPEN:
                urgency = max(urgency, known.urgency, key=lambda urgency: urgency.rank)
        values = {
            "reading_id": reading_id,
            "status": CaseStatus.OPEN,
            "urgency": urgency,
            "urgency_rank": urgency.rank,
            "kinds": sorted(kinds),
            "child": child,
            "baseline": baseline,
            "closed_at": None,
            "routed_to": None,
            **self._alike(item_id, reading_id),
        }
        audience, excluded = frozenset(audience), frozenset(excluded)
        if known is None:
            ref = token_hex(6)
            case_id = insert_one(
                self._connection,
                t.case,
                {
                    **values,
                    "item_id": item_id,
                    "ref": ref,
                    "version": 1,
                    "opened_at": at,
                },
            )
            version, audience_before, excluded_before = 1, frozenset[Role](), frozenset[str]()
        else:
            case_id, ref, version = known.id, known.ref, known.version + 1
            audience_before, excluded_before = known.audience, known.excluded
            self._connection.execute(
                sa.update(t.case).where(t.case.c.id == case_id).values(**values, version=version)
            )
        self._grow(t.case_audience, case_id, "role", audience - audience_before)
        self._grow(t.case_exclusion, case_id, "person", excluded - excluded_before)
        index(self._connection, case_id, item_id, is_new=known is None)
        return StoredCase(
            case_id,
            ref,
            item_id,
            reading_id,
            CaseStatus.OPEN,
            urgency,
            kinds,
            child,
            baseline,
            version,
            audience | audience_before,
            excluded | excluded_before,
            known.barred if known else frozenset(),
        )

    def _alike(self, item_id: int, reading_id: int) -> dict[str, object]:
        """By what it is found beside others: who wrote it, what it says, whether it is somebody
        new.
        """
        row: Any = self._connection.execute(
            _WHO_AND_WHAT, {"item": item_id, "reading": reading_id}
        ).one()
        if row.kind != ItemKind.COMMENT:
            newcomer = row.kind == ItemKind.NEWCOMER
            return {"author_key": None, "likeness": None, "newcomer": newcomer}
        author = author_key(row.platform, row.author_id) if row.author_id else None
        return {"author_key": author, "likeness": likeness(row.text)}

    def _grow(self, table: sa.Table, case_id: int, column: str, values: Iterable[str]) -> None:
        rows = [{"case_id": case_id, column: value} for value in sorted(values)]
        if rows:
            self._connection.execute(sa.insert(table), rows)

    def stand_ins(self, case_id: int) -> frozenset[tuple[str, Role]]:
        """Who was told of it in whose place: keys of people, and the roles they step in for."""
        rows = self._connection.execute(
            sa.select(t.stand_in.c.person, t.stand_in.c.role).where(t.stand_in.c.case_id == case_id)
        )
        return frozenset((row.person, Role(row.role)) for row in rows)

    def stand_in(self, case_id: int, person: str, role: Role) -> None:
        """Let somebody see the case in the place of a role that they do not hold. Idempotent."""
        if (person, role) not in self.stand_ins(case_id):
            self._connection.execute(
                sa.insert(t.stand_in), {"case_id": case_id, "person": person, "role": role}
            )

    def tell(self, case: StoredCase, role: Role) -> None:
        """Let one more role see a case. Idempotent; whoever is excluded stays so."""
        self._grow(t.case_audience, case.id, "role", {role} - case.audience)

    def touch(self, case_id: int) -> None:
        """What it is about has changed: whoever has it open must look again."""
        self._connection.execute(
            sa.update(t.case).where(t.case.c.id == case_id).values(version=t.case.c.version + 1)
        )

    def sound_alarm(self, case_id: int, sentence: str) -> None:
        """Put a plain sentence at the top of the case and open it again: a person must look.

        Idempotent: a sentence that stands there already changes nothing.
        """
        alarms = self._alarms(case_id)
        if sentence in alarms:
            return
        self._connection.execute(
            sa.update(t.case)
            .where(t.case.c.id == case_id)
            .values(
                alarm="\n".join([*alarms, sentence]),
                status=CaseStatus.OPEN,  # closed_at stays: that is how it closes again
                version=t.case.c.version + 1,
            )
        )

    def quieten(self, case_id: int) -> None:
        """What the alarms about the platform were about is settled; those about letters stay.

        A case that only an alarm had opened again is closed again once none is left.
        """
        alarms = self._alarms(case_id)
        left = [sentence for sentence in alarms if sentence.startswith(LETTER_ALARM)]
        if left == alarms:
            return
        this = t.case.c.id == case_id
        self._connection.execute(
            sa.update(t.case)
            .where(this)
            .values(alarm="\n".join(left), version=t.case.c.version + 1)
        )
        if not left:
            self._connection.execute(
                sa.update(t.case)
                .where(this, t.case.c.closed_at.is_not(None))
                .values(status=CaseStatus.CLOSED)
            )

    def _alarms(self, case_id: int) -> list[str]:
        alarm = self._connection.scalar(sa.select(t.case.c.alarm).where(t.case.c.id == case_id))
        return alarm.split("\n") if alarm else []

    def change(self, case_id: int, version: int, *, closed_at: datetime | None) -> bool:
        """Close it (or only note that it changed) if nobody changed it since `version`.

        Says whether that was so.
        """
        values: dict[str, object] = {"version": t.case.c.version + 1}
        if closed_at is not None:
            values |= {"status": CaseStatus.CLOSED, "closed_at": closed_at, "alarm": ""}
        result = self._connection.execute(
            sa.update(t.case)
            .where(t.case.c.id == case_id, t.case.c.version == version)
            .values(values)
        )
        return result.rowcount == 1

    def keep_decision(
        self,
        *,
        case_id: int,
        reading_id: int,
        person: str,
        outcome: Outcome,
        reason: str,
        at: datetime,
        salt: str = "",
        before: Mapping[str, object] | None = None,
    ) -> None:
        """Remember what a person decided. `person` is empty for what was done on the platform.

        `salt` is that of the reason's digest in the log.
        `before` is how the case stood, for as long as the decision may be withdrawn.
        """
        self._connection.execute(
            sa.insert(t.decision),
            {
                "case_id": case_id,
                "reading_id": reading_id,
                "person": person,
                "outcome": outcome,
                "reason": reason,
                "salt": salt,
                "at": at,
                "before": None if before is None else dict(before),
            },
        )

    def last_outcome(self, case_id: int) -> Outcome | None:
        """What was decided last, if anything was."""
        found = self._connection.scalar(
            sa.select(t.decision.c.outcome)
            .where(t.decision.c.case_id == case_id)
            .order_by(t.decision.c.id.desc())
            .limit(1)
        )
        return Outcome(found) if found else None

    def who_decided(self, case_id: int) -> set[str]:
        """The keys of everybody who decided something about a case."""
        return set(
            self._connection.scalars(
                sa.select(t.decision.c.person).where(t.decision.c.case_id == case_id)
            )
        )

    def decided_readings(self, reading_ids: Sequence[int]) -> set[int]:
        """Those of the readings that a person decided on: they bind the machine."""
        return set(
            self._connection.scalars(
                sa.select(t.decision.c.reading_id).where(t.decision.c.reading_id.in_(reading_ids))
            )
        )

    def _select(self, where: sa.ColumnElement[bool]) -> list[StoredCase]:
        rows = self._connection.execute(sa.select(t.case).where(where)).all()
        ids = [row.id for row in rows]
        if not ids:
            return []
        told = self._sets(t.case_audience, "role", ids)
        out = self._sets(t.case_exclusion, "person", ids)
        barred = self._sets(t.case_barred, "person", ids)
        return [
            _stored_case(row, *(sets.get(row.id, ()) for sets in (told, out, barred)))
            for row in rows
        ]

    def _sets(self, table: sa.Table, column: str, ids: Sequence[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for row in self._connection.execute(sa.select(table).where(table.c.case_id.in_(ids))):
            found.setdefault(row.case_id, []).append(row._mapping[column])
        return found


def _stored_case(
    row: Any, audience: Iterable[str], excluded: Iterable[str], barred: Iterable[str]
) -> StoredCase:
    return StoredCase(
        row.id,
        row.ref,
        row.item_id,
        row.reading_id,
        CaseStatus(row.status),
        Urgency(row.urgency),
        frozenset(Kind(kind) for kind in row.kinds),
        row.child,
        row.baseline,
        row.version,
        frozenset(Role(role) for role in audience),
        frozenset(excluded),
        frozenset(barred),
    )
