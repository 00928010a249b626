"""The `smtp` mailer: letters leave through the school's mail server, by the standard library."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from socket import gaierror
from typing import Self

from adapters.http import is_loopback, keeps_tokens_safe
from adapters.microsoft import CLIENT_SECRET, LOGIN, SignIn
from bot.errors import AdapterError, Problem, SettingsError, meant_or_known
from bot.model import Mail
from bot.ports import Context, Options

_SMTP_SCOPE = "https://outlook.office365.com/.default"
PASSWORD = "SMTP_PASSWORD"  # noqa: S105 - the name of the secret, not the secret


class Security(StrEnum):
    """How the connection is protected (RFC 3207 STARTTLS, RFC 8314 TLS from the first byte)."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?|[\da-fA-F:]+")  # a name, or an IP address
_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """bot.ports.Mailer over SMTP; one connection per letter, safe to share between threads.

    `tls` is None only for `Security.NONE`; `timeout_s` counts for each step of the conversation.
    """

    host: str
    port: int
    security: Security
    tls: ssl.SSLContext | None
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = 30.0
    sign_in: SignIn | None = None

    name = "smtp"

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        """Options: `host`; `port`, `security`, `username` (password: the secret `SMTP_PASSWORD`),
        `timeout_s`, `ca_file` (PEM, relative to the data directory) if they are needed. `auth` =
        "xoauth2" with `tenant`, `client_id` (and `login_url`) signs in at Microsoft 365 instead.

        Raises SettingsError, also where a password would travel unprotected to another machine.
        """
        table = _Table(options)
        host = table.text("host")
        if not _HOST.fullmatch(host):
            table.complain(
                "host", 'must be the mail server\'s bare name, such as "mail.example.org"'
            )
        security = table.security()
        username = table.text("username")
        sign_in = table.sign_in(context, username)
        password = context.secret(PASSWORD) or "" if username and sign_in is None else ""
        if username and not password and sign_in is None:
            table.complain(
                "username", f"needs a password: set {PASSWORD}, or {PASSWORD}_FILE to a file's path"
            )
        if username and not (username + password).isascii():
            table.complain("username", "and its password may only hold unaccented letters")
        if username and security is Security.NONE and not is_loopback(host):
            table.complain(
                "security",
                'must be "starttls" or "tls": a password would cross the network readable by all',
            )
        mailer = cls(
            host=host,
            port=int(table.number("port", _PORTS[security], most=65535, whole=True)),
            security=security,
            tls=table.trust(security, context.data_dir),
            username=username,
            password=password,
            timeout_s=table.number("timeout_s", 30.0, most=600),
            sign_in=sign_in,
        )
        table.finish()
        return mailer

    def send(self, mail: Mail) -> None:
        """Hand the letter's bytes over unchanged; its lines should end in CRLF.

        Raises AdapterError without any address in it: `permanent` by the first digit of the
        server's answer (RFC 5321, 4.2.1: 4 is "not now", 5 is "no").
        """
        for address, whose in ((mail.sender, "sender"), (mail.recipient, "recipient")):
            if not (address.isascii() and address.isprintable()):
                raise AdapterError(
                    f"The {whose}'s address of this letter has characters that e-mail cannot "
                    "carry. Correct it in the settings.",
                    permanent=True,
                )
        with self._conversation() as server:
            plain = mail.mime.isascii() or not server.has_extn("8bitmime")
            server.sendmail(
                mail.sender, [mail.recipient], mail.mime, [] if plain else ["BODY=8BITMIME"]
            )

    def check(self) -> str:
        """Connect, protect the connection, sign in and say nothing more."""
        with self._conversation() as server:
            code, answer = server.noop()
            if code != 250:
                raise smtplib.SMTPResponseException(code, answer)
        how = {
            Security.STARTTLS: "protected by STARTTLS",
            Security.TLS: "protected by TLS",
            Security.NONE: "not protected",
        }[self.security]
        signed_in = ", signed in" if self.username else ""
        return f"The mail server {self._where} takes letters ({how}{signed_in})."

    @property
    def _where(self) -> str:
        return f"{self.host}:{self.port}"

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """An SMTP session ready for letters; whatever goes wrong in it leaves as AdapterError."""
        token = self.sign_in.token() if self.sign_in else ""
        try:
            server = self._connect()
            try:
                server.ehlo_or_helo_if_needed()
                if self.security is Security.STARTTLS:
                    server.starttls(context=self.tls)
                if token:
                    _xoauth2(server, self.username, token)
                elif self.username:
                    server.login(self.username, self.password)
                yield server
                # What was accepted stays accepted, however the goodbye goes.
                with suppress(OSError):
                    server.quit()
            finally:
                server.close()
        except OSError as error:  # smtplib's own exceptions are OSErrors too
            # The original holds addresses and the server's words: it must not reach a log.
            raise _in_plain_words(error, self._where) from None

    def _connect(self) -> smtplib.SMTP:
        if self.security is Security.TLS:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_s, context=self.tls)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)


def _xoauth2(server: smtplib.SMTP, username: str, token: str) -> None:
    """Sign in with a token (Microsoft's and Google's SASL XOAUTH2; no password is involved)."""
    said = f"user={username}\x01auth=Bearer {token}\x01\x01"
    if "XOAUTH2" not in server.esmtp_features.get("auth", "").split():
        raise smtplib.SMTPNotSupportedError("no XOAUTH2")

    def answer(challenge: bytes | None = None) -> str:
        # A challenge holds the reason of a refusal; an empty answer makes the server say 535.
        return said if challenge is None else ""

    server.auth("XOAUTH2", answer)


def _in_plain_words(error: OSError, where: str) -> AdapterError:
    """One sentence on what happened and what to do, and whether trying again can help."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, answer = next(iter(error.recipients.values()))
            return _answered(
                code,
                answer,
                f"The mail server {where} refuses the recipient of this letter",
                "Correct the person's e-mail address in the settings.",
            )
        case smtplib.SMTPSenderRefused():
            return _answered(
                error.smtp_code,
                error.smtp_error,
                f"The mail server {where} does not let Schoolgate send from its sender address",
                "Choose a sender address that this mail account may use, or sign in.",
            )
        case smtplib.SMTPAuthenticationError():
            return _answered(
                error.smtp_code,
                error.smtp_error,
                f"The mail server {where} does not accept the user name and password",
                f"Correct the username in the settings and {PASSWORD}, and ask the provider "
                "whether programs may still sign in with a password.",
            )
        case smtplib.SMTPDataError():
            return _answered(
                error.smtp_code,
                error.smtp_error,
                f"The mail server {where} refuses this letter",
                "Ask whoever runs the mail server whether it takes our letters for spam.",
            )
        case smtplib.SMTPResponseException():
            return _answered(
                error.smtp_code,
                error.smtp_error,
                f"The mail server {where} does not take letters from this machine",
                "Ask whoever runs the mail server to let this machine in.",
            )
        case smtplib.SMTPException() if not isinstance(error, smtplib.SMTPServerDisconnected):
            return AdapterError(
                f"The mail server {where} does not offer the protection or the way to sign in that "
                "the settings ask for, so no password and no letter was sent. Check host, port and "
                'security ("tls" is usual on port 465, "starttls" on 587).',
                permanent=True,
            )
        case ssl.SSLCertVerificationError():
            return AdapterError(
                f"The certificate of the mail server {where} cannot be trusted, so nothing was "
                f"sent ({error.verify_message}). Check the host's name and this machine's clock; "
                "if the school has its own certificate authority, name its file in ca_file.",
                permanent=True,
            )
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            return AdapterError(
                f"The mail server {where} does not speak TLS from the start, so nothing was sent. "
                'Write security = "starttls", or the port that belongs to "tls" (usually 465).',
                permanent=True,
            )
        case gaierror():
            return AdapterError(
                f"The mail server's name in {where} was not found. It is tried again; if this "
                "lasts, check the network and the host in the settings."
            )
        case _:
            return AdapterError(
                f"The mail server {where} could not be reached, or hung up, or did not answer in "
                "time. It is tried again; if this lasts, check the network, host and port."
            )


def _answered(code: int, answer: bytes | str, what: str, remedy: str) -> AdapterError:
    """The server said no. Of its words only the codes are kept (RFC 3463): the rest has names."""
    words = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", words)
    codes = f"{code} {enhanced.group()}" if enhanced else str(code)
    if code < 500:
        return AdapterError(f"{what} for now (answer {codes}). It is tried again.")
    return AdapterError(f"{what} (answer {codes}). {remedy}", permanent=True)


class _Table:
    """Reads the mailer's own table of settings and gathers what is wrong with it."""

    KEYS = (
        *("host", "port", "security", "username", "timeout_s", "ca_file"),
        *("auth", "tenant", "client_id", "login_url"),
    )

    def __init__(self, options: Options) -> None:
        self._options = options
        self._problems: list[Problem] = []
        for key in options:
            if key not in self.KEYS:
                hint = meant_or_known(key, self.KEYS)
                self.complain(key, f"is not a setting of the smtp mailer; {hint}")

    def complain(self, key: str, message: str) -> None:
        self._problems.append(Problem(key, message))

    def finish(self) -> None:
        """Raise everything at once, if there is anything."""
        if self._problems:
            raise SettingsError(self._problems)

    def text(self, key: str) -> str:
        value = self._options.get(key, "")
        if isinstance(value, str):
            return value.strip()
        self.complain(key, "must be text in quotation marks")
        return ""

    def number(self, key: str, default: float, *, most: float, whole: bool = False) -> float:
        value = self._options.get(key, default)
        kind = "whole number" if whole else "number"
        wanted = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted) or not 0 < value <= most:
            self.complain(key, f"must be a {kind} above 0 and at most {most:g}")
            return default
        return value

    def security(self) -> Security:
        value = self.text("security") or Security.STARTTLS
        try:
            return Security(value)
        except ValueError:
            choices = ", ".join(f'"{one}"' for one in Security)
            self.complain("security", f"must be one of {choices}")
            return Security.STARTTLS

    def sign_in(self, context: Context, username: str) -> SignIn | None:
        """How to get tokens, where passwords are no longer taken."""
        if self.text("auth") != "xoauth2":
            if self.text("auth"):
                self.complain("auth", 'must be "xoauth2"; leave it out to sign in by password')
            return None
        secret = context.secret(CLIENT_SECRET) or ""
        needed = {
            "username": username,
            "tenant": self.text("tenant"),
            "client_id": self.text("client_id"),
        }
        for key, value in needed.items():
            if not value:
                self.complain(key, 'is missing; auth = "xoauth2" needs it')
        if not secret:
            self.complain("auth", f"needs the secret {CLIENT_SECRET}, or {CLIENT_SECRET}_FILE")
        login = self.text("login_url") or LOGIN
        if not keeps_tokens_safe(login):
            self.complain("login_url", "must begin with https://, or the secret could be read")
        return SignIn(needed["tenant"], needed["client_id"], secret, _SMTP_SCOPE, login)

    def trust(self, security: Security, base: Path) -> ssl.SSLContext | None:
        """Whose certificates count: this machine's usual authorities, or only those of ca_file."""
        ca_file = self.text("ca_file")
        try:
            trusted = ssl.create_default_context(cafile=base / ca_file if ca_file else None)
        except OSError:
            self.complain("ca_file", "is not a readable file of PEM certificates")
            return None
        return None if security is Security.NONE else trusted
