"""Undo, two people at once, and what one does besides deciding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.model import (
    Aspect,
    AttachmentKind,
    Finding,
    Kind,
    Severity,
    Target,
)
from bot.store import tables as t
from tests.builders import an_attachment, an_author
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
    Answer,
    Browser,
    School,
    effects,
    the_settings,
    version_of,
)

A_COMPLAINT = Finding(Kind.COMPLAINT, Severity.MILD)
A_CONTEST = Finding(Kind.REQUEST, Severity.MILD, aspects=frozenset({Aspect.CONTEST}))
WORRY = Finding(Kind.WELFARE, Severity.SERIOUS, Target.PUPIL, True)


def notices(school: School) -> set[str]:
    with school.store.engine.connect() as connection:
        return set(connection.scalars(sa.select(t.notice.c.person)))


# undo -------------------------------------------------------------------------------------------


def test_nothing_leaves_for_six_seconds_after_a_decision(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    page = school.signed_in(OFFICER).decides(ref, "hide", "A scam.")
    assert 'data-seconds="6"' in page.text
    with school.store.begin() as uow:
        at, lease = school.clock.now(), school.clock.now() - school.clock.now()
        assert uow.effects.claim("school", at=at, lease=lease) is None
        school.clock.advance(seconds=6)
        assert uow.effects.claim("school", at=school.clock.now(), lease=lease) is not None


def test_a_decision_undone_in_time_never_happened_but_stands_in_the_trail(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    browser.decides(ref, "hide", "A scam.")
    page = browser.sends(f"/cases/{ref}/undo", {})
    assert page.status == 200
    assert effects(school) == [("hide", "cancelled", OFFICER)]
    assert "Waits for a decision" in page.words
    assert "Jo Field took that back: hide it." in page.words
    assert "What was decided" not in page.words
    assert ref in browser.opens("/").text
    assert browser.decides(ref, "allow", version=version_of(school, ref)).status == 200


def test_undoing_too_late_says_so_and_changes_nothing(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    browser.decides(ref, "hide", "A scam.")
    school.platform_does_it()
    answer = browser.sends(f"/cases/{ref}/undo", {})
    assert answer.status == 409
    assert "It is too late to undo that" in answer.words
    assert effects(school) == [("hide", "confirmed", OFFICER)]
    assert ref in browser.opens("/?tab=done").text
    back = browser.decides(ref, "unhide", "It is the PTA.", version_of(school, ref))
    assert back.status == 200
    assert effects(school)[-1] == ("unhide", "pending", OFFICER)


def test_undoing_what_replaced_a_hide_of_the_machine_asks_for_that_hide_again(
    school: School,
) -> None:
    ref = school.comes("You cow", AN_INSULT)
    browser = school.signed_in(OFFICER)
    browser.decides(ref, "unhide", "A quotation.")
    browser.sends(f"/cases/{ref}/undo", {})
    assert effects(school)[-1] == ("hide", "pending", "machine")


def test_nobody_undoes_what_somebody_else_decided(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    officer, head = school.signed_in(OFFICER), school.signed_in(HEAD)
    officer.decides(ref, "hide", "An insult.")
    answer = head.sends(f"/cases/{ref}/undo", {})
    assert answer.status == 409
    assert "nothing of yours to undo" in answer.words
    assert officer.sends(f"/cases/{ref}/undo", {}).status == 200
    assert officer.sends(f"/cases/{ref}/undo", {}).status == 409


# saving, and the next ---------------------------------------------------------------------------


def test_saving_goes_on_to_the_next_case_with_a_word_of_what_was_saved(school: School) -> None:
    first = school.comes("Cheap shoes", AN_ADVERT)
    second = school.comes("Cheap hats here", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    fields = {"outcome": "allow", "version": "1", "then": "next"}
    answer = browser.sends(f"/cases/{first}/decision", fields)
    assert answer.path == f"/cases/{second}"
    assert "Saved: leave it visible." in answer.words
    assert f'action="/cases/{first}/undo"' in answer.text
    last = browser.sends(f"/cases/{second}/decision", fields)
    assert last.path == "/"
    assert "Saved: leave it visible." in last.words


def test_a_ticked_reason_is_reason_enough_and_only_known_ones_count(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    fields = {"outcome": "hide", "version": "1", "chip": "Made up by a client"}
    assert browser.sends(f"/cases/{ref}/decision", fields).status == 422
    answer = browser.sends(
        f"/cases/{ref}/decision",
        {**fields, "chip": "A scam or advertising", "reason": "Third time."},
    )
    assert "A scam or advertising. Third time." in answer.words


def test_a_deletion_is_asked_about_twice(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    asked = browser.decides(ref, "delete", "A scam.")
    assert "Delete it for good?" in asked.words
    assert effects(school) == []
    fields = {"outcome": "delete", "reason": "A scam.", "version": "1", "sure": "yes"}
    assert browser.sends(f"/cases/{ref}/decision", fields).status == 200
    assert effects(school) == [("delete", "pending", OFFICER)]


def test_an_answered_complaint_is_done_and_stays_visible(school: School) -> None:
    ref = school.comes("When will somebody reply to me?", A_COMPLAINT)
    answer = school.signed_in(OFFICER).decides(ref, "answered")
    assert "Jo Field: answered" in answer.words
    assert effects(school) == []


def wrong(answer: Answer) -> tuple[str, list[str]]:
    """Where the sentence on top leads, and the ids of what is marked as wrong."""
    [link] = re.findall(r'<p id="problem">(?:<a href="#([^"]+)">)?', answer.text)
    marked = re.findall(r'<(?:textarea|select)[^>]* id="([^"]+)"[^>]*aria-invalid', answer.text)
    return link, marked


def test_a_decision_that_is_not_chosen_is_asked_for_where_one_chooses(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    answer = school.signed_in(OFFICER).decides(ref, "", "A scam.")
    assert answer.status == 422
    assert answer.words.count("Please choose what you decide.") == 2
    assert wrong(answer) == (f"{ref}-allow", [])
    assert 'govuk-fieldset govuk-form-group govuk-form-group--error"' in answer.text
    assert ">A scam.</textarea>" in answer.text


def test_a_reason_that_is_missing_is_asked_for_where_one_writes_it(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    answer = school.signed_in(OFFICER).decides(ref, "hide", " ")
    assert answer.words.count("Please give a reason: it goes into the log.") == 2
    assert wrong(answer) == (f"{ref}-reason", [f"{ref}-reason"])
    assert 'value="hide" required aria-describedby' in answer.text
    assert "<title>Problem: " in answer.text


def test_that_somebody_was_faster_is_no_mistake_of_a_field(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    browser.decides(ref, "allow")
    answer = browser.decides(ref, "answered")
    assert answer.status == 409
    assert wrong(answer) == ("", [])
    assert "govuk-form-group--error" not in answer.text


def test_whom_and_why_are_asked_for_where_one_hands_it_on(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    browser = school.signed_in(OFFICER)
    nobody = browser.sends(f"/cases/{ref}/route", {"role": "", "reason": "Please look."})
    assert wrong(nobody) == ("route-role", ["route-role"])
    wordless = browser.sends(f"/cases/{ref}/route", {"role": "headteacher", "reason": ""})
    assert wrong(wordless) == ("route-text", ["route-text"])
    assert '<option value="headteacher" selected>' in wordless.text
    note = browser.sends(f"/cases/{ref}/note", {"reason": ""})
    assert wrong(note) == ("note-text", ["note-text"])


# finding, narrowing, grouping -------------------------------------------------------------------


def test_the_same_words_and_the_same_author_are_found_together(school: School) -> None:
    spammer = an_author("77", name="Max Deals")
    first = school.comes("Buy cheap followers NOW!!! http://a.example/1", AN_ADVERT, author=spammer)
    same = school.comes("buy cheap followers now :) http://b.example/2", AN_ADVERT)
    other = school.comes("Half price hats", AN_ADVERT, author=spammer)
    browser = school.signed_in(OFFICER)
    assert "1 more by this author" in browser.opens("/").words
    assert "1 more that says the same" in browser.opens("/").words
    words = browser.opens(f"/?same=words&of={first}").text
    assert same in words
    assert other not in words
    author = browser.opens(f"/?same=author&of={first}").text
    assert other in author
    assert same not in author
    assert "2 comments by Max Deals" in browser.opens("/?group=author").words
    assert "2 comments that say the same, from 2 authors" in browser.opens("/?group=words").words


def test_the_queue_is_searched_and_filtered(school: School) -> None:
    shoes = school.comes("100% cheap shoes", AN_ADVERT)
    cow = school.comes("You cow", AN_INSULT, author=an_author(name="Gloria Vane"))
    browser = school.signed_in(OFFICER)
    for query, found, not_found in (
        ("q=SHOES", shoes, cow),
        ("q=0%25", shoes, cow),
        ("q=Gloria", cow, shoes),
        ("kind=spam", shoes, cow),
        ("urgency=urgent", cow, shoes),
        ("kind=nonsense&q=you", cow, shoes),
    ):
        page = browser.opens(f"/?{query}").text
        assert f"/cases/{found}" in page, query
        assert f"/cases/{not_found}" not in page, query
    assert "Nothing in this list fits" in browser.opens("/?q=elephants").words


def test_a_search_or_filter_tells_nobody_what_they_may_not_know(school: School) -> None:
    school.comes("The head locks children in", ABOUT_THE_HEAD, author=an_author("9"))
    phish = school.comes("Send me your password", Finding(Kind.SECURITY, Severity.MILD))
    secret = school.comes("My stepdad hurts me", WORRY)
    head, technician = school.signed_in(HEAD), school.signed_in(TECHNICIAN)
    for query in ("q=locks", "q=parent", "kind=allegation", "group=author", "group=words"):
        assert "Nothing in this list" in head.opens(f"/?{query}&tab=yours").words
    assert f"/cases/{phish}" in technician.opens("/?tab=others").text
    for query in ("q=password", "group=words", f"same=author&of={phish}"):
        assert f"/cases/{phish}" not in technician.opens(f"/?tab=others&{query}").text
    officer = school.signed_in(OFFICER)
    assert f"/cases/{secret}" in officer.opens("/?tab=others&q=stepdad").text
    assert f"/cases/{secret}" not in officer.opens("/?tab=others&kind=welfare").text
    assert f"/cases/{secret}" not in officer.opens("/?tab=others&child=yes").text


def test_the_age_of_the_oldest_is_said(school: School) -> None:
    school.comes("Cheap shoes", AN_ADVERT)
    school.clock.advance(hours=2)
    school.comes("You cow", AN_INSULT)
    words = school.signed_in(OFFICER).opens("/").words
    assert "2 wait for you, the most urgent first; the oldest since today at 12:00" in words


# two people at once -----------------------------------------------------------------------------


def test_the_second_to_open_a_case_is_told_of_the_first_until_the_claim_runs_out(
    school: School,
) -> None:
    ref = school.comes("You cow", AN_INSULT)
    officer, head = school.signed_in(OFFICER), school.signed_in(HEAD)
    assert "has this case open" not in officer.opens(f"/cases/{ref}").words
    assert "Jo Field has this case open since today at 12:00" in head.opens(f"/cases/{ref}").words
    assert "Jo Field has it open" in head.opens("/").words
    assert "has it open" not in officer.opens("/").words
    school.clock.advance(minutes=11)
    assert "has this case open" not in head.opens(f"/cases/{ref}").words
    assert "Miriam Hartley has this case open" in officer.opens(f"/cases/{ref}").words


def test_the_next_case_is_none_that_somebody_else_has_open(school: School) -> None:
    first, second = school.comes("You cow", AN_INSULT), school.comes("You toad", AN_INSULT)
    third = school.comes("You goat", AN_INSULT)
    officer, head = school.signed_in(OFFICER), school.signed_in(HEAD)
    head.opens(f"/cases/{second}")
    fields = {"outcome": "hide", "reason": "Rude.", "version": "1", "then": "next"}
    assert officer.sends(f"/cases/{first}/decision", fields).path == f"/cases/{third}"


def test_whoever_may_not_read_the_trail_is_not_told_who_reads_the_case(school: School) -> None:
    ref = school.comes("My stepdad hurts me", WORRY)
    school.signed_in(DSL).opens(f"/cases/{ref}")
    officer = school.signed_in(OFFICER)
    everything = officer.opens(f"/cases/{ref}").text + officer.opens("/?tab=others").text
    assert "Daniel Penrose" not in everything
    assert "has it open" not in everything


def test_the_second_to_save_sees_who_was_first_and_what_they_did(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    officer, head = school.signed_in(OFFICER), school.signed_in(HEAD)
    head.decides(ref, "hide", "It stays hidden.")
    fields = {"outcome": "unhide", "version": "1", "reason": "Hm.", "chip": "Fair criticism"}
    answer = officer.sends(f"/cases/{ref}/decision", fields)
    assert answer.status == 409
    assert "The newest decision: Miriam Hartley: hide it" in answer.words
    assert "Hm.</textarea>" in answer.text
    assert 'value="Fair criticism" checked' in answer.text


# besides deciding -------------------------------------------------------------------------------


def test_a_note_is_kept_for_whoever_reads_the_trail_and_decides_nothing(school: School) -> None:
    ref = school.comes("My stepdad hurts me", WORRY)
    dsl, officer = school.signed_in(DSL), school.signed_in(OFFICER)
    answer = dsl.sends(f"/cases/{ref}/note", {"reason": "Called the family."})
    assert "Daniel Penrose noted" in answer.words
    assert "Called the family." in answer.words
    assert ref in dsl.opens("/").text
    assert "Called the family." not in officer.opens(f"/cases/{ref}").words
    assert officer.sends(f"/cases/{ref}/note", {"reason": "Me too."}).status == 403
    assert dsl.sends(f"/cases/{ref}/note", {"reason": " "}).status == 422


def test_a_case_that_is_handed_on_waits_for_that_role_and_tells_it(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    officer, dpo = school.signed_in(OFFICER), school.signed_in(DPO)
    assert dpo.opens(f"/cases/{ref}").status == 404
    fields = {"role": "dpo", "reason": "Is that our mailing list?"}
    assert officer.sends(f"/cases/{ref}/route", fields).status == 200
    assert ref not in officer.opens("/").text
    assert ref in officer.opens("/?tab=others").text
    assert ref in dpo.opens("/").text
    assert "Is that our mailing list?" in dpo.opens(f"/cases/{ref}").words
    assert notices(school) == {OFFICER, DPO}


def test_the_officer_can_bring_in_the_dsl_and_the_case_is_the_dsls(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    officer, dsl = school.signed_in(OFFICER), school.signed_in(DSL)
    officer.sends(f"/cases/{ref}/route", {"role": "dsl", "reason": "A pupil, I think."})
    assert ref in dsl.opens("/").text
    assert officer.decides(ref, "unhide", "Fine.", version_of(school, ref)).status == 403
    for role in ("headteacher", "dpo"):
        again = officer.sends(f"/cases/{ref}/route", {"role": role, "reason": "Look."})
        assert again.status == 403


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"role": "", "reason": "So."}, 422),
        ({"role": "headteacher", "reason": " "}, 422),
        ({"role": "ict_technician", "reason": "So."}, 403),
        ({"role": "nonsense", "reason": "So."}, 422),
    ],
)
def test_a_case_is_handed_to_nobody_in_particular_by_mistake(
    school: School, fields: dict[str, str], status: int
) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    officer = school.signed_in(OFFICER)
    assert officer.sends(f"/cases/{ref}/route", fields).status == status
    assert ref in officer.opens("/").text


def test_a_case_about_the_headteacher_cannot_be_handed_to_them(school: School) -> None:
    ref = school.comes("The head locks children in", ABOUT_THE_HEAD)
    chair, head = school.signed_in(CHAIR), school.signed_in(HEAD)
    answer = chair.sends(f"/cases/{ref}/route", {"role": "headteacher", "reason": "See."})
    assert answer.status == 422
    assert "Nobody who holds that role can be told" in answer.words
    assert head.opens(f"/cases/{ref}").status == 404
    assert HEAD not in notices(school)


def test_a_complaint_is_forwarded_to_the_headteacher_and_stays_visible(school: School) -> None:
    ref = school.comes("I complain formally about the car park", A_COMPLAINT)
    officer, head = school.signed_in(OFFICER), school.signed_in(HEAD)
    answer = officer.sends(
        f"/cases/{ref}/forward", {"role": "headteacher", "reason": "The car park."}
    )
    assert "Jo Field forwarded it as a complaint to the headteacher" in answer.words
    assert ref in head.opens("/").text
    assert effects(school) == []
    assert officer.sends(f"/cases/{ref}/forward", {"role": "dsl", "reason": "x"}).status == 422


# a contest --------------------------------------------------------------------------------------


def test_a_contested_decision_goes_to_somebody_who_did_not_take_it(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    officer, head = school.signed_in(OFFICER), school.signed_in(HEAD)
    officer.decides(ref, "hide", "A scam.")
    school.platform_does_it()
    officer.sends(f"/cases/{ref}/contest", {"reason": "Its author telephoned."})
    assert ref not in officer.opens("/").text
    assert "This contests a decision of yours" in officer.opens(f"/cases/{ref}").words
    version = version_of(school, ref)
    assert officer.decides(ref, "unhide", "Sorry.", version).status == 403
    assert ref in head.opens("/").text
    assert HEAD in notices(school)
    assert head.decides(ref, "unhide", "It is the PTA’s sale.", version).status == 200


def test_a_comment_that_contests_a_hide_is_not_for_who_hid_it(school: School) -> None:
    author = an_author("55", name="Pat Moss")
    first = school.comes("You cow", AN_INSULT, author=author)
    officer = school.signed_in(OFFICER)
    officer.decides(first, "hide", "An insult.")
    contest = school.comes("Why did you hide my comment?", A_CONTEST, author=author)
    elsewhere = school.comes("Why was mine hidden?", A_CONTEST)
    assert contest not in officer.opens("/").text
    assert elsewhere in officer.opens("/").text
    assert officer.decides(contest, "allow").status == 403
    head = school.signed_in(HEAD)
    assert contest in head.opens("/").text
    assert head.decides(contest, "answered", version=version_of(school, contest)).status == 200


# pictures ---------------------------------------------------------------------------------------


def test_a_suspected_indecent_picture_is_hidden_told_and_linked_nowhere(school: School) -> None:
    picture = an_attachment(AttachmentKind.PHOTO, url="https://pictures.example/bad.jpg")
    mild = Finding(Kind.UNREAD_ATTACHMENT, Severity.MILD)
    ref = school.comes("Look", mild, attachments=(picture,), permalink="https://x.example/p")
    officer = school.signed_in(OFFICER)
    before = officer.opens(f"/cases/{ref}").text
    assert "https://pictures.example/bad.jpg" in before
    assert "Protection of Children Act 1978" in before
    answer = officer.sends(f"/cases/{ref}/picture", {"version": "1"})
    assert answer.status == 200
    assert "Do not open the picture." in answer.words
    assert "pictures.example" not in answer.text
    assert "https://x.example/p" not in answer.text
    assert effects(school) == [("hide", "pending", OFFICER)]
    assert {DSL, HEAD} <= notices(school)
    dsl = school.signed_in(DSL)
    assert ref in dsl.opens("/").text
    assert "pictures.example" not in dsl.opens(f"/cases/{ref}").text


def test_where_hiding_is_not_possible_the_dsl_is_told_all_the_same(school: School) -> None:
    mild = Finding(Kind.UNREAD_ATTACHMENT, Severity.MILD)
    ref = school.comes("Look", mild, attachments=(an_attachment(),), can_hide=False)
    school.signed_in(OFFICER).sends(f"/cases/{ref}/picture", {"version": "1"})
    assert effects(school) == []
    assert DSL in notices(school)


# the page ---------------------------------------------------------------------------------------


def test_only_what_a_person_confirmed_counts_as_earlier(school: School) -> None:
    author = an_author("66", name="Robin Gale")
    hidden = school.comes("You cow", AN_INSULT, author=author)
    cleared = school.comes("You toad", AN_INSULT, author=author)
    by_machine = school.comes("You goat", AN_INSULT, author=author)
    school.platform_does_it()
    officer = school.signed_in(OFFICER)
    now = school.comes("You newt", AN_INSULT, author=author)
    assert "Nothing else of this author was confirmed" in officer.opens(f"/cases/{now}").words
    officer.decides(hidden, "hide", "An insult.")
    officer.decides(cleared, "cleared", "Banter.")
    page = officer.opens(f"/cases/{now}")
    assert "A person confirmed 1 earlier comment of this author" in page.words
    assert f"/cases/{hidden}" in page.text
    told = page.text[page.text.index("A person confirmed") :]
    assert f"/cases/{cleared}" not in told[:600]
    assert f"/cases/{by_machine}" not in told[:600]


@contextmanager
def covering(tmp_path: Path) -> Iterator[tuple[School, Browser]]:
    settings = the_settings()
    web = replace(settings.web, covered=frozenset({Kind.ABUSE}))
    school = School(tmp_path, replace(settings, web=web))
    yield school, school.signed_in(OFFICER)
    school.store.close()


def test_words_stay_covered_until_asked_where_settings_say_so(tmp_path: Path) -> None:
    with covering(tmp_path) as (school, officer):
        ref = school.comes("You cow", AN_INSULT)
        plain = school.comes("Cheap shoes", AN_ADVERT)
        assert "You cow" not in officer.opens("/").words
        assert "The words are covered" in officer.opens("/").words
        text = officer.opens(f"/cases/{ref}").text
        assert "You cow" in text[text.index('<details class="govuk-details cover">') :]
        assert "You cow" not in text[: text.index('<details class="govuk-details cover">')]
        assert '<details class="govuk-details cover">' not in officer.opens(f"/cases/{plain}").text
