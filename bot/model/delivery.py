"""What goes out, and what a platform can do and has answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.model.incoming import Item, ItemRef


class EffectKind(StrEnum):
    """Intentions towards the outside."""

    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    BLOCK = "block"
    UNBLOCK = "unblock"
    MUTE = "mute"
    UNMUTE = "unmute"
    LETTER = "letter"


class EffectStatus(StrEnum):
    """The life of an intention. `accepted`: the platform said so; `confirmed`: read back."""

    PENDING = "pending"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    UNSUPPORTED = "unsupported"


PERSON_EFFECTS = frozenset(
    {EffectKind.BLOCK, EffectKind.UNBLOCK, EffectKind.MUTE, EffectKind.UNMUTE}
)
"""What touches what a person may do: only ever asked for by a person."""


class Restriction(StrEnum):
    """What a person at the school may do about somebody, on the platform.

    The last two answer a follow request: no platform lets a program do so.
    """

    BLOCK = "block"
    MUTE = "mute"
    REMOVE = "remove"
    LET_IN = "let_in"
    TURN_DOWN = "turn_down"


REQUEST_ANSWERS = frozenset({Restriction.LET_IN, Restriction.TURN_DOWN})


ACTIVE_EFFECTS = frozenset({EffectStatus.PENDING, EffectStatus.CLAIMED, EffectStatus.ACCEPTED})
"""An effect that may still change something; at most one per item."""


class Presence(StrEnum):
    """Whether an item is still on its platform."""

    PRESENT = "present"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Observation:
    """What the platform says of an item now; None means that it does not say."""

    ref: ItemRef
    presence: Presence
    hidden: bool | None = None
    can_hide: bool | None = None
    blocked: bool | None = None
    muted: bool | None = None
    follows: bool | None = None
    asks_to_follow: bool | None = None


class Capability(StrEnum):
    """Something a platform may let this token do."""

    READ_OWN_POSTS = "read_own_posts"
    READ_COMMENTS = "read_comments"
    READ_NEWCOMERS = "read_newcomers"
    READ_REQUESTS = "read_requests"
    OBSERVE = "observe"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    BLOCK = "block"
    MUTE = "mute"


class CapabilityState(StrEnum):
    """What is known of a capability. Untested is not "works"."""

    WORKS = "works"
    DENIED = "denied"
    IMPOSSIBLE = "impossible"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class CapabilityReport:
    """One line of the capability matrix, with the reason in plain words."""

    capability: Capability
    state: CapabilityState
    why: str = ""


class PollResult(StrEnum):
    """How a poll ended: a partial or failed one never reads as "nothing found"."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a stream was read; both marks are the adapter's own strings, opaque to all others.

    `high_water` stands for "everything up to here was read" and is kept only after the last page;
    `resume` is where an interrupted run may go on.
    """

    high_water: str = ""
    resume: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a stream.

    `cursor` is to be stored once `items` are: with `last` it holds the new high-water mark and no
    resume mark. `not_visible` counts what the platform says is there but does not return.
    `problems` are plain sentences about what this page could not hold; one makes the poll partial.
    `billed` counts what the platform charges for on it, a person read twice a day counted twice.
    `followers` is how many follow the account, where the platform says so on this page.
    """

    items: tuple[Item, ...]
    cursor: Cursor
    last: bool
    not_visible: int = 0
    problems: tuple[str, ...] = ()
    billed: int = 0
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter, ready to be sent; the Message-ID is decided before the first attempt."""

    message_id: str
    sender: str
    recipient: str
    mime: bytes
