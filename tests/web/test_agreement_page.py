"""The agreement page: for whoever may switch hiding, in plain English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.calibrating import ENOUGH
from bot.model import Finding, Kind, Severity
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
    for number in range(4):
        browser.decides(school.comes(f"You cow {number}", AN_INSULT), "hide", "Because.")
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
    assert 'under [hiding.kinds] in settings.toml: spam = "hide"' in words
    assert "Schoolgate never switches hiding on by itself." in words
    assert not school.settings.hiding.may_hide(Kind.SPAM)


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
    assert "/agreement" not in browser.opens("/").text


@pytest.mark.parametrize("who", [OFFICER, HEAD])
def test_those_who_may_switch_hiding_get_a_link(school: School, who: str) -> None:
    assert 'href="/agreement"' in school.signed_in(who).opens("/").text
