"""Letters through a real SMTP server that behaves badly: right state, right retry, nothing lost."""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from collections.abc import Callable, Iterator
from email import policy
from email.header import decode_header
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from adapters.smtp import SmtpMailer
from bot.errors import AdapterError
from bot.model import Finding, Kind, Severity, Target
from bot.outbox import deliver_letters
from bot.ports import Context
from bot.services.notify import compose
from tests.builders import a_mail, an_author
from tests.contract.graph_stand_in import SECRET, TENANT, GraphStandIn
from tests.house import House
from tests.integration.letter_stage import found

Fault = tuple[str, str]
"""Where in the conversation, and what is said there; "hang" and "drop" say nothing."""


class BadServer:
    """aiosmtpd that meets each conversation with the next fault, and takes letters otherwise."""

    def __init__(self) -> None:
        self.faults: deque[Fault] = deque()
        self.letters: list[tuple[list[str], bytes]] = []
        self.begun: list[bytes] = []
        self.spoken: list[bytes] = []

    def _meets(self, where: str) -> str:
        if self.faults and self.faults[0][0] == where:
            return self.faults.popleft()[1]
        return ""

    async def _foul(self, server: SMTP, said: str) -> str:
        assert isinstance(server.transport, asyncio.Transport)
        if said == "drop":
            server.transport.abort()
        if said in {"drop", "hang"}:
            await asyncio.Event().wait()
        return said

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self._meets("MAIL"):
            return await self._foul(server, said)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self._meets("RCPT"):
            return await self._foul(server, said)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if said := self._meets("DATA"):
            return await self._foul(server, said)
        assert isinstance(envelope.content, bytes)
        self.letters.append((envelope.rcpt_tos, envelope.content))
        if said := self._meets("AFTER"):
            return await self._foul(server, said)
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        said = base64.b64decode(args[1])
        self.spoken.append(said)
        good = said == b"user=gate@school.example\x01auth=Bearer token-1\x01\x01"
        return AuthResult(success=good, handled=False)


class _HangsUp(SMTP):
    """Drops the line in the middle of a letter: `handle_DATA` is asked only after its end."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        assert isinstance(self.event_handler, BadServer)
        assert isinstance(self.transport, asyncio.Transport)
        if self.event_handler._meets("BODY"):
            await self.push("354 go on")
            self.event_handler.begun.append(await self._reader.readline())
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


class _OnFreePort(Controller):
    def factory(self) -> SMTP:
        return _HangsUp(self.handler, **self.SMTP_kwargs)

    async def _create_server(self) -> asyncio.AbstractServer:
        server = await self.loop.create_server(
            self._factory_invoker, host=self.hostname, port=0, ssl=self.ssl_context
        )
        self.port = server.sockets[0].getsockname()[1]
        return server


@pytest.fixture
def server() -> Iterator[tuple[BadServer, int]]:
    handler = BadServer()
    controller = _OnFreePort(
        handler, hostname="127.0.0.1", server_hostname="localhost", auth_require_tls=False
    )
    controller.start()
    yield handler, controller.port
    controller.stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


@pytest.fixture
def mailer(server: tuple[BadServer, int], context: Context) -> SmtpMailer:
    """It waits for an answer, however slow the machine."""
    return a_mailer(server[1], context, 60)


@pytest.fixture
def soon_tired(server: tuple[BadServer, int], context: Context) -> SmtpMailer:
    """For a server that says nothing at all."""
    return a_mailer(server[1], context, 0.5)


def a_mailer(port: int, context: Context, patience: float) -> SmtpMailer:
    options = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": patience}
    return SmtpMailer.from_options(options, context)


def a_threat(house: House) -> None:
    found(house, Finding(Kind.THREAT, Severity.SERIOUS, Target.STAFF))
    compose(house.store, house.clock, house.settings)


def state(house: House) -> str:
    [(status,)] = house.rows("SELECT status FROM effect WHERE kind = 'letter'")
    return str(status)


@pytest.mark.parametrize(
    "fault",
    [
        ("MAIL", "421 4.3.2 closing"),
        ("MAIL", "hang"),
        ("RCPT", "450 4.2.1 mailbox busy"),
        ("RCPT", "451 4.7.1 greylisted"),
        ("RCPT", "drop"),
        ("DATA", "452 4.3.1 no room"),
        ("DATA", "drop"),
        ("DATA", "hang"),
        ("DATA", "421 4.3.2 closing"),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again_until_the_letter_is_there(
    fault: Fault,
    house: House,
    server: tuple[BadServer, int],
    mailer: SmtpMailer,
    soon_tired: SmtpMailer,
) -> None:
    handler, _ = server
    handler.faults.append(fault)
    a_threat(house)
    deliver_letters(house.store, house.clock, soon_tired if fault[1] == "hang" else mailer)
    assert (state(house), handler.letters) == ("pending", [])
    house.clock.advance(minutes=2)
    deliver_letters(house.store, house.clock, mailer)
    assert state(house) == "accepted"
    assert len(handler.letters) == 1


@pytest.mark.parametrize(
    "fault",
    [
        ("MAIL", "530 5.7.0 authentication required"),
        ("MAIL", "535 5.7.8 not you"),
        ("RCPT", "550 5.1.1 no such mailbox"),
        ("RCPT", "552 5.2.2 mailbox full"),
        ("DATA", "552 5.3.4 too big"),
        ("DATA", "554 5.7.1 spam"),
    ],
    ids=str,
)
def test_what_is_refused_for_good_is_not_tried_again_and_alarms(
    fault: Fault, house: House, server: tuple[BadServer, int], mailer: SmtpMailer
) -> None:
    handler, _ = server
    handler.faults.append(fault)
    a_threat(house)
    deliver_letters(house.store, house.clock, mailer)
    house.clock.advance(hours=1)
    deliver_letters(house.store, house.clock, mailer)
    assert (state(house), handler.letters) == ("failed", [])
    [(alarm,)] = house.rows("SELECT alarm FROM moderation_case")
    assert alarm.startswith("A letter could not be sent.")
    assert "hartley" not in alarm
    assert "not_told" in house.events()


def test_a_letter_whose_answer_was_lost_comes_twice_under_one_message_id(
    house: House, server: tuple[BadServer, int], mailer: SmtpMailer
) -> None:
    handler, _ = server
    handler.faults.append(("AFTER", "drop"))
    a_threat(house)
    deliver_letters(house.store, house.clock, mailer)
    house.clock.advance(minutes=2)
    deliver_letters(house.store, house.clock, mailer)
    (_, first), (_, second) = handler.letters
    assert first == second
    assert state(house) == "accepted"


def test_a_letter_that_broke_off_in_the_middle_comes_whole_and_once(
    house: House, server: tuple[BadServer, int], mailer: SmtpMailer
) -> None:
    handler, _ = server
    handler.faults.append(("BODY", "drop"))
    a_threat(house)
    deliver_letters(house.store, house.clock, mailer)
    assert handler.begun[0].startswith(b"From: ")
    assert (state(house), handler.letters) == ("pending", [])
    house.clock.advance(minutes=2)
    deliver_letters(house.store, house.clock, mailer)
    [(mime,)] = house.rows("SELECT mime FROM letter")
    [(_, came)] = handler.letters
    assert came == mime
    assert state(house) == "accepted"


def test_a_server_that_lost_its_tls_never_sees_the_letter_and_somebody_is_told_why(
    house: House, server: tuple[BadServer, int], context: Context
) -> None:
    handler, port = server
    options = {"host": "127.0.0.1", "port": port, "security": "starttls", "timeout_s": 2}
    protected = SmtpMailer.from_options(options, context)
    a_threat(house)
    deliver_letters(house.store, house.clock, protected)
    assert (state(house), handler.letters) == ("failed", [])
    [(alarm,)] = house.rows("SELECT alarm FROM moderation_case")
    assert "does not offer the protection" in alarm
    assert "not_told" in house.events()


def test_nothing_is_sent_in_clear_where_tls_is_required(
    server: tuple[BadServer, int], context: Context
) -> None:
    handler, port = server
    for security in ("starttls", "tls"):
        options = {"host": "127.0.0.1", "port": port, "security": security, "timeout_s": 2}
        with pytest.raises(AdapterError):
            SmtpMailer.from_options(options, context).send(a_mail())
    assert handler.letters == []


def test_xoauth2_signs_in_with_a_token_and_no_password(
    server: tuple[BadServer, int], secrets: dict[str, str], context: Context
) -> None:
    handler, port = server
    graph = GraphStandIn()
    secrets["MICROSOFT_CLIENT_SECRET"] = SECRET
    options = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "auth": "xoauth2",
        "username": "gate@school.example",
        "tenant": TENANT,
        "client_id": "an-app",
        "login_url": graph.url,
    }
    mailer = SmtpMailer.from_options(options, context)
    mailer.send(a_mail())
    assert len(handler.letters) == 1
    mailer.sign_in.token(renewed=True)  # type: ignore[union-attr]  # it was asked for above
    with pytest.raises(AdapterError) as refused:  # the server knows the first token only
        mailer.send(a_mail())
    assert refused.value.permanent
    assert "token-2" not in str(refused.value)
    graph.close()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value or "" for _, value in attrs]


def everything_in(content: bytes) -> str:
    """The bytes, the headers decoded, the text and the HTML, as one string."""
    letter = BytesParser(policy=policy.default).parsebytes(content)
    said = [content.decode("utf-8", "replace")]
    for value in letter.values():
        said += [
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part
            for part, charset in decode_header(str(value))
        ]
    for part in letter.walk():
        if part.get_content_maintype() == "text":
            words = part.get_content()
            said.append(words)
            parser = _Words()
            parser.feed(words)
            said += parser.said
    return "\n".join(said)


CANARY = "canary-Zq7"
Bring = Callable[[House, str], Any]


@pytest.mark.parametrize(
    "field", ["text", "handle", "name", "author id", "post", "permalink", "native id"]
)
@pytest.mark.parametrize("kind", [Kind.THREAT, Kind.PERSONAL_DATA, Kind.SECURITY, Kind.WELFARE])
def test_no_field_of_a_comment_reaches_the_mail_server(
    field: str, kind: Kind, house: House, server: tuple[BadServer, int], mailer: SmtpMailer
) -> None:
    nasty = f"{CANARY}\r\nBcc: evil@x.example\r\n\r\n" + "é" * 998
    author = an_author(
        nasty if field == "author id" else "",
        handle=nasty if field == "handle" else "sam",
        name=nasty if field == "name" else "Sam",
    )
    facts = {
        "post": {"post_id": CANARY},
        "permalink": {"permalink": f"https://x.example/{CANARY}"},
        "native id": {"native_id": CANARY},
    }.get(field, {})
    found(
        house,
        Finding(kind, Severity.SERIOUS, Target.PUPIL, True),
        text=nasty if field == "text" else "words",
        author=author,
        **facts,
    )
    house.clock.advance(hours=1)
    compose(house.store, house.clock, house.settings)
    deliver_letters(house.store, house.clock, mailer)
    handler, _ = server
    assert handler.letters
    for recipients, content in handler.letters:
        assert CANARY not in everything_in(content)
        assert all(address.endswith("rossmore.example") for address in recipients)
        assert b"evil@" not in content
