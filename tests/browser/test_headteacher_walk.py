"""The headteacher's day: a letter, its link, the case; and a concern about her, which for her does
not exist. Against the demo's sandbox, with the bundled model and real mail.
"""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from playwright.sync_api import Page, expect

from adapters.sandbox.directions import Post
from adapters.sandbox.players import Players
from tests.browser.sandbox_day import PASSWORD, SandboxDay
from tests.browser.test_days import WIDE
from tests.browser.walks import PHONE
from tests.web.pages_stage import DSL, HEAD

pytestmark = pytest.mark.slow

HALF_AN_HOUR = 1800
_PAGES = ("/", "/?tab=others", "/?tab=done", "/today", "/log", "/authors", "/restrictions")


def test_the_headteacher_follows_the_letter_to_the_case_which_answers_it(day: SandboxDay) -> None:
    said = "Mr Dunmore grabbed my son by the arm on Friday and left a bruise"
    the_school_posts_again(day)
    before = len(letters_to(day, HEAD))
    _, ref = day.says(said)
    day.goes_on(HALF_AN_HOUR)
    letter = letters_to(day, HEAD)[before]
    words = _words(letter)
    assert "Dunmore" not in f"{letter['Subject']} {words}"
    assert "bruise" not in words
    link = next(line for line in words.splitlines() if line.startswith(day.url))

    with day.page(HEAD, size=PHONE) as page:
        page.context.clear_cookies()
        page.goto(link)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.get_by_label("E-mail address at the school").fill(_address(day, HEAD))
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**/cases/{ref}*")
        expect(page.get_by_text(said)).to_be_visible()
    assert _have_answered(day, ref) == {HEAD}


def test_of_a_concern_about_her_the_headteacher_sees_nothing_and_others_are_told(
    day: SandboxDay,
) -> None:
    day.goes_on(HALF_AN_HOUR)
    with day.page(HEAD, size=WIDE) as page:
        seen = _all_pages(page)
        the_school_posts_again(day)
        hers, theirs = len(letters_to(day, HEAD)), len(letters_to(day, DSL))
        _, ref = day.says("The headteacher slapped my daughter outside her office")
        day.goes_on(HALF_AN_HOUR)
        now = _all_pages(page)
        assert [path for path in _PAGES if "slapped" in now[path]] == []
        assert _counts(now) == _counts(seen)
        assert len(letters_to(day, HEAD)) == hers

        page.goto("/cases/000000000000")
        nothing = page.locator("main").inner_text()
        page.goto(f"/cases/{ref}")
        assert page.locator("main").inner_text() == nothing
    assert len(letters_to(day, DSL)) > theirs
    with day.page(DSL, size=WIDE) as page:
        page.goto(f"/cases/{ref}")
        expect(page.get_by_text("slapped my daughter").first).to_be_visible()


def the_school_posts_again(day: SandboxDay) -> None:
    """Under a post with an open case of that kind nobody would get a second letter."""
    thanks = Post("x", "harvest", "Thank you to all who came to the harvest assembly.")
    thanks.act(Players(day.stage.world))


def letters_to(day: SandboxDay, key: str) -> list[EmailMessage]:
    """What the mail server took for this person, in order of arrival."""
    parser = BytesParser(policy=policy.default)
    files = sorted((day.app.data_dir / "mailbox").glob("*.eml"))
    letters = [parser.parsebytes(file.read_bytes()) for file in files]
    return [one for one in letters if _address(day, key) in str(one["To"])]


def _have_answered(day: SandboxDay, ref: str) -> set[str]:
    """Who is written down as having seen the case."""
    sql = (
        "SELECT l.person FROM letter l JOIN notice n ON n.letter_id = l.id "
        "JOIN moderation_case c ON c.id = n.case_id "
        "WHERE c.ref = ? AND l.acknowledged_at IS NOT NULL"
    )
    with day.app.store.engine.connect() as connection:
        return set(connection.exec_driver_sql(sql, (ref,)).scalars())


def _words(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def _address(day: SandboxDay, key: str) -> str:
    return next(person.email for person in day.app.settings.people if person.key == key)


def _all_pages(page: Page) -> dict[str, str]:
    texts = {}
    for path in _PAGES:
        page.goto(path)
        texts[path] = page.locator("body").inner_text()
    return texts


def _counts(pages: dict[str, str]) -> dict[str, list[str]]:
    """Everything that is counted on a page: how many wait, and in which tab."""
    counted = re.compile(r"(?:Needs you|With others|Done|Queue|Newcomers)\s+(?:\d+)")
    return {path: counted.findall(text) for path, text in pages.items()}
