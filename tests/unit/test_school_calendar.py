"""School days and school hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.errors import SettingsError
from bot.school_calendar import SchoolCalendar
from bot.settings import load

HALF_TERM = SchoolCalendar(holidays=((date(2026, 10, 26), date(2026, 10, 30)),))


def test_weekends_and_holidays_are_no_school_days() -> None:
    assert HALF_TERM.is_school_day(date(2026, 10, 23))
    for day in (24, 25, 26, 28, 30, 31):
        assert not HALF_TERM.is_school_day(date(2026, 10, day))
    assert HALF_TERM.is_school_day(date(2026, 11, 2))


def test_school_hours_follow_the_clocks() -> None:
    plain = SchoolCalendar()
    assert plain.is_open(datetime(2026, 7, 1, 7, 0, tzinfo=UTC))  # 08:00 in summer
    assert not plain.is_open(datetime(2026, 12, 1, 7, 0, tzinfo=UTC))
    assert not plain.is_open(datetime(2026, 12, 1, 17, 0, tzinfo=UTC))


def test_the_next_school_hour_comes_after_the_holiday() -> None:
    friday_evening = datetime(2026, 10, 23, 19, 0, tzinfo=UTC)
    assert HALF_TERM.next_open(friday_evening) == datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    monday = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert HALF_TERM.next_open(monday) == monday


def test_only_school_hours_count_between_two_instants() -> None:
    begin = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)  # 16:00, an hour before it closes
    end = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
    assert HALF_TERM.open_time(begin, end) == timedelta(hours=3)
    assert HALF_TERM.open_time(end, begin) == timedelta()


def test_the_calendar_of_the_settings_is_read() -> None:
    calendar = {
        "holidays": ["2026-10-26/2026-10-30", "2026-11-20"],
        "school_day": ["07:30", "18:00"],
    }
    read = load(None, environ={}, overrides={"calendar": calendar}).calendar
    assert read == SchoolCalendar(
        (
            (date(2026, 10, 26), date(2026, 10, 30)),
            (date(2026, 11, 20), date(2026, 11, 20)),
        ),
        time(7, 30),
        time(18),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"holidays": ["26.10.2026"]},
        {"holidays": ["2026-10-30/2026-10-26"]},
        {"school_day": ["17:00", "08:00"]},
        {"school_day": ["08:00"]},
    ],
)
def test_a_calendar_that_cannot_be_meant_stops_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, environ={}, overrides={"calendar": wrong})
    assert all(problem.path.startswith("calendar") for problem in caught.value.problems)
