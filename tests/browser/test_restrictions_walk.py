"""What an officer decides about people, from the decision until it is over, against the demo's
sandbox: what the token may is done, the rest is a person's task that is looked for later.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from adapters.sandbox.players import Players
from bot.school_calendar import day_of
from tests.browser.sandbox_day import SandboxDay
from tests.browser.walks import LIGHTS, PHONE, assert_accessible
from tests.web.pages_stage import OFFICER

pytestmark = pytest.mark.slow

A_DAY = 24 * 3600
WIDE = (1000, 1100)
SPAMMER, TRADER, CHILD, STRANGER = "Work From Home UK", "Coin Kings", "frogboy", "Ken"
BLOCKS, MUTES, REMOVES = "Block", "Mute", "Remove as a follower"


def test_what_is_decided_about_people_is_done_looked_for_lifted_and_over(day: SandboxDay) -> None:
    world, until = day.stage.world, day_of(day.app.clock.now()) + timedelta(days=1)
    ids = {
        handle: Players(world).on_x(handle)
        for handle in ("quick_cash_uk7", "coin_kings_24", "kind_uncle_ken")
    }
    with day.page(OFFICER, size=WIDE) as page:
        decides(page, SPAMMER, "Business or spam", "Asks parents for money.", MUTES, str(until))
        decides(page, TRADER, "Business or spam", "", BLOCKS)
        decides(page, CHILD, "Under age, or a pupil", "", REMOVES)
        decides(page, STRANGER, "Nobody knows who it is", "Asked about children.")
        day.goes_on(60)
        day.goes_on(60)
        assert ids["quick_cash_uk7"] in world.x_muted(), "the token may mute, so that is done"

        page.goto("/today")
        expect(page.get_by_text(re.compile("3 tasks to be done on the platform"))).to_be_visible()
        page.get_by_role("link", name="See what is to be done").click()
        expect(page.get_by_text("3 tasks that nobody has done yet")).to_be_visible()
        expect(one(page, SPAMMER)).to_contain_text("Seen on the platform")
        expect(one(page, SPAMMER)).to_contain_text("Asks parents for money.")
        expect(one(page, TRADER)).to_contain_text("choose “Block”")
        expect(one(page, STRANGER).get_by_role("link", name="Open the list")).to_have_attribute(
            "href", "https://x.com/follower_requests"
        )
        day.keep(page, "restrictions")
        assert_accessible(page)
        for name in (TRADER, CHILD, STRANGER):
            one(page, name).get_by_role("button", name="I did it").click()
            expect(one(page, name)).to_contain_text("Said to be done, not seen yet")
        expect(page.get_by_text("nobody has done yet")).to_have_count(0)

    world.x_block_by_person(ids["coin_kings_24"])
    world.x_withdraw_request(ids["kind_uncle_ken"])
    day.goes_on(A_DAY)
    with day.page(OFFICER, size=WIDE) as page:
        page.goto("/restrictions")
        expect(tag(page, TRADER)).to_have_text("Seen on the platform")
        expect(tag(page, STRANGER)).to_have_text("Seen on the platform")
        expect(tag(page, CHILD)).to_have_text("Said to be done, not seen yet")

    day.goes_on(A_DAY)
    with day.page(OFFICER, size=WIDE) as page:
        page.goto("/restrictions")
        expect(one(page, SPAMMER)).to_contain_text("The time is over")
        assert ids["quick_cash_uk7"] in world.x_muted(), "only a person lifts it"
        one(page, SPAMMER).get_by_role("button", name="Lift it").click()
        expect(tag(page, SPAMMER)).to_have_text("Lifted")
        day.goes_on(60)
        day.goes_on(60)
        assert ids["quick_cash_uk7"] not in world.x_muted()
        page.goto("/log")
        expect(page.get_by_text("Jo Field ended it: muted.").first).to_be_visible()
    for light in LIGHTS:
        with day.page(OFFICER, size=PHONE, light=light) as page:
            page.goto("/restrictions")
            expect(one(page, CHILD)).to_be_visible()


def test_whoever_asks_and_is_approved_is_let_in_by_a_person_and_then_seen(day: SandboxDay) -> None:
    world = day.stage.world
    mother = world.x_user("meadows_mum", "Meadows Mum", bio="Two at Rossmore, tired.")
    world.x_request_follow(mother)
    world.x_post(mother, "Lovely assembly!", reply_to=Players(world).find("newest on x")[1])
    day.goes_on(60)
    with day.page(OFFICER, size=WIDE) as page:
        page.goto("/newcomers?page=2")
        card = one(page, "Meadows Mum")
        expect(card).to_contain_text("Asks to follow")
        card.locator("summary").click()
        card.get_by_role("radio", name="Approve").check()
        card.get_by_role("button", name="Save decision").click()
        page.goto("/restrictions")
        expect(one(page, "Meadows Mum")).to_contain_text("press “Accept”")
        one(page, "Meadows Mum").get_by_role("button", name="I did it").click()
        expect(tag(page, "Meadows Mum")).to_have_text("Said to be done, not seen yet")
    world.x_follow(mother)
    day.goes_on(A_DAY)
    with day.page(OFFICER, size=WIDE) as page:
        page.goto("/restrictions")
        expect(tag(page, "Meadows Mum")).to_have_text("Seen on the platform")


def one(page: Page, name: str) -> Locator:
    """Somebody's card; of two of that name, the one on X."""
    return (
        page.get_by_role("article")
        .filter(has=page.get_by_role("heading", name=re.compile(f"^{name}")))
        .filter(has_text="@")
        .first
    )


def tag(page: Page, name: str) -> Locator:
    return one(page, name).locator(".tags .govuk-tag").nth(1)


def decides(
    page: Page, name: str, why: str, words: str, then: str | None = None, until: str = ""
) -> None:
    page.goto("/newcomers")
    card = one(page, name)
    card.locator("summary").click()
    card.get_by_role("radio", name="Not suitable").check()
    card.get_by_label(re.compile("not suitable: why")).select_option(label=why)
    if then:
        card.get_by_label(re.compile("is to be done")).select_option(label=then)
    card.get_by_label(re.compile("^Until")).fill(until)
    card.get_by_label("In your own words").fill(words)
    card.get_by_role("button", name="Save decision").click()
    page.wait_for_load_state("load")
    expect(page.get_by_text("Not saved")).to_have_count(0)
