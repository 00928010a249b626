"""A mail server for one machine: takes letters over real SMTP and keeps them as `.eml` files.

The demo shows its letters from here, and tests speak SMTP with it, in fair weather and in foul.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import ssl
import tempfile
import threading
from collections import deque
from enum import StrEnum
from pathlib import Path
from typing import Any
from weakref import WeakSet

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOOPBACK = "127.0.0.1"


class MailFault(StrEnum):
    """What the mailbox does to a letter instead of taking it (RFC 5321, 4.2; RFC 6647 for 451).

    The last two keep the letter and lose the answer, so that the sender must send it again.
    """

    REFUSE_SENDER = "550 at MAIL"
    GREYLIST = "451 at RCPT"
    REFUSE_RECIPIENT = "550 at RCPT"
    REFUSE_LETTER = "554 after DATA"
    DROP = "connection lost after DATA"
    SILENCE = "no answer after DATA"


class Mailbox:
    """Writes each letter that arrives in `directory` as one file of its own, then answers 250.

    The bytes are kept as they came. A file appears whole or not at all and is never written over:
    a letter that comes twice is two files, and names sort by arrival. One mailbox per directory.

    `certificate` makes it offer STARTTLS, or with `implicit_tls` speak TLS from the first byte.
    `login` is the one (user name, password) that it then asks for; None lets everybody in.
    """

    def __init__(
        self,
        directory: Path,
        *,
        certificate: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self._certificate = certificate
        self._implicit_tls = implicit_tls
        self._login = login
        self._faults: deque[MailFault] = deque()
        self._arrived = 0
        self._server: _Server | None = None

    def start(self) -> int:
        """Listen on a free loopback port and return it. Raises OSError."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for unfinished in self.directory.glob("*.part"):
            unfinished.unlink()
        self._arrived = max((_number(path) for path in self.letters()), default=0)
        # aiosmtpd writes the addresses of sender and recipient at INFO.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self._server = _Server(
            self,
            hostname=LOOPBACK,
            ready_timeout=30,  # seconds, for a machine that is busy
            server_hostname="localhost",  # or each connection asks the DNS for our own name
            ssl_context=self._certificate if self._implicit_tls else None,
            tls_context=None if self._implicit_tls else self._certificate,
            authenticator=self._authenticate,
            auth_require_tls=self._certificate is not None and not self._implicit_tls,
        )
        self._server.start()
        return self._server.port

    def close(self) -> None:
        """Hang up on everybody and stop listening; the letters stay. Idempotent."""
        if self._server:
            self._server.hang_up()
            self._server.stop()
            self._server = None

    def letters(self) -> list[Path]:
        """What has arrived, oldest first."""
        return sorted(self.directory.glob("*.eml"))

    def fail(self, fault: MailFault, times: int = 1) -> None:
        """Let the next `times` letters meet this fault, after those announced before."""
        self._faults.extend([fault] * times)

    def recover(self) -> None:
        """Forget the faults that are still to come."""
        self._faults.clear()

    # aiosmtpd calls these by name, in the server's own thread.

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self._meets(MailFault.REFUSE_SENDER):
            return f"550 5.7.1 {address} may not send here"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self._meets(MailFault.REFUSE_RECIPIENT):
            return f"550 5.1.1 {address}: no such mailbox"
        if self._meets(MailFault.GREYLIST):
            return f"451 4.7.1 {address}: greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self._meets(MailFault.REFUSE_LETTER):
            return "554 5.7.1 Taken for spam"
        assert isinstance(envelope.content, bytes)
        self._keep(envelope.content)
        if self._meets(MailFault.DROP):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            await _until_hung_up()
        if self._meets(MailFault.SILENCE):
            await _until_hung_up()
        return "250 2.0.0 OK"

    def _meets(self, fault: MailFault) -> bool:
        if not self._faults or self._faults[0] is not fault:
            return False
        self._faults.popleft()
        return True

    def _keep(self, content: bytes) -> None:
        self._arrived += 1
        with tempfile.NamedTemporaryFile(
            dir=self.directory, suffix=".part", delete=False
        ) as unfinished:
            unfinished.write(content)
            unfinished.flush()
            os.fsync(unfinished.fileno())
        # The random part is for a second mailbox on the same directory, started by mistake.
        name = f"{self._arrived:06d}-{secrets.token_hex(4)}.eml"
        Path(unfinished.name).replace(self.directory / name)
        _sync_directory(self.directory)

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        given = (data.login, data.password) if isinstance(data, LoginPassword) else None
        wanted = tuple(part.encode() for part in self._login) if self._login else None
        # handled=False lets aiosmtpd answer 535 itself.
        return AuthResult(success=wanted is not None and given == wanted, handled=False)


class _Server(Controller):
    """aiosmtpd's controller on a port that the system chooses; it can hang up on its clients."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sessions: WeakSet[SMTP] = WeakSet()

    def factory(self) -> SMTP:
        session = SMTP(self.handler, **self.SMTP_kwargs)
        self._sessions.add(session)
        return session

    async def _create_server(self) -> asyncio.AbstractServer:
        server = await self.loop.create_server(
            self._factory_invoker, host=self.hostname, port=0, ssl=self.ssl_context
        )
        # The controller's own first call, which wakes its server up, needs the real port.
        self.port = server.sockets[0].getsockname()[1]
        return server

    def hang_up(self) -> None:
        """Drop every connection: an open one would outlive the event loop, or block its end."""
        done = threading.Event()

        def drop() -> None:
            for session in list(self._sessions):
                if isinstance(session.transport, asyncio.Transport):
                    session.transport.abort()
            self.loop.call_soon(done.set)  # behind the calls that abort() has queued

        self.loop.call_soon_threadsafe(drop)
        done.wait(timeout=5)


async def _until_hung_up() -> None:
    """Say nothing more: aiosmtpd cancels this when the connection is lost."""
    await asyncio.Event().wait()


def _number(path: Path) -> int:
    match = re.match(r"\d+", path.name)
    return int(match.group()) if match else 0


def _sync_directory(directory: Path) -> None:
    """Make the new name survive a power cut; Windows has no such call and needs none."""
    if os.name != "posix":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
