"""Shares with their intervals, and lines that would have cost less: pure arithmetic."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.calibrating import FEWEST, Example, Lines, cost, propose, share
from bot.model import Action

NOW: Lines = (0.5, 0.5)

# A busy machine is no fault.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

scores = st.floats(0, 1)
examples = st.builds(Example, scores, scores, st.sampled_from(Action))
many = st.lists(examples, max_size=25)
lines_of_now = st.tuples(scores, scores).map(lambda two: (min(two), max(two)))


# shares ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Wilson's intervals as R's prop.test(correct = FALSE) gives them.
    [(21, 24, 0.690, 0.957), (0, 20, 0.0, 0.161), (20, 20, 0.839, 1.0), (5, 10, 0.237, 0.763)],
)
def test_a_share_has_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    found = share(part, whole)
    assert found is not None
    assert found.value == part / whole
    assert found.low == pytest.approx(low, abs=1e-3)
    assert found.high == pytest.approx(high, abs=1e-3)


def test_too_few_decisions_make_no_share() -> None:
    assert share(FEWEST - 1, FEWEST - 1) is None
    assert share(FEWEST, FEWEST) is not None


@unhurried
@given(st.integers(FEWEST, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(
    counts: tuple[int, int],
) -> None:
    found = share(*counts)
    assert found is not None
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1


def test_nearly_always_allows_for_chance() -> None:
    eight_of_eight, forty_of_forty_two, half = share(8, 8), share(40, 42), share(50, 100)
    assert eight_of_eight is not None
    assert forty_of_forty_two is not None
    assert half is not None
    assert not eight_of_eight.nearly_always
    assert forty_of_forty_two.nearly_always
    assert not half.nearly_always


# lines -----------------------------------------------------------------------------------------


def test_what_people_always_hid_above_another_line_moves_the_line_there() -> None:
    known = [Example(0.9, 0.7, Action.HIDE)] * 20 + [Example(0.9, 0.6, Action.QUEUE)] * 20
    mild, serious = propose(known, NOW)
    assert mild == NOW[0]
    assert 0.6 < serious <= 0.7


def test_what_the_machine_was_wrong_about_moves_the_line_for_looking_up() -> None:
    known = [Example(0.6, 0.1, Action.ALLOW)] * 20 + [Example(0.8, 0.1, Action.QUEUE)] * 20
    mild, serious = propose(known, NOW)
    assert 0.6 < mild <= 0.8
    assert serious >= mild


def test_what_the_sample_showed_to_be_missed_moves_it_down() -> None:
    known = [Example(0.3, 0.1, Action.QUEUE)] * 3 + [Example(0.35, 0.1, Action.ALLOW)] * 3
    mild, _ = propose(known, NOW)
    assert mild <= 0.3


def test_a_wrong_hide_weighs_more_than_one_that_waited() -> None:
    torn = [Example(0.9, 0.7, Action.HIDE)] * 4 + [Example(0.9, 0.7, Action.QUEUE)]
    assert propose(torn, NOW)[1] > 0.7
    assert propose(torn * 2 + [Example(0.9, 0.7, Action.HIDE)] * 4, NOW)[1] == NOW[1]


def test_people_who_always_agreed_leave_the_lines_where_they_are() -> None:
    assert propose([Example(0.9, 0.9, Action.HIDE)] * 50, (0.45, 0.62)) == (0.45, 0.62)
    assert propose([], (0.45, 0.62)) == (0.45, 0.62)


@unhurried
@given(many, lines_of_now)
def test_serious_is_never_below_mild_and_the_lines_never_cost_more(
    known: list[Example], now: Lines
) -> None:
    mild, serious = proposed = propose(known, now)
    assert 0 <= mild <= serious <= 1
    assert cost(known, proposed) <= cost(known, now)


@unhurried
@given(many, lines_of_now, scores, scores)
def test_one_more_that_should_be_hidden_never_moves_a_line_up(
    known: list[Example], now: Lines, kind: float, serious: float
) -> None:
    before = propose(known, now)
    after = propose([*known, Example(kind, serious, Action.HIDE)], now)
    assert after[0] <= before[0]
    assert after[1] <= before[1]


@unhurried
@given(many, lines_of_now, scores, scores)
def test_one_more_that_should_be_left_never_moves_a_line_down(
    known: list[Example], now: Lines, kind: float, serious: float
) -> None:
    before = propose(known, now)
    after = propose([*known, Example(kind, serious, Action.ALLOW)], now)
    assert after[0] >= before[0]
    assert after[1] >= before[1]


@unhurried
@given(many, lines_of_now, st.randoms())
def test_the_order_of_the_examples_does_not_matter(
    known: list[Example], now: Lines, chance: Random
) -> None:
    shuffled = list(known)
    chance.shuffle(shuffled)
    assert propose(shuffled, now) == propose(known, now)
