"""What is said of newcomers, repeat authors and restrictions: their words, never what they are."""

from __future__ import annotations

from bot.model import Restriction

SAYS = {
    "bio": "Says in the bio:",
    "name": "Is called",
    "handle": "Has the handle",
    "facts": "The platform tells:",
}


POINTINGS = {
    "age": "an age",
    "school_year": "a school year",
    "pupil": "a pupil of this school",
    "parent": "family",
    "staff": "school staff, or named like them",
    "business": "business",
    "adult": "adult content",
    "follow_back": "follows many to be followed back",
    "look_alike": "looks like the school’s or a colleague’s own account",
    "new_account": "a new account without a picture",
}
"""What each pointer is about: what somebody says, never what they are."""


STANDINGS = {
    "asked": "Asked for, not confirmed yet",
    "task": "Still to be done by a person",
    "said": "Said to be done, not seen yet",
    "unseen": "Said to be done, never seen",
    "vanished": "Said to be done, can no longer be checked",
    "confirmed": "Seen on the platform",
    "ended_there": "Ended on the platform itself",
    "lifted": "Lifted",
}


LADDER = {
    "advice": "a word of advice",
    "meeting": "a meeting with the headteacher",
    "removal": "interaction removed",
}


RESTRICTIONS = {
    Restriction.BLOCK: "blocked",
    Restriction.MUTE: "muted",
    Restriction.REMOVE: "removed as a follower",
    Restriction.LET_IN: "follow request accepted",
    Restriction.TURN_DOWN: "follow request declined",
}


REQUESTS_AT = {"x": "https://x.com/follower_requests"}
"""Where a person answers follow requests (x.com, a protected account's own list)."""
