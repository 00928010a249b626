"""A fortnight of the benchmark's year of newcomers: what it promises, and that it still runs."""

from __future__ import annotations

from tests.benchmarks.bench_newcomers import MOST, year


def test_a_fortnight_of_newcomers_costs_hardly_more_than_the_least_and_misses_nobody() -> None:
    figures = year(14)
    assert figures["people billed"] > 0
    assert figures["times the least"] <= MOST
    assert figures["newcomers missed"] == 0
    assert figures["newcomers without a case"] == 0
    assert figures["wrongly taken to have left"] == 0
    assert figures["most read beside the new on a day without a sweep"] <= 20
