"""A school with pages: comments come and are judged by hand, people sign in with a real browser's
cookies and forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyotp
import sqlalchemy as sa
from starlette.testclient import TestClient

from bot.intentions import UNDO
from bot.model import (
    Assessment,
    Cursor,
    EffectKind,
    EffectStatus,
    Finding,
    Item,
    ItemRef,
    Kind,
    Observation,
    Page,
    PollResult,
    Presence,
    Severity,
    Signal,
    Stream,
    Target,
)
from bot.policy import judge
from bot.services import assess, signin
from bot.services.ingest import PollReport, ingest
from bot.settings import AccountSettings, HidingMode, Settings, load
from bot.store import Store
from bot.store import tables as t
from bot.store.schema import upgrade
from bot.web import WebContext, create_app
from tests.builders import FixedClock, a_comment, a_newcomer

PASSWORD = "correct horse battery"

OFFICER, HEAD, DSL, CHAIR = "jfield", "mhartley", "dpenrose", "ndasgupta"
DPO, TECHNICIAN, TEACHER = "twhitlock", "rokafor", "sbramley"


def the_settings(*, hide: bool = True, public_url: str = "http://testserver") -> Settings:
    """The example school with one account, hiding switched on unless told otherwise."""
    example = load(None, environ={})
    mode = HidingMode.HIDE if hide else HidingMode.OBSERVE
    return replace(
        example,
        accounts=(AccountSettings("school", "x", 10),),
        hiding=replace(example.hiding, mode=mode, kinds={}),
        web=replace(example.web, public_url=public_url),
    )


def an_accusation(
    about: str = "", target: Target = Target.STAFF, *, child: bool = False
) -> Finding:
    return Finding(
        Kind.ALLEGATION,
        Severity.SERIOUS,
        target,
        child,
        about=frozenset({about} if about else ()),
    )


AN_INSULT = Finding(Kind.ABUSE, Severity.SERIOUS, Target.STAFF)
AN_ADVERT = Finding(Kind.SPAM, Severity.MILD)
ABOUT_THE_HEAD = an_accusation(HEAD, Target.HEADTEACHER)


class School:
    """One school's store, clock and pages."""

    def __init__(self, directory: Path, settings: Settings | None = None) -> None:
        self.clock = FixedClock()
        self.settings = settings or the_settings()
        self.store = Store(directory / "schoolgate.db", b"a key for tests")
        upgrade(self.store.engine)
        self.started_at = self.clock.now() - timedelta(days=1)
        self.app = create_app(WebContext(self.store, self.clock, self.settings))

    # what happens -------------------------------------------------------------------------------

    def comes(self, text: str, *findings: Finding, **facts: object) -> str:
        """A comment comes and is judged to hold these; returns its case's reference, if any."""
        comment = a_comment(text, **{"created_at": self.clock.now(), **facts})  # type: ignore[arg-type]  # facts are the builder's own
        self.meet(comment)
        self.judge(*findings)
        return self.case_of(comment.ref)

    def newcomer(self, name: str, **facts: object) -> str:
        """Somebody new follows; returns the reference of their case."""
        newcomer = a_newcomer(name, **facts)  # type: ignore[arg-type]  # facts are the builder's own
        self.meet(newcomer)
        return self.case_of(newcomer.ref)

    def meet(self, item: Item) -> None:
        """A page with this one item is read."""
        report = PollReport("school", Stream.COMMENTS)
        page = Page((item,), Cursor("1"), last=True)
        now = self.clock.now()
        with self.store.begin() as uow:
            ingest(uow, page, report, now, now, self.started_at, True)
            uow.commit()

    def judge(self, *findings: Finding, signals: tuple[Signal, ...] = ()) -> None:
        """Everything that waits is found to hold these."""
        found = Assessment(
            findings, signals, scores={f.kind: 0.9 for f in findings}, versions={"by hand": "1"}
        )
        verdict = judge(found, self.settings.policy)
        with self.store.read() as uow:
            waiting = uow.readings.waiting(50)
        judged = [assess.Judged(reading, found, verdict) for reading in waiting]
        assess.record(self.store, self.clock, self.settings, judged)

    def case_of(self, ref: ItemRef) -> str:
        with self.store.read() as uow:
            item = uow.items.find([ref])[ref]
            case = uow.cases.find_by_item(item.id)
        return case.ref if case else ""

    def platform_does_it(self) -> None:
        """Everything that was asked of the platform has left, and is confirmed."""
        later = self.clock.now() + UNDO
        with self.store.begin() as uow:
            while claimed := uow.effects.claim("school", at=later, lease=timedelta(minutes=1)):
                uow.effects.settle(claimed, EffectStatus.CONFIRMED, at=self.clock.now())
                assert claimed.item_id is not None
                item = uow.items.get(claimed.item_id)
                hidden = claimed.kind is EffectKind.HIDE
                seen = Observation(item.ref, Presence.PRESENT, hidden)
                uow.items.observe(item, seen, self.clock.now())
            uow.commit()

    def vanishes(self, ref: str) -> None:
        """The comment of this case is no longer on the platform."""
        with self.store.begin() as uow:
            case = uow.cases.find_by_ref(ref)
            assert case is not None
            item = uow.items.get(case.item_id)
            uow.items.observe(item, Observation(item.ref, Presence.GONE), self.clock.now())
            uow.commit()

    def reads(
        self, stream: Stream, result: PollResult = PollResult.COMPLETE, why: str = "", **counts: int
    ) -> None:
        """A poll of this stream ends so."""
        with self.store.begin() as uow:
            poll = uow.state.open_poll("school", stream, self.clock.now())
            facts = {"seen": 0, "new": 0, "not_visible": 0, **counts}
            uow.state.close_poll(poll, at=self.clock.now(), result=result, why=why, **facts)
            uow.commit()

    def reads_everything(self) -> None:
        for stream in Stream:
            self.reads(stream)

    # who looks ----------------------------------------------------------------------------------

    def stranger(self, address: str = "testclient") -> Browser:
        """Somebody who is not signed in."""
        url = self.settings.web.public_url
        return Browser(TestClient(self.app, base_url=url, client=(address, 50000)))

    def signed_in(self, key: str) -> Browser:
        """This person, signed in."""
        person = next(p for p in self.settings.people if p.key == key)
        signin.add_user(self.store, self.clock, self.settings, person.email, PASSWORD)
        with self.store.begin() as uow:
            user = uow.users.by_email(person.email)
            assert user is not None
            uow.users.forget_totp(user.id)
            uow.commit()
        browser = self.stranger()
        answer = browser.sends("/sign-in", {"email": person.email, "password": PASSWORD})
        code = app_of(answer).at(self.clock.now())
        assert "recovery codes" in browser.sends("/sign-in/set-up", {"code": code}).words
        return browser


def effects(school: School) -> list[tuple[str, str, str]]:
    """What was asked of the platform, oldest first: kind, status, by whom."""
    with school.store.engine.connect() as connection:
        columns = (t.effect.c.kind, t.effect.c.status, t.effect.c.asked_by)
        query = sa.select(*columns).where(t.effect.c.item_id.is_not(None)).order_by(t.effect.c.id)
        return [(row.kind, row.status, row.asked_by) for row in connection.execute(query)]


def version_of(school: School, ref: str) -> int:
    """The version of a case, as its page would hold it now."""
    with school.store.read() as uow:
        case = uow.cases.find_by_ref(ref)
    assert case is not None
    return case.version


def app_of(set_up: Answer) -> pyotp.TOTP:
    """The app on a telephone that was given the key of this page."""
    key = re.search(r'<code class="key">([^<]+)</code>', set_up.text)
    assert key is not None
    return pyotp.TOTP(key[1].replace(" ", ""))


class Answer:
    """A page as it came."""

    def __init__(self, status: int, text: str, path: str, headers: Mapping[str, str]) -> None:
        self.status = status
        self.text = text
        self.path = path
        self.headers = headers

    @property
    def words(self) -> str:
        """What one reads: without tags, each run of blanks one space."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.text).split())


class Browser:
    """Keeps cookies, and sends a form with the token that its page held."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def opens(self, path: str) -> Answer:
        response = self.client.get(path)
        return Answer(response.status_code, response.text, response.url.path, response.headers)

    def token(self) -> str:
        """What the pages put into their forms."""
        found = re.search(r'name="csrftoken" value="([^"]+)"', self.opens("/").text)
        assert found is not None
        return found[1]

    def sends(self, path: str, fields: Mapping[str, str | list[str]]) -> Answer:
        """Send a form, and follow where it leads."""
        token = self.client.cookies.get("schoolgate_form") or self.token()
        response = self.client.post(path, data={"csrftoken": token, **fields})
        return Answer(response.status_code, response.text, response.url.path, response.headers)

    def decides(self, ref: str, outcome: str, reason: str = "", version: int = 1) -> Answer:
        fields = {"outcome": outcome, "reason": reason, "version": str(version)}
        return self.sends(f"/cases/{ref}/decision", fields)
