"""Facebook's usage headers are a courtesy: whatever stands in them, the answer is still read."""

from __future__ import annotations

import json

import pytest

from adapters.facebook.usage import percent_used, seconds_to_regain_access


def page_usage(**counters: object) -> dict[str, str]:
    return {"X-Business-Use-Case-Usage": json.dumps({"1": [{"type": "pages", **counters}]})}


def test_the_fullest_counter_and_the_longest_wait_count() -> None:
    headers = page_usage(call_count=12, total_time=80.5, estimated_time_to_regain_access=3)
    assert percent_used(headers) == 80.5
    assert seconds_to_regain_access(headers) == 180.0


@pytest.mark.parametrize(
    "nonsense",
    [True, "80", None, [], {}, -1, float("nan"), float("inf"), float("-inf"), 10**400],
)
def test_a_counter_that_counts_nothing_is_no_counter(nonsense: object) -> None:
    headers = page_usage(call_count=nonsense, estimated_time_to_regain_access=nonsense)
    assert percent_used(headers) is None
    assert seconds_to_regain_access(headers) is None
    beside = page_usage(call_count=nonsense, total_time=40)
    assert percent_used(beside) == 40.0


def test_nobody_waits_for_years_because_a_header_says_so() -> None:
    assert seconds_to_regain_access(page_usage(estimated_time_to_regain_access=10**6)) is None


@pytest.mark.parametrize("header", ["", "nonsense", "[" * 60_000, "7", "[1]", '{"1": 7}'])
def test_a_header_that_cannot_be_read_says_nothing(header: str) -> None:
    headers = {"X-App-Usage": header, "X-Business-Use-Case-Usage": header}
    assert percent_used(headers) is None
    assert seconds_to_regain_access(headers) is None
