"""The privacy notice and the DPIA pack, written from the settings that are really in force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.documents.paper import Paper
from bot.documents.table import london
from bot.model import Action, Kind, Role
from bot.retention import MEANS
from bot.settings import Settings
from bot.wording import plain_name, role_name

_texts = Environment(
    loader=PackageLoader("bot", "documents/texts"),
    autoescape=False,  # noqa: S701  it is Markdown, and everything in it is the school's own
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)
_PLATFORMS = {"x": "X", "facebook": "Facebook"}


def privacy_notice(settings: Settings, at: datetime) -> str:
    """What parents and everybody who comments is told, as Markdown."""
    return _written("privacy-notice.md", settings, at)


def dpia_pack(settings: Settings, at: datetime) -> str:
    """What the data protection officer needs for an assessment of the impact, as Markdown."""
    return _written("dpia.md", settings, at)


def _written(text: str, settings: Settings, at: datetime) -> str:
    return _texts.get_template(text).render(
        school=settings.school.name,
        day=london(at),
        dpo=_named(settings, Role.DPO) or settings.retention.decided_by,
        decided_by=settings.retention.decided_by,
        decided_on=f"{settings.retention.decided_on:%d %b %Y}",
        accounts="\n".join(_accounts(settings)),
        machine="\n".join(_machine(settings)),
        kinds="\n".join(_kinds(settings)),
        periods="\n".join(_periods(settings)),
        readers="\n".join(_readers(settings)),
    )


def as_paper(markdown: str, foot: str) -> bytes:
    """The same on paper. Knows what the two texts above use of Markdown, and no more."""
    lines = markdown.splitlines()
    paper = Paper(lines[0].removeprefix("# "), foot)
    for line in lines[1:]:
        plain = re.sub(r"\*\*(.+?)\*\*", r"\1", line)
        if line.startswith("## "):
            paper.heading(plain.removeprefix("## "))
        elif line.startswith("- "):
            paper.text_block(f"•  {plain.removeprefix('- ')}")
        elif line:
            paper.text_block(plain)
    return paper.bytes()


def _accounts(settings: Settings) -> Iterator[str]:
    if not settings.accounts:
        yield "- No account is set up yet, so nothing is read."
    for account in settings.accounts:
        name = str(account.options.get("handle") or account.options.get("page_id") or account.name)
        platform = _PLATFORMS.get(account.adapter, account.adapter)
        yield f"- {platform}: {name}, looked at every {account.poll_minutes:g} minutes."


def _machine(settings: Settings) -> Iterator[str]:
    judges = ", ".join(one.name for one in settings.classifiers)
    hides = [kind for kind in Kind if settings.hiding.may_hide(kind)]
    yield (
        f"A machine on the school's computer reads each comment ({judges}, and rules that staff "
        "wrote) and either leaves it, puts it before a person, or hides it until a person has "
        "looked."
    )
    yield ""
    if not hides:
        yield "At present it hides nothing by itself: it only puts comments before a person."
    else:
        names = "; ".join(plain_name(kind) for kind in hides if _ever_hidden(settings, kind))
        yield f"At present it may hide, until a person has looked: {names}."
    yield ""
    yield (
        "A person reviews everything that was hidden and can show it again. Deleting, blocking, "
        "removing a follower and anything about the police are decided by people alone."
    )


def _ever_hidden(settings: Settings, kind: Kind) -> bool:
    return any(row.kind is kind and row.action is Action.HIDE for row in settings.policy.rows)


def _kinds(settings: Settings) -> Iterator[str]:
    for kind in Kind:
        rows = [row for row in settings.policy.rows if row.kind is kind]
        told = sorted({role_name(role) for row in rows for role in row.told})
        may = settings.hiding.may_hide(kind) and _ever_hidden(settings, kind)
        does = "may be hidden" if may else "goes to a person"
        yield f"- {plain_name(kind)}: {does}; told: {', '.join(told) or 'nobody'}."


def _periods(settings: Settings) -> Iterator[str]:
    rules = settings.retention
    yield (
        f"- Comments in which nothing was found: words and author for {rules.unflagged_days} days, "
        "then only a number, a digest and what the machine made of it."
    )
    for which, months in rules.classes.items():
        yield f"- {MEANS[which].capitalize()}: {_months(months)} after it was settled."
    yield (
        "- What its author deletes goes within 24 hours, unless it was urgent or not looked at "
        f"yet: then the data protection officer decides, within {rules.hold_days} days."
    )
    yield (
        "- Where a person confirmed that a comment broke the school's policy, its author's number "
        f"on the platform stays for {settings.newcomers.breach_days} days, without the words where "
        "they have gone: so long it counts. An erasure that is granted takes it too."
    )
    yield "- What is needed for a case, a court or the police is put on hold, with a reason."
    yield f"- Records of when the accounts were read: {rules.polls_days} days."


def _months(months: int) -> str:
    if months % 12:
        return f"{months} month{'' if months == 1 else 's'}"
    return f"{months // 12} year{'' if months == 12 else 's'}"


def _readers(settings: Settings) -> Iterator[str]:
    for role in Role:
        names = _named(settings, role)
        if names:
            what = "no content" if role is Role.ICT_TECHNICIAN else "what the school's policy says"
            title = role_name(role).removeprefix("the ")
            yield f"- {title[:1].upper()}{title[1:]}: {names} ({what})."


def _named(settings: Settings, role: Role) -> str:
    return ", ".join(person.name for person in settings.people if role in person.roles)
