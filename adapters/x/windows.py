"""X's rate windows, as its headers tell them: no call is made that X would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from bot.errors import Throttled
from bot.ports import Clock

_FARTHEST = 86_400.0
"""Seconds: a window that ends later than this is not believed."""


class Windows:
    """What each call's window still holds, by what the last answer to it said; safe for threads.

    The documented numbers (50 hides in 15 minutes) are not built in: what X really grants may be
    less (platforms.md), and its headers say so.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._used_up: dict[str, float] = {}

    def note(self, doing: str, headers: Mapping[str, str]) -> None:
        """Take in the headers of an answer; such without a window say nothing."""
        remaining, reset = headers.get("x-rate-limit-remaining"), headers.get("x-rate-limit-reset")
        with self._lock:
            self._used_up.pop(doing, None)
            if remaining == "0" and reset is not None and reset.isdecimal():
                self._used_up[doing] = float(reset)

    def check(self, doing: str) -> None:
        """Raises Throttled, for this one call, until its window begins anew."""
        with self._lock:
            reset = self._used_up.get(doing)
        wait = reset - self._clock.now().timestamp() if reset is not None else 0
        if 0 < wait <= _FARTHEST:
            raise Throttled(
                f"Could not {doing} on X: as many of these as X allows in a quarter of an hour "
                "were made. What is most urgent goes first when it allows more.",
                retry_after=wait,
                whole_account=False,
            )
