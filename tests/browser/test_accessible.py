"""Every page of the app, for everybody for whom it opens: axe finds nothing, in any light or size.

The list of pages is `DOORS` in tests/web/every_route.py: a new page is looked at by its line there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import (
    Watched,
    an_invitation,
    assert_accessible,
    code_on,
)
from tests.web.every_route import DOORS, Door
from tests.web.pages_stage import DSL, OFFICER, PASSWORD, TECHNICIAN

pytestmark = pytest.mark.slow

PAGES = {
    route.partition(" ")[2]: door
    for route, door in sorted(DOORS.items())
    if route.startswith("GET") and door.page
}
LOOKERS = (OFFICER, DSL, TECHNICIAN)
"""Between them they see every face of a page."""


@pytest.mark.parametrize("key", LOOKERS)
def test_every_page_is_accessible(watched: Watched, key: str) -> None:
    with watched.page(key) as page:
        for path, door in PAGES.items():
            for address in addresses(page, path, door):
                page.goto(address)
                assert_accessible(page)


def addresses(page: Page, path: str, door: Door) -> Iterator[str]:
    """Where this page stands, for whoever looks: each case in their lists, or a made-up one."""
    for name, value in door.fills.items():
        path = path.replace(f"{{{name}}}", value)
    if path.startswith("/cases/"):
        for state in DOORS["GET /"].states:
            page.goto(f"/{state}")
            links = page.locator('main a[href^="/cases/"]').all()
            yield from [str(link.get_attribute("href")).partition("#")[0] for link in links][:2]
    yield path.replace("{ref}", "0" * 12)
    yield from (path + state for state in door.states)


def test_the_way_in_is_accessible_with_and_without_mistakes(watched: Watched) -> None:
    school = watched.school
    school.signed_in(OFFICER)
    with watched.page() as page:
        page.goto("/sign-in")
        assert_accessible(page)
        page.get_by_label("E-mail address").fill("j.field@rossmore.example")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Your code")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("Code").fill("000000")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert_accessible(page)


def test_being_invited_is_accessible_to_the_recovery_codes(watched: Watched) -> None:
    with watched.page() as page:
        page.goto(an_invitation(watched, "dpo@rossmore.example"))
        assert_accessible(page)
        page.get_by_label("Your new password").fill(PASSWORD)
        page.get_by_label("The same again").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="second key")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("six digits").fill(code_on(page, watched))
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="recovery codes")).to_be_visible()
        assert_accessible(page)


def test_the_record_of_a_case_in_the_log_is_accessible(watched: Watched) -> None:
    with watched.page(OFFICER) as page:
        page.goto("/log/search")
        page.goto(str(page.locator('main a[href^="/log/cases/"]').first.get_attribute("href")))
        assert "/log/cases/" in page.url
        assert_accessible(page)
