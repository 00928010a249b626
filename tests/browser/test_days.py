"""Whole days against the demo's sandbox: the officer's, the headteacher's, the DSL's, the
technician's; with the bundled model, two platforms on this machine, and Chromium.

`uv run pytest tests/browser/test_days.py --pictures` keeps what is seen on the way (docs/pictures).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bot.services import runs
from tests.browser.sandbox_day import SandboxDay
from tests.browser.walks import PHONE, enter, shortcut, tab_to
from tests.web.pages_stage import DSL, HEAD, OFFICER, TECHNICIAN

pytestmark = pytest.mark.slow

WIDE = (1000, 760)


def test_the_officer_signs_the_day_and_once_a_poll_failed_only_what_could_not_be_checked(
    day: SandboxDay,
) -> None:
    with day.page(OFFICER, size=WIDE) as page:
        page.goto("/today")
        expect(page.get_by_role("heading", name="Comments are on")).to_be_visible()
        day.keep(page, "comments-on")
        tab_to(page, "I have switched comments off")
        enter(page)
        expect(page.get_by_role("heading", name="Comments are on")).to_have_count(0)
        day.keep(page, "today")
        tab_to(page, "Sign: checked")
        enter(page)
        expect(page.get_by_text(re.compile("Jo Field signed .*: checked"))).to_be_visible()

        with day.facebook_fails():
            page.goto("/")
            expect(page.get_by_text("Not everything could be read.")).to_be_visible()
            page.goto("/today")
            expect(page.get_by_text("Not everything was read.")).to_be_visible()
            expect(page.get_by_text("Could not be read since").first).to_be_visible()
            expect(page.get_by_role("button", name="Sign: checked")).to_have_count(0)
            expect(page.get_by_text("All read")).to_have_count(0)
            _to_the_top(page, "What was read")
            day.keep(page, "today-failed")
            tab_to(page, "What could not be checked, and why")
            page.keyboard.type("Facebook answers with errors; I looked at the Page myself.")
            tab_to(page, "Sign: could not check everything")
            enter(page)
            expect(page.get_by_text("I looked at the Page myself.")).to_be_visible()
            signed = page.get_by_text(re.compile("Jo Field signed .*: could not check"))
            expect(signed).to_be_visible()


def test_a_decision_is_undone_in_time_and_reversed_when_it_is_too_late(day: SandboxDay) -> None:
    native_id, ref = day.says("Mr Dunmore is a stupid useless moron and you all know it")
    day.goes_on(60)
    assert day.is_hidden(native_id)
    with day.page(OFFICER, size=WIDE) as page:
        _shows_again(page, ref)
        expect(page.get_by_text("Saved:")).to_be_visible()
        day.keep(page, "undo")
        shortcut(page, "u")
        page.wait_for_url(f"**/cases/{ref}")
        day.goes_on(60)
        assert day.is_hidden(native_id), "undone before anything left"

        _shows_again(page, ref)
        expect(page.get_by_text("Saved:")).to_be_visible()
        day.goes_on(60)
        assert not day.is_hidden(native_id)
        shortcut(page, "u")
        expect(page.get_by_text("It is too late to undo that")).to_be_visible()
        shortcut(page, "h")
        expect(page.get_by_label("In your own words").first).to_be_focused()
        page.keyboard.type("On second thoughts: an insult.")
        tab_to(page, "Save and stay here")
        enter(page)
        expect(page.get_by_text("On second thoughts: an insult.")).to_be_visible()
        day.goes_on(60)
        assert day.is_hidden(native_id)


def _shows_again(page: Page, ref: str) -> None:
    page.goto(f"/cases/{ref}")
    page.get_by_role("heading", name=re.compile("^Decide")).wait_for()
    shortcut(page, "a")
    expect(page.get_by_label("In your own words").first).to_be_focused()
    page.keyboard.type("A quotation, not an insult.")
    tab_to(page, "Save and go to the next")
    enter(page)
    assert "done=" in page.url


def _to_the_top(page: Page, heading: str) -> None:
    place = page.get_by_role("heading", name=heading, exact=True)
    place.evaluate("it => it.scrollIntoView()")


def test_what_is_contested_goes_to_somebody_who_did_not_decide_it(day: SandboxDay) -> None:
    _, ref = day.says("That teacher is a useless ugly idiot, the stupid woman")
    day.goes_on(60)
    with day.page(OFFICER, size=WIDE) as page:
        page.goto(f"/cases/{ref}")
        _hides(page, "An insult.")
        page.locator("summary", has_text="Somebody contests the decision").click()
        page.get_by_label("Who contests it").fill("Its author, by telephone to the office.")
        page.get_by_role("button", name="Let somebody else look at it").click()
        expect(page.get_by_text("This contests a decision of yours")).to_be_visible()
        expect(page.locator("input[name=outcome]")).to_have_count(0)
        page.get_by_text("This contests a decision of yours").scroll_into_view_if_needed()
        day.keep(page, "contest")
    with day.page(HEAD, size=WIDE) as page:
        page.goto("/")
        page.locator(f'main a[href^="/cases/{ref}"]').first.click()
        page.wait_for_url(f"**/cases/{ref}*")
        _hides(page, "I have read it again: it is an insult.")
        expect(page.get_by_text("I have read it again: it is an insult.")).to_be_visible()


def _hides(page: Page, reason: str) -> None:
    page.locator('form[data-form=decide] input[value="hide"]').check()
    page.get_by_label("In your own words").first.fill(reason)
    page.get_by_role("button", name="Save and stay here").click()
    page.wait_for_url("**done=*")


def test_of_two_who_decide_at_once_the_second_sees_who_and_what_and_loses_no_word(
    day: SandboxDay,
) -> None:
    _, ref = day.says("Mr Dunmore is a fat useless moron and you all know it")
    with day.page(OFFICER, size=WIDE) as first, day.page(HEAD, size=WIDE) as second:
        first.goto(f"/cases/{ref}")
        second.goto(f"/cases/{ref}")
        expect(second.get_by_text("Jo Field has this case open")).to_be_visible()
        day.keep(second, "two-at-once")
        mine = second.get_by_label("In your own words").first
        mine.fill("He has been through enough this week.")
        second.locator('form[data-form=decide] input[value="unhide"]').check()
        _hides(first, "A plain insult.")
        second.get_by_role("button", name="Save and stay here").click()
        expect(second.get_by_role("alert")).to_be_visible()
        expect(second.get_by_text("A plain insult.")).to_be_visible()
        expect(second.get_by_text(re.compile("Jo Field: .*"))).not_to_have_count(0)
        expect(mine).to_have_value("He has been through enough this week.")
        day.keep(second, "second-loses-nothing")


def test_the_dsl_reads_notes_and_decides_and_the_officer_sees_only_with_whom_it_is(
    day: SandboxDay,
) -> None:
    ref = day.case_with("c.kinds LIKE '%welfare%' AND i.kind = 'comment'")
    with day.page(DSL, size=WIDE) as page:
        page.goto("/")
        day.keep(page, "dsl-queue")
        page.locator(f'main a[href^="/cases/{ref}"]').first.click()
        page.wait_for_url(f"**/cases/{ref}*")
        page.get_by_role("heading", name="Besides deciding").wait_for()
        shortcut(page, "n")
        expect(page.get_by_label("Note", exact=True)).to_be_focused()
        page.keyboard.type("Spoken with the class teacher at noon.")
        tab_to(page, "Save the note")
        enter(page)
        expect(page.get_by_text("Spoken with the class teacher at noon.")).to_be_visible()
    with day.page(OFFICER, size=WIDE) as page:
        page.goto(f"/cases/{ref}")
        expect(page.get_by_role("heading", name="Whose case it is")).to_be_visible()
        expect(page.get_by_text("Spoken with the class teacher")).to_have_count(0)
        expect(page.get_by_role("radio", name=re.compile("allow|show", re.I))).to_have_count(0)


def test_the_technician_sees_that_all_is_well_and_not_a_word_that_was_written(
    day: SandboxDay,
) -> None:
    texts = day.texts()
    assert len(texts) > 30
    runs.expect(day.app.store, {"watch": 60})
    runs.began(day.app.store, day.app.clock, "watch")
    with day.page(TECHNICIAN, size=WIDE) as page:
        for path in ("/", "/?tab=others", "/?tab=done", "/newcomers", "/reading", "/status"):
            page.goto(path)
            seen = page.locator("main").inner_text()
            assert [text for text in texts if text in seen] == [], path
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        day.keep(page, "technician")
        page.goto("/today")
        expect(page.get_by_text("The day's page is for the communications officer")).to_be_visible()
        page.goto("/log")
        expect(page.get_by_text("That is not for your role")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "path", "heading"),
    [
        ("queue", "/", "Queue"),
        ("newcomers", "/newcomers", "Says nothing of the kind"),
        ("log", "/log", "Log"),
        ("hiding", "/agreement", "Hiding is earned"),
    ],
)
def test_what_the_officer_has_before_them(
    day: SandboxDay, name: str, path: str, heading: str
) -> None:
    with day.page(OFFICER, size=WIDE) as page:
        page.goto(path)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        if path == "/newcomers":
            page.get_by_role("heading", name=heading).evaluate("it => it.scrollIntoView()")
        day.keep(page, name)


def test_a_case_in_the_dark_and_on_a_telephone(day: SandboxDay) -> None:
    ref = day.case_with("c.kinds LIKE '%personal_data%' AND i.kind = 'comment' AND NOT c.baseline")
    with day.page(OFFICER, size=WIDE, light="dark") as page:
        page.goto(f"/cases/{ref}")
        expect(page.get_by_role("heading", name="What the machine made of it")).to_be_visible()
        day.keep(page, "case-dark")
    with day.page(OFFICER, size=PHONE, scripts=False) as page:
        page.goto(f"/cases/{ref}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        day.keep(page, "case-phone")
