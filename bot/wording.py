"""Plain English for kinds, roles and reasons: the same words in letters, on pages and in reasons.

Never "offence": whether something is one is not the machine's to say (policy.md, section 3).
"""

from __future__ import annotations

from bot.model import Finding, Kind, Role, Target, Unsuitable

_WHOM = {
    Target.PUPIL: "a pupil",
    Target.STAFF: "a member of staff",
    Target.HEADTEACHER: "the headteacher",
    Target.ADULT: "an adult",
    Target.GROUP: "a group of people",
    Target.SCHOOL: "the school",
    Target.NONE: "",
}

# What it is called, and the word that joins whom it is about (empty: that is not said).
_KINDS = {
    Kind.THREAT: ("a threat", "against"),
    Kind.EXPLOITATION: ("an approach to a child that may be grooming", ""),
    Kind.WELFARE: ("a worry about somebody's safety or wellbeing", ""),
    Kind.HATE: ("hateful words", "about"),
    Kind.SEXUAL: ("sexual remarks", "about"),
    Kind.ABUSE: ("insults or bullying", "aimed at"),
    Kind.ALLEGATION: ("an accusation", "about"),
    Kind.PERSONAL_DATA: ("private details", "of"),
    Kind.DISPUTE: ("a row between adults", ""),
    Kind.SECURITY: ("a danger to accounts or passwords", ""),
    Kind.SPAM: ("advertising or a scam", ""),
    Kind.MISINFORMATION: ("a claim that nobody has checked", ""),
    Kind.CAMPAIGNING: ("campaigning", ""),
    Kind.PROFANITY: ("strong swearing", ""),
    Kind.REQUEST: ("a request about personal data or information", ""),
    Kind.PUPIL_AUTHOR: ("a sign that the writer is a pupil or under age", ""),
    Kind.COMPLAINT: ("a complaint that asks for an answer", ""),
    Kind.UNREAD_ATTACHMENT: ("a picture or video that a person must look at", ""),
    Kind.UNREAD: ("words that the machine could not read", ""),
    Kind.UNSCORED: ("words that the machine could not judge", ""),
}

_ROLES = {
    Role.COMMUNICATIONS_OFFICER: "the communications officer",
    Role.HEADTEACHER: "the headteacher",
    Role.CHAIR_OF_GOVERNORS: "the chair of governors",
    Role.DSL: "the designated safeguarding lead",
    Role.DPO: "the data protection officer",
    Role.ICT_TECHNICIAN: "the ICT technician",
}

WHY = {
    Unsuitable.UNDER_AGE: "Under age, or a pupil",
    Unsuitable.STAFF: "A member of staff: advised not to follow",
    Unsuitable.BUSINESS: "Business or spam",
    Unsuitable.UNKNOWN: "Nobody knows who it is",
    Unsuitable.OTHER: "Another reason",
}
"""Why somebody may not follow the school, as pages and the log say it."""

_CERTAIN = frozenset({Kind.UNREAD_ATTACHMENT, Kind.UNREAD, Kind.UNSCORED})


def not_suitable(why: Unsuitable, words: str) -> str:
    """The reason as it is kept: what was chosen, then the person's own words, if any."""
    return f"{WHY[why]}. {words}".strip()


def chosen_reason(reason: str) -> str:
    """Of such a reason, what was chosen; empty where nothing was."""
    return next((chosen for chosen in WHY.values() if reason.startswith(f"{chosen}.")), "")


def plain_name(kind: Kind, target: Target = Target.NONE) -> str:
    """What a kind is called, such as "an accusation about a member of staff"."""
    name, joint = _KINDS[kind]
    whom = _WHOM[target]
    return f"{name} {joint} {whom}" if joint and whom else name


def role_name(role: Role) -> str:
    """What a role is called, such as "the chair of governors"."""
    return _ROLES[role]


def reason(finding: Finding) -> str:
    """One sentence on why a person should look; holds nothing of the comment itself."""
    holds = "holds" if finding.kind in _CERTAIN else "may hold"
    child = ", and a child is concerned" if finding.child else ""
    return f"It {holds} {plain_name(finding.kind, finding.target)}{child}."
