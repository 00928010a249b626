"""Hiding is earned: each circumstance that holds a hide back, and the two kinds never paused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.hiding import Circumstances, HeldBack, hold_back
from bot.model import Assessment, Finding, Kind, Severity, Target
from bot.policy import judge
from bot.settings import HidingMode, HidingSettings
from tests.house import the_settings

POLICY = the_settings().policy
ON = HidingSettings(HidingMode.HIDE, {}, 30)
OFF = HidingSettings(HidingMode.OBSERVE, {}, 30)


def the_reason(
    kind: Kind = Kind.ABUSE,
    hiding: HidingSettings = ON,
    severity: Severity = Severity.SERIOUS,
    **around: bool,
) -> HeldBack:
    found = Assessment((Finding(kind, severity, Target.STAFF),))
    verdict = judge(found, POLICY)
    return hold_back(verdict, found, POLICY, hiding, replace(Circumstances(), **around))


def test_with_hiding_on_and_nothing_against_it_a_comment_is_hidden() -> None:
    assert the_reason() is HeldBack.NO


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        ({"gone": True}, HeldBack.GONE),
        ({"baseline": True}, HeldBack.BASELINE),
        ({"decided": True}, HeldBack.DECIDED),
        ({"can_hide": False}, HeldBack.PLATFORM),
        ({"stopped": True}, HeldBack.STOPPED),
        ({"breaker_open": True}, HeldBack.BREAKER),
    ],
    ids=lambda value: value.name if isinstance(value, HeldBack) else "",
)
def test_each_circumstance_holds_a_hide_back(around: dict[str, bool], reason: HeldBack) -> None:
    assert the_reason(**around) is reason


def test_a_platform_that_does_not_say_whether_it_can_hide_is_asked() -> None:
    assert hold_back_with_unknown_can_hide() is HeldBack.NO


def hold_back_with_unknown_can_hide() -> HeldBack:
    found = Assessment((Finding(Kind.ABUSE, Severity.SERIOUS, Target.STAFF),))
    return hold_back(judge(found, POLICY), found, POLICY, ON, Circumstances(can_hide=None))


def test_a_new_installation_only_observes() -> None:
    assert the_reason(hiding=OFF) is HeldBack.OBSERVING


def test_hiding_switched_on_for_one_kind_hides_that_kind_alone() -> None:
    only_hate = HidingSettings(HidingMode.OBSERVE, {Kind.HATE: HidingMode.HIDE}, 30)
    assert the_reason(Kind.HATE, only_hate) is HeldBack.NO
    assert the_reason(Kind.ABUSE, only_hate) is HeldBack.OBSERVING


def test_a_kind_that_is_switched_on_does_not_hide_for_another_that_only_queues() -> None:
    only_complaints = HidingSettings(HidingMode.OBSERVE, {Kind.COMPLAINT: HidingMode.HIDE}, 30)
    found = Assessment(
        (
            Finding(Kind.ABUSE, Severity.SERIOUS, Target.STAFF),
            Finding(Kind.COMPLAINT, Severity.MILD, Target.SCHOOL),
        )
    )
    back = hold_back(judge(found, POLICY), found, POLICY, only_complaints, Circumstances())
    assert back is HeldBack.OBSERVING


@pytest.mark.parametrize("kind", [Kind.THREAT, Kind.EXPLOITATION])
def test_the_breaker_never_pauses_serious_threats_and_exploitation(kind: Kind) -> None:
    assert the_reason(kind, breaker_open=True) is HeldBack.NO


@pytest.mark.parametrize("kind", [Kind.THREAT, Kind.EXPLOITATION])
def test_the_stop_switch_stops_even_those(kind: Kind) -> None:
    assert the_reason(kind, stopped=True) is HeldBack.STOPPED
