"""How long what the log holds is kept: classes, and which of them a case is in; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.access import GRAVE, SAFEGUARDING, CaseView
from bot.model import ItemKind, Outcome


class RetentionClass(StrEnum):
    """What kind of record a case is; settings give each a period in months."""

    CLEARED = "cleared"
    NEWCOMER = "newcomer"
    ORDINARY = "ordinary"
    SERIOUS = "serious"
    SAFEGUARDING = "safeguarding"


MEANS = {
    RetentionClass.CLEARED: "what a person found to be nothing",
    RetentionClass.NEWCOMER: "new followers and requests to follow",
    RetentionClass.ORDINARY: "spam, swearing and the like",
    RetentionClass.SERIOUS: "threats, hate, abuse, accusations and the like",
    RetentionClass.SAFEGUARDING: (
        "what concerns a child, or is with the safeguarding lead or the chair of governors"
    ),
}
"""The classes in words, for pages and the privacy notice."""


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """What the data protection officer decided, and when. `classes` are whole months."""

    decided_by: str
    decided_on: date
    unflagged_days: int
    hold_days: int
    polls_days: int
    classes: Mapping[RetentionClass, int]
    head_file: str = ""

    def ends(self, which: RetentionClass, closed_at: datetime) -> datetime:
        """When the period of a case ends; a month counts as 365.25 / 12 days."""
        return closed_at + timedelta(days=self.classes[which] * 365.25 / 12)

    @property
    def shortest(self) -> timedelta:
        """What is closed for less than this is in its period, whatever its class."""
        return timedelta(days=min(self.classes.values()) * 365.25 / 12)


def class_of(case: CaseView, last_outcome: Outcome | None) -> RetentionClass:
    """Which class a case is in. `last_outcome` is what a person decided last, if anything."""
    if case.item_kind is ItemKind.NEWCOMER:
        return RetentionClass.NEWCOMER
    if last_outcome is Outcome.CLEARED:
        return RetentionClass.CLEARED
    if case.child or case.audience & SAFEGUARDING:
        return RetentionClass.SAFEGUARDING
    return RetentionClass.SERIOUS if case.kinds & GRAVE else RetentionClass.ORDINARY
