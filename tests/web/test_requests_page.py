"""The data protection officer's page: find, hand out, erase; all that hangs on a person."""

from __future__ import annotations

import json
import re

import pytest

from bot.access import Viewer
from bot.log import verify_rows
from bot.model import Role
from bot.queries.rights import Hanging, HeldOn, find_person
from bot.services.purge import repeat_purges
from bot.services.repeat import note_step
from tests.builders import a_newcomer, an_author
from tests.web.pages_stage import (
    ABOUT_THE_HEAD,
    AN_INSULT,
    DPO,
    HEAD,
    OFFICER,
    TECHNICIAN,
    Answer,
    School,
)

DATA_OFFICER = Viewer(DPO, frozenset({Role.DPO}))
CANARY = "zanzibarkelly"


@pytest.fixture
def school(school: School) -> School:
    """Kelly followed and was blocked, is in the register, wrote twice, and was given advice."""
    author = an_author("4711", handle=CANARY, name=f"Kelly {CANARY}")
    officer = school.signed_in(OFFICER)
    newcomer = school.newcomer(CANARY, native_id="4711")
    vetted = {"pick": f"{newcomer}:1", "outcome": "not_suitable", "why": "other"}
    said = f"{CANARY} sells things, says Daniel Penrose."
    officer.sends("/newcomers", {**vetted, "then": "block", "reason": said})
    officer.sends("/register", {"platform": "x", "handle": f"@{CANARY}"})
    school.comes("You cow", AN_INSULT, author=author)
    school.comes("A lovely assembly", author=author)
    viewer = Viewer(OFFICER, frozenset({Role.COMMUNICATIONS_OFFICER}))
    note_step(school.store, school.clock, viewer, "memory", "4711", "advice")
    return school


def asks(school: School, kind: str) -> Answer:
    return school.signed_in(DPO).sends("/requests", {"kind": kind, "handle": f"@{CANARY}"})


def is_anywhere(school: School) -> bool:
    folder = school.store.path.parent
    return any(CANARY.encode() in path.read_bytes().lower() for path in folder.iterdir())


def test_all_that_hangs_on_a_person_is_found(school: School) -> None:
    held = find_person(school.store, DATA_OFFICER, f"@{CANARY}")
    assert len(held.items) == len(held.theirs) == 3
    assert {one.sort for one in held.beside} == {
        Hanging.RESTRICTION,
        Hanging.REGISTER,
        Hanging.STEP,
    }
    page = asks(school, "access")
    assert page.status == 200
    for words in ("30 days left", "You cow", "A lovely assembly", "In the parents’ register"):
        assert words in page.words, words


def test_what_they_get_names_nobody_else(school: School) -> None:
    page = asks(school, "access")
    sent = school.signed_in(DPO).sends(f"{page.path}/own-data", {"form": "json"})
    given = json.loads(sent.text)
    assert len(given["items"]) == 3
    assert "Penrose" not in sent.text
    assert any("sells things" in one["why"] for one in given["beside"])
    paper = school.signed_in(DPO).sends(f"{page.path}/own-data", {"form": "pdf"})
    assert paper.headers["content-type"] == "application/pdf"
    assert "took out an answer to somebody who asked" in school.signed_in(DPO).opens("/log").words


def test_a_granted_erasure_leaves_nothing_of_them_in_any_file(school: School) -> None:
    page = asks(school, "erasure")
    assert is_anywhere(school)
    done = school.signed_in(DPO).sends(
        f"{page.path}/answer", {"decision": "granted", "reason": "They asked for it."}
    )
    assert "Granted" in done.words
    assert not is_anywhere(school)
    assert find_person(school.store, DATA_OFFICER, CANARY) == HeldOn()
    by_number = find_person(school.store, DATA_OFFICER, "4711")
    assert [item.texts for item in by_number.items] == [()]
    assert [one.words for one in by_number.beside] == [""]
    assert verify_rows(school.store.log_rows(), school.store.log_key).ok


def test_a_sweep_of_followers_does_not_bring_an_erased_name_back(school: School) -> None:
    page = asks(school, "erasure")
    answer = {"decision": "granted", "reason": "They asked for it."}
    school.signed_in(DPO).sends(f"{page.path}/answer", answer)
    follower = a_newcomer(CANARY, native_id="4711")
    school.meet(follower)
    with school.store.begin() as uow:
        uow.people.meet_again([follower], read_at=school.clock.now())
        uow.commit()
    assert not is_anywhere(school)


def test_what_an_older_backup_brings_back_of_them_goes_again(school: School) -> None:
    school.store.wipe_leftovers()
    database = school.store.path
    older = database.read_bytes()
    page = asks(school, "erasure")
    answer = {"decision": "granted", "reason": "They asked for it."}
    school.signed_in(DPO).sends(f"{page.path}/answer", answer)
    school.store.close()
    database.write_bytes(older)
    assert is_anywhere(school)
    assert repeat_purges(school.store, school.clock) == 5
    assert not is_anywhere(school)
    assert repeat_purges(school.store, school.clock) == 0


def test_a_refusal_needs_a_reason_and_takes_nothing_away(school: School) -> None:
    page = asks(school, "erasure")
    browser = school.signed_in(DPO)
    for typed in ({"decision": "refused", "reason": " "}, {"decision": "", "reason": "Because."}):
        answer = browser.sends(f"{page.path}/answer", typed)
        assert (answer.status, "Not saved" in answer.words) == (422, True)
    browser.sends(f"{page.path}/answer", {"decision": "refused", "reason": "We may need it."})
    assert ": refused" in browser.opens("/requests").words
    assert len(find_person(school.store, DATA_OFFICER, CANARY).items) == 3
    again = browser.sends(f"{page.path}/answer", {"decision": "granted", "reason": "After all."})
    assert again.status == 422


def test_the_clock_says_how_late_it_is(school: School) -> None:
    asks(school, "access")
    school.clock.advance(hours=33 * 24)
    assert "Late by 3 days" in school.signed_in(DPO).opens("/requests").words


def test_nobody_but_the_data_protection_officer_sees_a_request(school: School) -> None:
    page = asks(school, "access")
    for key in (OFFICER, HEAD, TECHNICIAN):
        browser = school.signed_in(key)
        assert browser.opens("/requests").status == 403
        assert browser.opens(page.path).status in {403, 404}
        assert not re.search(r'href="/requests"', browser.opens("/").text)


def test_a_case_that_accuses_the_reader_is_not_among_what_is_held(school: School) -> None:
    school.comes(f"{CANARY} says the head locks children in", ABOUT_THE_HEAD)
    both = Viewer(HEAD, frozenset({Role.DPO, Role.HEADTEACHER}))
    assert len(find_person(school.store, both, CANARY).items) == 3
    assert len(find_person(school.store, DATA_OFFICER, CANARY).items) == 4
