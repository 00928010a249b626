"""Holds: what must not be purged for now, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.insert import insert_one


@dataclass(frozen=True, slots=True)
class StoredHold:
    """One hold. By `decide_by` the data protection officer looks at it again. `salt` is that of
    its reasons' digests in the log.
    """

    id: int
    case_id: int
    reason: str
    placed_by: str
    placed_at: datetime
    decide_by: datetime
    released_by: str | None
    released_at: datetime | None
    released_why: str | None
    salt: str


class Holds:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def place(
        self, case_id: int, *, reason: str, by: str, at: datetime, decide_by: datetime
    ) -> str:
        """Keep what a case holds. There is at most one standing hold per case.

        Returns the salt under which the log has the digests of its reasons.
        """
        salt = token_hex(16)
        insert_one(
            self._connection,
            t.hold,
            {
                "case_id": case_id,
                "reason": reason,
                "placed_by": by,
                "placed_at": at,
                "decide_by": decide_by,
                "salt": salt,
            },
        )
        return salt

    def standing(self, case_id: int) -> StoredHold | None:
        """The hold on a case, if one stands."""
        return next((h for h in self.of_case(case_id) if h.released_at is None), None)

    def of_case(self, case_id: int) -> list[StoredHold]:
        """All holds that a case ever had, oldest first."""
        rows = self._connection.execute(
            sa.select(t.hold).where(t.hold.c.case_id == case_id).order_by(t.hold.c.id)
        )
        return [_hold(row) for row in rows]

    def release(self, hold: StoredHold, *, by: str, at: datetime, why: str) -> None:
        """End a hold."""
        self._connection.execute(
            sa.update(t.hold)
            .where(t.hold.c.id == hold.id)
            .values(released_by=by, released_at=at, released_why=why)
        )

    def prolong(self, hold: StoredHold, decide_by: datetime) -> None:
        """It was looked at and stands until then."""
        self._connection.execute(
            sa.update(t.hold).where(t.hold.c.id == hold.id).values(decide_by=decide_by)
        )

    def overdue(self, at: datetime) -> Sequence[StoredHold]:
        """Standing holds that nobody has looked at in time."""
        rows = self._connection.execute(
            sa.select(t.hold).where(t.hold.c.released_at.is_(None), t.hold.c.decide_by <= at)
        )
        return [_hold(row) for row in rows]


def _hold(row: Any) -> StoredHold:
    return StoredHold(**row._mapping)
