"""Letters: templates NAME/{subject.txt, body.txt, body.html}, and the facts that may go into them.

A letter never holds a comment's text, nor anybody's name but the reader's own: it has to be safe to
open on a train. What may be in it is `LetterFacts`, in an invitation `InvitationFacts`, and nothing
else is handed to a template.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from bot.model import Mail, Urgency


@dataclass(frozen=True, slots=True)
class Line:
    """So many comments of one sort, and what was done about them."""

    count: int
    what: str
    done: str


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """All that a letter may say."""

    name: str
    school: str
    urgency: Urgency
    count: int
    lines: tuple[Line, ...]
    link: str
    may_read: bool


@dataclass(frozen=True, slots=True)
class UnsignedDays:
    """All that the letter about days without a signature may say; `days` as one writes them."""

    name: str
    school: str
    days: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """All that an invitation to sign in may say; `link` is good once, for so many `days`."""

    name: str
    school: str
    days: int
    link: str


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("bot", "letters"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(
    template: str,
    facts: LetterFacts | UnsignedDays | InvitationFacts,
    *,
    sender: str,
    recipient: str,
    message_id: str,
    at: datetime,
) -> Mail:
    """One letter as MIME: plain text always, HTML beside it.

    `Auto-Submitted` (RFC 3834) keeps out-of-office replies from answering.
    """
    values = asdict(facts)

    def part(name: str) -> str:
        return _templates().get_template(f"{template}/{name}").render(values)

    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = " ".join(part("subject.txt").split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(part("body.txt"))
    message.add_alternative(part("body.html"), subtype="html")
    return Mail(message_id, sender, recipient, message.as_bytes())
