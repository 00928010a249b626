"""The ledger: set aside before a call, never beyond a limit, and hides keep their part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.errors import BudgetSpent
from bot.queries.health import find_troubles, limits
from bot.services.spend import Ledger
from tests.house import House, the_settings

BUDGET = replace(
    the_settings().budget,
    per_day=1.0,
    per_month=2.0,
    kept_for_hides=0.1,
    prices={"post": 0.01, "hide": 0.02},
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, replace(the_settings(), budget=BUDGET))
    yield house
    house.close()


def ledger(house: House) -> Ledger:
    return Ledger(lambda: house.store, house.clock, BUDGET, "school")


def spent(house: House) -> float:
    return limits(house.store, house.settings, house.clock.now())[0].spent


def test_a_price_is_set_aside_before_the_call_and_counts_even_if_the_process_dies(
    house: House,
) -> None:
    ledger(house).reserve("post", 50)
    assert spent(house) == pytest.approx(0.5)


def test_what_came_back_is_what_was_spent(house: House) -> None:
    book = ledger(house)
    book.settle(book.reserve("post", 50), 3)
    assert spent(house) == pytest.approx(0.03)


def test_a_page_is_made_as_short_as_what_is_left_pays_for(house: House) -> None:
    book = ledger(house)
    book.settle(book.reserve("post", 70), 70)
    assert book.reserve("post", 100).count == 20


def test_reading_stops_before_the_hides_part_and_hiding_goes_on(house: House) -> None:
    book = ledger(house)
    book.settle(book.reserve("post", 90), 90)
    with pytest.raises(BudgetSpent, match="raise per_day"):
        book.reserve("post", 5, least=5)
    assert book.reserve("hide", 1, acting=True).count == 1


def test_the_next_day_is_new_and_the_month_remembers(house: House) -> None:
    book = ledger(house)
    for _ in range(2):
        held = book.reserve("post", 90)
        book.settle(held, held.count)
        house.clock.advance(hours=24)
    book.settle(book.reserve("post", 90), 10)
    with pytest.raises(BudgetSpent, match="a month"):
        book.reserve("post", 1)
    house.clock.at = datetime(2026, 12, 1, 0, 1, tzinfo=UTC)
    assert book.reserve("post", 10).count == 10


def test_what_has_no_price_counts_as_the_dearest(house: House) -> None:
    book = ledger(house)
    book.settle(book.reserve("something new", 1), 1)
    assert spent(house) == pytest.approx(0.02)


@pytest.mark.parametrize(("posts", "said"), [(49, None), (50, 50), (80, 80), (90, 80)])
def test_half_and_four_fifths_of_a_limit_are_said(
    house: House, posts: int, said: int | None
) -> None:
    book = ledger(house)
    book.settle(book.reserve("post", posts), posts)
    found = find_troubles(house.store, house.settings, house.clock.now())
    assert {key for key in found if "today" in key} == ({f"budget:today:{said}"} if said else set())


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60), st.integers(0, 60)), max_size=25))
@hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_asked_for_no_limit_is_ever_passed(
    house: House, asked: list[tuple[bool, int, int]]
) -> None:
    book = ledger(house)
    for acting, most, used in asked:
        try:
            held = book.reserve("hide" if acting else "post", most, acting=acting)
        except BudgetSpent:
            house.clock.advance(hours=7)
            continue
        now = house.clock.now()
        assert all(
            one.spent <= one.limit + 1e-9 for one in limits(house.store, house.settings, now)
        )
        book.settle(held, min(used, held.count))
