"""What a person does with a case."""

from __future__ import annotations

from enum import StrEnum


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


TOGETHER = (Outcome.ALLOW, Outcome.ANSWERED, Outcome.HIDE, Outcome.CLEARED)
"""What can be decided of several at once; a deletion never is."""


class DayOutcome(StrEnum):
    """What the officer signs of a day (policy.md, clause 1)."""

    CHECKED = "checked"
    COULD_NOT_CHECK = "could_not_check"


class Step(StrEnum):
    """What a person did about a case without deciding on its words.

    Down to LINK they are notes (`NOTES`): written down, and nothing follows from them.
    """

    NOTE = "note"
    CORRECTION = "correction"
    REFERENCE = "reference"
    CONTACT = "contact"
    MEETING = "meeting"
    TOLD = "told"
    OUTCOME = "outcome"
    LINK = "link"
    ROUTED = "routed"
    FORWARDED = "forwarded"
    CONTESTED = "contested"
    PICTURE = "picture"


NOTES = (
    Step.NOTE,
    Step.CORRECTION,
    Step.REFERENCE,
    Step.CONTACT,
    Step.MEETING,
    Step.TOLD,
    Step.OUTCOME,
    Step.LINK,
)
"""The steps that one writes down, in the order in which one chooses."""


class Unsuitable(StrEnum):
    """Why somebody may not follow the school; `OTHER` needs words."""

    UNDER_AGE = "under_age"
    STAFF = "staff"
    BUSINESS = "business"
    UNKNOWN = "unknown"
    OTHER = "other"
