"""What somebody gets who asks for their own data, without others in it."""

from __future__ import annotations

import json

from bot.documents.paper import Paper
from bot.documents.redacting import Redactor
from bot.documents.table import london, utc
from bot.model import Kind
from bot.queries.rights import Hanging, HeldBeside, HeldItem, HeldOn
from bot.wording import plain_name

_SORTS = {
    Hanging.RESTRICTION: "what was done about your account",
    Hanging.PUT_OFF: "your following was put off or passed on",
    Hanging.REGISTER: "the register of parents’ handles",
    Hanging.STEP: "a step of the school’s policy",
}


def own_data_json(held: HeldOn, redactor: Redactor, handle: str) -> bytes:
    """Each of their items as JSON: a form that other programs can read (UK GDPR, article 15(3))."""
    whole = {
        "about": handle,
        "items": [_facts(item, redactor, handle) for item in held.items],
        "beside": [_hanging(one, redactor, handle) for one in held.beside],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def own_data_paper(held: HeldOn, redactor: Redactor, handle: str, *, school: str) -> bytes:
    """The same on paper."""
    paper = Paper("What we hold about you", f"{school}. Answer to a request for access.")
    paper.text_block(
        f"{school} reads the comments on its own social media accounts. This is all that is held "
        f"about @{handle.lstrip('@')}: what you wrote, what was made of it, and where others name "
        "you. Names of other people are left out. “May hold” is what a machine suspected, which is "
        "no finding: a person decides, and you may ask for another person to look again."
    )
    for item in held.items:
        facts = _facts(item, redactor, handle)
        paper.rule()
        paper.heading(f"{item.platform}, {london(item.written_at)}")
        for text in facts["words"]:
            paper.quotation(str(text))
        paper.fact("Address", str(facts["address"]))
        paper.fact("Written by", "you" if item.theirs else "somebody else, who names you")
        paper.fact("The platform tells", "; ".join(facts["platform_tells"]))
        paper.fact("May hold", "; ".join(facts["may_hold"]))
        paper.fact("Decided", "; ".join(facts["decided"]))
        paper.fact("Kept", "on hold, and therefore not erased" if item.held else "")
    for one in held.beside:
        said = _hanging(one, redactor, handle)
        paper.rule()
        paper.heading(f"{one.platform}, {london(one.at)}")
        paper.fact("What it is", f"{_SORTS[one.sort]}: {one.what.replace('_', ' ')}")
        paper.fact("Until", london(one.until))
        paper.fact("Why", said["why"])
    if not held.items and not held.beside:
        paper.text_block("There is nothing.")
    return paper.bytes()


def _facts(item: HeldItem, redactor: Redactor, handle: str) -> dict[str, list[str]]:
    own = handle.strip().lstrip("@")
    return {
        "platform": [item.platform],
        "written_by": ["you" if item.theirs else "somebody else"],
        "written_utc": [utc(item.written_at)],
        "platform_tells": [f"{name}: {value}" for name, value in item.facts],
        "address": [item.permalink] if item.theirs else [],
        "words": [redactor.for_its_author(text, own) for text in item.texts],
        "may_hold": [plain_name(Kind(kind)) for kind in item.kinds],
        "decided": [f"{outcome} ({london(at)})" for outcome, at in item.decisions],
    }


def _hanging(one: HeldBeside, redactor: Redactor, handle: str) -> dict[str, str]:
    own = handle.strip().lstrip("@")
    return {
        "sort": _SORTS[one.sort],
        "platform": one.platform,
        "what": one.what,
        "why": redactor.for_its_author(one.words, own),
        "since_utc": utc(one.at),
        "until_utc": utc(one.until),
    }
