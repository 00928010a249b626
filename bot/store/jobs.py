"""The last run of each job of the timetable: one row each, however often it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class JobRun:
    """How a job ran the last time. `took` and `allowed` are seconds; `why` is empty where all went
    well; `failures` counts those in a row.
    """

    name: str
    began_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None
    took: float
    allowed: float
    why: str
    failures: int

    def runs(self) -> bool:
        """Whether it has begun and not ended."""
        return self.began_at is not None and self.ended_at is None

    def hangs(self, now: datetime) -> bool:
        """Whether it has been running for longer than its work ever takes."""
        if self.began_at is None or not self.runs():
            return False
        return (now - self.began_at).total_seconds() > self.allowed


class Jobs:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self) -> list[JobRun]:
        """Every job of the last timetable, by name."""
        rows = self._connection.execute(sa.select(t.job).order_by(t.job.c.name))
        return [JobRun(**row._mapping) for row in rows]

    def expect(self, allowed: dict[str, float]) -> None:
        """The jobs of a new timetable, each with the seconds that it may take.

        The last run of those that are still in it is kept: by it, what was missed is caught up. A
        run that never ended died with its process.
        """
        self._connection.execute(sa.delete(t.job).where(t.job.c.name.not_in(allowed)))
        known = set(self._connection.scalars(sa.select(t.job.c.name)))
        for name, seconds in allowed.items():
            if name in known:
                row = sa.update(t.job).where(t.job.c.name == name)
                self._connection.execute(row.values(allowed=seconds))
                self._connection.execute(
                    row.where(t.job.c.ended_at.is_(None), t.job.c.began_at.is_not(None)).values(
                        ended_at=t.job.c.began_at, why="Schoolgate ended before this did."
                    )
                )
            else:
                self._connection.execute(sa.insert(t.job), {"name": name, "allowed": seconds})

    def began(self, name: str, at: datetime) -> None:
        """It runs."""
        self._set(name, began_at=at, ended_at=None)

    def ended(
        self, name: str, *, at: datetime, took: float, why: str, next_at: datetime | None
    ) -> None:
        """How it ended; `why` says what went wrong, if anything did."""
        failures = t.job.c.failures + 1 if why else 0
        self._set(name, ended_at=at, took=took, why=why, next_at=next_at, failures=failures)

    def plan(self, due: Iterable[tuple[str, datetime]]) -> None:
        """When each is to run next."""
        for name, at in due:
            self._set(name, next_at=at)

    def _set(self, name: str, **values: object) -> None:
        self._connection.execute(sa.update(t.job).where(t.job.c.name == name).values(**values))
