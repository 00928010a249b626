"""What is said of deciding: the outcomes, the reasons to tick, and the steps beside them."""

from __future__ import annotations

from bot.model import Outcome, Step

DECIDED = {
    Outcome.ALLOW: "leave it visible",
    Outcome.HIDE: "hide it",
    Outcome.UNHIDE: "make it visible again",
    Outcome.DELETE: "delete it",
    Outcome.CLEARED: "cleared: the machine was wrong",
    Outcome.ANSWERED: "answered",
    Outcome.APPROVE: "approved",
    Outcome.NOT_SUITABLE: "not suitable",
    Outcome.UNSURE: "unsure: passed on",
    Outcome.LATER: "later",
}


_CHOICES = {
    Outcome.ALLOW: ("Leave it visible", "Nothing is changed on the platform."),
    Outcome.HIDE: ("Hide it", "It can be made visible again at any time."),
    Outcome.UNHIDE: ("Make it visible again", "Everybody can read it again."),
    Outcome.CLEARED: (
        "The machine was wrong",
        "There is nothing bad in it. It stays, or becomes, visible and counts against nobody.",
    ),
    Outcome.ANSWERED: (
        "It was answered",
        "The school has replied. It stays as it is, and counts against nobody.",
    ),
    Outcome.DELETE: ("Delete it", "This cannot be undone; you are asked once more."),
    Outcome.APPROVE: ("Approve", "A parent, or somebody else who may follow the school."),
    Outcome.NOT_SUITABLE: (
        "Not suitable",
        "Schoolgate removes nobody: please do that on the platform.",
    ),
    Outcome.UNSURE: ("Unsure", "Somebody else looks as well."),
    Outcome.LATER: ("Later", "It comes back in two weeks."),
}


_STAYS_HIDDEN = ("Keep it hidden", "It stays as it is.")


_DEALT_WITH = ("Dealt with", "The report is closed. It can be opened again.")


_IS_GONE = ("Nothing more to do", "It is not, or no longer, on the school’s accounts.")


def choice(outcome: Outcome, *, hidden: bool, gone: bool, report: bool = False) -> tuple[str, str]:
    """What an outcome is called where one chooses it, and what it does."""
    if report and outcome is Outcome.ALLOW:
        return _DEALT_WITH
    if outcome is Outcome.HIDE and hidden:
        return _STAYS_HIDDEN
    if outcome is Outcome.ALLOW and gone:
        return _IS_GONE
    return _CHOICES[outcome]


def choice_for_several(outcome: Outcome) -> tuple[str, str]:
    """The same where some of them may be hidden and others not."""
    if outcome is Outcome.ALLOW:
        return ("Leave or make visible", "Those that are hidden become visible again.")
    return _CHOICES[outcome]


CHIPS = (
    "Aimed at a person",
    "Names or shows a child",
    "Private details",
    "A pile-on, or the same again",
    "A scam or advertising",
    "A quotation, or in jest",
    "Fair criticism",
    "Agreed with a colleague",
)
"""Reasons to tick; beside them there is always room for one's own words."""


NOTES = {
    Step.NOTE: "Note",
    Step.CORRECTION: "Correction",
    Step.REFERENCE: "Reference elsewhere (police, safeguarding system, platform)",
    Step.CONTACT: "Contact with the parent",
    Step.MEETING: "Meeting",
    Step.TOLD: "Somebody was told, or confirmed it",
    Step.OUTCOME: "Outcome",
    Step.LINK: "Link to another case",
}

STEPS = {
    Step.NOTE: "noted",
    Step.CORRECTION: "corrected",
    Step.REFERENCE: "noted a reference elsewhere",
    Step.CONTACT: "noted a contact with the parent",
    Step.MEETING: "noted a meeting",
    Step.TOLD: "noted that somebody was told",
    Step.OUTCOME: "noted the outcome",
    Step.LINK: "linked it to another case",
    Step.ROUTED: "handed it to",
    Step.FORWARDED: "forwarded it as a complaint to",
    Step.CONTESTED: "noted that it is contested",
    Step.PICTURE: "suspected an indecent picture of a child",
}
