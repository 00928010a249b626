"""The smtp mailer's settings, and the errors that a well-behaved server cannot show."""

from __future__ import annotations

import smtplib
from socket import gaierror

import pytest

from adapters.http import is_loopback
from adapters.smtp import SmtpMailer
from bot.errors import AdapterError, SettingsError
from bot.model import Mail
from bot.ports import Context, Options

HOST = {"host": "mail.school.example"}


def problems_of(options: Options, context: Context) -> dict[str, str]:
    with pytest.raises(SettingsError) as wrong:
        SmtpMailer.from_options(options, context)
    return {problem.path: problem.message for problem in wrong.value.problems}


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_the_security(security: str, port: int, context: Context) -> None:
    assert SmtpMailer.from_options({**HOST, "security": security}, context).port == port


def test_the_connection_is_protected_unless_settings_say_otherwise(context: Context) -> None:
    mailer = SmtpMailer.from_options(HOST, context)
    assert mailer.security == "starttls"
    assert mailer.tls is not None


def test_all_wrong_settings_are_named_at_once(context: Context) -> None:
    options = {
        "hots": "mail.school.example",
        "port": 70_000,
        "security": "ssl",
        "timeout_s": True,
        "ca_file": "missing.pem",
    }
    problems = problems_of(options, context)
    assert set(problems) == {"hots", "host", "port", "security", "timeout_s", "ca_file"}
    assert "did you mean host?" in problems["hots"]


@pytest.mark.parametrize("port", [0, -1, 587.0, "587", False])
def test_a_port_is_a_whole_number(port: object, context: Context) -> None:
    assert set(problems_of({**HOST, "port": port}, context)) == {"port"}


@pytest.mark.parametrize("host", ["", "mail:587", "smtp://mail", "mail..school", "two words"])
def test_a_host_is_a_bare_name(host: str, context: Context) -> None:
    assert set(problems_of({"host": host}, context)) == {"host"}


@pytest.mark.parametrize("host", ["mail", "smtp.school.example", "192.168.1.4", "::1"])
def test_a_name_or_an_address_is_a_host(host: str, context: Context) -> None:
    assert SmtpMailer.from_options({"host": host}, context).host == host


def test_a_user_name_needs_a_password(context: Context) -> None:
    problems = problems_of({**HOST, "username": "office"}, context)
    assert "SMTP_PASSWORD" in problems["username"]


def test_a_password_never_crosses_a_network_unprotected(
    secrets: dict[str, str], context: Context
) -> None:
    secrets["SMTP_PASSWORD"] = "secret-horse"
    options = {**HOST, "username": "office", "security": "none"}
    assert set(problems_of(options, context)) == {"security"}
    assert SmtpMailer.from_options({**options, "host": "127.0.0.1"}, context).username


def test_a_client_secret_never_crosses_a_network_unprotected(
    secrets: dict[str, str], context: Context
) -> None:
    secrets["MICROSOFT_CLIENT_SECRET"] = "made-up"
    options = {**HOST, "auth": "xoauth2", "username": "u", "tenant": "t", "client_id": "c"}
    told = problems_of({**options, "login_url": "http://login.example"}, context)
    assert set(told) == {"login_url"}


def test_a_password_that_smtp_cannot_carry_is_found_at_the_start(
    secrets: dict[str, str], context: Context
) -> None:
    secrets["SMTP_PASSWORD"] = "pässword"
    assert set(problems_of({**HOST, "username": "office"}, context)) == {"username"}


def test_a_ca_file_is_looked_for_in_the_data_directory(context: Context) -> None:
    (context.data_dir / "school-ca.pem").write_text("this is no certificate")
    assert set(problems_of({**HOST, "ca_file": "school-ca.pem"}, context)) == {"ca_file"}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.evil.example", "10.0.0.1", "mail", "0.0.0.0", ""])
def test_everything_else_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("address", ["zoë@school.example", "a@b.example\r\nRCPT TO:<c@d.example>"])
def test_an_address_that_smtp_cannot_carry_is_a_permanent_failure(
    address: str, context: Context
) -> None:
    mailer = SmtpMailer.from_options(HOST, context)
    with pytest.raises(AdapterError) as refused:
        mailer.send(Mail("<1@school.example>", "school@school.example", address, b"words"))
    assert refused.value.permanent
    assert address not in str(refused.value)


@pytest.mark.parametrize(
    ("raised", "permanent", "words"),
    [
        (gaierror(-2, "Name or service not known"), False, "name in mail.school.example:587"),
        (TimeoutError("timed out"), False, "did not answer in time"),
        (ConnectionRefusedError(111, "Connection refused"), False, "could not be reached"),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), False, "hung up"),
        (smtplib.SMTPConnectError(421, b"4.3.2 busy"), False, "for now (answer 421 4.3.2)"),
        (smtplib.SMTPConnectError(554, "No SMTP here"), True, "this machine (answer 554)"),
        (smtplib.SMTPAuthenticationError(454, b"4.7.0 later"), False, "(answer 454 4.7.0)"),
        (smtplib.SMTPException("No suitable authentication method found."), True, "way to sign in"),
    ],
)
def test_what_breaks_before_the_letter_is_told_in_plain_words(
    raised: OSError,
    permanent: bool,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    context: Context,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(smtplib, "SMTP", fail)
    with pytest.raises(AdapterError) as failed:
        SmtpMailer.from_options(HOST, context).check()
    assert failed.value.permanent is permanent
    assert words in str(failed.value)
    assert failed.value.__suppress_context__
