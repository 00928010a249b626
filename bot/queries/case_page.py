"""What the page of one case holds: the shapes that `bot.queries.case` fills for a viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.model import (
    Action,
    Attachment,
    CaseStatus,
    EffectKind,
    EffectStatus,
    ItemKind,
    Outcome,
    Presence,
    Role,
    Urgency,
)
from bot.queries.cases import Found


@dataclass(frozen=True, slots=True)
class Wording:
    """One reading: the words as they stood when they were first seen so."""

    text: str
    attachments: tuple[Attachment, ...]
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Above:
    """Something that the comment stands under: the school's post, or another comment."""

    text: str
    author: str
    permalink: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What was written, by whom, and where; for whoever may read it.

    `judged` is the wording that the machine judged and a decision binds; `edited_at` is set where
    it was edited since and not judged again yet: nobody reads those words before it is known whom
    they accuse. `author` is empty where the platform withholds it.
    `pictures_barred`: a picture that hangs on it may be an indecent one of a child (policy.md,
    section 2): nobody opens or copies it, so nothing links to it.
    """

    author: str
    permalink: str
    judged: Wording
    edited_at: datetime | None
    earlier: tuple[Wording, ...]
    post: Above | None
    parent: Above | None
    facts: Mapping[str, str]
    pictures_barred: bool


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that matched, and where: offsets into the wording that was judged (both 0: all)."""

    source: str
    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine made of it. `held_back` says why it did not hide what it would hide;
    `carried` spans the words that carried it, as offsets into the wording that was judged.
    """

    at: datetime
    action: Action
    held_back: str
    found: tuple[Found, ...]
    reasons: tuple[str, ...]
    scores: Mapping[str, float]
    versions: Mapping[str, str]
    carried: tuple[tuple[int, int], ...]
    rules: tuple[RuleHit, ...]


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One intention towards the platform, with asked for, accepted and confirmed apart.

    `asked_by` is None for whoever may see what is done, but not who decided it.
    """

    kind: EffectKind
    status: EffectStatus
    asked_by: str | None
    asked_at: datetime
    accepted_at: datetime | None
    confirmed_at: datetime | None
    next_try_at: datetime
    attempts: int
    why: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What a person decided; `person` is empty for somebody on the platform."""

    person: str
    outcome: Outcome
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case. `content`, `machine` and `decisions` are None where they are not this viewer's.

    `outcomes` are those which the viewer may give and the platform can follow; `cannot` says of
    which effects that the platform or its token does not do them; `routes` are the roles that they
    may hand it to; `barred`: it contests a decision of theirs.
    """

    ref: str
    version: int
    kind: ItemKind
    status: CaseStatus
    urgency: Urgency
    baseline: bool
    alarm: str
    platform: str
    account: str
    edges: tuple[str, ...]
    written_at: datetime
    opened_at: datetime
    presence: Presence
    hidden: bool | None
    with_whom: tuple[Role, ...]
    content: Content | None
    machine: Machine | None
    effects: tuple[EffectLine, ...]
    decisions: tuple[DecisionLine, ...] | None
    outcomes: tuple[Outcome, ...]
    cannot: frozenset[EffectKind]
    routed_to: Role | None
    routes: tuple[Role, ...]
    barred: bool
    may_note: bool
