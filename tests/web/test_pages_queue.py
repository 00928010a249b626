"""The queue, one case, deciding, and what an empty queue says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.model import (
    EffectKind,
    Finding,
    Kind,
    PollResult,
    Severity,
    Signal,
    Stream,
    Target,
)
from bot.store import tables as t
from tests.builders import a_comment, an_own_post
from tests.web.pages_stage import (
    AN_ADVERT,
    AN_INSULT,
    HEAD,
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


# what an empty queue says ----------------------------------------------------------------------


def test_an_empty_queue_says_what_was_read_and_when(school: School) -> None:
    school.reads_everything()
    words = school.signed_in(OFFICER).opens("/").words
    assert "Nothing waits for you in what was read" in words
    for stream in ("own posts", "Comments", "Newcomers"):
        assert f"{stream}: read to the end today at 12:00" in words


def test_an_empty_queue_says_what_could_not_be_read_and_why(school: School) -> None:
    school.reads_everything()
    school.clock.advance(minutes=5)
    school.reads(Stream.COMMENTS, PollResult.FAILED, "X asks us to connect again.")
    words = school.signed_in(OFFICER).opens("/").words
    assert "but not everything was read" in words
    assert "Comments: could not be read today at 12:05 . X asks us to connect again." in words
    assert "Last read to the end today at 12:00" in words
    assert "Newcomers: read to the end today at 12:00" in words


def test_a_stream_that_was_never_read_is_never_passed_over(school: School) -> None:
    school.reads(Stream.COMMENTS)
    words = school.signed_in(OFFICER).opens("/").words
    assert "but not everything was read" in words
    assert "Newcomers: never read yet." in words


def test_what_the_platform_keeps_to_itself_is_said(school: School) -> None:
    school.reads_everything()
    school.reads(Stream.COMMENTS, not_visible=2)
    assert "says that 2 more are there" in school.signed_in(OFFICER).opens("/").words


def test_without_an_account_nothing_is_called_read(tmp_path: Path) -> None:
    school = School(tmp_path, replace(the_settings(), accounts=()))
    words = school.signed_in(OFFICER).opens("/").words
    assert "No account is set up" in words
    assert "but not everything was read" in words
    school.store.close()


def test_a_full_queue_warns_of_what_was_not_read_as_well(school: School) -> None:
    school.comes("You cow", AN_INSULT)
    browser = school.signed_in(OFFICER)
    assert "Not everything could be read" in browser.opens("/").words
    school.reads_everything()
    assert "Not everything could be read" not in browser.opens("/").words


# the list and the case -------------------------------------------------------------------------


def test_the_queue_shows_the_comment_what_it_may_be_and_how_it_stands(school: School) -> None:
    school.comes("You cow", AN_INSULT)
    browser = school.signed_in(OFFICER)
    words = browser.opens("/").words
    assert "Urgent Hiding asked for, not confirmed yet Insults or bullying aimed at" in words
    assert "You cow" in words
    school.platform_does_it()
    assert "Urgent Hidden from the public Insults" in browser.opens("/").words


def test_a_case_shows_its_context_the_reasons_and_asked_for_and_confirmed_apart(
    school: School,
) -> None:
    school.meet(an_own_post("Concert on Thursday", native_id="1"))
    school.comes("Who sang?", AN_ADVERT, native_id="2")
    ref = school.comes("You cow", AN_INSULT, parent_id="2")
    browser = school.signed_in(OFFICER)
    words = browser.opens(f"/cases/{ref}").words
    assert "The school’s post" in words
    assert "Concert on Thursday" in words
    assert "Who sang?" in words
    assert "It may hold insults or bullying aimed at a member of staff." in words
    assert "Hiding it: asked for, not sent yet." in words
    school.clock.advance(minutes=2)
    school.platform_does_it()
    words = browser.opens(f"/cases/{ref}").words
    assert "Hiding it: confirmed." in words
    assert "Asked for today at 12:00 by Schoolgate" in words
    assert "confirmed today at 12:02" in words


def test_a_case_says_why_the_machine_held_back(tmp_path: Path) -> None:
    school = School(tmp_path, the_settings(hide=False))
    ref = school.comes("You cow", AN_INSULT)
    words = school.signed_in(OFFICER).opens(f"/cases/{ref}").words
    assert "It would have hidden it, but did not: Schoolgate only observes" in words
    school.store.close()


def test_a_score_is_shown_as_a_word(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    words = school.signed_in(OFFICER).opens(f"/cases/{ref}").words
    assert "Serious Strong" in words
    assert "0.9" not in words


def test_no_answer_is_ticked_beforehand(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    text = school.signed_in(OFFICER).opens(f"/cases/{ref}").text
    assert 'type="radio"' in text
    assert "checked" not in text


def test_what_was_there_before_the_first_start_has_a_list_of_its_own(school: School) -> None:
    ref = school.comes("Old", AN_INSULT, created_at=school.started_at - timedelta(days=9))
    browser = school.signed_in(OFFICER)
    assert ref not in browser.opens("/").text
    assert ref in browser.opens("/?tab=baseline").text
    assert effects(school) == []


def test_a_word_of_ten_thousand_letters_is_shown_whole_on_its_own_page(school: School) -> None:
    ref = school.comes("a" * 10_000, AN_ADVERT)
    browser = school.signed_in(OFFICER)
    assert "a" * 281 not in browser.opens("/").text
    assert "a" * 10_000 in browser.opens(f"/cases/{ref}").text


def test_a_comment_without_an_author_or_words_says_so(school: School) -> None:
    ref = school.comes("", AN_ADVERT, withheld_author=True)
    browser = school.signed_in(OFFICER)
    for path in ("/", f"/cases/{ref}"):
        assert "Author not told by the platform" in browser.opens(path).words
        assert "There are no words" in browser.opens(path).words


def test_a_long_queue_is_leafed_through(school: School) -> None:
    for number in range(51):
        school.meet(a_comment(f"Advert {number}", created_at=school.clock.now()))
    school.judge(AN_ADVERT)
    with school.store.read() as uow:
        assert uow.readings.waiting(1)
    school.judge(AN_ADVERT)
    browser = school.signed_in(OFFICER)
    assert 'href="/?page=2"' in browser.opens("/").text
    second = browser.opens("/?page=2")
    assert second.text.count("<article") == 1
    assert 'href="?page=3"' not in second.text


# deciding --------------------------------------------------------------------------------------


def test_making_it_visible_again_is_asked_for_and_shown_as_asked_for(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    school.platform_does_it()
    browser = school.signed_in(OFFICER)
    answer = browser.decides(ref, "unhide", "It is a quotation.")
    assert (answer.status, answer.path) == (200, f"/cases/{ref}")
    assert effects(school)[-1] == (EffectKind.UNHIDE, "pending")
    assert "Showing it again asked for, not confirmed yet" in answer.words
    assert "Jo Field: make it visible again" in answer.words
    assert "It is a quotation." in answer.words
    assert ref not in browser.opens("/").text
    assert ref in browser.opens("/?tab=done").text


def test_leaving_it_visible_needs_no_reason(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    answer = school.signed_in(OFFICER).decides(ref, "allow")
    assert "Jo Field: leave it visible" in answer.words
    assert effects(school) == []


def test_hiding_by_hand_is_asked_for(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    school.signed_in(OFFICER).decides(ref, "hide", "A scam.")
    assert effects(school) == [(EffectKind.HIDE, "pending")]


def test_a_missing_reason_is_said_and_what_was_chosen_is_kept(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    answer = school.signed_in(OFFICER).decides(ref, "hide", "  ")
    assert answer.status == 422
    assert "Please give a reason" in answer.words
    assert 'value="hide" required' in answer.text
    assert answer.text.count(" checked") == 1
    assert "<title>Problem: Advertising" in answer.text
    assert effects(school) == []


def test_choosing_nothing_keeps_the_reason(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT)
    answer = school.signed_in(OFFICER).decides(ref, "", "I was interrupted.")
    assert answer.status == 422
    assert "Please choose" in answer.words
    assert "I was interrupted.</textarea>" in answer.text


def test_a_case_that_changed_meanwhile_keeps_what_was_typed(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    officer, head = school.signed_in(OFFICER), school.signed_in(HEAD)
    head.decides(ref, "hide", "It stays hidden.")
    answer = officer.decides(ref, "unhide", "I had another thought.", version=1)
    assert answer.status == 409
    assert "Somebody else changed this case" in answer.words
    assert "I had another thought.</textarea>" in answer.text
    assert "Miriam Hartley: hide it" in answer.words
    assert 'name="version" value="2"' in answer.text
    again = officer.decides(ref, "unhide", "I had another thought.", version=2)
    assert again.status == 200
    assert "Jo Field: make it visible again" in again.words


def test_a_form_sent_twice_decides_once(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    officer = school.signed_in(OFFICER)
    assert officer.decides(ref, "unhide", "Fine.").status == 200
    assert officer.decides(ref, "unhide", "Fine.").status == 409
    with school.store.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.decision)) == 1


def test_what_the_platform_does_not_allow_is_said_and_not_offered(school: School) -> None:
    ref = school.comes("Cheap shoes", AN_ADVERT, can_hide=False)
    browser = school.signed_in(OFFICER)
    page = browser.opens(f"/cases/{ref}")
    assert "does not let Schoolgate hide it" in page.words
    assert 'value="hide"' not in page.text
    assert browser.decides(ref, "hide", "A scam.").status == 422


def test_a_child_and_a_second_reader_are_named_in_the_list(school: School) -> None:
    pupil = Finding(Kind.PERSONAL_DATA, Severity.SERIOUS, Target.PUPIL, True)
    school.comes("Olivia Hart in 3B", pupil)
    words = school.signed_in(OFFICER).opens("/").words
    assert "A child is concerned Also with the designated safeguarding lead" in words


def test_a_rule_that_matched_several_words_is_explained_in_one_line(school: School) -> None:
    comment = a_comment("Cheap shoes, CHEAP hats, cheap socks", created_at=school.clock.now())
    school.meet(comment)
    hits = [Signal("rules", "say.bargain", 1.0, start, start + 5) for start in (0, 13, 25)]
    school.judge(AN_ADVERT, signals=(*hits, Signal("rules", "say.socks", 1.0, 31, 36)))
    words = school.signed_in(OFFICER).opens(f"/cases/{school.case_of(comment.ref)}").words
    assert "Rules that matched: say: bargain: “ Cheap ” say: socks: “ socks ”" in words
