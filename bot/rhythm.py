"""When a piece of work is due next, by the school's calendar; pure.

Between two clock changes and after a power cut the same question is asked: when did it last run,
and what time is it now? So a missed run is caught up once, and never twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from bot.circuit import spread
from bot.school_calendar import LONDON, SchoolCalendar, day_of

NIGHT = (time(23), time(6))
"""UK time: few people write then, and nobody is at the school to read a letter."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again, so many seconds after the last time.

    `slows`: more seldom at night and on days without school, as the timetable says.
    """

    seconds: float
    slows: bool = False


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at this time in the UK; never between 01:00 and 02:00 (stack.md)."""

    at: time


Rhythm = Every | Daily


@dataclass(frozen=True, slots=True)
class Slowing:
    """How many times more seldom accounts are read, and by which calendar."""

    calendar: SchoolCalendar = field(default_factory=SchoolCalendar)
    nights: float = 1.0
    holidays: float = 1.0

    def factor(self, at: datetime) -> float:
        """1 in the daytime of a school day."""
        local = at.astimezone(LONDON)
        free = 1.0 if self.calendar.is_school_day(local.date()) else self.holidays
        dark = self.nights if local.time() >= NIGHT[0] or local.time() < NIGHT[1] else 1.0
        return max(free, dark)


def pace(every: Every, slowing: Slowing, at: datetime) -> timedelta:
    """How long it is from one run to the next at this time of the year and day."""
    return timedelta(seconds=every.seconds * (slowing.factor(at) if every.slows else 1.0))


def next_due(
    rhythm: Rhythm, last: datetime | None, now: datetime, slowing: Slowing, key: str = ""
) -> datetime:
    """When it is due, given when it last began; not after `now` where it is due already.

    A last time that lies ahead of `now` was written by a clock that has since been set back. `key`
    spreads what slows, so that two accounts are not read at the same second.
    """
    if last is None or last > now + _DAY:
        return now
    if isinstance(rhythm, Daily):
        return _next_at(rhythm.at, last)
    if last > now:
        return now
    wait = pace(rhythm, slowing, last)
    return last + (wait * spread(key, int(last.timestamp())) if rhythm.slows else wait)


def _next_at(at: time, after: datetime) -> datetime:
    day = day_of(after)
    for each in (day, day + _DAY):
        due = datetime.combine(each, at, LONDON).astimezone(UTC)
        if due > after:
            return due
    return due
