"""How long each account's connection still lasts: remembered daily, warned of in good time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.store import Store

WARN_DAYS = (30, 14, 7, 1)
"""So many days before the end somebody is warned; each is a step of its own."""


def days_left(ends: datetime, now: datetime) -> int:
    """Days begun until the end; 0 or less where it has passed."""
    return -((now - ends) // timedelta(days=1))


def warning_step(ends: datetime, now: datetime) -> int | None:
    """The warning that is due: 30, 14, 7, 1, or 0 once it has ended; None while there is time."""
    left = days_left(ends, now)
    if left <= 0:
        return 0
    return next((step for step in reversed(WARN_DAYS) if left <= step), None)


def connections_ending(store: Store, now: datetime) -> Mapping[str, tuple[datetime, int]]:
    """By account, when its connection ends and the warning step: for pages, letters and checks."""
    with store.read() as uow:
        ends = uow.state.connection_ends()
    steps = {account: (at, warning_step(at, now)) for account, at in ends.items()}
    return {account: (at, step) for account, (at, step) in steps.items() if step is not None}
