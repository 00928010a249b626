"""What keeps failing is left alone, for longer each time, and tried again by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.circuit import Circuit, CircuitState, after_failure
from bot.errors import (
    AdapterError,
    Denied,
    Gone,
    SignedOut,
    Throttled,
    Unsupported,
    WritesStopped,
)
from tests.builders import NOON

OUTAGE = AdapterError("The platform does not answer.")


def failed(times: int, error: AdapterError = OUTAGE) -> Circuit:
    circuit = Circuit()
    for _ in range(times):
        circuit = after_failure(circuit, error, NOON, "x read_comments")
    return circuit


def test_two_failures_may_be_chance_and_the_third_opens_it() -> None:
    assert failed(2).state(NOON) is CircuitState.CLOSED
    assert failed(3).state(NOON) is CircuitState.OPEN


def test_once_its_time_has_come_it_is_tried_again() -> None:
    circuit = failed(3)
    assert circuit.until is not None
    assert circuit.state(circuit.until) is CircuitState.HALF_OPEN
    again = after_failure(circuit, OUTAGE, circuit.until, "x read_comments")
    assert again.until is not None
    assert again.state(circuit.until) is CircuitState.OPEN
    assert again.until - circuit.until > circuit.until - NOON


@given(st.integers(3, 10_000), st.text(max_size=20))
def test_nobody_waits_longer_than_an_hour_for_what_works_again(times: int, key: str) -> None:
    circuit = after_failure(Circuit(failures=times), OUTAGE, NOON, key)
    assert circuit.until is not None
    assert timedelta(minutes=3) < circuit.until - NOON <= timedelta(hours=1)


@pytest.mark.parametrize("error", [Gone("gone"), Unsupported("never"), WritesStopped("368")])
def test_what_is_about_one_item_or_the_whole_account_opens_no_circuit(error: AdapterError) -> None:
    assert failed(5, error) == Circuit()


def test_a_wrong_request_says_nothing_about_the_next_one() -> None:
    assert failed(5, AdapterError("refused", permanent=True)) == Circuit()


def test_a_dead_token_opens_it_at_once_and_one_refusal_does_not() -> None:
    assert failed(1, SignedOut("gone")).state(NOON) is CircuitState.OPEN
    assert failed(1, Denied("not this one")).state(NOON) is CircuitState.CLOSED
    assert failed(3, Denied("nor any other")).state(NOON) is CircuitState.OPEN


def test_a_window_that_is_used_up_is_waited_for_as_long_as_the_platform_says() -> None:
    circuit = failed(1, Throttled("later", retry_after=700, whole_account=False))
    assert circuit.until == NOON + timedelta(seconds=700)
