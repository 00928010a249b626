"""The officer goes through those who came on the demo's day, in a real browser.

Who comes, what their bios say, who leaves and who takes another handle is the demo's own script,
read through the X adapter from the sandbox's server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from adapters.sandbox.cast import SCHOOL_HANDLE
from adapters.sandbox.day import DAY, set_up
from adapters.sandbox.directions import Follow, Rename
from adapters.sandbox.players import Players
from adapters.sandbox.world import World
from adapters.sandbox.x_server import XServer
from adapters.x import XAdapter
from bot.model import Stream
from bot.ports import Context
from bot.services.ingest import poll
from bot.services.newcomers import read_newcomers
from bot.settings import AccountSettings, Look, Sweep
from tests.browser.walks import Watched, assert_accessible, enter, served, tab_to
from tests.web.pages_stage import DSL, OFFICER, School, the_settings

pytestmark = pytest.mark.slow

PICTURE = Path(__file__).parent.parent.parent / "docs" / "pictures" / "newcomers.png"


@pytest.fixture
def watched(tmp_path: Path, chromium: Browser, port: int) -> Iterator[Watched]:
    """A school whose followers of the demo's day were read."""
    account = AccountSettings("school", "x", 10, options={"handle": SCHOOL_HANDLE})
    settings = replace(the_settings(public_url=f"http://127.0.0.1:{port}"), accounts=(account,))
    school = School(tmp_path, settings)
    the_day_comes(school, tmp_path)
    school.reads_everything()
    with served(school, chromium, port) as watched:
        yield watched


def the_day_comes(school: School, folder: Path) -> None:
    """Everybody of the script follows, leaves and is renamed; read once before and once after."""
    world = World(folder / "sandbox.db")
    set_up(world)
    server = XServer(world)
    tokens = world.x_tokens()
    secrets = {
        "X_CONSUMER_KEY": tokens.consumer_key,
        "X_CONSUMER_SECRET": tokens.consumer_secret,
        "X_ACCESS_TOKEN": tokens.access_token,
        "X_ACCESS_TOKEN_SECRET": tokens.access_token_secret,
    }
    options = {"handle": SCHOOL_HANDLE, "base_url": server.start()}
    context = Context(world.clock, secrets.get, folder, "school")
    adapter = XAdapter.from_options(options, context)
    always = replace(school.settings.newcomers, look=Look.ALWAYS, sweep=Sweep.ALWAYS)
    read_newcomers(school.store, school.clock, always, adapter)
    school.clock.advance(hours=1)
    players = Players(world)
    acts = [act for scene in DAY for act in scene.directions if isinstance(act, Follow | Rename)]
    for act in (each for each in acts if isinstance(each, Rename) or each.how == "follows"):
        act.act(players)
    poll(school.store, school.clock, adapter, Stream.FOLLOWERS)
    school.clock.advance(hours=1)
    for act in (each for each in acts if isinstance(each, Follow) and each.how == "leaves"):
        act.act(players)
    read_newcomers(school.store, school.clock, always, adapter)
    server.close()
    world.close()


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("article").filter(has=page.get_by_text(name, exact=True)).first


WHY, THEN, WHO = "not suitable: why", "not suitable: what is to be done", "If unsure"
"""The labels of the lists beside a decision."""


def decides(page: Page, name: str, outcome: str, choices: Mapping[str, str] | None = None) -> None:
    one = card(page, name)
    one.locator("summary").click()
    one.get_by_role("radio", name=outcome).check()
    for label, choice in (choices or {}).items():
        one.get_by_label(re.compile(label)).select_option(label=choice)
    one.get_by_role("button", name="Save decision").click()


def test_the_officer_goes_through_the_days_newcomers(
    watched: Watched, request: pytest.FixtureRequest
) -> None:
    with watched.page(OFFICER) as page:
        page.goto("/newcomers")
        if request.config.getoption("--pictures", default=False):
            page.set_viewport_size({"width": 1000, "height": 1300})
            page.screenshot(path=PICTURE, animations="disabled")
        expect(card(page, "frogboy")).to_contain_text("yr 6")
        expect(card(page, "Jess")).to_contain_text("My year 5")
        expect(card(page, "Miss E")).to_contain_text("Teacher")
        expect(card(page, "Rossmore Primary School")).to_contain_text("@R0ssmoreDemo")
        expect(card(page, "Work From Home UK")).to_be_visible()
        assert "Coin Kings" not in page.inner_text("main"), "who left waits for nobody"
        assert_accessible(page)

        decides(page, "Jess", "Approve")
        expect(card(page, "Jess")).to_have_count(0)
        decides(page, "frogboy", "Unsure", {WHO: "The designated safeguarding lead"})
        expect(card(page, "frogboy")).to_contain_text("With the DSL as well")
        decides(
            page,
            "Miss E",
            "Not suitable",
            {WHY: "A member of staff: advised not to follow"},
        )
        expect(card(page, "Miss E")).to_have_count(0)
        decides(
            page,
            "Work From Home UK",
            "Not suitable",
            {WHY: "Business or spam", THEN: "Remove as a follower"},
        )
        expect(page.get_by_role("heading", name="Blocked, muted, removed")).to_be_visible()
        removal = card(page, "Work From Home UK")
        expect(removal).to_contain_text("Remove this follower")
        expect(removal.get_by_role("link", name="Open the profile")).to_have_attribute(
            "href", re.compile("x.com/quick_cash_uk7")
        )
        removal.get_by_role("button", name="I did it").click()
        expect(card(page, "Work From Home UK")).to_contain_text("Said to be done by")
        assert_accessible(page)

    with watched.page(DSL) as page:
        page.goto("/newcomers")
        expect(card(page, "frogboy")).to_be_visible()
        expect(card(page, "Rossmore Primary School")).to_have_count(0)


def test_several_are_turned_away_together_by_keyboard(watched: Watched) -> None:
    with watched.page(OFFICER) as page:
        page.goto("/newcomers")
        for name in ("Work From Home UK", "Rossmore Primary School"):
            box = card(page, name).get_by_role("checkbox")
            box.focus()
            page.keyboard.press("Space")
            expect(box).to_be_checked()
        together = page.locator("form#together")
        together.get_by_role("radio", name="Not suitable").check()
        together.get_by_label(re.compile(WHY)).select_option(label="Business or spam")
        tab_to(page, "Save for all")
        enter(page)
        expect(card(page, "Work From Home UK")).to_have_count(0)
        expect(card(page, "Rossmore Primary School")).to_have_count(0)
        expect(card(page, "Jess")).to_be_visible()


def test_a_renamed_follower_of_before_is_known_and_the_rest_can_be_left(watched: Watched) -> None:
    [renamed] = [a for scene in DAY for a in scene.directions if isinstance(a, Rename)]
    with watched.page(OFFICER, scripts=False) as page:
        page.goto("/newcomers")
        assert f"@{renamed.handle}" not in page.inner_text("main"), "no item for another name"
        page.get_by_role("button", name="Show me the next").click()
        known = page.get_by_role("article").filter(has_text=f"@{renamed.handle}")
        expect(known).to_contain_text(f"@{renamed.who}")
        expect(known).to_contain_text("From before the first start")


def test_leaving_who_was_there_is_a_choice_with_a_name(watched: Watched) -> None:
    with watched.page(OFFICER) as page:
        page.goto("/newcomers")
        page.get_by_role("button", name="Only newcomers from now on").click()
        expect(page.get_by_text("chose to decide only about newcomers")).to_be_visible()
        assert_accessible(page)
