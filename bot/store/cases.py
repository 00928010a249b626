"""Cases, and what the machine made of their readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from bot.model import (
    CaseStatus,
    Kind,
    Role,
    Urgency,
)
from bot.store import tables as t
from bot.store.opening import Opening, StoredCase, grow, open_cases
from bot.store.verdicts import JudgedReading, verdict_row

__all__ = ["LETTER_ALARM", "Cases", "StoredCase"]

LETTER_ALARM = "A letter could not be sent."
"""How alarms about letters begin: they are not settled by what the platform does."""


_STAND_IN = sqlite.insert(t.stand_in).on_conflict_do_nothing()


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

    def open(self, opening: Opening, at: datetime, known: StoredCase | None = None) -> StoredCase:
        """Open one item's case, or the `known` one again: `open_all` for one."""
        before = {} if known is None else {known.item_id: known}
        return self.open_all([opening], at, before)[opening.item_id]

    def open_all(
        self, openings: Sequence[Opening], at: datetime, known: Mapping[int, StoredCase]
    ) -> dict[int, StoredCase]:
        """Open the items' cases, or open the known ones again for new readings; by item id.

        Nothing is forgotten by an edit: who was once accused stays excluded, who was once told may
        still see, and an undecided case does not become less urgent.
        """
        return open_cases(self._connection, openings, at, known)

    def stand_ins(self, case_id: int) -> frozenset[tuple[str, Role]]:
        """Who was told of it in whose place: keys of people, and the roles they step in for."""
        rows = self._connection.execute(
            sa.select(t.stand_in.c.person, t.stand_in.c.role).where(t.stand_in.c.case_id == case_id)
        )
        return frozenset((row.person, Role(row.role)) for row in rows)

    def stand_in(self, case_id: int, person: str, role: Role) -> None:
        """Let somebody see the case in the place of a role that they do not hold. Idempotent."""
        self._connection.execute(_STAND_IN, {"case_id": case_id, "person": person, "role": role})

    def tell(self, case: StoredCase, role: Role) -> None:
        """Let one more role see a case. Idempotent; whoever is excluded stays so."""
        grow(self._connection, t.case_audience.c.role, [(case.id, {role} - case.audience)])

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
