"""When something that keeps failing is left alone, and for how long; pure.

*Closed*: it is called. *Open*: it is left alone until a certain time. *Half open*: that time has
come, and one call is made to see whether it works again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from bot.errors import AdapterError, Denied, Gone, SignedOut, Throttled, Unsupported, WritesStopped

OPENS_AFTER = 3
"""Failures in a row; two may be chance."""
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=1)
"""Nobody should wait longer than this for what works again by itself."""


class CircuitState(StrEnum):
    """Whether something is called."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Circuit:
    """How often something failed in a row, why it did the last time, and until when it rests."""

    failures: int = 0
    why: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def state(self, at: datetime) -> CircuitState:
        """What is to be done about it at this moment."""
        if self.until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if at < self.until else CircuitState.HALF_OPEN


def after_failure(before: Circuit, error: AdapterError, at: datetime, key: str) -> Circuit:
    """The circuit once this went wrong; unchanged where it says nothing about the next call.

    `key` names what is called: it spreads the waits, so that a school's accounts do not come back
    all at one second.
    """
    if _is_of_one_item(error) or _is_of_the_account(error):
        return before
    failures = before.failures + 1
    after = replace(before, failures=failures, why=str(error), since=before.since or at)
    if isinstance(error, Throttled):
        wait = timedelta(seconds=error.retry_after) if error.retry_after else _LONGEST_WAIT
        return replace(after, until=at + wait)
    if failures < OPENS_AFTER and not isinstance(error, SignedOut):
        return after
    doubled: timedelta = _FIRST_WAIT * 2 ** min(max(failures - OPENS_AFTER, 0), 10)
    return replace(after, until=at + min(doubled, _LONGEST_WAIT) * spread(key, failures))


def spread(key: str, number: int) -> float:
    """A factor from 0.8 to 1.0 that looks like chance and is the same at every run."""
    return 0.8 + 0.2 * (crc32(f"{key} {number}".encode()) % 1000) / 999


def _is_of_one_item(error: AdapterError) -> bool:
    if isinstance(error, Gone | Unsupported):
        return True
    return error.permanent and not isinstance(error, Denied | SignedOut)


def _is_of_the_account(error: AdapterError) -> bool:
    """Then the whole account is parked (bot/observed.py, bot/outbox)."""
    return isinstance(error, WritesStopped) or (
        isinstance(error, Throttled) and error.whole_account
    )
