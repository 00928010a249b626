"""The smtp mailer against a real SMTP conversation on this machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from smtplib import SMTP, SMTP_SSL, SMTPResponseException, SMTPServerDisconnected
from ssl import PROTOCOL_TLS_SERVER, SSLContext, create_default_context

import pytest

from adapters.sandbox.mailbox import Mailbox, MailFault
from adapters.smtp import SmtpMailer
from bot.errors import AdapterError
from bot.ports import Context
from tests.builders import a_mail
from tests.contract.mailer_contract import Known, MailerContract, MailerStage

LOGIN = ("schoolgate@school.example", "correct horse battery")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A throw-away certificate for `localhost`: it is its own authority."""

    file: Path
    key: Path

    def context(self) -> SSLContext:
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a throw-away certificate (.ci/run installs it)")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(made.key), "-out", str(made.file)),
        ],
        check=True,
        capture_output=True,
    )
    return made


OpenMailbox = Callable[..., tuple[Mailbox, int]]


@pytest.fixture
def open_mailbox(tmp_path: Path) -> Iterator[OpenMailbox]:
    """Starts mailboxes and closes them after the test."""
    opened: list[Mailbox] = []

    def start(
        certificate: Certificate | None = None,
        implicit_tls: bool = False,
        login: tuple[str, str] | None = None,
    ) -> tuple[Mailbox, int]:
        mailbox = Mailbox(
            tmp_path / f"mailbox{len(opened)}",
            certificate=certificate.context() if certificate else None,
            implicit_tls=implicit_tls,
            login=login,
        )
        port = mailbox.start()
        opened.append(mailbox)
        return mailbox, port

    yield start
    for mailbox in opened:
        mailbox.close()


class SmtpStage(MailerStage):
    def __init__(self, mailer: SmtpMailer, mailbox: Mailbox) -> None:
        self.mailer = mailer
        self.mailbox = mailbox

    def received(self) -> list[bytes]:
        return [path.read_bytes() for path in self.mailbox.letters()]

    def refuse_next_recipient(self) -> None:
        self.mailbox.fail(MailFault.REFUSE_RECIPIENT)

    def fail_next(self) -> None:
        self.mailbox.fail(MailFault.GREYLIST)

    def lose_next_answer(self) -> None:
        self.mailbox.fail(MailFault.DROP)

    def go_down(self) -> None:
        self.mailbox.close()


class TestSmtpWithoutProtection(MailerContract):
    """As in the demo: the mailbox on this machine, neither TLS nor a password."""

    @pytest.fixture
    def stage(self, open_mailbox: OpenMailbox, context: Context) -> MailerStage:
        mailbox, port = open_mailbox()
        options = {"host": "127.0.0.1", "port": port, "security": "none"}
        return SmtpStage(SmtpMailer.from_options(options, context), mailbox)

    @pytest.fixture
    def known(self) -> Known:
        return Known(SmtpMailer, {"host": "mail.school.example"})


@pytest.mark.parametrize("security", ["starttls", "tls"])
class TestSmtpWithTls(MailerContract):
    """As at a school: an encrypted connection, and a password."""

    @pytest.fixture
    def stage(
        self,
        security: str,
        open_mailbox: OpenMailbox,
        certificate: Certificate,
        secrets: dict[str, str],
        context: Context,
    ) -> MailerStage:
        mailbox, port = open_mailbox(certificate, security == "tls", LOGIN)
        secrets["SMTP_PASSWORD"] = LOGIN[1]
        options = {
            "host": "localhost",
            "port": port,
            "security": security,
            "username": LOGIN[0],
            "ca_file": str(certificate.file),
        }
        return SmtpStage(SmtpMailer.from_options(options, context), mailbox)

    @pytest.fixture
    def known(self, secrets: dict[str, str], security: str) -> Known:
        secrets["SMTP_PASSWORD"] = LOGIN[1]
        options = {"host": "mail.school.example", "security": security, "username": LOGIN[0]}
        return Known(SmtpMailer, options)


def a_mailer(context: Context, port: int, **options: object) -> SmtpMailer:
    return SmtpMailer.from_options({"host": "localhost", "port": port, **options}, context)


def failure_of(attempt: Callable[[], object]) -> AdapterError:
    with pytest.raises(AdapterError) as failed:
        attempt()
    return failed.value


def test_a_server_without_starttls_gets_neither_password_nor_letter(
    open_mailbox: OpenMailbox, secrets: dict[str, str], context: Context
) -> None:
    secrets["SMTP_PASSWORD"] = LOGIN[1]
    mailbox, port = open_mailbox(login=LOGIN)
    error = failure_of(lambda: a_mailer(context, port, username=LOGIN[0]).send(a_mail()))
    assert error.permanent
    assert "does not offer the protection" in str(error)
    assert mailbox.letters() == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    security: str, open_mailbox: OpenMailbox, certificate: Certificate, context: Context
) -> None:
    mailbox, port = open_mailbox(certificate, security == "tls")
    error = failure_of(lambda: a_mailer(context, port, security=security).send(a_mail()))
    assert error.permanent
    assert "certificate" in str(error)
    assert "ca_file" in str(error)
    assert mailbox.letters() == []


def test_a_certificate_for_another_name_is_refused(
    open_mailbox: OpenMailbox, certificate: Certificate, context: Context
) -> None:
    _, port = open_mailbox(certificate)
    mailer = a_mailer(context, port, host="127.0.0.1", ca_file=str(certificate.file))
    assert "certificate" in str(failure_of(mailer.check))


def test_tls_towards_a_server_that_speaks_plainly_says_which_setting_to_change(
    open_mailbox: OpenMailbox, context: Context
) -> None:
    _, port = open_mailbox()
    error = failure_of(a_mailer(context, port, security="tls").check)
    assert error.permanent
    assert 'security = "starttls"' in str(error)


@pytest.mark.parametrize("call", ["send", "check"])
def test_a_wrong_password_is_permanent_and_is_not_repeated_in_the_message(
    call: str,
    open_mailbox: OpenMailbox,
    certificate: Certificate,
    secrets: dict[str, str],
    context: Context,
) -> None:
    secrets["SMTP_PASSWORD"] = "wrong-horse"
    mailbox, port = open_mailbox(certificate, login=LOGIN)
    mailer = a_mailer(context, port, username=LOGIN[0], ca_file=str(certificate.file))
    calls: dict[str, Callable[[], object]] = {
        "send": lambda: mailer.send(a_mail()),
        "check": mailer.check,
    }
    error = failure_of(calls[call])
    assert error.permanent
    assert "does not accept the user name and password (answer 535" in str(error)
    assert "wrong-horse" not in str(error) + repr(mailer)
    assert LOGIN[0] not in str(error)
    assert mailbox.letters() == []


def test_a_server_that_wants_a_password_refuses_letters_without_one(
    open_mailbox: OpenMailbox, context: Context
) -> None:
    _, port = open_mailbox(login=LOGIN)
    error = failure_of(lambda: a_mailer(context, port, security="none").send(a_mail()))
    assert error.permanent
    assert "(answer 530 5.7.0)" in str(error)


@pytest.mark.parametrize(
    ("fault", "permanent", "words"),
    [
        (MailFault.REFUSE_SENDER, True, "sender address (answer 550 5.7.1)"),
        (MailFault.REFUSE_RECIPIENT, True, "recipient of this letter (answer 550 5.1.1)"),
        (MailFault.GREYLIST, False, "recipient of this letter for now (answer 451 4.7.1)"),
        (MailFault.REFUSE_LETTER, True, "refuses this letter (answer 554 5.7.1)"),
        (MailFault.DROP, False, "hung up"),
        (MailFault.SILENCE, False, "did not answer in time"),
    ],
)
def test_each_fault_has_a_sentence_of_its_own(
    fault: MailFault,
    permanent: bool,
    words: str,
    open_mailbox: OpenMailbox,
    context: Context,
) -> None:
    mailbox, port = open_mailbox()
    mailbox.fail(fault)
    # Every other fault is an answer, which may be slow to come.
    patience = 0.3 if fault is MailFault.SILENCE else 60
    mailer = a_mailer(context, port, security="none", timeout_s=patience)
    error = failure_of(lambda: mailer.send(a_mail()))
    assert error.permanent is permanent
    assert words in str(error)
    assert "@" not in str(error)


def test_what_was_accepted_stays_accepted_when_the_goodbye_fails(
    monkeypatch: pytest.MonkeyPatch, open_mailbox: OpenMailbox, context: Context
) -> None:
    mailbox, port = open_mailbox()

    def refuse(_: SMTP) -> None:
        raise SMTPResponseException(421, b"too busy to say goodbye")

    monkeypatch.setattr(SMTP, "quit", refuse)
    a_mailer(context, port, security="none").send(a_mail())
    assert len(mailbox.letters()) == 1


def test_closing_the_mailbox_hangs_up_on_a_client_with_tls(
    open_mailbox: OpenMailbox, certificate: Certificate
) -> None:
    mailbox, port = open_mailbox(certificate, implicit_tls=True)
    trusted = create_default_context(cafile=certificate.file)
    with SMTP_SSL("localhost", port, timeout=60, context=trusted) as client:
        client.ehlo()
        mailbox.close()
        with pytest.raises(SMTPServerDisconnected):
            client.noop()
