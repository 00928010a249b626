"""What the read models say of order, readings, context and choices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import queries
from bot.access import Viewer
from bot.model import (
    Capability,
    CapabilityReport,
    CapabilityState,
    Outcome,
    PollResult,
    Role,
    Stream,
)
from bot.queries import Reach, Tab
from tests.builders import NOON, a_comment
from tests.web.pages_stage import (
    ABOUT_THE_HEAD,
    AN_ADVERT,
    AN_INSULT,
    HEAD,
    OFFICER,
    School,
    the_settings,
)

OFFICER_VIEW = Viewer(OFFICER, frozenset({Role.COMMUNICATIONS_OFFICER}))


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    school = School(tmp_path)
    yield school
    school.store.close()


def test_the_most_urgent_comes_first_and_the_oldest_first_within(school: School) -> None:
    advert = school.comes("Cheap shoes", AN_ADVERT)
    school.clock.advance(minutes=1)
    first = school.comes("You cow", AN_INSULT)
    school.clock.advance(minutes=1)
    second = school.comes("You goat", AN_INSULT)
    lines = queries.list_cases(school.store, OFFICER_VIEW, tab=Tab.YOURS)
    assert [line.ref for line in lines] == [first, second, advert]


# --- what was read -----------------------------------------------------------------------------


def reach(school: School, stream: Stream = Stream.COMMENTS) -> queries.StreamState:
    [account] = queries.reading_state(school.store, school.settings, school.clock.now())
    return next(one for one in account.streams if one.stream is stream)


def test_an_account_that_was_never_polled_is_never_read(school: School) -> None:
    assert reach(school).reach is Reach.NEVER


def test_a_poll_that_has_not_ended_reads_nothing_yet(school: School) -> None:
    with school.store.begin() as uow:
        uow.state.open_poll("school", Stream.COMMENTS, NOON)
        uow.commit()
    assert reach(school).reach is Reach.NEVER
    assert reach(school).began_at == NOON


@pytest.mark.parametrize("result", [PollResult.PARTIAL, PollResult.FAILED])
def test_a_poll_that_failed_keeps_its_reason_and_the_time_of_the_last_whole_one(
    school: School, result: PollResult
) -> None:
    school.reads(Stream.COMMENTS)
    school.clock.advance(minutes=10)
    school.reads(Stream.COMMENTS, result, "X is down.", not_visible=2)
    state = reach(school)
    assert (state.reach, state.why) == (Reach(result), "X is down.")
    assert (state.last_complete_at, state.not_visible) == (NOON, 2)
    assert state.last_ended_at == NOON + timedelta(minutes=10)


def test_one_stream_says_nothing_of_the_others(school: School) -> None:
    school.reads(Stream.COMMENTS)
    assert reach(school).reach is Reach.READ
    assert reach(school, Stream.NEWCOMERS).reach is Reach.NEVER


def test_what_was_read_too_long_ago_does_not_pass_for_read(school: School) -> None:
    school.reads(Stream.COMMENTS)
    school.clock.advance(minutes=30)
    assert reach(school).reach is Reach.READ
    school.clock.advance(minutes=1)
    assert reach(school).reach is Reach.LATE


# --- context -----------------------------------------------------------------------------------


def test_a_comment_above_is_shown_only_to_whoever_may_read_it(school: School) -> None:
    school.comes("The head hits children", ABOUT_THE_HEAD, native_id="55")
    below = school.comes("You cow", AN_INSULT, parent_id="55", post_id="")
    seen_by_officer = queries.get_case(school.store, OFFICER_VIEW, below)
    seen_by_head = queries.get_case(
        school.store, Viewer(HEAD, frozenset({Role.HEADTEACHER})), below
    )
    assert seen_by_officer is not None
    assert seen_by_officer.content is not None
    assert seen_by_officer.content.parent is not None
    assert seen_by_officer.content.parent.text == "The head hits children"
    assert seen_by_head is not None
    assert seen_by_head.content is not None
    assert seen_by_head.content.parent is None


def test_an_edit_that_nobody_judged_yet_stands_beside_the_words_that_were(school: School) -> None:
    first = a_comment("You cow", native_id="56")
    school.meet(first)
    school.judge(AN_INSULT)
    school.meet(replace(first, text="Sorry"))
    page = queries.get_case(school.store, OFFICER_VIEW, school.case_of(first.ref))
    assert page is not None
    assert page.content is not None
    assert page.content.edited_at is not None
    assert (page.content.judged.text, page.content.earlier) == ("You cow", ())
    school.judge()
    page = queries.get_case(school.store, OFFICER_VIEW, school.case_of(first.ref))
    assert page is not None
    assert page.content is not None
    assert (page.content.judged.text, page.content.edited_at) == ("Sorry", None)
    assert [words.text for words in page.content.earlier] == ["You cow"]


def test_what_the_token_may_not_do_is_not_offered(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_INSULT)
    school.platform_does_it()
    with school.store.begin() as uow:
        denied = CapabilityReport(Capability.UNHIDE, CapabilityState.DENIED, "No.")
        uow.state.keep_capabilities("school", [denied], NOON)
        uow.commit()
    page = queries.get_case(school.store, OFFICER_VIEW, ref)
    assert page is not None
    assert Outcome.UNHIDE not in page.outcomes
    assert Outcome.HIDE in page.outcomes


def test_hiding_state_is_what_the_switches_and_settings_say(tmp_path: Path) -> None:
    school = School(tmp_path, the_settings(hide=False))
    state = queries.hiding_state(school.store, school.settings)
    assert not state.stopped.on
    assert not state.breaker.on
    assert state.allowed == school.settings.hiding
    school.store.close()
