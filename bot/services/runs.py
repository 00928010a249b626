"""Writes down when each job of the timetable ran, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.ports import Clock
from bot.store import Store


def expect(store: Store, allowed: dict[str, float]) -> dict[str, datetime | None]:
    """Make these the jobs of the timetable; returns when each began the last time.

    Idempotent. What an earlier process left running is written down as not finished.
    """
    with store.begin() as uow:
        uow.jobs.expect(allowed)
        last = {one.name: one.began_at for one in uow.jobs.all()}
        uow.commit()
    return last


def plan(store: Store, due: Iterable[tuple[str, datetime]]) -> None:
    """Write down when each runs next."""
    with store.begin() as uow:
        uow.jobs.plan(due)
        uow.commit()


def began(store: Store, clock: Clock, name: str) -> datetime:
    """It begins now; returns when that was."""
    at = clock.now()
    with store.begin() as uow:
        uow.jobs.began(name, at)
        uow.commit()
    return at


def ended(
    store: Store, clock: Clock, name: str, *, took: float, why: str, next_at: datetime
) -> None:
    """It ended after so many seconds; `why` is empty where all went well."""
    with store.begin() as uow:
        uow.jobs.ended(name, at=clock.now(), took=took, why=why, next_at=next_at)
        uow.commit()
