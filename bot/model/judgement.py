"""What is made of an item: signals and scores, findings, a verdict; and the table that says how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


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


LADDER: Mapping[Role, tuple[Role, ...]] = {
    Role.COMMUNICATIONS_OFFICER: (Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS, Role.DSL),
    Role.HEADTEACHER: (Role.CHAIR_OF_GOVERNORS, Role.DSL),
    Role.CHAIR_OF_GOVERNORS: (Role.DSL, Role.DPO, Role.COMMUNICATIONS_OFFICER),
    Role.DSL: (Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS),
    Role.DPO: (Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS, Role.DSL),
    Role.ICT_TECHNICIAN: (
        Role.COMMUNICATIONS_OFFICER,
        Role.HEADTEACHER,
        Role.CHAIR_OF_GOVERNORS,
        Role.DSL,
    ),
}
"""Who steps in, in this order, for a role that nobody is left to hold."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The school's table, its people, and from which score on a label counts as found.

    `thresholds` maps a classifier's label to (mild from, serious from), both 0..1. `names` are
    children's names that the school knows, in plain form; they are shown and logged nowhere.
    `ladder` is who steps in, in this order, for a role that nobody is left to hold.
    """

    rows: tuple[PolicyRow, ...]
    people: tuple[Person, ...] = ()
    thresholds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    names: frozenset[str] = field(default=frozenset(), repr=False)
    ladder: Mapping[Role, tuple[Role, ...]] = field(default_factory=lambda: LADDER)
