"""What may be called read, and what may not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coverage import Gap, StreamCover, gaps_of, late_after
from bot.model import PollResult, Stream
from bot.settings import AccountSettings
from bot.store.days import Poll
from tests.builders import NOON
from tests.house import the_settings

LATE = timedelta(minutes=30)
OK, PART, FAILED, NO_END = PollResult.COMPLETE, PollResult.PARTIAL, PollResult.FAILED, None


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def polls(*made: tuple[float, PollResult | None]) -> list[Poll]:
    return [
        Poll(after(minutes), result, "" if result in (OK, None) else f"broke at {minutes}")
        for minutes, result in made
    ]


def cover(
    *made: tuple[float, PollResult | None], horizon: float = 60
) -> tuple[datetime | None, tuple[Gap, ...]]:
    return gaps_of(polls(*made), NOON, after(horizon), lambda _: LATE)


def test_a_stream_that_was_read_all_the_time_has_no_gap() -> None:
    assert cover((-10, OK), (10, OK), (30, OK), (50, OK)) == (after(50), ())


def test_a_failure_that_nothing_made_good_is_unread_since_the_last_complete_reading() -> None:
    read_to, gaps = cover((10, OK), (30, FAILED), (50, FAILED))
    assert read_to == after(10)
    assert gaps == (Gap(after(10), None, True, "broke at 50"),)


@pytest.mark.parametrize("result", [FAILED, PART, NO_END])
def test_what_failed_and_was_read_later_is_a_gap_that_has_an_end(
    result: PollResult | None,
) -> None:
    _, gaps = cover((10, OK), (30, result), (50, OK))
    assert [(gap.since, gap.until, gap.failed) for gap in gaps] == [(after(10), after(50), True)]


def test_a_reading_that_is_under_way_is_no_failure() -> None:
    assert cover((20, OK), (50, OK), (59, NO_END)) == (after(50), ())


def test_one_that_has_been_under_way_for_too_long_is_unread() -> None:
    _, gaps = cover((10, OK), (20, NO_END))
    assert gaps == (Gap(after(10), None, False, ""),)


def test_a_stream_that_was_never_read_is_unread() -> None:
    assert cover() == (None, (Gap(None, None, False, ""),))


def test_nobody_having_tried_for_a_while_is_a_gap_without_a_failure() -> None:
    _, gaps = cover((-10, OK), (50, OK))
    assert gaps == (Gap(after(-10), after(50), False, ""),)


def test_a_day_that_is_over_is_read_by_a_complete_reading_of_the_next() -> None:
    read_to, gaps = cover((10, OK), (30, FAILED), (70, OK), horizon=60)
    assert read_to == after(60)
    assert gaps == (Gap(after(10), after(70), True, "broke at 30"),)


def test_failures_after_the_end_of_a_day_are_the_next_days() -> None:
    assert cover((20, OK), (50, OK), (65, FAILED), (75, OK)) == (after(60), ())
    assert cover((20, OK), (50, OK), (65, FAILED)) == (after(50), ())


def test_what_was_over_before_the_day_began_is_not_the_days() -> None:
    assert cover((-90, OK), (-60, FAILED), (-10, OK), (20, OK), (40, OK))[1] == ()


HISTORIES = st.lists(
    st.tuples(
        st.integers(min_value=-120, max_value=90), st.sampled_from([OK, PART, FAILED, NO_END])
    ),
    max_size=12,
    unique_by=lambda made: made[0],
).map(sorted)


@given(HISTORIES)
def test_without_a_gap_every_minute_was_read_and_nothing_failed(
    made: list[tuple[float, PollResult | None]],
) -> None:
    """Said again in other words: minute by minute, from the raw polls."""
    read_to, gaps = cover(*made)
    stream = StreamCover("a", "x", Stream.COMMENTS, NOON, read_to, 0, 0, gaps)
    if not stream.clean:
        return
    whole = [minute for minute, result in made if result is OK]
    broken = [m for m, result in made if result is PART or result is FAILED]
    broken += [m for m, result in made[:-1] if result is NO_END]
    assert all(any(done >= minute for done in whole) for minute in range(60 - 30 + 1))
    assert not any(0 < minute <= 60 for minute in broken)
    for minute in broken:
        assert minute > 60 or any(minute < done <= 0 for done in whole)


def test_a_record_comes_back_as_it_was() -> None:
    gaps = (Gap(None, NOON, True, "broke"), Gap(NOON, None, False))
    kept = StreamCover("page", "facebook", Stream.COMMENTS, NOON, None, 3, 2, gaps)
    assert StreamCover.of_record(kept.record()) == kept


def late(minutes: float, stream: Stream = Stream.COMMENTS, at: datetime = NOON) -> timedelta:
    account = AccountSettings("page", "facebook", minutes)
    return late_after(the_settings(), account, stream, at)


def test_a_slow_timetable_is_given_time() -> None:
    assert late(1) == timedelta(minutes=15)
    assert late(10) == timedelta(minutes=30)
    assert late(10, Stream.FOLLOWERS) == timedelta(days=9)
