"""A clock that is wrong, set, or slept is noticed."""

from __future__ import annotations

from datetime import timedelta

from bot.timekeeping import ClockCheck
from tests.builders import FixedClock


def test_two_answers_that_agree_say_that_the_clock_is_wrong_and_a_right_one_takes_it_back(
    clock: FixedClock,
) -> None:
    check = ClockCheck(clock)
    check.seen(clock.now() - timedelta(hours=1))
    assert check.offset is None
    check.seen(clock.now() - timedelta(hours=1, seconds=3))
    assert check.offset is not None
    assert check.offset > timedelta(minutes=59)
    check.seen(clock.now())
    assert check.offset is None


def test_one_answer_that_was_held_up_proves_nothing(clock: FixedClock) -> None:
    check = ClockCheck(clock)
    for late in (0, 600, 0, 1200, 0):
        check.seen(clock.now() - timedelta(seconds=late))
        assert check.offset is None


def test_time_that_passes_is_no_step_and_a_clock_that_is_set_is(clock: FixedClock) -> None:
    check = ClockCheck(clock)
    clock.advance(hours=9)
    assert not check.stepped()
    clock.at -= timedelta(minutes=10)
    assert check.stepped() == timedelta(minutes=-10)
    assert not check.stepped(), "it is a step once only"


def test_a_machine_that_slept_has_stepped_forward(clock: FixedClock) -> None:
    check = ClockCheck(clock)
    clock.at += timedelta(hours=8)  # and the seconds that go forward stood still
    assert check.stepped() == timedelta(hours=8)
