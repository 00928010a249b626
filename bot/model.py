"""The vocabulary of the house, in the order in which data flows (docs/concepts.md).

Standard library only; everything here is a frozen value. Times are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from hashlib import sha256

# --- what comes in -------------------------------------------------------------------------


class ItemKind(StrEnum):
    """What can be moderated."""

    COMMENT = "comment"
    NEWCOMER = "newcomer"
    OWN_POST = "own_post"
    REPORT = "report"


class Stream(StrEnum):
    """What one poll of one account reads; each has its own cursor."""

    OWN_POSTS = "own_posts"
    COMMENTS = "comments"
    NEWCOMERS = "newcomers"
    FOLLOWERS = "followers"


class Edge(StrEnum):
    """How an item came into sight: a relation, so that one comment on two edges is one item."""

    REPLY = "reply"
    MENTION = "mention"
    QUOTE = "quote"
    PAGE_COMMENT = "page_comment"
    VISITOR_POST = "visitor_post"
    TAG = "tag"
    FOLLOWER = "follower"
    FOLLOW_REQUEST = "follow_request"
    FIRST_COMMENT = "first_comment"


class AttachmentKind(StrEnum):
    """What hangs on a comment; pictures and videos are never read by the machine (policy.md)."""

    PHOTO = "photo"
    VIDEO = "video"
    GIF = "gif"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ItemRef:
    """The name of an item on its platform.

    `native_id` is the platform's own string. `account` is set for newcomers only: the same person
    may follow two of the school's accounts, and each is a decision of its own.
    """

    platform: str
    kind: ItemKind
    native_id: str
    account: str = ""

    def __str__(self) -> str:
        scope = f"{self.account}/" if self.account else ""
        return f"{self.platform}:{self.kind}:{scope}{self.native_id}"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote an item, as the platform shows them now; any part may be withheld."""

    native_id: str
    handle: str = ""
    name: str = ""
    is_school: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something hung on a comment: a link to it, never a copy."""

    kind: AttachmentKind
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A reply, mention, quote, Page comment or visitor post.

    `author` is None where the platform withholds it. `post_id` is the native id of the post that
    heads the conversation and `parent_id` of what is answered directly; both may be empty.
    `can_hide` and `hidden` are what the platform said when it was read (None: it does not say).
    """

    ref: ItemRef
    account: str
    edge: Edge
    text: str
    created_at: datetime
    author: Author | None = None
    post_id: str = ""
    parent_id: str = ""
    permalink: str = ""
    attachments: tuple[Attachment, ...] = ()
    can_hide: bool | None = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A follower, follow request or first-seen commenter: facts only, never a score of a person.

    `facts` holds what the platform tells, ready to be shown, such as `{"followers": "12"}`.
    """

    ref: ItemRef
    account: str
    edge: Edge
    author: Author
    seen_at: datetime
    bio: str = ""
    permalink: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of the school's own: it is the context of the comments below it."""

    ref: ItemRef
    account: str
    text: str
    created_at: datetime
    permalink: str = ""
    attachments: tuple[Attachment, ...] = ()


Item = Comment | Newcomer | OwnPost


def digest_of(text: str, attachments: tuple[Attachment, ...] = ()) -> str:
    """The name of one *reading*: SHA-256 over the words and what hangs on them.

    Platforms give no edit time (platforms.md, Facebook), so a changed digest *is* the edit.
    Lone surrogates are legal in JSON and survive here.
    """
    parts = [text, *(f"{a.kind}\x1f{a.url.split('?', 1)[0]}\x1f{a.title}" for a in attachments)]
    return sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


# --- what is made of it ----------------------------------------------------------------------


class Kind(StrEnum):
    """The kinds of policy.md, section 2. The last three are about what could not be judged."""

    THREAT = "threat"
    EXPLOITATION = "exploitation"
    WELFARE = "welfare"
    HATE = "hate"
    SEXUAL = "sexual"
    ABUSE = "abuse"
    ALLEGATION = "allegation"
    PERSONAL_DATA = "personal_data"
    DISPUTE = "dispute"
    SECURITY = "security"
    SPAM = "spam"
    MISINFORMATION = "misinformation"
    CAMPAIGNING = "campaigning"
    PROFANITY = "profanity"
    REQUEST = "request"
    PUPIL_AUTHOR = "pupil_author"
    COMPLAINT = "complaint"
    UNREAD_ATTACHMENT = "unread_attachment"
    UNREAD = "unread"
    UNSCORED = "unscored"


class Severity(StrEnum):
    """Decides the action."""

    SERIOUS = "serious"
    MILD = "mild"


class Target(StrEnum):
    """Who is meant; decides, with `child`, who is told."""

    PUPIL = "pupil"
    STAFF = "staff"
    HEADTEACHER = "headteacher"
    ADULT = "adult"
    GROUP = "group"
    SCHOOL = "school"
    NONE = "none"


class Aspect(StrEnum):
    """Finer points of a kind that policy.md gives a route or an urgency of their own."""

    SELF_HARM = "self_harm"
    WHEREABOUTS = "whereabouts"
    PRIVATE = "private"
    PICTURE = "picture"
    PRAISE = "praise"
    EMERGENCY = "emergency"
    COURT = "court"
    IMPERSONATION = "impersonation"
    FOI = "foi"
    CONTEST = "contest"
    UNCLEAR = "unclear"


class Action(StrEnum):
    """What the policy wants done, mildest first."""

    ALLOW = "allow"
    QUEUE = "queue"
    HIDE = "hide"

    @property
    def rank(self) -> int:
        return list(Action).index(self)


class Urgency(StrEnum):
    """How soon a person must know, least urgent first."""

    NONE = "none"
    ROUTINE = "routine"
    URGENT = "urgent"
    IMMEDIATE = "immediate"

    @property
    def rank(self) -> int:
        return list(Urgency).index(self)


class Role(StrEnum):
    """Who may be told and who may see (policy.md)."""

    COMMUNICATIONS_OFFICER = "communications_officer"
    HEADTEACHER = "headteacher"
    CHAIR_OF_GOVERNORS = "chair_of_governors"
    DSL = "dsl"
    DPO = "dpo"
    ICT_TECHNICIAN = "ict_technician"


@dataclass(frozen=True, slots=True)
class Text:
    """What a classifier is given: the words, and what they answer."""

    words: str
    context: str = ""


Scores = Mapping[str, float]
"""One classifier's answer for one text: label → 0..1. A label that is missing was not scored."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence: a classifier's score for a label, or a rule that matched a span.

    `start` and `end` are offsets into the original text (both 0: the whole of it). `value` is what
    the rule recognised where a later step needs it, such as the key of a member of staff.
    """

    source: str
    label: str
    score: float
    start: int = 0
    end: int = 0
    value: str = ""


EXPLANATION = "explanation"
"""The `source` of signals that span the words which carried a verdict (bot/explaining.py)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind that a text holds, with its facets.

    `about` holds the keys of the people whom the text accuses (settings, `[[people]]`): a conflict
    is of the person, not of the role.
    """

    kind: Kind
    severity: Severity
    target: Target = Target.NONE
    child: bool = False
    aspects: frozenset[Aspect] = frozenset()
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Assessment:
    """All signals of one reading by named, versioned classifiers and rules, and what they find."""

    findings: tuple[Finding, ...] = ()
    signals: tuple[Signal, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy makes of an assessment: the machine's opinion, not yet what is done.

    `told` are roles after conflicts are taken out; `excluded` are keys of people who must never
    learn of the case. `reasons` are plain sentences.
    """

    action: Action
    urgency: Urgency
    told: frozenset[Role] = frozenset()
    excluded: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the school, as settings name them. `key` is the short name used everywhere.

    `spoken_of` are further words by which parents mean this person ("Mr D", "the deputy"). `away`
    are first and last days of absences; `deputy_for` the roles for which they step in, `digest_at`
    the UK time at which they want what can wait (None: the school's usual one).
    """

    key: str
    name: str
    email: str = ""
    roles: frozenset[Role] = frozenset()
    spoken_of: tuple[str, ...] = ()
    away: tuple[tuple[date, date], ...] = ()
    deputy_for: frozenset[Role] = frozenset()
    digest_at: time | None = None

    def is_away(self, day: date) -> bool:
        """Whether a letter would lie unread that day."""
        return any(first <= day <= last for first, last in self.away)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One row of the school's table: for findings that fit, what is done, how soon, who is told.

    An empty set (or None) fits everything; `aspects` fits when the finding has one of them and
    `unless` when it has none of them. All rows that fit a finding count together: the strictest
    action, the most urgent urgency, the union of those told.
    """

    kind: Kind
    action: Action
    urgency: Urgency
    told: frozenset[Role] = frozenset()
    severity: frozenset[Severity] = frozenset()
    target: frozenset[Target] = frozenset()
    child: bool | None = None
    aspects: frozenset[Aspect] = frozenset()
    unless: frozenset[Aspect] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """The school's table, its people, and from which score on a label counts as found.

    `thresholds` maps a classifier's label to (mild from, serious from), both 0..1. `names` are
    children's names that the school knows, in plain form; they are shown and logged nowhere.
    """

    rows: tuple[PolicyRow, ...]
    people: tuple[Person, ...] = ()
    thresholds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    names: frozenset[str] = field(default=frozenset(), repr=False)


# --- what a person does -----------------------------------------------------------------------


class CaseStatus(StrEnum):
    """Whether a person still has to look."""

    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What a person decided (policy.md, "Outcomes a person can give")."""

    ALLOW = "allow"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    CLEARED = "cleared"
    ANSWERED = "answered"
    APPROVE = "approve"
    NOT_SUITABLE = "not_suitable"
    UNSURE = "unsure"
    LATER = "later"


class DayOutcome(StrEnum):
    """What the officer signs of a day (policy.md, clause 1)."""

    CHECKED = "checked"
    COULD_NOT_CHECK = "could_not_check"


class Step(StrEnum):
    """What a person did about a case without deciding on its words."""

    NOTE = "note"
    ROUTED = "routed"
    FORWARDED = "forwarded"
    CONTESTED = "contested"
    PICTURE = "picture"


# --- what goes out ----------------------------------------------------------------------------


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
    """What a person at the school may do about somebody, on the platform."""

    BLOCK = "block"
    MUTE = "mute"
    REMOVE = "remove"


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


class Capability(StrEnum):
    """Something a platform may let this token do."""

    READ_OWN_POSTS = "read_own_posts"
    READ_COMMENTS = "read_comments"
    READ_NEWCOMERS = "read_newcomers"
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
    """

    items: tuple[Item, ...]
    cursor: Cursor
    last: bool
    not_visible: int = 0
    problems: tuple[str, ...] = ()
    billed: int = 0


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter, ready to be sent; the Message-ID is decided before the first attempt."""

    message_id: str
    sender: str
    recipient: str
    mime: bytes
