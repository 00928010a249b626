"""Newcomers, the switch that stops hiding, and the page that says what was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.hiding import BREAKER
from bot.model import (
    Capability,
    CapabilityReport,
    CapabilityState,
    Edge,
    EffectKind,
    Kind,
)
from bot.settings import HidingMode
from bot.store import tables as t
from tests.web.pages_stage import (
    AN_INSULT,
    DSL,
    OFFICER,
    School,
    the_settings,
)


def effects(school: School) -> list[tuple[str, str]]:
    with school.store.engine.connect() as connection:
        rows = connection.execute(
            sa.select(t.effect.c.kind, t.effect.c.status).order_by(t.effect.c.id)
        )
        return [(row.kind, row.status) for row in rows]


# newcomers -------------------------------------------------------------------------------------


def test_newcomers_are_shown_with_facts_and_never_a_score(school: School) -> None:
    school.newcomer("Alex Mercer", facts={"followers": "12"}, edge=Edge.FOLLOW_REQUEST)
    words = school.signed_in(OFFICER).opens("/newcomers").words
    assert "Asks to follow" in words
    assert "Alex Mercer" in words
    assert "Followers 12" in words


def test_approving_a_newcomer_needs_no_reason_and_takes_them_off_the_list(school: School) -> None:
    ref = school.newcomer("Alex Mercer")
    answer = school.signed_in(OFFICER).decides(ref, "approve")
    assert (answer.status, answer.path) == (200, "/newcomers")
    assert "Alex Mercer" not in answer.words
    assert "Nobody new waits for you in what was read" in answer.words


def test_turning_a_newcomer_away_needs_a_reason_and_keeps_them_on_the_page(school: School) -> None:
    ref = school.newcomer("Alex Mercer")
    browser = school.signed_in(OFFICER)
    refused = browser.decides(ref, "not_suitable")
    assert refused.status == 422
    assert "Please give a reason" in refused.words
    assert "Alex Mercer" in refused.words
    assert browser.decides(ref, "not_suitable", "A pupil.").path == "/newcomers"
    assert "not suitable" in browser.opens("/log").words


def test_newcomers_and_comments_are_counted_apart(school: School) -> None:
    school.newcomer("Alex Mercer")
    browser = school.signed_in(OFFICER)
    assert "Queue 0 waiting Newcomers 1 waiting" in browser.opens("/").words


# the switch ------------------------------------------------------------------------------------


def test_the_switch_stops_hiding_at_once_and_lets_it_go_on(school: School) -> None:
    browser = school.signed_in(OFFICER)
    stopped = browser.sends("/hiding", {"stop": "yes"})
    assert "Hiding is stopped. Jo Field stopped it today at 12:00" in stopped.words
    assert "Hiding is stopped." in browser.opens("/").words
    school.comes("You cow", AN_INSULT)
    assert effects(school) == []
    browser.sends("/hiding", {"stop": "no"})
    assert "Hiding is stopped" not in browser.opens("/").words
    school.comes("You goat", AN_INSULT)
    assert effects(school) == [(EffectKind.HIDE, "pending")]
    assert "Jo Field stopped all hiding." in browser.opens("/log").words
    assert "Jo Field let hiding go on." in browser.opens("/log").words


def test_who_may_not_switch_is_refused_and_sees_no_button(school: School) -> None:
    browser = school.signed_in(DSL)
    assert "Stop all hiding now" not in browser.opens("/reading").words
    answer = browser.sends("/hiding", {"stop": "yes"})
    assert answer.status == 403
    assert "Your role cannot switch hiding" in answer.words
    assert "Hiding is stopped" not in browser.opens("/reading").words


def test_a_tripped_breaker_is_said_on_every_page_and_can_be_closed(school: School) -> None:
    with school.store.begin() as uow:
        uow.state.set_switch(BREAKER, True, by="machine", at=school.clock.now())
        uow.commit()
    browser = school.signed_in(OFFICER)
    for path in ("/", "/newcomers", "/log", "/reading"):
        assert "Hiding is paused." in browser.opens(path).words
    assert "Hiding is paused" not in browser.sends("/hiding", {"stop": "no"}).words


def test_the_page_says_what_settings_let_the_machine_hide(tmp_path: Path) -> None:
    plain = the_settings(hide=False)
    school = School(tmp_path, plain)
    assert "Schoolgate only observes." in school.signed_in(OFFICER).opens("/reading").words
    school.store.close()
    some = replace(plain, hiding=replace(plain.hiding, kinds={Kind.THREAT: HidingMode.HIDE}))
    school = School(tmp_path, some)
    assert "Schoolgate hides only: a threat." in school.signed_in(OFFICER).opens("/reading").words
    school.store.close()


# what was read ---------------------------------------------------------------------------------


def test_the_reading_page_shows_what_the_token_may_do(school: School) -> None:
    with school.store.begin() as uow:
        uow.state.keep_capabilities(
            "school",
            [
                CapabilityReport(Capability.READ_COMMENTS, CapabilityState.WORKS),
                CapabilityReport(Capability.DELETE, CapabilityState.IMPOSSIBLE, "Own posts only."),
            ],
            school.clock.now(),
        )
        uow.commit()
    words = school.signed_in(OFFICER).opens("/reading").words
    assert "Read comments Works" in words
    assert "Delete a comment Not possible there Own posts only." in words
    assert "Hide a comment Not tried yet" in words


def test_an_account_that_is_left_alone_says_until_when(school: School) -> None:
    until = school.clock.now() + timedelta(minutes=15)
    with school.store.begin() as uow:
        uow.state.park("school", writes=False, until=until, why="X is throttling us.")
        uow.commit()
    words = school.signed_in(OFFICER).opens("/reading").words
    assert "left alone until today at 12:15 . X is throttling us." in words
