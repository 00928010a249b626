"""Whether this machine's clock can be believed: by the platforms' time, and by its own steps."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from bot.ports import Clock

TOLERATED = timedelta(minutes=2)
"""OAuth 1.0a signatures are refused from about five minutes on; the log wants better."""
STEP = timedelta(seconds=30)
"""A wall clock that differs by more from what has really passed was set, or the machine slept."""


class ClockCheck:
    """Compares the wall clock with the Date of answers, and with seconds that only go forward.

    Safe to use from several threads. Two answers in a row must agree that the clock is wrong: one
    alone may have been held up, or come out of somebody's cache.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._before: timedelta | None = None
        self._offset: timedelta | None = None
        self._wall, self._passed = clock.now(), clock.monotonic()

    def seen(self, theirs: datetime) -> None:
        """An answer bore this time."""
        off = self._clock.now() - theirs
        with self._lock:
            wrong = abs(off) > TOLERATED
            agreed = self._before is not None and abs(off - self._before) < TOLERATED
            if not wrong:
                self._offset = None
            elif agreed:
                self._offset = off
            self._before = off

    @property
    def offset(self) -> timedelta | None:
        """How far the clock is ahead (behind, if negative); None where it seems right."""
        with self._lock:
            return self._offset

    def stepped(self) -> timedelta:
        """By how much the wall clock moved beyond what has passed since the last call; zero if it
        only drifted. Called by one thread.
        """
        wall, passed = self._clock.now(), self._clock.monotonic()
        step = (wall - self._wall) - timedelta(seconds=passed - self._passed)
        self._wall, self._passed = wall, passed
        return step if abs(step) > STEP else timedelta()
