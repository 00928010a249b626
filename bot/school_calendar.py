"""School days, holidays and school hours, in the time of the school's clocks; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_SATURDAY = 5
_FAR = 400  # days: no school is closed for longer


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """When there is somebody at the school: `holidays` are first and last days, both included;
    `opens` and `closes` are local times of every school day.
    """

    holidays: tuple[tuple[date, date], ...] = ()
    opens: time = time(8)
    closes: time = time(17)

    def is_school_day(self, day: date) -> bool:
        """Monday to Friday, outside of holidays."""
        return day.weekday() < _SATURDAY and not any(a <= day <= b for a, b in self.holidays)

    def is_open(self, at: datetime) -> bool:
        """Whether an instant lies within school hours."""
        local = at.astimezone(LONDON)
        return self.is_school_day(local.date()) and self.opens <= local.time() < self.closes

    def next_open(self, at: datetime) -> datetime:
        """The same instant within school hours, else when the school opens next (UTC)."""
        if self.is_open(at):
            return at
        return next((start for start, _ in self._hours(at) if start > at), at)

    def open_time(self, begin: datetime, end: datetime) -> timedelta:
        """How much of a span of time lies within school hours; zero where `end` comes first."""
        spent = timedelta()
        for start, stop in self._hours(begin):
            if start >= end:
                break
            spent += max(timedelta(), min(stop, end) - max(start, begin))
        return spent

    def after(self, begin: datetime, span: timedelta) -> datetime:
        """When so much time within school hours has passed since `begin` (UTC)."""
        for start, stop in self._hours(begin):
            here = max(timedelta(), stop - max(start, begin))
            if here >= span:
                return max(start, begin) + span
            span -= here
        return begin + span  # closed for longer than anybody plans ahead

    def _hours(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        first = at.astimezone(LONDON).date()
        for day in (first + timedelta(days=n) for n in range(_FAR)):
            if self.is_school_day(day):
                yield _instant(day, self.opens), _instant(day, self.closes)


def day_of(at: datetime) -> date:
    """The day that an instant falls on, by the school's clocks."""
    return at.astimezone(LONDON).date()


def start_of(day: date) -> datetime:
    """Midnight at the beginning of a day by the school's clocks (UTC)."""
    return _instant(day, time())


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON).astimezone(UTC)
