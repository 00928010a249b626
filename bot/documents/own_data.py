"""What somebody gets who asks for their own data, without others in it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.documents.paper import Paper
from bot.documents.redacting import Redactor
from bot.documents.table import london, utc
from bot.model import Kind
from bot.queries.rights import HeldItem
from bot.wording import plain_name


def own_data_json(items: Sequence[HeldItem], redactor: Redactor, handle: str) -> bytes:
    """Each of their items as JSON: a form that other programs can read (UK GDPR, article 15(3))."""
    whole = {"about": handle, "items": [_facts(item, redactor, handle) for item in items]}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def own_data_paper(
    items: Sequence[HeldItem], redactor: Redactor, handle: str, *, school: str
) -> bytes:
    """The same on paper."""
    paper = Paper("What we hold about you", f"{school}. Answer to a request for access.")
    paper.text_block(
        f"{school} reads the comments on its own social media accounts. This is all that is held "
        f"about @{handle.lstrip('@')}: what you wrote, what was made of it, and where others name "
        "you. Names of other people are left out. “May hold” is what a machine suspected, which is "
        "no finding: a person decides, and you may ask for another person to look again."
    )
    for item in items:
        facts = _facts(item, redactor, handle)
        paper.rule()
        paper.heading(f"{item.platform}, {london(item.written_at)}")
        for text in facts["words"]:
            paper.quotation(str(text))
        paper.fact("Address", str(facts["address"]))
        paper.fact("Written by", "you" if item.theirs else "somebody else, who names you")
        paper.fact("May hold", "; ".join(facts["may_hold"]))
        paper.fact("Decided", "; ".join(facts["decided"]))
        paper.fact("Kept", "on hold, and therefore not erased" if item.held else "")
    if not items:
        paper.text_block("There is nothing.")
    return paper.bytes()


def _facts(item: HeldItem, redactor: Redactor, handle: str) -> dict[str, list[str]]:
    own = handle.strip().lstrip("@")
    return {
        "platform": [item.platform],
        "written_by": ["you" if item.theirs else "somebody else"],
        "written_utc": [utc(item.written_at)],
        "address": [item.permalink] if item.theirs else [],
        "words": [redactor.for_its_author(text, own) for text in item.texts],
        "may_hold": [plain_name(Kind(kind)) for kind in item.kinds],
        "decided": [f"{outcome} ({london(at)})" for outcome, at in item.decisions],
    }
