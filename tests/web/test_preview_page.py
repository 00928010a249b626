"""The page Preview: for those who may switch hiding, and for each only what is theirs to see."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.model import Finding, Kind, Severity, Target
from bot.services.preview import preview
from tests.house import KeywordClassifier
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
    School,
    an_accusation,
    the_settings,
)

LOVELY = "Lovely assembly"
ACCUSES_HEAD = "Mrs Hartley hit my son in the corridor and locked him in her office"


def try_out(school: School, **labels: str) -> None:
    """A preview is made by a classifier that knows these words."""
    classifier = KeywordClassifier(labels)
    preview(school.store, school.clock, school.settings, [classifier], name="other.toml")


def page(school: School, person: str) -> str:
    """What the page shows to this person, the form's token left out."""
    answer = school.signed_in(person).opens("/preview")
    assert answer.status == 200
    return re.sub(r'value="[^"]*"', "", answer.text)


def counts(school: School, person: str) -> str:
    """How many comments are counted for this person."""
    found = re.search(r"(\w+) of (\d+) would be judged differently", page(school, person))
    assert found is not None
    return f"{found[1]} of {found[2]}"


def test_it_shows_what_would_change_and_that_nothing_was_switched_on(school: School) -> None:
    school.comes(LOVELY)
    school.comes("Buy now", AN_ADVERT)
    try_out(school, assembly="sexual")
    words = school.signed_in(OFFICER).opens("/preview").words
    assert "Nothing has been switched on." in words
    assert "With other.toml" in words
    assert "2 of 2 would be judged differently" in words
    assert "Left alone 0 0 1 For a person 1 0 0 Hidden 0 0 0" in words
    assert "Sexual remarks 1 0 0 0" in words
    assert "Advertising or a scam 0 0 0 1" in words


def test_each_histogram_has_a_drawing_with_the_line_and_the_numbers_in_a_table(
    school: School,
) -> None:
    school.comes(LOVELY)
    school.comes("Nice")
    try_out(school, assembly="sexual")
    html = page(school, OFFICER)
    assert html.count('class="bars__line" x1="160.0"') == 1
    assert html.count('class="bars__bar"') == 2
    assert re.search(r"0\.9 to 1\.0</th><td[^>]*>1", html)
    assert re.search(r"0\.5 to 0\.6</th><td[^>]*>0 .*counts from 0\.50", html)


def test_it_holds_no_words_and_no_references(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    try_out(school)
    for person in (OFFICER, HEAD):
        html = page(school, person)
        assert "You cow" not in html
        assert ref not in html


def test_before_the_first_one_it_says_how_it_is_made(school: School) -> None:
    words = school.signed_in(OFFICER).opens("/preview").words
    assert "No preview was made yet." in words
    assert "schoolgate preview --settings OTHER.toml" in words


@pytest.mark.parametrize("person", [DSL, CHAIR, DPO, TECHNICIAN])
def test_it_is_for_those_who_may_switch_hiding_alone(school: School, person: str) -> None:
    browser = school.signed_in(person)
    answer = browser.opens("/preview")
    assert answer.status == 403
    assert 'href="/preview"' not in browser.opens("/reading").text


def test_the_officer_counts_every_public_comment_and_the_headteacher_their_own(
    school: School,
) -> None:
    school.comes(LOVELY)
    school.comes("Buy now", AN_ADVERT)
    school.comes("You cow", AN_INSULT)
    try_out(school, cow="abuse")
    assert counts(school, OFFICER) == "1 of 3"
    assert counts(school, HEAD) == "None of 1"


def test_the_headteacher_counts_what_would_newly_be_hidden(school: School) -> None:
    school.comes(LOVELY)
    try_out(school, assembly="sexual")
    assert counts(school, HEAD) == "1 of 1"


TO_THE_DSL_ALONE = Finding(Kind.ALLEGATION, Severity.SERIOUS, Target.PUPIL, child=True)


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(lambda school: school.comes(ACCUSES_HEAD, ABOUT_THE_HEAD), id="accuses"),
        pytest.param(lambda school: school.comes(ACCUSES_HEAD), id="would newly accuse"),
        pytest.param(
            lambda school: school.comes("Nice assembly", an_accusation(HEAD)), id="would be praise"
        ),
    ],
)
def test_a_comment_that_is_kept_from_the_headteacher_leaves_their_page_as_it_was(
    tmp_path: Path, kept: Callable[[School], str]
) -> None:
    pages = []
    for name, more in (("with", kept), ("without", None)):
        (tmp_path / name).mkdir()
        school = School(tmp_path / name)
        school.comes("You cow", AN_INSULT)
        if more is not None:
            more(school)
        try_out(school, assembly="sexual", cow="abuse")
        pages.append(page(school, HEAD))
        assert counts(school, OFFICER)[-1] == ("2" if more else "1")
        school.store.close()
    assert re.sub(r"\s+", " ", pages[0]) == re.sub(r"\s+", " ", pages[1])


def test_a_case_of_the_dsls_alone_is_not_counted_for_the_headteacher(tmp_path: Path) -> None:
    school = School(tmp_path, the_settings(hide=False))
    school.comes("You cow", TO_THE_DSL_ALONE)
    try_out(school, cow="abuse")
    assert counts(school, HEAD) == "None of 0"
    assert counts(school, OFFICER) == "None of 1"
    school.store.close()


def test_what_comes_to_be_kept_from_them_after_the_preview_is_counted_no_longer(
    school: School,
) -> None:
    school.comes("You cow", AN_INSULT, native_id="77")
    try_out(school, cow="abuse")
    assert counts(school, HEAD) == "None of 1"
    with school.store.begin() as uow:
        uow.connection.exec_driver_sql("UPDATE reading SET waiting = 1")
        uow.commit()
    school.judge(ABOUT_THE_HEAD)
    assert counts(school, HEAD) == "None of 0"


def test_what_they_see_now_and_would_be_kept_from_them_then_is_not_counted(
    school: School,
) -> None:
    school.comes(ACCUSES_HEAD, AN_INSULT)
    try_out(school)
    assert counts(school, OFFICER) == "None of 1"
    assert counts(school, HEAD) == "None of 0"


def test_whoever_else_is_accused_does_not_count_it_either(school: School) -> None:
    school.comes("You cow", an_accusation(OFFICER))
    try_out(school, cow="abuse")
    assert counts(school, OFFICER) == "None of 0"
