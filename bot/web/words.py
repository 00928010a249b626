"""What things are called on the pages: plain words for a tired reader, never a code of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.circuit import CircuitState
from bot.log import Event
from bot.model import (
    Capability,
    CapabilityState,
    EffectKind,
    EffectStatus,
    Kind,
    Outcome,
    Presence,
    Stream,
    Target,
    Urgency,
)
from bot.queries import LatestEffect, Reach, Tab
from bot.wording import plain_name

PLATFORMS = {"x": "X", "facebook": "Facebook"}

URGENCIES = {
    Urgency.IMMEDIATE: "Immediate",
    Urgency.URGENT: "Urgent",
    Urgency.ROUTINE: "Routine",
    Urgency.NONE: "Routine",
}

TABS = {
    Tab.YOURS: "Needs you",
    Tab.OTHERS: "With others",
    Tab.DONE: "Done",
    Tab.BASELINE: "From before the first start",
}

STREAMS = {
    Stream.OWN_POSTS: "The school’s own posts",
    Stream.COMMENTS: "Comments",
    Stream.NEWCOMERS: "Newcomers",
}

REACHES = {
    Reach.READ: "Read to the end",
    Reach.LATE: "Not read for too long",
    Reach.PARTIAL: "Read in part only",
    Reach.FAILED: "Could not be read",
    Reach.NEVER: "Never read yet",
}

EDGES = {
    "reply": "Reply",
    "mention": "Mention",
    "quote": "Quote",
    "page_comment": "Comment on the Page",
    "visitor_post": "Visitor’s post",
    "tag": "Tag",
    "follower": "New follower",
    "follow_request": "Asks to follow",
    "first_comment": "Comments for the first time",
}

CAPABILITIES = {
    Capability.READ_OWN_POSTS: "Read the school’s own posts",
    Capability.READ_COMMENTS: "Read comments",
    Capability.READ_NEWCOMERS: "Read newcomers",
    Capability.OBSERVE: "Look again at a comment",
    Capability.HIDE: "Hide a comment",
    Capability.UNHIDE: "Make it visible again",
    Capability.DELETE: "Delete a comment",
}

CAPABILITY_STATES = {
    CapabilityState.WORKS: "Works",
    CapabilityState.DENIED: "Not permitted",
    CapabilityState.IMPOSSIBLE: "Not possible there",
    CapabilityState.UNTESTED: "Not tried yet",
}

CIRCUITS = {
    CircuitState.CLOSED: "it went wrong, and is tried again at its next turn",
    CircuitState.OPEN: "it keeps going wrong, and is left alone until",
    CircuitState.HALF_OPEN: "it kept going wrong, and is tried again now",
}

_JOBS = {
    "read": "Read posts and comments",
    "newcomers": "Read newcomers",
    "act": "Hide and change what is asked for",
    "look": "Look whether it is still so",
    "prove": "Find out what the token may do",
    "sample": "Draw the weekly sample",
    "letters": "Write and send letters",
    "watch": "Look after all of these",
}


def job_name(name: str) -> str:
    """What a job of the timetable does, and for which account."""
    kind, _, account = name.partition(":")
    words = _JOBS.get(kind, kind.capitalize())
    return f"{words} ({account})" if account else words


EFFECTS = {
    EffectKind.HIDE: "Hiding it",
    EffectKind.UNHIDE: "Making it visible again",
    EffectKind.DELETE: "Deleting it",
    EffectKind.LETTER: "A letter",
}

EFFECT_STATUSES = {
    EffectStatus.PENDING: "asked for, not sent yet",
    EffectStatus.CLAIMED: "asked for, being sent now",
    EffectStatus.ACCEPTED: "accepted by the platform, not confirmed yet",
    EffectStatus.CONFIRMED: "confirmed",
    EffectStatus.FAILED: "failed",
    EffectStatus.CANCELLED: "taken back before it was sent",
    EffectStatus.SUPERSEDED: "replaced by a later wish",
    EffectStatus.UNSUPPORTED: "not possible on this platform",
}

DECIDED = {
    Outcome.ALLOW: "leave it visible",
    Outcome.HIDE: "hide it",
    Outcome.UNHIDE: "make it visible again",
    Outcome.DELETE: "delete it",
    Outcome.CLEARED: "cleared: the machine was wrong",
    Outcome.APPROVE: "approved",
    Outcome.NOT_SUITABLE: "not suitable",
}

_CHOICES = {
    Outcome.ALLOW: ("Leave it visible", "Nothing is changed on the platform."),
    Outcome.HIDE: ("Hide it", "It can be made visible again at any time."),
    Outcome.UNHIDE: ("Make it visible again", "Everybody can read it again."),
    Outcome.CLEARED: (
        "The machine was wrong",
        "There is nothing bad in it. It stays, or becomes, visible and counts against nobody.",
    ),
    Outcome.DELETE: ("Delete it", "This cannot be undone."),
    Outcome.APPROVE: ("Approve", "A parent, or somebody else who may follow the school."),
    Outcome.NOT_SUITABLE: (
        "Not suitable",
        "Schoolgate removes nobody: please do that on the platform.",
    ),
}
_STAYS_HIDDEN = ("Keep it hidden", "It stays as it is.")
_IS_GONE = ("Nothing more to do", "It is no longer on the platform.")


def choice(outcome: Outcome, *, hidden: bool, gone: bool) -> tuple[str, str]:
    """What an outcome is called where one chooses it, and what it does."""
    if outcome is Outcome.HIDE and hidden:
        return _STAYS_HIDDEN
    if outcome is Outcome.ALLOW and gone:
        return _IS_GONE
    return _CHOICES[outcome]


REACH_OF_HIDING = {
    "x": "On X, hidden replies stay one click away, behind “View hidden replies”.",
    "facebook": "On Facebook, its author and the author’s friends may still see it.",
}
"""What hiding does not do (platforms' own documentation): never call it "removed"."""

_UNDER_WAY = {
    EffectKind.HIDE: "Hiding asked for, not confirmed yet",
    EffectKind.UNHIDE: "Showing it again asked for, not confirmed yet",
    EffectKind.DELETE: "Deletion asked for, not confirmed yet",
}
_UNDONE = {
    EffectKind.HIDE: "could not be hidden",
    EffectKind.UNHIDE: "could not be made visible again",
    EffectKind.DELETE: "could not be deleted",
}


def standing(presence: Presence, hidden: bool | None, latest: LatestEffect | None) -> str:
    """How a comment stands with the public now, claiming no more than is known."""
    if presence is Presence.GONE:
        return "No longer on the platform"
    if latest is not None and latest.status in {
        EffectStatus.PENDING,
        EffectStatus.CLAIMED,
        EffectStatus.ACCEPTED,
    }:
        return _UNDER_WAY[latest.kind]
    seen = "Hidden from the public" if hidden else "Visible to the public"
    if latest is not None and latest.status in {EffectStatus.FAILED, EffectStatus.UNSUPPORTED}:
        return f"{seen}: it {_UNDONE[latest.kind]}"
    return seen


def band(score: float, threshold: tuple[float, float]) -> str:
    """A score in a word: nobody should read meaning into the second decimal."""
    mild_from, serious_from = threshold
    if score >= serious_from:
        return "strong"
    return "some" if score >= mild_from else "weak"


def sentence(event: Event, facts: Mapping[str, Any], name_of: Mapping[str, str]) -> str:
    """One entry of the log in words. `name_of` knows every key of a person that occurs."""
    by = name_of[str(facts.get("by", ""))]
    effect = _effect_name(facts)
    because = f" ({facts['why']})" if facts.get("why") else ""
    match event:
        case Event.JUDGED:
            return _judged(facts, by if facts.get("by") else "Schoolgate")
        case Event.DECIDED:
            return f"{by} decided: {DECIDED[Outcome(facts['outcome'])]}."
        case Event.ASKED:
            return f"{effect} was asked for by {by}."
        case Event.ACCEPTED:
            return f"{effect}: the platform accepted it. Not confirmed yet{because}."
        case Event.CONFIRMED:
            return f"{effect}: confirmed by looking again{because}."
        case Event.GONE:
            return f"It is no longer on the platform{because}."
        case Event.UNSUPPORTED:
            return f"{effect}: the platform does not do that{because}."
        case Event.FAILED:
            return f"{effect}: failed{because}."
        case Event.CANCELLED:
            return f"Taken back before it was done: {effect}."
        case Event.SUPERSEDED:
            return f"{effect}: replaced by a later wish."
        case Event.EDITED:
            return "Its author changed the words. They are judged again."
        case Event.OBSERVED:
            now = "hidden" if facts.get("hidden") else "visible again"
            return f"It is {now}, and Schoolgate did not do it: somebody on the platform did."
        case Event.TOLD:
            return f"A letter about it went to {name_of[str(facts['person'])]}."
        case Event.NOT_TOLD:
            return f"A letter about it could not be sent to {name_of[str(facts['person'])]}."
        case Event.SWITCHED:
            return _switched(facts, by)


def _effect_name(facts: Mapping[str, Any]) -> str:
    return EFFECTS[EffectKind(facts["effect"])] if facts.get("effect") else "It"


def _judged(facts: Mapping[str, Any], who: str) -> str:
    kinds = list(
        dict.fromkeys(plain_name(Kind(f["kind"]), Target(f["target"])) for f in facts["findings"])
    )
    found = f"may hold {' and '.join(kinds)}" if kinds else "holds nothing that it knows of"
    then = {
        "allow": "Nothing needs doing.",
        "queue": "A person should look.",
        "hide": f"It was not hidden: {facts['held_back']}."
        if facts.get("held_back")
        else "It should be hidden.",
    }[facts["action"]]
    return f"{who} judged that a comment {found}. {then}"


def _switched(facts: Mapping[str, Any], by: str) -> str:
    if facts["switch"] == "breaker_open":
        return "Hiding was paused: far more than usual was being hidden."
    return f"{by} {'stopped all hiding' if facts['on'] else 'let hiding go on'}."
