"""What Facebook's usage headers say: how much of the allowance is used, and how long to wait.

`X-App-Usage` is a JSON object of percentages; `X-Business-Use-Case-Usage` maps a business id to a
list of such objects with `estimated_time_to_regain_access` in minutes (developers.facebook.com,
Graph API, Rate Limits).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

SLOW_FROM = 75.0
"""Percent of the allowance from which on calls are saved (platforms.md)."""

_MOST = 1e9
_LONGEST = 16_666.0
"""Minutes, eleven days: as with Retry-After, what asks for more is no waiting time."""


def percent_used(headers: Mapping[str, str]) -> float | None:
    """The fullest of all counters, in percent; None where no header says anything."""
    counters = ("call_count", "total_cputime", "total_time")
    found = [
        number
        for entry in _entries(headers)
        for name in counters
        if (number := _number(entry.get(name))) is not None
    ]
    return max(found, default=None)


def seconds_to_regain_access(headers: Mapping[str, str]) -> float | None:
    """How long Facebook wants to be left alone; None where it does not say."""
    minutes = [
        number
        for entry in _entries(headers)
        if (number := _number(entry.get("estimated_time_to_regain_access"))) and number <= _LONGEST
    ]
    return 60.0 * max(minutes) if minutes else None


def _entries(headers: Mapping[str, str]) -> Iterator[Mapping[str, object]]:
    for name in ("X-App-Usage", "X-Business-Use-Case-Usage"):
        try:
            value = json.loads(headers.get(name) or "null")
        except (ValueError, RecursionError):
            continue  # a header is a courtesy: a broken one must not break the answer it is on
        if not isinstance(value, dict):
            continue
        if name == "X-App-Usage":
            yield value
            continue
        for cases in value.values():
            if isinstance(cases, list):
                yield from (case for case in cases if isinstance(case, dict))


def _number(value: object) -> float | None:
    """A number that counts something. JSON as Python reads it also knows NaN and Infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < _MOST else None
