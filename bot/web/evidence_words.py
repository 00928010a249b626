"""What the log's keeping is called: holds, purges, exports, requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.log import Event
from bot.queries.rights import Hanging
from bot.retention import MEANS
from bot.store.purges import What, Why
from bot.store.rights import RightsDecision, RightsKind

CLASSES = MEANS

PLACES = {
    "netmums": "Netmums or another parents’ forum",
    "youtube": "YouTube",
    "whatsapp": "WhatsApp",
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "snapchat": "Snapchat",
    "facebook": "Facebook, not on the school’s Page",
    "x": "X, not to the school’s account",
    "blog": "A blog or website",
    "in_person": "In person or on paper",
    "other": "Somewhere else",
}

WHAT = {
    What.WORDS_AND_AUTHOR: "The words and the author’s name",
    What.PHRASE: "Somebody else’s name or details",
    What.ALL: "Words, names, notes and files",
    What.BESIDE: "What was kept on a person beside what they wrote",
}

WHY = {
    Why.AUTHOR_DELETED: "its author deleted it",
    Why.RETENTION: "the time for which it is kept was over",
    Why.ERASURE: "its erasure was granted",
    Why.THIRD_PARTY: "they were about somebody else",
}

REQUESTS = {
    RightsKind.ACCESS: "Asks for their own data",
    RightsKind.ERASURE: "Asks for erasure",
    RightsKind.OBJECTION: "Objects to its being kept",
}

ANSWERS = {
    RightsDecision.GRANTED: "Granted",
    RightsDecision.IN_PART: "Granted in part",
    RightsDecision.REFUSED: "Refused",
}

HANGING = {
    Hanging.RESTRICTION: "Restricted on the platform",
    Hanging.PUT_OFF: "Newcomer, put off or passed on",
    Hanging.REGISTER: "In the parents’ register",
    Hanging.STEP: "A step of the policy",
}

_EXPORTS = {
    "csv": "the log as a table",
    "json": "the log as JSON",
    "pdf": "the log as PDF",
    "pack": "an evidence pack",
    "access": "an answer to somebody who asked for their own data",
}


def sentence(event: Event, facts: Mapping[str, Any], by: str) -> str:
    """One entry about keeping, in words."""
    match event:
        case Event.ENTERED:
            where = PLACES.get(str(facts["where"]), "elsewhere")
            return f"{by} put in by hand what was seen: {where}."
        case Event.HELD:
            return f"{by} put it on hold, so that nothing of it is taken away."
        case Event.RELEASED:
            return f"{by} ended the hold."
        case Event.PURGED | Event.REDACTED:
            what, why = WHAT[What(facts["what"])], WHY[Why(facts["why"])]
            return f"{what} were taken away by {by}, because {why}."
        case Event.RETAINED:
            return (
                f"The time was over for {facts['unflagged']} comments in which nothing was found "
                f"and {facts['polls']} records of reading. They were taken away."
            )
        case Event.REQUESTED:
            return f"{by} noted that somebody asked about their own data ({facts['kind']})."
        case Event.ANSWERED:
            return f"{by} answered a request about somebody’s own data: {facts['decision']}."
        case Event.EXPORTED:
            return f"{by} took out {_EXPORTS[str(facts['form'])]}."
        case _:
            return f"{by} put back an older backup."
