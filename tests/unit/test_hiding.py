"""Hiding is earned: each circumstance that holds a hide back, and the two kinds never paused."""

from __future__ import annotations

import pytest

from bot.hiding import Circumstances, HeldBack, hold_back
from bot.model import Assessment, Finding, Kind, Severity, Target
from bot.policy import judge
from bot.settings import HidingMode, HidingSettings
from tests.house import the_settings

POLICY = the_settings().policy
ON = HidingSettings(HidingMode.HIDE, {}, 30)
NOTHING = Circumstances()
OFF = HidingSettings(HidingMode.OBSERVE, {}, 30)


def the_reason(
    kind: Kind = Kind.ABUSE,
    hiding: HidingSettings = ON,
    around: Circumstances = NOTHING,
) -> HeldBack:
    found = Assessment((Finding(kind, Severity.SERIOUS, Target.STAFF),))
    return hold_back(judge(found, POLICY), found, POLICY, hiding, around)


def test_with_hiding_on_and_nothing_against_it_a_comment_is_hidden() -> None:
    assert the_reason() is HeldBack.NO


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        (Circumstances(gone=True), HeldBack.GONE),
        (Circumstances(baseline=True), HeldBack.BASELINE),
        (Circumstances(decided=True), HeldBack.DECIDED),
        (Circumstances(can_hide=False), HeldBack.PLATFORM),
        (Circumstances(stopped=True), HeldBack.STOPPED),
        (Circumstances(breaker_open=True), HeldBack.BREAKER),
    ],
    ids=lambda value: value.name if isinstance(value, HeldBack) else "",
)
def test_each_circumstance_holds_a_hide_back(around: Circumstances, reason: HeldBack) -> None:
    assert the_reason(around=around) is reason


def test_a_platform_that_does_not_say_whether_it_can_hide_is_asked() -> None:
    assert the_reason(around=Circumstances(can_hide=None)) is HeldBack.NO


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
    assert the_reason(kind, around=Circumstances(breaker_open=True)) is HeldBack.NO


@pytest.mark.parametrize("kind", [Kind.THREAT, Kind.EXPLOITATION])
def test_the_stop_switch_stops_even_those(kind: Kind) -> None:
    assert the_reason(kind, around=Circumstances(stopped=True)) is HeldBack.STOPPED
