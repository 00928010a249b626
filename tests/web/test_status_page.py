"""Whether it does its work: a page for two roles, and addresses for machines that count no case."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import AdapterError
from bot.model import Capability, PollResult, Stream
from bot.queries.health import find_troubles
from bot.services import runs
from bot.services.alarm import keep_troubles
from tests.web.pages_stage import AN_INSULT, CHAIR, DPO, DSL, HEAD, OFFICER, TECHNICIAN, School


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


def watches(school: School) -> None:
    """The watch looks once, as its job does every minute."""
    runs.expect(school.store, {"watch": 60, "read:school": 3600})
    runs.began(school.store, school.clock, "watch")
    found = find_troubles(school.store, school.settings, school.clock.now())
    keep_troubles(school.store, school.clock, found)


def test_the_page_says_yes_while_everything_is_read(school: School) -> None:
    school.reads_everything()
    watches(school)
    for who in (OFFICER, TECHNICIAN):
        page = school.signed_in(who).opens("/status")
        assert page.status == 200
        assert "Every account is read within its time, and nothing is wrong" in page.words


@pytest.mark.parametrize("who", [HEAD, DSL, CHAIR, DPO])
def test_it_is_nobody_elses_page(school: School, who: str) -> None:
    browser = school.signed_in(who)
    assert browser.opens("/status").status == 403
    assert "/status" not in browser.opens("/").text


def test_what_is_not_read_is_said_in_the_platforms_words(school: School) -> None:
    school.reads_everything()
    school.reads(Stream.COMMENTS, PollResult.FAILED, "X does not answer.")
    watches(school)
    page = school.signed_in(OFFICER).opens("/status")
    assert "Not all of it." in page.words
    assert "X does not answer." in page.words
    answer = school.stranger().opens("/readyz")
    assert answer.status == 503
    assert "X does not answer." in answer.text


def test_it_is_ready_while_every_account_is_read_and_the_watch_goes_on(school: School) -> None:
    school.reads_everything()
    assert school.stranger().opens("/readyz").status == 503
    watches(school)
    assert school.stranger().opens("/readyz").status == 200
    school.clock.advance(minutes=6)
    assert "has not looked after itself" in school.stranger().opens("/readyz").text


def test_what_is_left_alone_is_said_where_a_person_looks(school: School) -> None:
    school.reads_everything()
    with school.store.begin() as uow:
        for _ in range(3):
            error = AdapterError("X has a fault of its own.")
            uow.circuits.failed("school", Capability.HIDE, error, school.clock.now())
        uow.commit()
    watches(school)
    for path in ("/status", "/reading"):
        words = school.signed_in(OFFICER).opens(path).words
        assert "is left alone until" in words
        assert "X has a fault of its own." in words
    assert school.stranger().opens("/readyz").status == 200, "all is read: hiding is not reading"


def test_no_figure_changes_because_of_a_case(school: School) -> None:
    school.reads_everything()
    watches(school)
    before = school.stranger().opens("/metrics").text
    school.comes("You are a fool, Mr Dunmore", AN_INSULT)
    after = school.stranger().opens("/metrics").text
    assert before == after
    assert "schoolgate_ready 1.0" in after
    assert school.stranger().opens("/healthz").text == "ok"
