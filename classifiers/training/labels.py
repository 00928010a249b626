"""What the model answers: one number from 0 to 1 for each of these labels."""

from __future__ import annotations

from bot.findings.scored import ACT, HIDE
from bot.model import Action, Aspect, Finding, Kind, Target
from classifiers.labels import GENERAL

TOXICITY = GENERAL
KINDS = tuple(k for k in Kind if k not in (Kind.UNREAD, Kind.UNREAD_ATTACHMENT, Kind.UNSCORED))
NEVER_SERIOUS = frozenset(
    {Kind.MISINFORMATION, Kind.CAMPAIGNING, Kind.REQUEST, Kind.PUPIL_AUTHOR, Kind.COMPLAINT}
)
"""Kinds that have no serious form."""

LABELS = (
    *TOXICITY,
    *(f"kind.{kind}" for kind in KINDS),
    *(f"serious.{kind}" for kind in KINDS if kind not in NEVER_SERIOUS),
    *(f"target.{target}" for target in Target),
    "child",
    *(f"aspect.{aspect}" for aspect in Aspect),
    "fair",
    HIDE,
    ACT,
)


def school_labels(findings: tuple[Finding, ...], action: Action, *, fair: bool) -> dict[str, float]:
    """The whole truth about one labelled comment; whom it means is unknown where it means nobody.

    A comment's targets are pooled: which finding means whom is for the rules to say.
    """
    known = dict.fromkeys((label for label in LABELS if label not in TOXICITY), 0.0)
    if not findings:
        known = {label: v for label, v in known.items() if not label.startswith("target.")}
    for finding in findings:
        known[f"kind.{finding.kind}"] = 1.0
        if finding.severity == "serious":
            known[f"serious.{finding.kind}"] = 1.0
        known[f"target.{finding.target}"] = 1.0
        if finding.child:
            known["child"] = 1.0
        for aspect in finding.aspects:
            known[f"aspect.{aspect}"] = 1.0
    known["fair"] = float(fair)
    known[HIDE] = float(action is Action.HIDE)
    known[ACT] = float(action is not Action.ALLOW)
    return known | _toxicity(findings)


def _toxicity(findings: tuple[Finding, ...]) -> dict[str, float]:
    """What a school's label proves about the general ones; what it leaves open stays unknown."""
    kinds = {finding.kind for finding in findings}
    rude = kinds & {Kind.THREAT, Kind.HATE, Kind.SEXUAL, Kind.ABUSE, Kind.PROFANITY}
    proven = {
        "threat": float(Kind.THREAT in kinds),
        "identity_attack": float(Kind.HATE in kinds),
        "spam": float(Kind.SPAM in kinds),
        "self_harm": float(any(Aspect.SELF_HARM in finding.aspects for finding in findings)),
    }
    if not rude and Kind.EXPLOITATION not in kinds:
        proven |= {"toxicity": 0.0, "severe_toxicity": 0.0, "insult": 0.0}
        proven |= {"profanity": 0.0, "sexual_explicit": 0.0}
    return proven
