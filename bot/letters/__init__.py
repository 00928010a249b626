"""Letters: templates NAME/{subject.txt, body.txt, body.html}, and the facts that may go into them.

A letter never holds a comment's text, nor anybody's name but the reader's own: it has to be safe to
open on a train. A school changes the wording by files of the same names in its data folder, under
letters/NAME/, and what letters share (_bulletin.txt, _frame.html …) under letters/; wording that
cannot be used is left aside, and ours is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from re import search

import css_inline
import structlog
from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.model import Mail

OWN = "letters"
"""The folder in the data folder that holds the school's own wording: NAME/{subject.txt, …}."""
PARTS = ("subject.txt", "body.txt", "body.html")
_LONGEST_SUBJECT = 150  # a phone shows 40; a line of a letter may hold 998 (RFC 5322, 2.1.1)
_log = structlog.get_logger("schoolgate.letters")


@dataclass(frozen=True, slots=True)
class Line:
    """So many comments of one sort, what was done about them, and whether a person confirmed it."""

    count: int
    what: str
    done: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter in words, before it is an e-mail."""

    subject: str
    text: str
    html: str


def word(template: str, facts: Mapping[str, object], folder: Path | None = None) -> Wording:
    """One letter in words, in the school's own wording where `folder` holds some.

    Raises TemplateError (jinja2) or ValueError where the wording cannot be used.
    """
    wording = Wording(*(word_part(template, part, facts, folder) for part in PARTS))
    if wrong := problems(wording, facts):
        raise ValueError(wrong[0])
    return wording


def word_part(
    template: str, part: str, facts: Mapping[str, object], folder: Path | None = None
) -> str:
    """One of a letter's `PARTS` in words, as `word`."""
    said = environment(folder).get_template(f"{template}/{part}").render(facts)
    said = said.encode("utf-8", "replace").decode("utf-8")
    if part == "subject.txt":
        return _one_line(said)
    return css_inline.inline(said, keep_at_rules=True) if part == "body.html" else said


def problems(wording: Wording, facts: Mapping[str, object]) -> list[str]:
    """What is wrong with a letter in words: placeholders that were left, a link that is not there.

    What the facts themselves say is no placeholder, whatever signs it holds.
    """
    parts = zip(PARTS, (wording.subject, wording.text, wording.html), strict=True)
    return [f"{part}: {wrong}" for part, said in parts for wrong in wrong_with(part, said, facts)]


def wrong_with(part: str, said: str, facts: Mapping[str, object]) -> Iterator[str]:
    """The same of one part."""
    if not said.strip():
        yield "is empty."
        return
    if left := search(r"\{\{|\}\}|\{%|%\}|\[\[|\]\]|\bTODO\b|\bXXX\b|<<|>>|_{4,}", said):
        yield f"a placeholder was left: {left.group()}"
    link = str(facts.get("link", ""))
    if link and link not in said and part != "subject.txt":
        yield "the link is missing; write {{ link }} where it belongs."


def render(
    template: str,
    facts: Mapping[str, object],
    *,
    sender: str,
    recipient: str,
    message_id: str,
    at: datetime,
    thread: str = "",
    folder: Path | None = None,
) -> Mail:
    """One letter as MIME: plain text always, HTML beside it.

    `Auto-Submitted` (RFC 3834) keeps out-of-office replies from answering; `thread` is a Message-ID
    under which mail programs gather the letters about one case (RFC 5322, 3.6.4).
    """
    try:
        wording = word(template, facts, folder)
    except (TemplateError, ValueError, OSError) as error:
        if folder is None:
            raise
        _log.error("own_wording_cannot_be_used", letter=template, error=type(error).__name__)
        wording = word(template, facts)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = wording.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    if thread:
        message["References"] = thread
        message["In-Reply-To"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(wording.text)
    message.add_alternative(wording.html, subtype="html")
    # Not by chance, so that a letter written again is the same letter to the last byte.
    message.set_boundary(f"=_{sha256(message_id.encode()).hexdigest()[:32]}")
    return Mail(message_id, sender, recipient, message.as_bytes())


def names() -> list[str]:
    """The letters that there are."""
    loader = PackageLoader("bot", "letters")
    found = loader.list_templates()
    return sorted({name.split("/")[0] for name in found if name.endswith("/subject.txt")})


def shared() -> list[str]:
    """What several letters have in common: the two bulletins' words, the frame of the HTML."""
    found = PackageLoader("bot", "letters").list_templates()
    return sorted(one for one in found if one.startswith("_") and one.endswith((".txt", ".html")))


def environment(folder: Path | None) -> ImmutableSandboxedEnvironment:
    """What finds the school's own files before ours, and lets none of them reach the program."""
    ours = PackageLoader("bot", "letters")
    loader = ChoiceLoader([FileSystemLoader(folder), ours]) if folder else ours
    return ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _one_line(text: str) -> str:
    """Safe as a header: one line, no signs that steer, not endless."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1] + "…"
