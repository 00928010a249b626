"""What things are called on the pages: plain words for a tired reader, never a code of ours."""

from __future__ import annotations

from datetime import date

from bot.circuit import CircuitState
from bot.model import (
    Capability,
    CapabilityState,
    DayOutcome,
    EffectKind,
    EffectStatus,
    Presence,
    Stream,
    Urgency,
)
from bot.queries import LatestEffect, Reach, Same, Tab

PLATFORMS = {"x": "X", "facebook": "Facebook", "in_person": "In person"}


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


SAME = {Same.AUTHOR: "By author", Same.WORDS: "By words"}


STREAMS = {
    Stream.OWN_POSTS: "The school’s own posts",
    Stream.COMMENTS: "Comments",
    Stream.NEWCOMERS: "Newcomers",
    Stream.FOLLOWERS: "The whole list of followers",
}


SIGNED = {
    DayOutcome.CHECKED: "Checked",
    DayOutcome.COULD_NOT_CHECK: "Could not check everything",
}


REACHES = {
    Reach.READ: "Read to the end",
    Reach.LATE: "Not read for too long",
    Reach.PARTIAL: "Read in part only",
    Reach.FAILED: "Could not be read",
    Reach.NEVER: "Never read yet",
}


COMMENTS_ON_BY = {
    "page_comment": "somebody outside the school wrote a comment",
    "visitor_post": "a visitor posted on the Page",
    "tag": "a post of the school’s own mentions somebody by a link, which lets them comment",
}


SWITCH_COMMENTS_OFF = (
    "Open Facebook and switch to the Page: click its picture at the top right.",
    "Click the picture again, then Settings & privacy, then Settings.",
    "Click Followers and public content, and let the narrowest group comment on public posts.",
    "One post alone: click the three dots at its top right, then “Who can comment on your post?”.",
    "A post that mentions somebody lets them comment: take the mention out.",
    "Visitors’ posts: in Settings, click Page and tagging, and let nobody post on the Page.",
)
"""As Facebook's own help describes it; its menus differ from Page to Page."""


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
    Capability.READ_REQUESTS: "See who asks to follow",
    Capability.OBSERVE: "Look again at a comment",
    Capability.HIDE: "Hide a comment",
    Capability.UNHIDE: "Make it visible again",
    Capability.DELETE: "Delete a comment",
    Capability.BLOCK: "Block somebody, and end it",
    Capability.MUTE: "Mute somebody, and end it",
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
    EffectKind.BLOCK: "Blocking",
    EffectKind.UNBLOCK: "Ending the block",
    EffectKind.MUTE: "Muting",
    EffectKind.UNMUTE: "Ending the mute",
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


KEYS = (
    ("j", "the next case"),
    ("k", "the case before"),
    ("a", "leave it visible (on a case: and go to the next)"),
    ("h", "hide it: goes to the reason"),
    ("r", "hand it to somebody else"),
    ("n", "write a note"),
    ("x", "tick a case in the queue, or untick it"),
    ("u", "undo what you have just decided"),
    ("/", "search the queue"),
    ("?", "show or put away this help"),
    ("Ctrl + Enter", "save the form that you are in, and go to the next"),
)


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


HOW = {
    "opened": "has seen it",
    "page": "says that they know of it",
    "telephone": "was told by telephone",
}
"""How somebody came to know of what a letter tells."""


LETTER_STATES = {
    "queued": "waiting to be sent",
    "accepted": "taken by the mail server",
    "refused": "refused by the mail server",
}


def day_name(day: date | str) -> str:
    """A day as one says it: "Friday 20 November 2026"."""
    at = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{at:%A} {at.day} {at:%B %Y}"
