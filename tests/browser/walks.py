"""What walks through the pages share: whose browser it is, in what light, and what axe says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import pyotp
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, Page

from adapters.memory import MemoryMailer
from bot.outbox import deliver_letters
from bot.services import users
from bot.settings import MailSettings
from bot.web import WebServer
from tests.web.pages_stage import School

_WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""WCAG 2.2 AA as axe-core tags its rules; "best-practice" besides, for landmarks and headings."""

_OPTIONS = {
    "runOnly": {"type": "tag", "values": [*_WCAG, "best-practice"]},
    "resultTypes": ["violations"],
}

PATIENCE = 60_000
"""Milliseconds until a page that does not come is a failure, on however slow a machine."""

Light = Literal["light", "dark"]
LIGHTS: Sequence[Light] = ("light", "dark")
DESKTOP, PHONE = (1280, 900), (320, 640)
SIZES = (DESKTOP, PHONE)


@dataclass(frozen=True, slots=True)
class Watched:
    """A school whose pages are served."""

    school: School
    chromium: Browser
    url: str

    @contextmanager
    def page(
        self,
        key: str = "",
        *,
        light: Light = "light",
        size: tuple[int, int] = DESKTOP,
        scripts: bool = True,
    ) -> Iterator[Page]:
        """A browser of its own for this person (nobody: not signed in), at the given size."""
        width, height = size
        context = self.chromium.new_context(
            base_url=self.url,
            color_scheme=light,
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE)
        if key:
            jar = self.school.signed_in(key).client.cookies.jar
            context.add_cookies(
                [{"name": c.name, "value": c.value or "", "url": self.url} for c in jar]
            )
        try:
            yield context.new_page()
        finally:
            context.close()


@contextmanager
def served(school: School, chromium: Browser, port: int) -> Iterator[Watched]:
    """The school's pages on this port, until the last answer has left."""
    server = WebServer(school.app, host="127.0.0.1", port=port)
    server.start()
    try:
        yield Watched(school, chromium, school.settings.web.public_url)
    finally:
        server.stop(within=PATIENCE / 1000)
        school.store.close()


def assert_accessible(page: Page) -> None:
    """axe finds nothing against WCAG 2.2 AA in any light and size, and nobody has to scroll
    sideways.
    """
    size = page.viewport_size
    page.wait_for_load_state("load")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        # The window may follow later than the command is answered.
        page.wait_for_function("width => window.innerWidth === width", arg=width)
        for light in LIGHTS:
            page.emulate_media(color_scheme=light)
            where = f"{page.url} at {width} pixels, {light}"
            results = AxeResults(page.evaluate("options => axe.run(options)", _OPTIONS))
            assert results.violations_count == 0, f"{where}\n{results.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{where} is {wide} pixels wider than the window"
    page.emulate_media(color_scheme="light")
    if size is not None:
        page.set_viewport_size(size)


def tab_to(page: Page, name: str, *, most: int = 80) -> None:
    """Press Tab until the control with this name (the start of its words) has the focus."""
    page.wait_for_load_state("load")
    for _ in range(most):
        page.keyboard.press("Tab")
        if _focused(page).startswith(name):
            return
    raise AssertionError(f"“{name}” cannot be reached by Tab on {page.url}")


def enter(page: Page) -> None:
    """Press Enter where it leads to another page; returns once that has come, with its script.

    Words to be seen are no sign of it: they may stand on the page before, or come ahead of the rest
    of the new one, while the next Tab already finds its way.
    """
    with page.expect_navigation():
        page.keyboard.press("Enter")


def shortcut(page: Page, key: str) -> None:
    """Press one of the page's own keys, once the script that listens for it has come.

    The page must be there already: wait for something first that the one before it does not hold.
    """
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def _focused(page: Page) -> str:
    """The name of what has the focus: its label, or its own words."""
    found: str = page.evaluate(
        """() => {
            const it = document.activeElement;
            const label = it.labels && it.labels.length ? it.labels[0] : it;
            return (label.innerText || it.getAttribute("aria-label") || "").trim();
        }"""
    )
    return found


def an_invitation(watched: Watched, email: str) -> str:
    """Let somebody begin anew; the path to which the link in their letter leads."""
    school = watched.school
    mail = MailSettings("memory", "gate@rossmore.example", {})
    settings, mailer = replace(school.settings, mail=mail), MemoryMailer()
    users.invite(school.store, school.clock, settings, email)
    users.reset(school.store, school.clock, settings, email)
    deliver_letters(school.store, school.clock, mailer)
    found = re.search(rb"(/invitation/[\w-]+)", mailer.letters[-1].mime)
    assert found is not None
    return found[1].decode()


def code_on(page: Page, watched: Watched) -> str:
    """The code that an app shows now that was given the key of this page."""
    key = page.locator("code.key").inner_text().replace(" ", "")
    return pyotp.TOTP(key).at(watched.school.clock.now())
