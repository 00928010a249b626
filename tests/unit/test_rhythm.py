"""When work is due: by the calendar, across clock changes, and once for whatever was missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.rhythm import Daily, Every, Slowing, next_due, pace
from bot.school_calendar import LONDON, SchoolCalendar
from tests.builders import NOON

HALF_TERM = SchoolCalendar(holidays=((date(2026, 10, 26), date(2026, 10, 30)),))
SLOW = Slowing(HALF_TERM, nights=3, holidays=2)
OFTEN = Every(600, slows=True)
TEA = Daily(time(15, 45))


def test_a_school_days_noon_has_the_rhythm_that_settings_name() -> None:
    assert pace(OFTEN, SLOW, NOON) == timedelta(minutes=10)


def test_nights_and_holidays_are_slower_and_the_slower_one_counts() -> None:
    holiday = datetime(2026, 10, 28, 12, tzinfo=UTC)
    assert pace(OFTEN, SLOW, holiday) == timedelta(minutes=20)
    assert pace(OFTEN, SLOW, holiday.replace(hour=23)) == timedelta(minutes=30)


def test_what_does_not_slow_runs_at_night_as_by_day() -> None:
    assert pace(Every(15), SLOW, NOON.replace(hour=2)) == timedelta(seconds=15)


def test_a_month_of_missed_runs_is_caught_up_once() -> None:
    assert next_due(TEA, NOON - timedelta(days=30), NOON, SLOW) <= NOON
    assert next_due(TEA, NOON, NOON, SLOW) == NOON.replace(hour=15, minute=45)


def test_a_clock_that_was_set_back_makes_nothing_wait_for_it() -> None:
    assert next_due(OFTEN, NOON + timedelta(minutes=50), NOON, SLOW) == NOON
    assert next_due(TEA, NOON + timedelta(days=400), NOON, SLOW) == NOON


def test_two_accounts_are_not_read_at_one_second_but_neither_later_than_settings_say() -> None:
    due = {next_due(OFTEN, NOON, NOON, SLOW, key) for key in ("read:x", "read:facebook")}
    assert len(due) == 2
    assert all(NOON < at <= NOON + timedelta(minutes=10) for at in due)


@given(st.integers(2026, 2030))
def test_a_daily_job_runs_once_on_every_day_of_a_year_both_clock_changes_included(
    year: int,
) -> None:
    at = datetime(year, 1, 1, tzinfo=UTC)
    days = []
    while at.year == year:
        at = next_due(TEA, at, at, SLOW)
        days.append(at.astimezone(LONDON).date())
    assert len(days) == len(set(days))
    assert (days[-1] - days[0]).days == len(days) - 1
    assert at.astimezone(LONDON).time() == TEA.at
