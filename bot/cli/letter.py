"""The test letter of `schoolgate init`: letters leave, and the password lies sealed."""

from __future__ import annotations

import os
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import typer

from bot.bootstrap import build_plugins, sealed_secrets
from bot.clock import SystemClock
from bot.errors import AdapterError, SettingsError
from bot.model import Mail, Role
from bot.settings import Settings, secret_reader

_PASSWORD = "SMTP_PASSWORD"  # noqa: S105  the name of the secret
_BODY = """This is a test letter. Letters of Schoolgate can leave {school}.

It holds nothing else: no letter of Schoolgate ever holds a comment or a name.
"""


def offer_letter(settings: Settings, data: Path, *, ask: bool) -> None:
    """Send a letter to the technician or the officer, where there is a mailer and it is wanted.

    A failure is said and stops nothing: settings are written already. With `ask` false a letter is
    sent without a question, and a password is expected among the secrets.
    """
    if settings.mail is None:
        return
    secret = secret_reader(os.environ)
    sealed = sealed_secrets(data, secret)
    known = secret(_PASSWORD) or sealed.get(_PASSWORD)
    if ask and settings.mail.options.get("username") and not known:
        password = typer.prompt("Password of the mail server, kept sealed", hide_input=True)
        sealed.keep({_PASSWORD: password})
    to = _recipient(settings)
    if ask:
        to = typer.prompt("Send a test letter to", default=to)
    try:
        mailer = build_plugins(
            settings, clock=SystemClock(), data_dir=data, secret=secret, problems=[]
        )[2]
        if mailer is None:
            print("[mail] in settings.toml cannot be used yet: `schoolgate check` says why.")
            return
        mailer.send(_letter(settings, settings.mail.sender, to))
    except (AdapterError, SettingsError) as error:
        print(f"The test letter could not be sent: {error}")
        print("Mend [mail] in settings.toml; `schoolgate check` tries again.")
        return
    print(f"A test letter is on its way to {to}. Look whether it arrives, and not as spam.")


def _recipient(settings: Settings) -> str:
    for role in (Role.ICT_TECHNICIAN, Role.COMMUNICATIONS_OFFICER):
        for person in settings.people:
            if role in person.roles:
                return person.email
    return settings.people[0].email


def _letter(settings: Settings, sender: str, to: str) -> Mail:
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, to
    letter["Subject"] = "A test letter of Schoolgate"
    letter["Message-ID"] = make_msgid(domain=settings.school.email_domain)
    letter["Date"] = SystemClock().now()
    letter.set_content(_BODY.format(school=settings.school.name))
    crlf = letter.policy.clone(linesep="\r\n")
    return Mail(letter["Message-ID"], sender, to, letter.as_bytes(policy=crlf))
