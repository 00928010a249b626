"""The day of those who use the pages, walked in a real browser: by keyboard, without JavaScript,
on a telephone.

Controls are found by role and name, as a person finds them, so that a page may change around them.
"""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from bot.services import signin
from tests.browser.walks import (
    PHONE,
    Watched,
    an_invitation,
    assert_accessible,
    code_on,
    enter,
    tab_to,
)
from tests.builders import an_author
from tests.web.pages_stage import AN_ADVERT, AN_INSULT, HEAD, OFFICER, PASSWORD

pytestmark = pytest.mark.slow

EMAIL = "j.field@rossmore.example"


def test_one_is_invited_sets_up_a_telephone_and_signs_in_again_by_keyboard_alone(
    watched: Watched,
) -> None:
    clock = watched.school.clock
    with watched.page() as page:
        page.goto(an_invitation(watched, EMAIL))
        tab_to(page, "Your new password")
        page.keyboard.type(PASSWORD)
        tab_to(page, "The same again")
        page.keyboard.type(PASSWORD)
        enter(page)
        expect(page.get_by_role("heading", name="second key")).to_be_visible()
        picture = page.get_by_role("img", name="QR code")
        assert picture.evaluate("it => it.naturalWidth") > 100
        app = pyotp.TOTP(page.locator("code.key").inner_text().replace(" ", ""))
        tab_to(page, "The six digits")
        page.keyboard.type(code_on(page, watched))
        enter(page)
        expect(page.get_by_role("heading", name="recovery codes")).to_be_visible()
        recovery = page.locator(".codes code").all_inner_texts()
        tab_to(page, "I have kept them")
        enter(page)
        expect(page.get_by_text("Jo Field")).to_be_visible()

        tab_to(page, "Sign out")
        enter(page)
        clock.advance(30)
        _types_password(page)
        tab_to(page, "Code")
        page.keyboard.type(app.at(clock.now()))
        enter(page)
        expect(page.get_by_text("Jo Field")).to_be_visible()

        tab_to(page, "Sign out")
        enter(page)
        _types_password(page)
        tab_to(page, "Code")
        page.keyboard.type(recovery[0])
        enter(page)
        expect(page.get_by_text("Jo Field")).to_be_visible()


def _types_password(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    tab_to(page, "E-mail address")
    page.keyboard.type(EMAIL)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    enter(page)
    expect(page.get_by_role("heading", name="Your code")).to_be_visible()


def test_the_officer_opens_the_queue_and_decides_a_case_by_keyboard_alone(
    watched: Watched,
) -> None:
    ref = watched.school.comes("Buy cheap watches here", AN_ADVERT)
    with watched.page(OFFICER) as page:
        page.goto("/")
        page.get_by_role("link", name=re.compile("advert", re.I)).first.wait_for()
        _tab_to_link(page, f"/cases/{ref}")
        enter(page)
        expect(page.get_by_text("Buy cheap watches here")).to_be_visible()
        _decide_by_keyboard(page, "hide", "An advert for a shop.")
        page.goto(f"/cases/{ref}")
        expect(page.get_by_text("An advert for a shop.").first).to_be_visible()
    assert _outcome(watched, ref) == "hide"


def _tab_to_link(page: Page, path: str) -> None:
    """Tab until the link to this page has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate("document.activeElement.getAttribute('href') || ''")
        if str(found).startswith(path):
            return
    raise AssertionError(f"{path} cannot be reached by Tab")


def _decide_by_keyboard(page: Page, outcome: str, reason: str) -> None:
    """Choose the outcome with the arrow keys, as one does in a group of radio buttons."""
    page.get_by_role("radio").first.wait_for()
    _tab_into(page, "radio")
    page.keyboard.press("Space")
    for _ in range(12):
        if page.locator(f'input[type=radio][value="{outcome}"]:checked').count():
            break
        page.keyboard.press("ArrowDown")
    tab_to(page, "In your own words")
    page.keyboard.type(reason)
    tab_to(page, "Save and stay here")
    enter(page)
    assert "done=" in page.url


def _tab_into(page: Page, kind: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type || ''") == kind:
            return
    raise AssertionError(f"no {kind} can be reached by Tab")


def _outcome(watched: Watched, ref: str) -> str:
    with watched.school.store.engine.connect() as connection:
        sql = (
            "SELECT outcome FROM decision JOIN moderation_case "
            "ON moderation_case.id = decision.case_id WHERE ref = ? ORDER BY decision.id DESC"
        )
        row = connection.exec_driver_sql(sql, (ref,)).first()
    return str(row[0]) if row else ""


@pytest.mark.parametrize("key", [OFFICER, HEAD])
def test_a_case_is_decided_without_javascript_on_a_telephone(watched: Watched, key: str) -> None:
    ref = watched.school.comes(f"You silly cow, says {key}", AN_INSULT)
    with watched.page(key, scripts=False, size=PHONE) as page:
        page.goto("/")
        page.locator(f'main a[href^="/cases/{ref}"]').first.click()
        page.wait_for_url(f"**/cases/{ref}*")
        expect(page.get_by_text(f"You silly cow, says {key}").first).to_be_visible()
        page.locator('input[type=radio][value="hide"]').check()
        page.get_by_label("In your own words").first.fill("An insult.")
        page.get_by_role("button", name="Save and stay here").click()
        expect(page.get_by_text("An insult.").first).to_be_visible()
    assert _outcome(watched, ref) == "hide"


def test_signing_in_works_without_javascript_on_a_telephone(watched: Watched) -> None:
    school = watched.school
    signin.add_user(school.store, school.clock, school.settings, EMAIL, PASSWORD)
    with school.store.begin() as uow:
        user = uow.users.by_email(EMAIL)
        assert user is not None
        uow.users.forget_totp(user.id)
        uow.commit()
    with watched.page(scripts=False, size=PHONE) as page:
        page.goto("/reading")
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("six digits").fill(code_on(page, watched))
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("link", name="I have kept them").click()
        expect(page).to_have_url(re.compile("/reading$"))


def test_several_are_decided_together_on_a_telephone_and_offered_is_only_what_fits(
    watched: Watched,
) -> None:
    school = watched.school
    school.comes("You old goat", AN_INSULT, can_hide=False, author=an_author("88", name="Lee"))
    school.comes("Cheap hats, today only", AN_ADVERT)
    with watched.page(OFFICER, size=PHONE) as page:
        page.goto("/")
        page.get_by_role("checkbox", name="Select: Insults or bullying").and_(
            page.locator("[data-fits='allow answered cleared']")
        ).check()
        bar = page.locator("#several")
        bar.get_by_text("Decide together (1)").click()
        box = bar.bounding_box()
        assert box is not None
        assert box["height"] <= PHONE[1] / 2
        hide = bar.get_by_label("Hide it", exact=True)
        expect(bar.get_by_label("Leave or make visible")).to_be_visible()
        expect(hide).not_to_be_visible()
        page.get_by_role("checkbox", name="Select: Advertising or a scam").first.check()
        expect(bar.get_by_text("Decide together (2)")).to_be_visible()
        hide.check()
        assert_accessible(page)
        page.get_by_role("checkbox", name="Select: Advertising or a scam").first.uncheck()
        expect(hide).not_to_be_checked()
        page.get_by_role("checkbox", name="Select: Advertising or a scam").first.check()
        hide.check()
        page.get_by_role("button", name="Decide all that are ticked").click()
        expect(page.get_by_role("alert")).to_contain_text("Please give a reason")
        assert_accessible(page)
        page.get_by_role("link", name="Please give a reason").click()
        expect(page.get_by_label("In your own words")).to_be_focused()
        page.keyboard.type("The same again.")
        page.get_by_role("button", name="Decide all that are ticked").click()
        expect(page.get_by_role("heading", name="Decided: 1 of 2")).to_be_visible()
        expect(page.get_by_text("The platform does not allow hiding")).to_be_visible()
        assert_accessible(page)


def test_what_is_missing_in_a_decision_is_told_in_red_where_it_is_missing(watched: Watched) -> None:
    ref = watched.school.comes("Cheap gloves, today only", AN_ADVERT)
    with watched.page(OFFICER, size=PHONE, scripts=False) as page:
        page.goto(f"/cases/{ref}")
        page.get_by_label("Hide it", exact=True).check()
        page.get_by_role("button", name="Save and stay here").click()
        expect(page.get_by_role("alert")).to_contain_text("Please give a reason")
        page.get_by_role("link", name="Please give a reason").click()
        reason = page.get_by_label("In your own words").first
        expect(reason).to_be_focused()
        expect(page.get_by_text("Error: Please give a reason")).to_be_in_viewport()
        page.keyboard.type("A scam.")
        page.get_by_role("button", name="Save and stay here").click()
        expect(page.get_by_text("Saved: hide it.")).to_be_visible()


def test_a_mistake_is_told_to_those_who_hear_the_page(watched: Watched) -> None:
    with watched.page() as page:
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill("nobody@rossmore.example")
        page.get_by_label("Password").fill("x")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("do not fit")
        expect(page).to_have_title(re.compile("^Problem"))
        described = page.get_by_label("Password").get_attribute("aria-describedby") or ""
        assert "problem" in described
        assert_accessible(page)


def test_no_page_runs_or_fetches_anything_from_elsewhere(watched: Watched) -> None:
    asked, refused = [], []
    with watched.page(OFFICER) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: refused.append(said.text))
        for path in ("/", "/reading", "/log", "/newcomers", "/your-sign-in"):
            page.goto(path)
    assert [url for url in asked if not url.startswith(watched.url)] == []
    assert [text for text in refused if "Content Security Policy" in text] == []
