"""Each route × each role: what is not allowed answers 403 or 404 and leaves no trace of content."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.access import Viewer
from bot.model import Finding, Kind, Role, Severity, Target
from bot.services import runs
from bot.services.notify import compose
from bot.services.report import Report, Upload, enter_by_hand
from bot.settings import MailSettings
from bot.store import tables as t
from tests.builders import an_author
from tests.web.every_route import DOORS, EVERYBODY, READERS, routes_of
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
    an_accusation,
    the_settings,
)

A_CRY = Finding(Kind.WELFARE, Severity.SERIOUS, Target.PUPIL, True)
AN_ADDRESS = Finding(Kind.PERSONAL_DATA, Severity.SERIOUS, Target.ADULT)
A_PHISH = Finding(Kind.SECURITY, Severity.MILD)

CANARIES: Mapping[str, tuple[Finding, frozenset[str], frozenset[str]]] = {
    # the words           what they hold; who may read them; who may know that the case is there
    "canary-insult": (AN_INSULT, frozenset({OFFICER, HEAD}), frozenset({OFFICER, HEAD})),
    "canary-advert": (AN_ADVERT, frozenset({OFFICER}), frozenset({OFFICER})),
    "canary-accusation": (
        ABOUT_THE_HEAD,
        frozenset({OFFICER, CHAIR}),
        frozenset({OFFICER, CHAIR}),
    ),
    "canary-teacher": (
        an_accusation("sbramley"),
        frozenset({OFFICER, HEAD}),
        frozenset({OFFICER, HEAD}),
    ),
    "canary-child": (A_CRY, frozenset({OFFICER, HEAD, DSL}), frozenset({OFFICER, HEAD, DSL})),
    "canary-address": (
        AN_ADDRESS,
        frozenset({OFFICER, HEAD, DPO}),
        frozenset({OFFICER, HEAD, DPO}),
    ),
    "canary-phish": (A_PHISH, frozenset({OFFICER}), frozenset({OFFICER, TECHNICIAN})),
}


REPORT = "canary-report"
"""What the chair put in by hand, with a file: it accuses the headteacher, and stands nowhere."""

READABLE_BY: Mapping[str, frozenset[str]] = {
    **{words: readers for words, (_, readers, _) in CANARIES.items()},
    REPORT: frozenset({CHAIR}),
    "canary-newcomer": frozenset({OFFICER}),
    "canary-blocked": frozenset({OFFICER, HEAD}),
    "canary_parent": frozenset({OFFICER}),
}


class Stage:
    """A school with one case of each sort, each sort of page filled, and everybody signed in."""

    def __init__(self, directory: Path) -> None:
        mail = MailSettings("memory", "gate@rossmore.example", {})
        self.school = School(directory, replace(the_settings(), mail=mail))
        self.refs = {
            words: self.school.comes(words, finding, author=an_author(name=f"author of {words}"))
            for words, (finding, _, _) in CANARIES.items()
        }
        self.newcomer = self.school.newcomer("canary-newcomer")
        self.school.reads_everything()
        runs.expect(self.school.store, {"watch": 60})
        runs.began(self.school.store, self.school.clock, "watch")
        self.browsers = {key: self.school.signed_in(key) for key in EVERYBODY}
        self.known = {ref: CANARIES[words][2] for words, ref in self.refs.items()}
        self.read = {ref: CANARIES[words][1] for words, ref in self.refs.items()}
        self._people_do_their_work()
        compose(self.school.store, self.school.clock, self.school.settings)

    def _people_do_their_work(self) -> None:
        """Breaches are confirmed, somebody is blocked, a report is put in, a day is signed."""
        officer = self.browsers[OFFICER]
        officer.decides(self.refs["canary-insult"], "hide", "an insult")
        self.browsers[CHAIR].decides(self.refs["canary-accusation"], "hide", "an accusation")
        blocked = self.school.newcomer("canary-blocked")
        vetted = {"pick": f"{blocked}:1", "outcome": "not_suitable", "why": "business"}
        officer.sends("/newcomers", {**vetted, "then": "block"})
        officer.sends("/register", {"platform": "x", "handle": "@canary_parent"})
        asked = self.browsers[DPO].sends("/requests", {"kind": "access", "handle": "somebody"})
        self.request = asked.path.rpartition("/")[2]
        with self.school.store.engine.connect() as connection:
            self.restriction = str(connection.scalar(sa.select(t.restriction.c.ref)))
            self.entry = str(connection.scalar(sa.select(t.register.c.id)))
        settings, chair = self.school.settings, Viewer(CHAIR, frozenset({Role.CHAIR_OF_GOVERNORS}))
        seen = Report(
            where="other",
            summary=REPORT,
            kind=Kind.ALLEGATION,
            target=Target.HEADTEACHER,
            serious=True,
            occurred_at=self.school.clock.now(),
            supplied_by="a parent",
            file=Upload(f"{REPORT}.pdf", b"%PDF-1.7 " + REPORT.encode()),
        )
        ref = enter_by_hand(self.school.store, self.school.clock, settings, chair, seen).ref
        self.refs[REPORT] = ref
        self.known[ref] = self.read[ref] = READABLE_BY[REPORT]
        with self.school.store.engine.connect() as connection:
            self.file = str(connection.scalar(sa.select(t.upload.c.ref)))

    def paths(self, route: str) -> Iterator[tuple[str, frozenset[str]]]:
        """The addresses of a route, each with the keys of those for whom there is something."""
        path, door = route.partition(" ")[2], DOORS[route]
        fills = {"entry_id": self.entry, **door.fills}
        for name, value in fills.items():
            path = path.replace(f"{{{name}}}", value)
        if "{file_ref}" in path:
            path = path.replace("{file_ref}", self.file)
            for ref in self.refs.values():
                has_it = self.read[ref] if ref == self.refs[REPORT] else frozenset()
                yield path.replace("{ref}", ref), has_it
        elif "{ref}" in path:
            for ref, has_it in self._refs_in(path):
                yield path.replace("{ref}", ref), has_it
            yield path.replace("{ref}", "0" * 12), frozenset()
        else:
            yield path, EVERYBODY
            for state in door.states:
                yield path + state, EVERYBODY

    def _refs_in(self, path: str) -> Iterator[tuple[str, frozenset[str]]]:
        """What the address may name, each with the keys of those for whom it is there."""
        if path.startswith("/cases/"):
            yield from self.known.items()
        elif path.startswith("/log/cases/"):
            yield from self.read.items()
        elif path.startswith("/requests/"):
            yield self.request, frozenset({DPO})
        elif path.startswith("/restrictions/"):
            yield self.restriction, EVERYBODY
        elif path.startswith("/letters/"):
            with self.school.store.engine.connect() as connection:
                letters = connection.execute(sa.select(t.letter.c.ref, t.letter.c.person)).all()
            assert letters
            for letter in letters:
                yield letter.ref, frozenset({letter.person})

    def stored(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is stored, but when sessions were last used."""
        with self.school.store.engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(sa.select(table))]
                for table in t.metadata.sorted_tables
                if table.name != "session"
            }


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Shared by tests that change nothing."""
    stage = Stage(tmp_path_factory.mktemp("every-route"))
    yield stage
    stage.school.store.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.school.store.close()


def test_every_route_of_the_app_is_in_the_table_and_no_other(school: School) -> None:
    routes = set(routes_of(school.app))
    assert routes - set(DOORS) == set(), "add a line to DOORS in tests/web/every_route.py"
    assert set(DOORS) - routes == set(), "take the line out of DOORS"


def traces(answer: Answer, key: str) -> set[str]:
    """The words in a page that this person may not read."""
    text = answer.text + str(answer.headers)
    return {words for words, readers in READABLE_BY.items() if words in text and key not in readers}


pytestmark = pytest.mark.usefixtures("news_that_ends")

GETS = sorted(route for route in DOORS if route.startswith("GET"))
POSTS = sorted(route for route in DOORS if route.startswith("POST"))


@pytest.mark.parametrize("key", sorted(EVERYBODY))
@pytest.mark.parametrize("route", GETS)
def test_a_page_opens_for_whom_it_is_and_shows_nothing_that_is_not_theirs(
    stage: Stage, route: str, key: str
) -> None:
    door = DOORS[route]
    for path, has_it in stage.paths(route):
        answer = stage.browsers[key].opens(path)
        assert traces(answer, key) == set(), path
        if not door.open_to:
            assert answer.path in {"/", "/sign-in"} or answer.status == 404
        elif key in door.open_to & has_it:
            assert answer.status == 200, path
        else:
            assert answer.status in {403, 404}, path
            assert not any(ref in answer.text for ref in stage.refs.values())


def menu(answer: Answer) -> str:
    """The pages that the menu names, and with "More: …" which of them this is."""
    found = re.search(r'<nav class="bar__nav".*?</nav>', answer.text, re.DOTALL)
    assert found is not None
    return found[0]


def links_in(page: str) -> set[str]:
    """Where a page leads within the app."""
    return {link.partition("#")[0] for link in re.findall(r'href="(/(?!static/)[^"]*)"', page)}


@pytest.mark.parametrize("key", sorted(EVERYBODY))
def test_a_page_that_is_refused_is_not_in_the_menu(stage: Stage, key: str) -> None:
    browser = stage.browsers[key]
    elsewhere = menu(browser.opens("/your-sign-in"))
    for route in GETS:
        for path, _ in stage.paths(route):
            answer = browser.opens(path)
            if answer.status in {403, 404} and "bar__nav" in answer.text:
                assert menu(answer) == elsewhere, path


@pytest.mark.parametrize("key", sorted(EVERYBODY))
def test_no_page_leads_to_one_that_is_refused(stage: Stage, key: str) -> None:
    browser = stage.browsers[key]
    seen: dict[str, int] = {}
    for route in GETS:
        if not DOORS[route].page:
            continue
        for path, _ in stage.paths(route):
            for link in links_in(browser.opens(path).text) - seen.keys():
                seen[link] = browser.opens(html.unescape(link)).status
    assert {link: status for link, status in seen.items() if status != 200} == {}


@pytest.mark.parametrize("route", sorted(DOORS))
def test_a_stranger_learns_nothing(stage: Stage, route: str) -> None:
    door, stranger = DOORS[route], stage.school.stranger()
    before = stage.stored()
    for path, _ in stage.paths(route):
        send = stranger.opens(path) if route.startswith("GET") else stranger.sends(path, door.form)
        assert "canary" not in send.text
        if not door.strangers:
            assert send.path == "/sign-in"
        assert send.status < 500
    assert stage.stored() == before


@pytest.mark.parametrize("route", POSTS)
def test_a_form_from_somebody_for_whom_it_is_not_changes_nothing(fresh: Stage, route: str) -> None:
    door = DOORS[route]
    before = fresh.stored()
    for key in sorted(EVERYBODY):
        for path, has_it in fresh.paths(route):
            if key in door.open_to & has_it:
                continue
            answer = fresh.browsers[key].sends(path, door.form)
            if door.open_to:
                assert answer.status in {403, 404}, (key, path)
            assert traces(answer, key) == set(), (key, path)
    assert fresh.stored() == before


@pytest.mark.parametrize("key", sorted(EVERYBODY))
@pytest.mark.parametrize("route", POSTS)
def test_no_form_is_taken_without_its_token(stage: Stage, route: str, key: str) -> None:
    """Missing, made up, of another browser, and replayed from a browser whose cookie is gone."""
    before, browser = stage.stored(), stage.browsers[key]
    others = stage.school.stranger().token()
    for path, _ in stage.paths(route):
        for token in (
            {"x": ""},
            {"csrftoken": ""},
            {"csrftoken": "made.up"},
            {"csrftoken": others},
        ):
            response = browser.client.post(path, data={**token, **DOORS[route].form})
            assert response.status_code == 403, (path, token)
            assert "canary" not in response.text
        bare = stage.school.stranger()
        response = bare.client.post(path, data={"csrftoken": others, **DOORS[route].form})
        assert response.status_code == 403
    assert stage.stored() == before


@pytest.mark.parametrize("key", sorted(READERS))
def test_a_search_of_the_log_finds_what_one_may_read_and_no_more(stage: Stage, key: str) -> None:
    readers = {words: READABLE_BY[words] for words in stage.refs}
    for words, ref in stage.refs.items():
        found = ref in stage.browsers[key].opens(f"/log/search?words={words}").text
        assert found is (key in readers[words]), words


@pytest.mark.parametrize(
    ("path", "words", "readers"),
    [
        ("/authors", "author of canary-insult", {OFFICER, HEAD}),
        ("/authors", "author of canary-accusation", {OFFICER}),
        ("/restrictions", "canary-blocked", {OFFICER, HEAD}),
        ("/register", "canary_parent", {OFFICER}),
    ],
)
def test_what_is_known_of_people_is_shown_to_those_whose_work_it_is(
    stage: Stage, path: str, words: str, readers: set[str]
) -> None:
    for key, browser in stage.browsers.items():
        assert (words in browser.opens(path).text) is (key in readers), key


def test_nobody_decides_several_cases_that_are_not_theirs(fresh: Stage) -> None:
    before = fresh.stored()
    for key in sorted(EVERYBODY):
        theirs = [ref for ref, readers in fresh.read.items() if key not in readers]
        for version in range(1, 4):
            cases = [f"{ref}:{version}" for ref in theirs]
            wish = {"outcome": "hide", "reason": "a test"}
            answer = fresh.browsers[key].sends("/decisions", {"case": cases, **wish})
            assert traces(answer, key) == set()
        answer = fresh.browsers[key].sends("/decisions/undo", {"case": theirs})
        assert traces(answer, key) == set()
    assert fresh.stored() == before


@pytest.mark.parametrize("act", ["hold", "release", "redact", "purge", "pack"])
def test_nobody_touches_a_record_that_is_not_theirs(fresh: Stage, act: str) -> None:
    before = fresh.stored()
    for key in sorted(EVERYBODY):
        for ref, readers in fresh.read.items():
            if key not in readers:
                form = {"said": "a test", "phrase": "canary"}
                answer = fresh.browsers[key].sends(f"/log/cases/{ref}/{act}", form)
                assert answer.status == 404, (key, ref)
                assert traces(answer, key) == set()
    assert fresh.stored() == before


@pytest.mark.parametrize("route", GETS)
def test_head_answers_as_get_does_without_a_body(stage: Stage, route: str) -> None:
    for path, _ in stage.paths(route):
        client = stage.browsers[OFFICER].client
        got = client.get(path, follow_redirects=False)
        head = client.head(path, follow_redirects=False)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers.keys() - {"set-cookie"} == got.headers.keys() - {"set-cookie"}


# what others wrote -----------------------------------------------------------------------------

NASTY = {
    "markup": '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "right to left": "\u202egnp.exe \u2066\u2067 evil \u05d0\u05d1",
    "a word without an end": "w" * 10_000,
    "line breaks for a header": "x\r\nSet-Cookie: evil=1\r\n\r\n<b>",
    "a template": "{{ 7919*7919 }}{% raw %}${7919*7919}",
    "letters piled up": "Z\u0351\u0321" * 500,
    "what no file can hold": "a\x00b\ud800c",
}


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_whatever_strangers_call_themselves_and_write_is_shown_as_text(
    school: School, nasty: str
) -> None:
    author = an_author(handle=nasty, name=nasty)
    ref = school.comes(nasty, AN_INSULT, author=author, permalink=f"https://x.example/{nasty}")
    school.newcomer(nasty, bio=nasty)
    browser = school.signed_in(OFFICER)
    browser.decides(ref, "hide", nasty.encode("utf-8", "replace").decode())
    for path in _pages(browser, ref):
        answer = browser.opens(path)
        assert answer.status == 200
        assert not re.search(r"<script(?! src=\"/static/)|<img src=x|<b>", answer.text)
        assert "evil" not in answer.headers.get("set-cookie", "")
        assert "62710561" not in answer.text


def _pages(browser: Browser, ref: str) -> Iterator[str]:
    for route in GETS:
        path, door = route.partition(" ")[2], DOORS[route]
        if OFFICER in door.open_to and door.page and not door.strangers:
            if "{ref}" in path and not path.startswith(("/cases/", "/log/cases/")):
                continue  # a letter has a reference of its own
            for name, value in door.fills.items():
                path = path.replace(f"{{{name}}}", value)
            yield path.replace("{ref}", ref)
            yield from (path + state for state in door.states)


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_whatever_is_typed_in_an_address_comes_back_harmless(school: School, nasty: str) -> None:
    browser = school.signed_in(OFFICER)
    sent = nasty.encode("utf-8", "replace").decode()
    for path in ("/", "/log", "/sign-in", "/newcomers"):
        for name in ("tab", "page", "then", "q"):
            response = browser.client.get(path, params={name: sent})
            assert response.status_code in {200, 400, 422}
            assert "<script>alert" not in response.text
            assert "evil" not in str(response.headers)
