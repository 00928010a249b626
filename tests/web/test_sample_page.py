"""The page of the weekly sample: plain forms for the officer, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services.sample import draw
from tests.web.pages_stage import (
    CHAIR,
    DPO,
    DSL,
    HEAD,
    OFFICER,
    TECHNICIAN,
    Answer,
    Browser,
    School,
    the_settings,
)

STOP = {"should": "queue", "kind": "abuse", "target": "staff"}


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school on the Monday after two harmless comments came."""
    school = School(tmp_path, the_settings(hide=False))
    school.comes("Lovely concert!")
    school.comes("<b>Thank you</b> all")
    school.clock.advance(hours=24 * 3)
    draw(school.store, school.clock, school.settings)
    yield school
    school.store.close()


def refs(page: Answer) -> list[str]:
    """The comments that wait, by the address of their form."""
    return list(dict.fromkeys(re.findall(r'action="/sample/([0-9a-f]{12})"', page.text)))


def officer(school: School) -> Browser:
    return school.signed_in(OFFICER)


def test_it_shows_each_comment_with_both_answers_and_what_the_answers_are_for(
    school: School,
) -> None:
    page = officer(school).opens("/sample")
    assert page.status == 200
    assert "Comment 1 of 2" in page.words
    assert page.words.count("Rightly left up") == 2
    assert page.words.count("Should have been stopped …") == 2
    assert "What people wrote is used to train nothing." in page.words
    assert "&lt;b&gt;Thank you&lt;/b&gt; all" in page.text


def test_rightly_left_up_takes_one_off_the_list(school: School) -> None:
    browser = officer(school)
    first, second = refs(browser.opens("/sample"))
    page = browser.sends(f"/sample/{first}", {"should": "allow"})
    assert (page.status, page.path) == (200, "/sample")
    assert "Comment 1 of 1" in page.words
    assert "What was answered in the last four weeks (1)" in page.words
    page = browser.sends(f"/sample/{second}", {"should": "allow"})
    assert "Nothing waits for you here" in page.words
    assert "The next sample is drawn on Monday: up to 20 comments." in page.words


def test_should_have_been_stopped_leads_to_a_case_that_says_where_it_comes_from(
    school: School,
) -> None:
    browser = officer(school)
    [first, _] = refs(browser.opens("/sample"))
    page = browser.sends(f"/sample/{first}", STOP)
    words = "Should have been looked at: insults or bullying aimed at a member of staff."
    assert words in page.words
    found = re.search(r'href="(/cases/[0-9a-f]+)"', page.text)
    assert found is not None
    case = browser.opens(found[1])
    assert "In the weekly sample a person said that it holds insults or bullying" in case.words
    assert "Waits for a decision" in case.words
    ref = found[1].rpartition("/")[2]
    assert browser.decides(ref, "hide", "It is an insult.", version=2).status == 200


def test_an_answer_can_be_changed(school: School) -> None:
    browser = officer(school)
    [first, _] = refs(browser.opens("/sample"))
    browser.sends(f"/sample/{first}", {"should": "allow"})
    assert "Should have been hidden" not in browser.opens("/sample").words
    page = browser.sends(f"/sample/{first}", {**STOP, "should": "hide"})
    assert "Should have been hidden: insults or bullying" in page.words


def test_without_a_kind_nothing_is_saved_and_what_was_chosen_is_kept(school: School) -> None:
    browser = officer(school)
    [first, _] = refs(browser.opens("/sample"))
    page = browser.sends(f"/sample/{first}", {**STOP, "kind": "", "should": "hide"})
    assert page.status == 422
    assert "Not saved Please choose what it holds." in page.words
    assert '<details class="govuk-details" open>' in page.text
    assert re.search(rf'id="hide-{first}"[^>]* checked', page.text)
    assert "Comment 1 of 2" in page.words


@pytest.mark.parametrize("who", [HEAD, DSL, CHAIR, DPO, TECHNICIAN])
def test_nobody_but_the_officer_opens_it_or_answers(school: School, who: str) -> None:
    [first, _] = refs(officer(school).opens("/sample"))
    browser = school.signed_in(who)
    page = browser.opens("/sample")
    assert page.status == 403
    assert "Lovely concert" not in page.words
    assert browser.sends(f"/sample/{first}", {"should": "allow"}).status == 403
    assert "Comment 1 of 2" in officer(school).opens("/sample").words


def test_only_the_officer_gets_a_link_with_how_many_wait(school: School) -> None:
    browser = officer(school)
    assert "Sample 2 waiting" in browser.opens("/").words
    [first, _] = refs(browser.opens("/sample"))
    browser.sends(f"/sample/{first}", {"should": "allow"})
    assert "Sample 1 waiting" in browser.opens("/log").words
    assert "/sample" not in school.signed_in(HEAD).opens("/").text


def test_the_log_says_that_a_person_judged_it(school: School) -> None:
    browser = officer(school)
    [first, _] = refs(browser.opens("/sample"))
    browser.sends(f"/sample/{first}", STOP)
    words = browser.opens("/log").words
    assert "Jo Field judged that a comment may hold insults or bullying" in words
    assert "Schoolgate judged" not in words


def test_a_stranger_is_asked_to_sign_in(school: School) -> None:
    assert school.stranger().opens("/sample").path == "/sign-in"


def test_a_form_without_its_token_is_not_taken(school: School) -> None:
    browser = officer(school)
    [first, _] = refs(browser.opens("/sample"))
    answer = browser.client.post(f"/sample/{first}", data={"should": "allow"})
    assert answer.status_code == 403
    assert "Comment 1 of 2" in browser.opens("/sample").words


def test_what_is_not_in_the_sample_is_refused_like_what_is_not_for_them(school: School) -> None:
    answer = officer(school).sends("/sample/0123456789ab", {"should": "allow"})
    assert answer.status == 403
    assert "There is no such comment" in answer.words


def test_a_sample_is_shown_for_four_weeks(school: School) -> None:
    school.clock.at += timedelta(days=27)
    assert "Comment 1 of 2" in officer(school).opens("/sample").words
    school.clock.at += timedelta(days=1)
    assert "Nothing waits for you here" in officer(school).opens("/sample").words
