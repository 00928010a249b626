"""What people decided about cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.model import Outcome
from bot.store import tables as t


class Decisions:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep(
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

    def people(self, case_id: int) -> set[str]:
        """The keys of everybody who decided something about a case."""
        return set(
            self._connection.scalars(
                sa.select(t.decision.c.person).where(t.decision.c.case_id == case_id)
            )
        )

    def readings(self, reading_ids: Sequence[int]) -> set[int]:
        """Those of the readings that a person decided on: they bind the machine."""
        return set(
            self._connection.scalars(
                sa.select(t.decision.c.reading_id).where(t.decision.c.reading_id.in_(reading_ids))
            )
        )
