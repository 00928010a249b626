"""Hiding is earned (policy.md, section 1): why the machine holds back a hide; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.model import Action, Assessment, Kind, Policy, Severity, Verdict
from bot.policy import strictest
from bot.settings import HidingMode, HidingSettings
from bot.store.state import Switch

STOPPED = "hiding_stopped"
"""The switch with which a person stops all hiding."""

BREAKER = "breaker_open"
"""The switch that trips itself when far more is being hidden than usual."""

KIND_SWITCH = "hide."
"""What stands before a kind in the name of its own switch."""

_NEVER_PAUSED = frozenset({Kind.THREAT, Kind.EXPLOITATION})


class HeldBack(StrEnum):
    """Why a verdict to hide was not carried out."""

    NO = ""
    GONE = "it is no longer there"
    BASELINE = "it was there before Schoolgate was first started"
    DECIDED = "a person has already decided about it"
    PLATFORM = "the platform does not allow hiding it"
    STOPPED = "hiding is stopped"
    OBSERVING = "Schoolgate only observes for this kind: hiding is not switched on"
    BREAKER = "hiding is paused, because far more than usual was being hidden"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that speaks for or against hiding, beside the verdict."""

    gone: bool = False
    baseline: bool = False
    decided: bool = False
    can_hide: bool | None = None
    stopped: bool = False
    breaker_open: bool = False


def switch_of(kind: Kind) -> str:
    """The name of the switch that lets the machine hide this kind."""
    return f"{KIND_SWITCH}{kind}"


def kinds_that_hide(policy: Policy) -> frozenset[Kind]:
    """The kinds of which the school's table hides anything."""
    return frozenset(row.kind for row in policy.rows if row.action is Action.HIDE)


def switched(hiding: HidingSettings, switches: Mapping[str, Switch]) -> HidingSettings:
    """What settings allow, with what people switched on the page since; settings may refuse that.

    `switches` are those whose names begin with `KIND_SWITCH`.
    """
    if not hiding.switchable:
        return hiding
    turned = {
        kind: HidingMode.HIDE if switches[switch_of(kind)].on else HidingMode.OBSERVE
        for kind in Kind
        if switch_of(kind) in switches
    }
    return replace(hiding, kinds={**hiding.kinds, **turned})


def hold_back(
    verdict: Verdict,
    assessment: Assessment,
    policy: Policy,
    hiding: HidingSettings,
    around: Circumstances,
) -> HeldBack:
    """The first reason not to hide, or HeldBack.NO. Only asked where the verdict is to hide."""
    if verdict.action is not Action.HIDE:
        return HeldBack.NO
    wanting = [f for f in assessment.findings if _wants_hiding(f.kind, assessment, policy)]
    serious = {f.kind for f in wanting if f.severity is Severity.SERIOUS}
    reasons = (
        (HeldBack.GONE, around.gone),
        (HeldBack.BASELINE, around.baseline),
        (HeldBack.DECIDED, around.decided),
        (HeldBack.PLATFORM, around.can_hide is False),
        (HeldBack.STOPPED, around.stopped),
        (HeldBack.OBSERVING, not any(hiding.may_hide(f.kind) for f in wanting)),
        (HeldBack.BREAKER, around.breaker_open and not serious & _NEVER_PAUSED),
    )
    return next((reason for reason, holds in reasons if holds), HeldBack.NO)


def _wants_hiding(kind: Kind, assessment: Assessment, policy: Policy) -> bool:
    alone = [finding for finding in assessment.findings if finding.kind is kind]
    return strictest(alone, policy) is Action.HIDE
