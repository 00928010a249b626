"""When a notice goes out, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Role, Urgency
from bot.services.told import due_at, people_told
from bot.settings import LetterSettings
from tests.builders import a_person

LETTERS = LetterSettings(digest_at=time(15, 45), urgent_minutes=30)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("urgency", "now", "due"),
    [
        (Urgency.IMMEDIATE, "2026-11-20 03:12", "2026-11-20 03:12"),
        (Urgency.URGENT, "2026-11-20 12:01", "2026-11-20 12:30"),
        (Urgency.URGENT, "2026-11-20 12:30", "2026-11-20 13:00"),
        (Urgency.URGENT, "2026-11-20 23:59", "2026-11-21 00:00"),
        (Urgency.ROUTINE, "2026-11-20 12:00", "2026-11-20 15:45"),
        (Urgency.ROUTINE, "2026-11-20 15:45", "2026-11-21 15:45"),
        (Urgency.ROUTINE, "2026-07-20 14:44", "2026-07-20 14:45"),
        (Urgency.ROUTINE, "2026-10-24 15:00", "2026-10-25 15:45"),
        (Urgency.ROUTINE, "2027-03-27 16:00", "2027-03-28 14:45"),
    ],
)
def test_a_notice_is_due_when_its_urgency_says(urgency: Urgency, now: str, due: str) -> None:
    assert due_at(urgency, at(now), LETTERS) == at(due)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from([Urgency.IMMEDIATE, Urgency.URGENT, Urgency.ROUTINE]),
)
def test_no_notice_is_due_in_the_past_nor_later_than_a_day_and_an_hour(
    now: datetime, urgency: Urgency
) -> None:
    wait = due_at(urgency, now, LETTERS) - now
    assert 0 <= wait.total_seconds() <= 25 * 3600


def test_somebody_with_two_of_the_roles_is_told_once() -> None:
    both = a_person("both", roles=frozenset({Role.HEADTEACHER, Role.DSL}))
    assert people_told({Role.HEADTEACHER, Role.DSL}, (), [both]) == [both]


def test_the_excluded_are_not_told_under_any_role() -> None:
    head = a_person("head", roles=frozenset({Role.HEADTEACHER, Role.DSL}))
    deputy = a_person("deputy", roles=frozenset({Role.DSL}))
    assert people_told({Role.HEADTEACHER, Role.DSL}, {"head"}, [head, deputy]) == [deputy]
