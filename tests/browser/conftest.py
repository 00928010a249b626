"""The real app behind a real port, and Debian's Chromium before it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.model import Finding, Kind, Severity, Target
from bot.web import WebServer
from tests.browser.sandbox_day import SandboxDay, a_morning
from tests.browser.walks import Watched
from tests.builders import an_attachment, an_author
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
    with a_morning(tmp_path_factory.mktemp("day"), chromium, _free_port(), pictures) as day:
        yield day


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Watched]:
    """A school after a lively morning, served; shared by the walks of one module."""
    port = _free_port()
    settings = the_settings(public_url=f"http://127.0.0.1:{port}")
    school = School(tmp_path_factory.mktemp("browser"), replace(settings))
    a_lively_morning(school)
    server = WebServer(school.app, host="127.0.0.1", port=port)
    server.start()
    yield Watched(school, chromium, settings.web.public_url)
    server.stop()
    school.store.close()


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
