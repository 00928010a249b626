"""The day's page: five minutes after the bell, by somebody who is tired."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.model import Edge, PollResult, Stream
from bot.school_calendar import SchoolCalendar
from tests.builders import an_own_post
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
)

TODAY = "2026-11-20"


def signs(browser: Browser, outcome: str = "checked", reason: str = "", day: str = TODAY) -> Answer:
    return browser.sends("/today/sign", {"day": day, "outcome": outcome, "reason": reason})


def signatures(school: School) -> list[tuple[str, str]]:
    """Outcome and person of every signature there is."""
    with school.store.read() as uow:
        found = uow.days.signatures(date(2000, 1, 1), date(2100, 1, 1))
    return [(one.outcome, one.person) for one in found]


def a_quiet_morning(school: School) -> None:
    """Everything was read to its end, again and again, until now."""
    with school.store.begin() as uow:
        uow.state.first_start("school", school.clock.now())
        uow.commit()
    for _ in range(3):
        school.reads_everything()
        school.clock.advance(minutes=10)
    school.reads_everything()


# reading and signing ---------------------------------------------------------------------------


def test_a_day_that_was_read_is_signed_with_one_click(school: School) -> None:
    a_quiet_morning(school)
    browser = school.signed_in(OFFICER)
    words = browser.opens("/today").words
    assert "Today, Friday 20 November 2026" in words
    assert "Comments: read from today at 12:00 to today at 12:30 ; nothing new." in words
    assert "Nobody has signed for this day yet." in words
    signed = signs(browser)
    assert (signed.status, signed.path) == (200, "/today")
    assert "Jo Field signed today at 12:30 : checked." in signed.words
    assert "Jo Field signed for Friday 20 November 2026: checked." in browser.opens("/log").words


def test_what_could_not_be_read_is_said_with_since_when_and_why(school: School) -> None:
    a_quiet_morning(school)
    school.clock.advance(minutes=10)
    school.reads(Stream.COMMENTS, PollResult.FAILED, "X answered with an error (503).")
    words = school.signed_in(OFFICER).opens("/today").words
    assert "Comments: read from today at 12:00 to today at 12:30 only; nothing new." in words
    assert "Could not be read since today at 12:30 . Why: X answered with an error (503)." in words
    assert "this day cannot be signed as checked" in words
    assert "Sign: checked" not in words


def test_one_failure_of_several_streams_is_said_once_with_the_streams_named(
    school: School,
) -> None:
    a_quiet_morning(school)
    school.clock.advance(minutes=10)
    school.reads(Stream.COMMENTS, PollResult.FAILED, "The sign-in has ended.")
    school.reads(Stream.OWN_POSTS, PollResult.FAILED, "The sign-in has ended.")
    school.reads(Stream.NEWCOMERS, PollResult.FAILED, "Too many newcomers.")
    words = school.signed_in(OFFICER).opens("/today").words
    assert words.count("The sign-in has ended.") == 1
    assert "the school’s own posts and comments. Why: The sign-in has ended." in words
    assert words.count("Could not be read since today at 12:30") == 2
    assert "Could not be read since today at 12:30 . Why: Too many newcomers." in words


def test_a_failure_of_all_streams_is_said_once_under_a_signature_too(school: School) -> None:
    a_quiet_morning(school)
    for _ in range(2):
        school.clock.advance(minutes=10)
        for stream in (Stream.OWN_POSTS, Stream.COMMENTS, Stream.NEWCOMERS):
            school.reads(stream, PollResult.FAILED, "It is down.")
        school.clock.advance(minutes=10)
        for stream in (Stream.OWN_POSTS, Stream.COMMENTS, Stream.NEWCOMERS):
            school.reads(stream)
    answer = signs(school.signed_in(OFFICER), "could_not_check", "I looked myself.")
    _, _, under_it = answer.words.partition("Signed by Jo Field")
    assert under_it.count("It is down.") == 1
    assert under_it.count("Could not be read from") == 2
    for name in ("the school’s own posts", "comments", "newcomers"):
        assert f"X (school), {name}: read from" in under_it


@pytest.mark.parametrize("result", [PollResult.FAILED, PollResult.PARTIAL])
def test_a_day_with_a_failure_cannot_be_signed_as_checked_by_any_form(
    school: School, result: PollResult
) -> None:
    a_quiet_morning(school)
    browser = school.signed_in(OFFICER)
    browser.opens("/today")
    school.reads(Stream.COMMENTS, result, "It broke.")
    answer = signs(browser)
    assert answer.status == 409
    assert "Not everything was read, so the day cannot be signed as checked." in answer.words
    assert signatures(school) == []


def test_nothing_read_at_all_is_not_clean_either(school: School) -> None:
    browser = school.signed_in(OFFICER)
    assert signs(browser).status == 409
    assert "Never read to the end." in browser.opens("/today").words
    assert signatures(school) == []


def test_a_comment_that_waits_to_be_judged_keeps_the_day_from_being_clean(school: School) -> None:
    a_quiet_morning(school)
    school.meet(an_own_post())
    school.judge()
    browser = school.signed_in(OFFICER)
    with school.store.begin() as uow:
        uow.connection.exec_driver_sql("UPDATE reading SET waiting = 1")
        uow.commit()
    assert "1 comment was read but not judged yet" in browser.opens("/today").words
    assert signs(browser).status == 409


def test_what_could_not_be_checked_needs_a_why_and_keeps_what_was_typed(school: School) -> None:
    browser = school.signed_in(OFFICER)
    assert signs(browser, "could_not_check", "  ").status == 422
    answer = signs(browser, "could_not_check", "The line was down; I looked <b>myself</b>.")
    assert answer.status == 200
    assert "Could not check everything." in answer.words
    assert "I looked &lt;b&gt;myself&lt;/b&gt;." in answer.text
    assert signatures(school) == [("could_not_check", OFFICER)]


def test_a_failure_that_was_made_good_is_signed_as_such_without_a_word(school: School) -> None:
    a_quiet_morning(school)
    school.reads(Stream.COMMENTS, PollResult.FAILED, "X is down.")
    school.clock.advance(minutes=10)
    school.reads_everything()
    browser = school.signed_in(OFFICER)
    words = browser.opens("/today").words
    assert "All was read in the end, but not always at its hour" in words
    answer = signs(browser, "could_not_check")
    assert answer.status == 200
    assert "read to the end again today at 12:40 . Why: X is down." in answer.words


def test_the_officer_may_say_that_they_did_not_get_round_to_it(school: School) -> None:
    a_quiet_morning(school)
    browser = school.signed_in(OFFICER)
    assert signs(browser, "could_not_check", "").status == 422
    assert signs(browser, "could_not_check", "I was at a funeral.").status == 200
    assert "I was at a funeral." in browser.opens("/days").words


def test_what_the_platform_does_not_show_is_named_as_not_checked(school: School) -> None:
    a_quiet_morning(school)
    school.clock.advance(minutes=5)
    school.reads(Stream.COMMENTS, not_visible=3)
    words = school.signed_in(OFFICER).opens("/today").words
    assert "3 more are there, but does not show them: that was not checked." in words


def test_an_account_that_left_the_settings_at_noon_still_counts_for_the_day(
    school: School,
) -> None:
    a_quiet_morning(school)
    with school.store.begin() as uow:
        poll = uow.state.open_poll("old", Stream.COMMENTS, school.clock.now())
        uow.state.close_poll(
            poll,
            at=school.clock.now(),
            result=PollResult.FAILED,
            why="Logged out.",
            seen=0,
            new=0,
            not_visible=0,
        )
        uow.commit()
    school.clock.advance(minutes=1)
    browser = school.signed_in(OFFICER)
    assert "Logged out." in browser.opens("/today").words
    assert signs(browser).status == 409


def test_the_next_day_begins_where_the_signature_ended(school: School) -> None:
    a_quiet_morning(school)
    browser = school.signed_in(OFFICER)
    signs(browser)
    school.clock.advance(hours=3)
    school.reads(Stream.COMMENTS, PollResult.FAILED, "Down on Friday night.")
    school.clock.advance(hours=65)
    school.reads_everything()
    browser = school.signed_in(OFFICER)
    words = browser.opens("/today").words
    assert "Today, Monday 23 November 2026" in words
    assert "Comments: read from Fri 20 Nov at 12:30 to today" in words
    assert "Down on Friday night." in words
    assert signs(browser, day="2026-11-23").status == 409


def test_a_past_day_can_be_signed_late_and_a_coming_one_never(school: School) -> None:
    a_quiet_morning(school)
    school.clock.advance(hours=24)
    school.reads_everything()
    browser = school.signed_in(OFFICER)
    assert signs(browser, day=TODAY).status == 200
    assert browser.opens("/today?day=2026-11-22").status == 404
    assert browser.opens("/today?day=0001-01-01").status == 404
    assert browser.opens("/today?day=soon").status == 400
    assert signs(browser, day="2026-11-22").status == 404
    assert len(signatures(school)) == 1


def test_signing_twice_keeps_both_and_shows_the_newest_first(school: School) -> None:
    a_quiet_morning(school)
    browser = school.signed_in(OFFICER)
    signs(browser, "could_not_check", "Half of it.")
    words = signs(browser).words
    assert signatures(school) == [("checked", OFFICER), ("could_not_check", OFFICER)]
    assert words.index("Checked. Signed by") < words.index("Could not check everything. Signed by")


def test_a_holiday_needs_no_signature(school: School) -> None:
    school.settings = replace(
        school.settings, calendar=SchoolCalendar(((date(2026, 11, 20), date(2026, 11, 20)),))
    )
    school.app.state.context = replace(school.app.state.context, settings=school.settings)
    a_quiet_morning(school)
    browser = school.signed_in(OFFICER)
    assert "No school on this day, so nobody has to sign" in browser.opens("/today").words
    assert "There is nothing here yet." in browser.opens("/days").words


def test_the_history_names_each_school_day(school: School) -> None:
    a_quiet_morning(school)
    signs(school.signed_in(OFFICER))
    school.clock.advance(hours=24 * 5)
    words = school.signed_in(OFFICER).opens("/days").words
    assert re.findall(r"(\w+) (\d+) November 2026", words) == [
        ("Wednesday", "25"),
        ("Tuesday", "24"),
        ("Monday", "23"),
        ("Friday", "20"),
    ]
    assert words.count("Nobody has signed.") == 2
    assert "Not signed yet." in words
    assert school.signed_in(OFFICER).opens("/days?page=100000").status == 200


# who may ---------------------------------------------------------------------------------------


def test_the_headteacher_can_sign_in_the_officers_place(school: School) -> None:
    a_quiet_morning(school)
    assert signs(school.signed_in(HEAD)).status == 200
    assert signatures(school) == [("checked", HEAD)]


@pytest.mark.parametrize("who", [DSL, CHAIR, DPO, TECHNICIAN])
def test_others_neither_see_nor_sign_the_day(school: School, who: str) -> None:
    a_quiet_morning(school)
    browser = school.signed_in(who)
    assert browser.opens("/today").status == 403
    assert browser.opens("/days").status == 403
    assert signs(browser).status == 403
    assert browser.sends("/today/comments-off", {"account": "school"}).status == 403
    assert "/today" not in browser.opens("/").text
    assert signatures(school) == []


def test_a_stranger_is_asked_to_sign_in(school: School) -> None:
    assert school.stranger().opens("/today").path == "/sign-in"
    assert school.stranger().opens("/days").path == "/sign-in"


def test_the_headteacher_cannot_tell_that_a_case_about_them_exists(school: School) -> None:
    a_quiet_morning(school)
    head = school.signed_in(HEAD)
    before = [head.opens(path).words for path in ("/today", "/days")]
    ref = school.comes("The head hits children", ABOUT_THE_HEAD, AN_INSULT)
    school.platform_does_it()
    with school.store.begin() as uow:
        case = uow.cases.find_by_ref(ref)
        assert case is not None
        uow.cases.sound_alarm(case.id, "It could not be hidden.")
        uow.commit()
    assert [head.opens(path).words for path in ("/today", "/days")] == before
    officer = school.signed_in(OFFICER).opens("/today").words
    assert "Hidden and confirmed: 1 by Schoolgate" in officer


# what was done, and what waits -----------------------------------------------------------------


def test_the_page_counts_what_was_hidden_and_what_waits(school: School) -> None:
    a_quiet_morning(school)
    school.comes("You cow", AN_INSULT)
    school.platform_does_it()
    school.comes("You goat", AN_INSULT)
    school.comes("Cheap shoes", AN_ADVERT)
    school.newcomer("Alex Mercer")
    school.meet(an_own_post("Sports day is on <Friday>."))
    words = school.signed_in(OFFICER).opens("/today").words
    assert "Hidden and confirmed: 1 by Schoolgate, 0 by people. Deleted: 0." in words
    assert "Asked for, not confirmed yet: 1." in words
    assert "3 comments wait for you, the oldest since today at 12:30 ." in words
    assert "1 newcomer waits too." in words
    assert "No comment waits" not in words


def test_own_posts_of_the_day_are_listed_as_text(school: School) -> None:
    a_quiet_morning(school)
    school.meet(an_own_post("Sports day <b>", created_at=school.clock.now() - timedelta(minutes=9)))
    assert "Sports day &lt;b&gt;" in school.signed_in(OFFICER).opens("/today").text


# comments are on -------------------------------------------------------------------------------


def on_the_page(school: School, text: str) -> None:
    school.comes(text, edge=Edge.PAGE_COMMENT)


def test_comments_that_are_on_raise_one_alarm_until_somebody_switches_them_off(
    school: School,
) -> None:
    a_quiet_morning(school)
    on_the_page(school, "Lovely")
    school.clock.advance(minutes=10)
    on_the_page(school, "Lovely too")
    browser = school.signed_in(OFFICER)
    words = browser.opens("/today").words
    assert words.count("Comments are on:") == 1
    assert "Noticed today at 12:30 : somebody outside the school wrote a comment." in words
    assert "Settings" in words
    after = browser.sends("/today/comments-off", {"account": "school"})
    assert "Comments are on" not in after.words
    school.clock.advance(minutes=10)
    on_the_page(school, "And again")
    words = browser.opens("/today").words
    assert words.count("Comments are on:") == 1
    assert "Noticed today at 12:50" in words


def test_a_post_of_the_school_s_own_that_tags_somebody_lets_them_comment(school: School) -> None:
    a_quiet_morning(school)
    browser = school.signed_in(OFFICER)
    plain = an_own_post(native_id="7", created_at=school.clock.now())
    school.meet(plain)
    assert "Comments are on" not in browser.opens("/today").words
    school.clock.advance(minutes=10)
    school.meet(replace(plain, text="Thank you, Kelly Marsh", tags_somebody=True))
    words = browser.opens("/today").words
    assert "Noticed today at 12:40 : a post of the school’s own mentions somebody" in words
    browser.sends("/today/comments-off", {"account": "school"})
    school.meet(replace(plain, text="Thank you, Kelly Marsh", tags_somebody=True))
    assert "Comments are on" not in browser.opens("/today").words


def test_a_comment_from_before_they_were_switched_off_is_no_new_alarm(school: School) -> None:
    a_quiet_morning(school)
    on_the_page(school, "Lovely")
    written = school.clock.now()
    browser = school.signed_in(OFFICER)
    school.clock.advance(minutes=5)
    browser.sends("/today/comments-off", {"account": "school"})
    school.comes("Read late", edge=Edge.PAGE_COMMENT, created_at=written)
    assert "Comments are on" not in browser.opens("/today").words


def test_neither_the_baseline_nor_a_reply_on_x_raises_it(school: School) -> None:
    a_quiet_morning(school)
    school.comes("Old", edge=Edge.PAGE_COMMENT, created_at=school.started_at - timedelta(days=1))
    school.comes("A reply", edge=Edge.REPLY)
    assert "Comments are on" not in school.signed_in(OFFICER).opens("/today").words


def test_a_school_that_lets_people_comment_is_not_alarmed(school: School) -> None:
    open_account = replace(school.settings.accounts[0], comments_open=True)
    school.app.state.context = replace(
        school.app.state.context, settings=replace(school.settings, accounts=(open_account,))
    )
    on_the_page(school, "Lovely")
    assert "Comments are on" not in school.signed_in(OFFICER).opens("/today").words
