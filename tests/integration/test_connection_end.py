"""A connection that comes to its end is said 30, 14, 7 and 1 days before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.checks import run_checks
from bot.cycle import prove_capabilities
from bot.services.connection import connections_ending, days_left, warning_step
from bot.settings import AccountSettings
from tests.builders import NOON
from tests.house import House, the_settings


@pytest.mark.parametrize(
    ("left", "step"),
    [
        (timedelta(days=31), None),
        (timedelta(days=30), 30),
        (timedelta(days=15), 30),
        (timedelta(days=14), 14),
        (timedelta(days=7), 7),
        (timedelta(days=2), 7),
        (timedelta(days=1), 1),
        (timedelta(hours=1), 1),
        (timedelta(), 0),
        (timedelta(days=-3), 0),
    ],
)
def test_each_warning_has_its_day(left: timedelta, step: int | None) -> None:
    assert warning_step(NOON + left, NOON) == step


def test_a_day_that_has_begun_counts() -> None:
    assert days_left(NOON + timedelta(hours=1), NOON) == 1
    assert days_left(NOON - timedelta(seconds=1), NOON) == 0


class Ends:
    """Gives the house's platform a connection with an end."""

    def __init__(self, house: House, ends: datetime | None) -> None:
        self.ends = ends
        vars(house.platform)["connection_ends"] = lambda: self.ends


@pytest.fixture
def house(tmp_path: Path) -> House:
    account = AccountSettings("school", "memory", 5, {})
    return House(tmp_path, replace(the_settings(), accounts=(account,)))


def findings(house: House) -> list[tuple[str, str]]:
    found = [f for f in run_checks(house.app) if f.id == "accounts.school.connection"]
    return [(str(f.severity), f.message) for f in found]


def test_the_daily_proof_remembers_the_end_and_check_says_it_louder_from_a_week_on(
    house: House,
) -> None:
    end = Ends(house, NOON + timedelta(days=40))
    prove_capabilities(house.app, "school")
    assert findings(house) == []
    house.clock.advance(hours=24 * 11)
    assert findings(house)[0][0] == "warning"
    house.clock.advance(hours=24 * 22 + 1)
    ((severity, message),) = findings(house)
    assert severity == "error"
    assert "ends in 7 days" in message
    end.ends = None
    prove_capabilities(house.app, "school")
    assert connections_ending(house.store, house.clock.now()) == {}
    house.close()


def test_a_platform_without_an_end_is_never_warned_of(house: House) -> None:
    prove_capabilities(house.app, "school")
    assert connections_ending(house.store, NOON) == {}
    house.close()
