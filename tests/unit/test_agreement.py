"""The agreement report counts what people decided, for each viewer only what is theirs to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.access import Viewer
from bot.calibrating import ENOUGH
from bot.model import Action, Finding, Kind, Outcome, Role, Severity, Target
from bot.queries.agreement import Agreement, KindAgreement, agreement, agreement_figures
from bot.queries.sample import list_sample
from bot.services.decide import Wish, decide
from bot.services.sample import answer, draw
from bot.settings import HidingMode
from bot.store.samples import SampleAnswer
from tests.builders import a_comment
from tests.web.pages_stage import (
    ABOUT_THE_HEAD,
    AN_ADVERT,
    AN_INSULT,
    DSL,
    HEAD,
    OFFICER,
    School,
    the_settings,
)

OFFICER_VIEW = Viewer(OFFICER, frozenset({Role.COMMUNICATIONS_OFFICER}))
HEAD_VIEW = Viewer(HEAD, frozenset({Role.HEADTEACHER}))
DSL_VIEW = Viewer(DSL, frozenset({Role.DSL}))
AT_A_PUPIL = Finding(Kind.ABUSE, Severity.SERIOUS, Target.PUPIL, child=True)
A_SCAM = Finding(Kind.SPAM, Severity.SERIOUS)


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school that only observes."""
    school = School(tmp_path, the_settings(hide=False))
    yield school
    school.store.close()


def decides(
    school: School, ref: str, outcome: Outcome, viewer: Viewer = OFFICER_VIEW, version: int = 1
) -> None:
    decide(school.store, school.clock, viewer, Wish(ref, version, outcome, "Because."))


def report(school: School, viewer: Viewer = OFFICER_VIEW, days: int = 90) -> Agreement:
    return agreement(school.store, school.settings, viewer, school.clock.now(), days)


def of(found: Agreement, kind: Kind) -> KindAgreement | None:
    return next((one for one in found.kinds if one.kind is kind), None)


def counts(found: Agreement, kind: Kind) -> tuple[int, int, int]:
    """Hidden, left and undecided of what it would have hidden."""
    one = of(found, kind)
    assert one is not None
    return one.hidden.stopped, one.hidden.left, one.hidden.undecided


def test_what_would_have_been_hidden_is_set_against_what_people_did(school: School) -> None:
    refs = [school.comes(f"You cow number {n}", AN_INSULT) for n in range(5)]
    for ref, outcome in zip(
        refs, [Outcome.HIDE, Outcome.DELETE, Outcome.ALLOW, Outcome.CLEARED], strict=False
    ):
        decides(school, ref, outcome)
    found = report(school)
    assert counts(found, Kind.ABUSE) == (2, 2, 1)


def test_the_last_decision_counts(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    decides(school, ref, Outcome.HIDE)
    decides(school, ref, Outcome.UNHIDE, version=2)
    assert counts(report(school), Kind.ABUSE) == (0, 1, 0)


def test_what_was_only_queued_is_counted_apart(school: School) -> None:
    decides(school, school.comes("Cheap shoes", AN_ADVERT), Outcome.HIDE)
    spam = of(report(school), Kind.SPAM)
    assert spam is not None
    assert (spam.queued.stopped, spam.hidden.total) == (1, 0)


def test_a_kind_counts_for_what_it_asks_for_by_itself(school: School) -> None:
    decides(school, school.comes("You cow, buy shoes", AN_INSULT, AN_ADVERT), Outcome.HIDE)
    found = report(school)
    spam = of(found, Kind.SPAM)
    assert spam is not None
    assert counts(found, Kind.ABUSE) == (1, 0, 0)
    assert (spam.hidden.total, spam.queued.stopped) == (0, 1)


def test_an_older_wording_that_nobody_decided_on_is_not_waiting_for_ever(school: School) -> None:
    comment = a_comment("You cow", created_at=school.clock.now())
    school.meet(comment)
    school.judge(AN_INSULT)
    school.meet(replace(comment, text="You absolute cow"))
    school.judge(AN_INSULT)
    assert counts(report(school), Kind.ABUSE) == (0, 0, 1)


def test_the_baseline_counts_only_where_somebody_decided(school: School) -> None:
    before = school.started_at - timedelta(days=3)
    school.comes("An old insult", AN_INSULT, created_at=before)
    decides(school, school.comes("Another", AN_INSULT, created_at=before), Outcome.HIDE)
    assert counts(report(school), Kind.ABUSE) == (1, 0, 0)


def test_the_report_looks_back_only_so_far(school: School) -> None:
    school.comes("You cow", AN_INSULT)
    school.clock.advance(hours=24 * 10)
    assert of(report(school, days=9), Kind.ABUSE) is None
    assert of(report(school, days=11), Kind.ABUSE) is not None


# what is ready ---------------------------------------------------------------------------------


def test_a_kind_could_be_switched_on_after_enough_agreement_and_not_before(school: School) -> None:
    for number in range(ENOUGH - 1):
        decides(school, school.comes(f"Scam {number}", A_SCAM), Outcome.HIDE)
    almost = of(report(school), Kind.SPAM)
    decides(school, school.comes("One more scam", A_SCAM), Outcome.HIDE)
    enough = of(report(school), Kind.SPAM)
    assert almost is not None
    assert enough is not None
    assert (almost.could_hide, enough.could_hide) == (False, True)


def test_disagreement_holds_it_back(school: School) -> None:
    for number in range(ENOUGH + 4):
        outcome = Outcome.ALLOW if number % 4 == 0 else Outcome.HIDE
        decides(school, school.comes(f"Scam {number}", A_SCAM), outcome)
    spam = of(report(school), Kind.SPAM)
    assert spam is not None
    assert not spam.could_hide


def test_a_kind_that_hides_already_is_not_proposed_again(tmp_path: Path) -> None:
    plain = the_settings(hide=False)
    some = replace(plain, hiding=replace(plain.hiding, kinds={Kind.SPAM: HidingMode.HIDE}))
    school = School(tmp_path, some)
    for number in range(ENOUGH):
        decides(school, school.comes(f"Scam {number}", A_SCAM), Outcome.HIDE)
    spam = of(report(school), Kind.SPAM)
    school.store.close()
    assert spam is not None
    assert (spam.hides_already, spam.could_hide) == (True, False)


# who may know ----------------------------------------------------------------------------------


def test_a_concern_about_the_headteacher_changes_nothing_in_their_report(school: School) -> None:
    decides(school, school.comes("You cow", AN_INSULT), Outcome.HIDE)
    before = report(school, HEAD_VIEW)
    about = school.comes("The head hits children", ABOUT_THE_HEAD, AN_INSULT)
    decides(school, about, Outcome.HIDE)
    school.comes("The head did it again", ABOUT_THE_HEAD)
    assert report(school, HEAD_VIEW) == before
    assert of(before, Kind.ABUSE) is not None


def test_the_headteachers_report_holds_what_they_were_told_of_whatever_became_of_it(
    school: School,
) -> None:
    decides(school, school.comes("A scam", A_SCAM), Outcome.HIDE)  # told: the officer alone
    decides(school, school.comes("You cow", AN_INSULT), Outcome.ALLOW)
    school.platform_does_it()
    found = report(school, HEAD_VIEW)
    assert of(found, Kind.SPAM) is None
    assert counts(found, Kind.ABUSE) == (0, 1, 0)


def test_outcomes_that_are_the_dsls_are_not_told_apart(school: School) -> None:
    ref = school.comes("Riley in 3B is a pig", AT_A_PUPIL)
    undecided = report(school)
    decides(school, ref, Outcome.CLEARED, DSL_VIEW)
    decided = report(school)
    assert undecided == decided
    abuse = of(decided, Kind.ABUSE)
    assert abuse is not None
    assert (abuse.with_others, abuse.hidden.total) == (1, 0)


def test_the_command_lines_figures_betray_no_accusation(school: School) -> None:
    decides(school, school.comes("You cow", AN_INSULT), Outcome.HIDE)
    decides(school, school.comes("Riley is a pig", AT_A_PUPIL), Outcome.HIDE, DSL_VIEW)
    before = agreement_figures(school.store, school.settings, school.clock.now())
    about = school.comes("The head hits children, the cow", ABOUT_THE_HEAD, AN_INSULT)
    decides(school, about, Outcome.HIDE)
    after = agreement_figures(school.store, school.settings, school.clock.now())
    assert before == after
    assert counts(after, Kind.ABUSE) == (2, 0, 0)


def test_misses_are_measured_for_the_officer_and_for_nobody_else(school: School) -> None:
    for number in range(3):
        school.comes(f"Lovely concert {number}")
    school.clock.advance(hours=24 * 3)
    draw(school.store, school.clock, school.settings)
    now = school.clock.now()
    first, second, _ = list_sample(school.store, OFFICER_VIEW, now)
    settings = school.settings
    answer(
        school.store, school.clock, settings, OFFICER_VIEW, first.ref, SampleAnswer(Action.ALLOW)
    )
    given = SampleAnswer(Action.HIDE, Kind.ABUSE, Target.STAFF)
    answer(school.store, school.clock, settings, OFFICER_VIEW, second.ref, given)
    missed = report(school).missed
    assert missed is not None
    assert (missed.looked_at, missed.missed, missed.share) == (2, 1, None)
    assert report(school, HEAD_VIEW).missed is None
