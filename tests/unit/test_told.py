"""When a notice goes out, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Role, Urgency
from bot.school_calendar import SchoolCalendar
from bot.services.told import Told, answer_by, chain, due_at, people_told
from bot.settings import LetterSettings, LinkWorks
from tests.builders import a_person

LETTERS = LetterSettings(digest_at=time(15, 45), urgent_minutes=30)
CALENDAR = SchoolCalendar(((date(2026, 10, 26), date(2026, 10, 30)),))
FRIDAY = date(2026, 11, 20)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("urgency", "now", "due"),
    [
        (Urgency.IMMEDIATE, "2026-11-20 03:12", "2026-11-20 03:12"),
        (Urgency.IMMEDIATE, "2026-11-21 03:12", "2026-11-21 03:12"),
        (Urgency.URGENT, "2026-11-20 12:01", "2026-11-20 12:30"),
        (Urgency.URGENT, "2026-11-20 12:30", "2026-11-20 13:00"),
        (Urgency.URGENT, "2026-11-19 23:10", "2026-11-20 06:30"),
        (Urgency.URGENT, "2026-11-20 05:10", "2026-11-20 06:30"),
        (Urgency.URGENT, "2026-11-20 23:10", "2026-11-21 15:45"),
        (Urgency.URGENT, "2026-11-21 10:00", "2026-11-21 15:45"),
        (Urgency.URGENT, "2026-10-28 10:00", "2026-10-28 15:45"),
        (Urgency.ROUTINE, "2026-11-20 12:00", "2026-11-20 15:45"),
        (Urgency.ROUTINE, "2026-11-20 15:45", "2026-11-23 15:45"),
        (Urgency.ROUTINE, "2026-07-20 14:44", "2026-07-20 14:45"),
        (Urgency.ROUTINE, "2026-10-23 15:00", "2026-11-02 15:45"),
    ],
)
def test_a_notice_is_due_when_its_urgency_the_calendar_and_quiet_hours_say(
    urgency: Urgency, now: str, due: str
) -> None:
    assert due_at(urgency, at(now), LETTERS, CALENDAR) == at(due)


def test_the_digest_comes_at_the_time_that_its_reader_chose() -> None:
    early = due_at(Urgency.ROUTINE, at("2026-11-19 12:00"), LETTERS, CALENDAR, time(8, 10))
    assert early == at("2026-11-20 08:10")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from([Urgency.IMMEDIATE, Urgency.URGENT, Urgency.ROUTINE]),
)
def test_no_notice_is_due_in_the_past_and_only_what_is_routine_waits_for_school(
    now: datetime, urgency: Urgency
) -> None:
    wait = due_at(urgency, now, LETTERS, CALENDAR) - now
    longest = 12 * 24 if urgency is Urgency.ROUTINE else 42
    assert 0 <= wait.total_seconds() <= longest * 3600


def test_an_answer_is_expected_in_time_in_which_the_link_works() -> None:
    settings = replace(LETTERS, answer_minutes={Urgency.IMMEDIATE: 60})
    late = at("2026-11-20 16:30")
    assert answer_by(Urgency.IMMEDIATE, late, settings, CALENDAR) == at("2026-11-23 08:30")
    always = replace(settings, link_works=LinkWorks.ALWAYS)
    assert answer_by(Urgency.IMMEDIATE, late, always, CALENDAR) == at("2026-11-20 17:30")
    assert answer_by(Urgency.ROUTINE, late, settings, CALENDAR) is None


def keys(told: list[Told]) -> list[str]:
    return [one.person.key for one in told]


HEAD = a_person("head", roles=frozenset({Role.HEADTEACHER}))
CHAIR = a_person("chair", roles=frozenset({Role.CHAIR_OF_GOVERNORS}))
LEAD = a_person("lead", roles=frozenset({Role.DSL}))
DEPUTY = replace(a_person("deputy", roles=frozenset()), deputy_for=frozenset({Role.DSL}))
AWAY = ((FRIDAY, FRIDAY),)


def test_somebody_with_two_of_the_roles_is_told_once() -> None:
    both = a_person("both", roles=frozenset({Role.HEADTEACHER, Role.DSL}))
    assert keys(people_told({Role.HEADTEACHER, Role.DSL}, (), [both], FRIDAY)) == ["both"]


def test_the_excluded_are_not_told_under_any_role() -> None:
    head = a_person("head", roles=frozenset({Role.HEADTEACHER, Role.DSL}))
    told = people_told({Role.HEADTEACHER, Role.DSL}, {"head"}, [head, LEAD, CHAIR], FRIDAY)
    assert keys(told) == ["lead", "chair"]


def test_a_deputy_steps_in_only_while_the_role_is_away() -> None:
    assert keys(people_told({Role.DSL}, (), [LEAD, DEPUTY, HEAD], FRIDAY)) == ["lead"]
    away = replace(LEAD, away=AWAY)
    [told] = people_told({Role.DSL}, (), [away, DEPUTY, HEAD], FRIDAY)
    assert (told.person.key, told.role, told.in_place) == ("deputy", Role.DSL, True)
    assert keys(people_told({Role.DSL}, (), [away, DEPUTY], date(2026, 11, 23))) == ["lead"]


def test_where_the_deputy_is_away_too_the_ladder_goes_on() -> None:
    people = [replace(LEAD, away=AWAY), replace(DEPUTY, away=AWAY), HEAD, CHAIR]
    assert keys(people_told({Role.DSL}, (), people, FRIDAY)) == ["head"]


def test_where_everybody_is_away_the_role_is_told_all_the_same() -> None:
    people = [replace(one, away=AWAY) for one in (LEAD, HEAD, CHAIR)]
    assert keys(people_told({Role.DSL}, (), people, FRIDAY)) == ["lead"]


def test_a_concern_about_the_headteacher_goes_up_and_not_down_to_their_deputy() -> None:
    under = replace(a_person("under", roles=frozenset()), deputy_for=frozenset({Role.HEADTEACHER}))
    told = people_told({Role.HEADTEACHER}, {"head"}, [HEAD, under, CHAIR], FRIDAY)
    assert keys(told) == ["chair"]
    absent = replace(HEAD, away=AWAY)
    assert keys(people_told({Role.HEADTEACHER}, (), [absent, under, CHAIR], FRIDAY)) == ["under"]


def test_the_chain_is_holder_deputy_and_ladder_without_the_absent_and_the_accused() -> None:
    people = [LEAD, DEPUTY, replace(HEAD, away=AWAY), CHAIR]
    assert [one.person.key for one in chain(Role.DSL, {"lead"}, people, FRIDAY)] == [
        "deputy",
        "chair",
    ]
