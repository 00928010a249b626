"""The real app behind a real port, and Debian's Chromium before it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from bot.model import Finding, Kind, Severity, Target
from tests.browser.sandbox_day import SandboxDay, a_morning
from tests.browser.walks import PATIENCE, Watched, served
from tests.builders import an_attachment, an_author
from tests.ports import a_port
from tests.web.pages_stage import (
    AN_ADVERT,
    AN_INSULT,
    OFFICER,
    School,
    an_accusation,
    the_settings,
)

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all walks; each walk has a profile of its own."""
    if _CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # As root, as in CI, Chromium has no sandbox of its own.
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures",
        action="store_true",
        help="Keep the walks' screenshots in docs/pictures.",
    )


@pytest.fixture(scope="module")
def day(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[SandboxDay]:
    """A morning of the demo's sandbox, served; shared by the walks of one module."""
    wanted = request.config.getoption("--pictures", default=False)
    pictures = request.config.rootpath / "docs" / "pictures" if wanted else None
    folder = tmp_path_factory.mktemp("day")
    with a_port() as port, a_morning(folder, chromium, port, pictures) as day:
        yield day


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Watched]:
    """A school after a lively morning, served; shared by the walks of one module."""
    with a_port() as port:
        settings = the_settings(public_url=f"http://127.0.0.1:{port}")
        school = School(tmp_path_factory.mktemp("browser"), settings)
        a_lively_morning(school)
        with served(school, chromium, port) as watched:
            yield watched


def a_lively_morning(school: School) -> None:
    """Something on every page: cases of several sorts, done and waiting, newcomers, polls."""
    advert = school.comes("Cheap shoes, today only", AN_ADVERT)
    school.comes("You cow", AN_INSULT, author=an_author(name="Sam Porter"))
    school.comes(
        "Mr Dunmore shoved my boy at the gate, look",
        an_accusation("ddunmore", child=True),
        attachments=(an_attachment(title="At the gate"),),
    )
    school.comes(
        "Nobody would miss me \u202e \u0645\u062f\u0631\u0633\u0629 " + "w" * 300,
        Finding(Kind.WELFARE, Severity.SERIOUS, Target.PUPIL, True),
        author=an_author(name="\u202etxet neddih " + "n" * 120),
    )
    school.newcomer("Alex Mercer", bio="Grandad of two", facts={"followers": "12"})
    school.reads_everything()
    school.platform_does_it()
    school.signed_in(OFFICER).decides(advert, "allow")
