"""Whoever is excluded sees nothing: no list, count, line, page or gap. ICT sees no content."""

from __future__ import annotations

import re

import pytest

from bot.model import Finding, Kind, Severity, Target
from tests.builders import an_author
from tests.web.pages_stage import (
    ABOUT_THE_HEAD,
    AN_ADVERT,
    AN_INSULT,
    CHAIR,
    DPO,
    DSL,
    HEAD,
    OFFICER,
    TECHNICIAN,
    Browser,
    School,
    an_accusation,
)

EVERY_LIST = ("/", "/?tab=others", "/?tab=done", "/?tab=baseline", "/newcomers", "/log", "/reading")
SECRET = "The head locks children in"


def all_pages(browser: Browser) -> str:
    """All that somebody can come across, without what differs at every visit."""
    text = "\n".join(browser.opens(path).text for path in EVERY_LIST)
    return re.sub(r'name="csrftoken" value="[^"]*"', "", text)


def test_the_headteacher_cannot_tell_that_a_case_about_them_exists(school: School) -> None:
    """Before and after: every page the headteacher can open is the same, letter by letter."""
    other = school.comes("You cow", AN_INSULT)
    head = school.signed_in(HEAD)
    before = all_pages(head)
    ref = school.comes(SECRET, ABOUT_THE_HEAD)
    assert all_pages(head) == before
    missing = head.opens("/cases/000000000000")
    hidden = head.opens(f"/cases/{ref}")
    assert (hidden.status, missing.status) == (404, 404)
    assert hidden.words == missing.words
    assert head.opens(f"/cases/{other}").status == 200


def test_nothing_that_is_done_about_it_shows_either(school: School) -> None:
    head, chair = school.signed_in(HEAD), school.signed_in(CHAIR)
    before = all_pages(head)
    ref = school.comes(SECRET, ABOUT_THE_HEAD)
    school.platform_does_it()
    chair.decides(ref, "unhide", "A jest.")
    assert all_pages(head) == before
    assert "A jest." in chair.opens(f"/cases/{ref}").words


def test_the_headteacher_cannot_decide_what_they_cannot_see(school: School) -> None:
    ref = school.comes(SECRET, ABOUT_THE_HEAD)
    head = school.signed_in(HEAD)
    refused = head.decides(ref, "unhide", "Nothing in it.")
    unknown = head.decides("000000000000", "unhide", "Nothing in it.")
    assert (refused.status, unknown.status) == (404, 404)
    assert refused.words == unknown.words
    chair = school.signed_in(CHAIR)
    assert "What was decided" not in chair.opens(f"/cases/{ref}").words


def test_a_case_about_the_headteacher_is_with_the_chair(school: School) -> None:
    ref = school.comes(SECRET, ABOUT_THE_HEAD)
    chair = school.signed_in(CHAIR)
    assert SECRET in chair.opens("/").words
    assert "An accusation about the headteacher" in chair.opens(f"/cases/{ref}").words
    assert "an accusation about the headteacher" in chair.opens("/log").words


def test_a_comment_under_one_that_accuses_the_headteacher_does_not_quote_it_to_them(
    school: School,
) -> None:
    school.comes(SECRET, ABOUT_THE_HEAD, native_id="70")
    below = school.comes("You cow", AN_INSULT, parent_id="70")
    assert SECRET not in school.signed_in(HEAD).opens(f"/cases/{below}").text
    assert SECRET in school.signed_in(OFFICER).opens(f"/cases/{below}").text


def test_who_is_accused_later_loses_sight_of_the_case(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT, native_id="71")
    head = school.signed_in(HEAD)
    assert ref in all_pages(head)
    school.comes(SECRET, ABOUT_THE_HEAD, native_id="71")
    assert ref not in all_pages(head)
    assert head.opens(f"/cases/{ref}").status == 404


def test_the_officer_sees_the_words_of_a_dsl_case_and_with_whom_it_is_but_no_more(
    school: School,
) -> None:
    worry = Finding(Kind.WELFARE, Severity.SERIOUS, Target.PUPIL, True)
    ref = school.comes("My stepdad hurts me", worry)
    dsl, officer = school.signed_in(DSL), school.signed_in(OFFICER)
    dsl.decides(ref, "hide", "Called the family.")
    page = officer.opens(f"/cases/{ref}")
    assert "My stepdad hurts me" in page.words
    assert "With the designated safeguarding lead" in page.words
    for private in ("Called the family.", "Daniel Penrose", "wellbeing", "What was decided"):
        assert private not in page.words
        assert private in dsl.opens(f"/cases/{ref}").words
    assert ref not in officer.opens("/log").text
    assert ref in dsl.opens("/log").text


def test_the_officer_can_hide_a_dsl_case_and_nothing_else(school: School) -> None:
    worry = Finding(Kind.WELFARE, Severity.MILD, Target.PUPIL, True)
    ref = school.comes("Is Sam all right?", worry)
    officer = school.signed_in(OFFICER)
    assert ref not in officer.opens("/").text
    assert ref in officer.opens("/?tab=others").text
    page = officer.opens(f"/cases/{ref}")
    assert re.findall(r'name="outcome" value="(\w+)"', page.text) == ["hide"]
    answer = officer.decides(ref, "allow")
    assert answer.status == 403
    assert "for somebody else to take" in answer.words
    assert officer.decides(ref, "hide", "To be safe.").status == 200


def test_the_technician_sees_health_and_no_content(school: School) -> None:
    phish = Finding(Kind.SECURITY, Severity.MILD)
    author = an_author(handle="phisher", name="Phil Fisher")
    told = school.comes("Send me your password", phish, author=author)
    other = school.comes("You cow", AN_INSULT)
    newcomer = school.newcomer("Alex Mercer")
    school.reads_everything()
    technician = school.signed_in(TECHNICIAN)
    everything = all_pages(technician) + technician.opens(f"/cases/{told}").text
    for content in (
        "Send me your password",
        "phisher",
        "Phil",
        "You cow",
        "Alex",
        "memory.example",
    ):
        assert content not in everything
    assert other not in everything
    assert newcomer not in everything
    assert "Comments: read to the end" in technician.opens("/reading").words
    assert technician.opens("/log").status == 403
    assert technician.opens(f"/cases/{other}").status == 404
    assert "A danger to accounts or passwords" in technician.opens(f"/cases/{told}").words
    assert technician.decides(told, "allow").status == 403


@pytest.mark.parametrize("key", [DSL, CHAIR, DPO, TECHNICIAN])
def test_a_routine_case_is_no_business_of_others(school: School, key: str) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(key)
    assert ref not in all_pages(browser)
    assert browser.opens(f"/cases/{ref}").status == 404
    assert "Queue 0 waiting" in browser.opens("/").words


def test_the_headteacher_sees_what_was_hidden_but_it_does_not_wait_for_them(
    school: School,
) -> None:
    scam = Finding(Kind.SPAM, Severity.SERIOUS)
    ref = school.comes("Send bitcoin", scam)
    head = school.signed_in(HEAD)
    assert ref not in all_pages(head)
    school.platform_does_it()
    assert ref not in head.opens("/").text
    assert ref in head.opens("/?tab=others").text
    assert "for others to decide" in head.opens(f"/cases/{ref}").words


def test_leafing_through_the_log_shows_no_gap(school: School) -> None:
    head = school.signed_in(HEAD)
    for _ in range(3):
        for number in range(30):
            school.comes(f"You cow {number}", AN_INSULT)
        school.comes(SECRET, ABOUT_THE_HEAD)
    pages = [head.opens(f"/log?page={number}").text for number in range(1, 5)]
    # 90 judged, 30 hides asked for until the breaker tripped, and a telephone that was set up.
    assert [page.count('<time datetime="') for page in pages] == [50, 50, 22, 0]


def test_the_log_page_holds_no_numbers_of_entries(school: School) -> None:
    school.comes(SECRET, ABOUT_THE_HEAD)
    school.comes("You cow", AN_INSULT)
    text = school.signed_in(HEAD).opens("/log").text
    assert "seq" not in text
    assert re.findall(r"<ol[^>]*>", text) == ['<ol class="log">']


def test_an_accusation_about_a_teacher_goes_to_the_headteacher(school: School) -> None:
    ref = school.comes("Mr Dunmore shoved him", an_accusation("ddunmore"))
    assert ref in school.signed_in(HEAD).opens("/").text
