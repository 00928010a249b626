"""Several cases decided at once: each with its own trail, and only what fits."""

from __future__ import annotations

import html
import re

import pytest

from bot.model import (
    Capability,
    CapabilityReport,
    CapabilityState,
)
from tests.web.pages_stage import (
    ABOUT_THE_HEAD,
    AN_ADVERT,
    AN_INSULT,
    CHAIR,
    HEAD,
    OFFICER,
    School,
    effects,
    version_of,
)


def boxes(page: str) -> list[str]:
    return re.findall(r'name="case" value="([^"]+)"', page)


def test_one_decision_serves_many_each_with_its_own_trail(school: School) -> None:
    refs = [school.comes(f"Cheap shoes number {n}", AN_ADVERT) for n in range(3)]
    browser = school.signed_in(OFFICER)
    chosen = boxes(browser.opens("/").text)
    assert len(chosen) == 3
    answer = browser.sends("/decisions", {"case": chosen, "outcome": "hide", "reason": "A scam."})
    assert "Decided: 3 of 3" in answer.words
    assert effects(school) == [("hide", "pending", OFFICER)] * 3
    for ref in refs:
        assert "A scam." in browser.opens(f"/cases/{ref}").words
    undone = browser.sends("/decisions/undo", {"case": refs})
    assert "Undone: 3 of 3" in undone.words
    assert {status for _, status, _ in effects(school)} == {"cancelled"}


def test_what_somebody_changed_meanwhile_is_left_out_and_said(school: School) -> None:
    first, second = school.comes("You cow", AN_INSULT), school.comes("You toad", AN_INSULT)
    officer, head = school.signed_in(OFFICER), school.signed_in(HEAD)
    chosen = boxes(officer.opens("/").text)
    head.decides(first, "hide", "It stays hidden.")
    answer = officer.sends("/decisions", {"case": chosen, "outcome": "allow", "reason": "Fine."})
    assert "Decided: 1 of 2" in answer.words
    left_out, done = answer.text.index(f"/cases/{first}"), answer.text.index(f"/cases/{second}")
    assert left_out < done
    assert "You cow Not decided. Somebody else changed it first." in answer.words
    assert "You toad Decided." in answer.words


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"outcome": "hide", "reason": ""}, "Please give a reason"),
        ({"outcome": "", "reason": "So."}, "Please choose what you decide."),
        ({"outcome": "delete", "reason": "So."}, "cannot be decided of several"),
    ],
)
def test_what_is_wrong_with_a_decision_for_several_is_said_and_all_is_kept(
    school: School, fields: dict[str, str], sentence: str
) -> None:
    school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    [box] = boxes(browser.opens("/").text)
    answer = browser.sends("/decisions", {"case": box, **fields})
    assert answer.status == 422
    assert sentence in answer.words
    assert f'value="{box}" checked' in answer.text
    assert f">{fields['reason']}</textarea>" in answer.text


@pytest.mark.parametrize(
    ("ticked", "fields", "mended"),
    [
        (True, {"outcome": "hide", "reason": " "}, "several-reason"),
        (True, {"outcome": "", "reason": "So."}, "several-allow"),
        (False, {"outcome": "hide", "reason": "So."}, "tick-"),
    ],
)
def test_what_is_wrong_leads_to_the_field_that_is_to_be_mended(
    school: School, ticked: bool, fields: dict[str, str], mended: str
) -> None:
    school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    cases = {"case": boxes(browser.opens("/").text)} if ticked else {}
    answer = browser.sends("/decisions", {**cases, **fields})
    [link] = re.findall(r'<p id="problem"><a href="#([^"]+)">', answer.text)
    assert link.startswith(mended)
    assert f'id="{link}"' in answer.text


def test_a_list_that_was_narrowed_is_still_narrowed_where_something_was_wrong(
    school: School,
) -> None:
    first = school.comes("Buy cheap followers NOW!!!", AN_ADVERT)
    school.comes("buy cheap followers now :)", AN_ADVERT)
    other = school.comes("Half price hats", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    narrowed = browser.opens(f"/?same=words&of={first}")
    [action] = re.findall(r'action="(/decisions[^"]*)"', narrowed.text)
    answer = browser.sends(html.unescape(action), {"case": boxes(narrowed.text)})
    assert answer.status == 422
    assert boxes(answer.text) == boxes(narrowed.text)
    assert other not in answer.text


def offered(page: str) -> list[str]:
    return re.findall(r'id="several-\w+" name="outcome" value="(\w+)"', page)


def a_mention(school: School, text: str) -> str:
    """Words that X lets nobody hide."""
    return school.comes(text, AN_INSULT, can_hide=False)


def test_offered_for_several_is_only_what_fits_at_least_one_of_them(school: School) -> None:
    a_mention(school, "You cow")
    browser = school.signed_in(OFFICER)
    assert offered(browser.opens("/").text) == ["allow", "answered", "cleared"]
    school.comes("Cheap shoes", AN_ADVERT)
    page = browser.opens("/").text
    assert offered(page) == ["allow", "answered", "hide", "cleared"]
    assert 'data-fits="allow answered cleared"' in page
    assert 'data-fits="allow answered hide cleared"' in page


def test_what_cannot_be_hidden_is_left_out_and_said_of_each_in_words(school: School) -> None:
    mention, advert = a_mention(school, "You cow"), school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    chosen = boxes(browser.opens("/").text)
    answer = browser.sends("/decisions", {"case": chosen, "outcome": "hide", "reason": "So."})
    assert "Decided: 1 of 2" in answer.words
    assert "You cow Not decided. The platform does not allow hiding this comment." in answer.words
    assert "Cheap shoes Decided." in answer.words
    assert [kind for kind, _, by in effects(school) if by == OFFICER] == ["hide"]
    assert f"/cases/{mention}" in browser.opens("/").text
    assert f"/cases/{advert}" not in browser.opens("/").text


@pytest.mark.parametrize("state", [CapabilityState.DENIED, CapabilityState.IMPOSSIBLE])
def test_where_the_token_may_not_hide_nobody_is_offered_it_and_nothing_is_asked_for(
    school: School, state: CapabilityState
) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    with school.store.begin() as uow:
        report = CapabilityReport(Capability.HIDE, state, "The token may not.")
        uow.state.keep_capabilities("school", [report], school.clock.now())
        uow.commit()
    browser = school.signed_in(OFFICER)
    assert offered(browser.opens("/").text) == ["allow", "answered", "cleared"]
    answer = browser.decides(ref, "hide", "A scam.")
    assert answer.status == 422
    assert "The platform does not allow hiding this comment." in answer.words
    assert effects(school) == []


def test_what_is_gone_cannot_be_hidden_any_more(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    school.vanishes(ref)
    browser = school.signed_in(OFFICER)
    assert offered(browser.opens("/").text) == ["allow", "answered", "cleared"]
    answer = browser.decides(ref, "hide", "A scam.", version_of(school, ref))
    assert "there is nothing left to hide" in answer.words
    assert effects(school) == []


def test_what_is_hidden_can_be_kept_hidden_or_shown_with_others(school: School) -> None:
    school.comes("You cow", AN_INSULT)
    school.platform_does_it()
    page = school.signed_in(OFFICER).opens("/").text
    assert offered(page) == ["allow", "hide", "cleared"]


def test_several_hold_nothing_that_is_not_the_viewers(school: School) -> None:
    secret = school.comes("The head locks children in", ABOUT_THE_HEAD)
    head = school.signed_in(HEAD)
    for ref in (secret, "000000000000"):
        fields = {"case": f"{ref}:1", "outcome": "allow", "reason": "Nothing."}
        words = head.sends("/decisions", fields).words
        assert "Decided: 0 of 1" in words
        assert "for somebody else to decide" in words
    chair = school.signed_in(CHAIR)
    assert "What was decided" not in chair.opens(f"/cases/{secret}").words
