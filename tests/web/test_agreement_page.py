"""The agreement page: for whoever may switch hiding, in plain English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.calibrating import ENOUGH
from bot.hiding import BREAKER
from bot.model import Finding, Kind, Severity
from bot.store.effects import MACHINE
from tests.web.pages_stage import (
    ABOUT_THE_HEAD,
    AN_INSULT,
    CHAIR,
    DPO,
    DSL,
    HEAD,
    OFFICER,
    TECHNICIAN,
    School,
    the_settings,
)

A_SCAM = Finding(Kind.SPAM, Severity.SERIOUS)


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school that only observes."""
    school = School(tmp_path, the_settings(hide=False))
    yield school
    school.store.close()


def test_it_says_in_plain_english_how_often_people_agreed(school: School) -> None:
    browser = school.signed_in(OFFICER)
    for number in range(6):
        ref = school.comes(f"You cow {number}", AN_INSULT)
        browser.decides(ref, "allow" if number == 0 else "hide", "Because.")
    school.comes("You goat", AN_INSULT)
    words = browser.opens("/agreement").words
    assert (
        "Insults or bullying Of 7 comments that it would have hidden, people hid 5 and left 1 "
        "visible. 1 is not decided yet. They agreed in 83 % (allowing for chance, between 44 % "
        "and 97 %)."
    ) in words


def test_there_is_no_percentage_of_a_few(school: School) -> None:
    browser = school.signed_in(OFFICER)
    refs = [school.comes(f"You cow {number}", AN_INSULT) for number in range(4)]
    assert "4 comments that it would have hidden: none is decided yet." in (
        browser.opens("/agreement").words
    )
    for ref in refs:
        browser.decides(ref, "hide", "Because.")
    words = browser.opens("/agreement").words
    assert "people hid 4 and left 0 visible. That is too few for a percentage." in words
    assert "They agreed in" not in words


def test_it_says_what_could_be_switched_on_and_that_it_is_never_done_by_itself(
    school: School,
) -> None:
    browser = school.signed_in(OFFICER)
    assert "There is no further kind" in browser.opens("/agreement").words
    for number in range(ENOUGH):
        browser.decides(school.comes(f"Scam {number}", A_SCAM), "hide", "A scam.")
    words = browser.opens("/agreement").words
    assert "want that hidden at once from now on, switch it on below." in words
    assert "Schoolgate never switches hiding on by itself." in words
    assert hides(school) == 0
    only_the_file_counts(school)
    words = browser.opens("/agreement").words
    assert 'under [hiding.kinds] in settings.toml: spam = "hide"' in words


def only_the_file_counts(school: School) -> None:
    hiding = replace(school.settings.hiding, switchable=False)
    school.settings = replace(school.settings, hiding=hiding)
    school.app.state.context = replace(school.app.state.context, settings=school.settings)


def hides(school: School) -> int:
    """How many hides the machine asked for."""
    with school.store.read() as uow:
        return uow.effects.hides_asked_since(school.started_at, MACHINE)


@pytest.mark.parametrize("who", [OFFICER, HEAD])
def test_one_kind_is_switched_on_and_off_again_and_that_is_in_the_log(
    school: School, who: str
) -> None:
    browser = school.signed_in(who)
    words = browser.sends("/hiding/kind", {"kind": "abuse", "hide": "yes"}).words
    assert "Hiding is switched on for this kind: " in words
    school.comes("You cow", AN_INSULT)
    school.comes("Buy this", A_SCAM)
    assert hides(school) == 1
    browser.sends("/hiding/kind", {"kind": "abuse", "hide": "no"})
    school.comes("You goat", AN_INSULT)
    assert hides(school) == 1
    log = browser.opens("/log").words
    assert "let Schoolgate hide: insults or bullying." in log
    assert "stopped hiding: insults or bullying." in log


def test_the_one_switch_stops_a_kind_that_was_switched_on(school: School) -> None:
    browser = school.signed_in(OFFICER)
    browser.sends("/hiding/kind", {"kind": "abuse", "hide": "yes"})
    browser.sends("/hiding", {"stop": "yes"})
    school.comes("You cow", AN_INSULT)
    assert hides(school) == 0
    words = browser.opens("/agreement").words
    assert "But all hiding is stopped now." in words
    assert "Let hiding go on" in words


def test_where_only_the_file_counts_no_switch_is_shown_obeyed_or_taken(school: School) -> None:
    browser = school.signed_in(OFFICER)
    browser.sends("/hiding/kind", {"kind": "abuse", "hide": "yes"})
    only_the_file_counts(school)
    school.comes("You cow", AN_INSULT)
    assert hides(school) == 0
    assert "Hide from now on" not in browser.opens("/agreement").words
    answer = browser.sends("/hiding/kind", {"kind": "abuse", "hide": "yes"})
    assert answer.status == 422
    assert "your technician switches it there" in answer.words


def test_a_kind_that_is_never_hidden_has_no_switch(school: School) -> None:
    browser = school.signed_in(OFFICER)
    assert browser.sends("/hiding/kind", {"kind": "complaint", "hide": "yes"}).status == 422
    assert browser.sends("/hiding/kind", {"kind": "nonsense", "hide": "yes"}).status == 400
    assert 'value="complaint"' not in browser.opens("/agreement").text


def test_the_page_shows_the_breaker_and_lets_hiding_go_on(school: School) -> None:
    with school.store.begin() as uow:
        uow.state.set_switch(BREAKER, True, by=MACHINE, at=school.clock.now())
        uow.commit()
    browser = school.signed_in(OFFICER)
    assert "Hiding has been paused since today at 12:00" in browser.opens("/agreement").words
    browser.sends("/hiding", {"stop": "no"})
    assert "Hiding has been paused" not in browser.opens("/agreement").words


def test_the_headteachers_page_is_the_same_whether_or_not_somebody_accuses_them(
    school: School,
) -> None:
    school.comes("You cow", AN_INSULT)
    browser = school.signed_in(HEAD)
    before = browser.opens("/agreement").words
    ref = school.comes("The head hits children", ABOUT_THE_HEAD, AN_INSULT)
    school.signed_in(CHAIR).decides(ref, "hide", "Because.")
    assert browser.opens("/agreement").words == before
    assert "Counted is what you were told of." in before
    assert "What it left up" not in before


def test_the_officer_reads_what_the_sample_is_for(school: School) -> None:
    words = school.signed_in(OFFICER).opens("/agreement").words
    assert "Nobody has looked at the weekly sample yet" in words
    assert "Nothing was hidden or queued yet" in words


@pytest.mark.parametrize("who", [DSL, CHAIR, DPO, TECHNICIAN])
def test_others_are_refused_and_get_no_link(school: School, who: str) -> None:
    browser = school.signed_in(who)
    assert browser.opens("/agreement").status == 403
    assert browser.sends("/hiding/kind", {"kind": "abuse", "hide": "yes"}).status == 403
    assert "/agreement" not in browser.opens("/").text


@pytest.mark.parametrize("who", [OFFICER, HEAD])
def test_those_who_may_switch_hiding_get_a_link(school: School, who: str) -> None:
    assert 'href="/agreement"' in school.signed_in(who).opens("/").text
