"""From evidence to kinds with facets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.findings import findings
from bot.model import Aspect, Kind, Person, Policy, Role, Severity, Signal, Target

HEAD = Person("head", "Ada Head", roles=frozenset({Role.HEADTEACHER}))
POLICY = Policy(rows=(), people=(HEAD, Person("bob", "Bob Staff")))


def a_signal(label: str, start: int = 0, end: int = 5, value: str = "") -> Signal:
    return Signal("rules", label, 1.0, start, end, value)


def test_no_evidence_is_no_finding() -> None:
    assert findings([], {}, POLICY) == ()


@pytest.mark.parametrize(
    ("score", "severity"),
    [(0.49, None), (0.5, Severity.MILD), (0.79, Severity.MILD), (0.8, Severity.SERIOUS)],
)
def test_a_score_counts_from_its_threshold_on(score: float, severity: Severity | None) -> None:
    found = findings([], {"insult": score}, POLICY)
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_the_schools_own_thresholds_go_first() -> None:
    strict = Policy(rows=(), thresholds={"insult": (0.1, 0.2), "hate": (0.3, 0.4)})
    assert findings([], {"insult": 0.2}, strict)[0].severity is Severity.SERIOUS
    assert findings([], {"identity_attack": 0.4}, strict)[0].severity is Severity.SERIOUS


def test_a_label_that_speaks_of_no_kind_is_passed_over() -> None:
    assert findings([], {"sarcasm": 1.0}, POLICY) == ()


def test_toxicity_counts_only_where_nothing_else_does_and_never_hides() -> None:
    [alone] = findings([], {"toxicity": 1.0}, POLICY)
    assert (alone.kind, alone.severity) == (Kind.ABUSE, Severity.MILD)
    [other] = findings([], {"toxicity": 1.0, "spam": 0.9}, POLICY)
    assert other.kind is Kind.SPAM


def test_abuse_is_aimed_at_whoever_stands_nearest() -> None:
    evidence = [
        a_signal("who.adult", 0, 4),
        a_signal("abuse.insult", 50, 60),
        a_signal("who.staff", 62, 66),
    ]
    assert findings(evidence, {}, POLICY)[0].target is Target.STAFF


def test_you_is_the_schools_author() -> None:
    evidence = [a_signal("who.you", 0, 3), a_signal("abuse.insult", 0, 9)]
    assert findings(evidence, {}, POLICY)[0].target is Target.SCHOOL


def test_an_accusation_names_whom_it_accuses() -> None:
    evidence = [
        a_signal("person", 0, 5, "bob"),
        a_signal("harm.done", 6, 20),
        a_signal("who.child", 15, 20),
    ]
    [finding] = findings(evidence, {}, POLICY)
    assert (finding.kind, finding.severity) == (Kind.ALLEGATION, Severity.SERIOUS)
    assert (finding.target, finding.child, finding.about) == (
        Target.STAFF,
        True,
        frozenset({"bob"}),
    )


def test_the_head_by_office_is_the_head_in_person() -> None:
    evidence = [a_signal("who.head", 0, 5), a_signal("allegation.crime", 6, 20)]
    [finding] = findings(evidence, {}, POLICY)
    assert (finding.target, finding.about) == (Target.HEADTEACHER, frozenset({"head"}))


def test_an_accusation_of_nobody_in_sight_is_unclear_and_mild() -> None:
    [finding] = findings([a_signal("allegation.crime")], {}, POLICY)
    assert finding.severity is Severity.MILD
    assert Aspect.UNCLEAR in finding.aspects


def test_another_child_who_hurts_is_a_worry_and_no_accusation() -> None:
    evidence = [a_signal("who.peer", 0, 9), a_signal("harm.done", 10, 20)]
    [finding] = findings(evidence, {}, POLICY)
    assert (finding.kind, finding.child) == (Kind.WELFARE, True)


def test_a_named_child_in_harm_is_hidden_and_a_parents_own_is_not() -> None:
    worry = [a_signal("welfare.other"), a_signal("name.first", 6, 9)]
    assert findings(worry, {}, POLICY)[0].severity is Severity.SERIOUS
    own = [*worry, a_signal("who.own_child", 0, 3)]
    assert findings(own, {}, POLICY)[0].severity is Severity.MILD


def test_a_name_with_a_class_is_family_praise_until_something_unkind_is_said() -> None:
    named = [a_signal("name.first"), a_signal("who.class", 9, 11)]
    [praise] = findings(named, {}, POLICY)
    assert (praise.severity, praise.aspects) == (Severity.MILD, frozenset({Aspect.PRAISE}))
    [unkind] = findings([*named, a_signal("say.unkind", 20, 24)], {}, POLICY)
    assert (unkind.severity, unkind.aspects) == (Severity.SERIOUS, frozenset())


def test_a_home_is_whereabouts() -> None:
    [finding] = findings([a_signal("data.home")], {}, POLICY)
    assert finding.aspects == {Aspect.WHEREABOUTS}
    assert finding.severity is Severity.SERIOUS


def test_a_writers_own_number_is_nothing() -> None:
    assert findings([a_signal("data.own")], {}, POLICY) == ()


def test_the_worst_comes_first_and_each_kind_and_target_once() -> None:
    evidence = [a_signal("spam.ad"), a_signal("threat.aimed", 9, 12), a_signal("threat.vent")]
    found = findings(evidence, {}, POLICY)
    assert [finding.kind for finding in found] == [Kind.THREAT, Kind.SPAM]


@given(
    st.sampled_from(["insult", "profanity", "threat", "identity_attack", "spam"]),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_higher_score_is_never_milder(label: str, one: float, other: float) -> None:
    order = [None, Severity.MILD, Severity.SERIOUS]
    low, high = sorted((one, other))
    ranks = [
        order.index(next((f.severity for f in findings([], {label: score}, POLICY)), None))
        for score in (low, high)
    ]
    assert ranks[0] <= ranks[1]


def a_school_score(**given: float) -> dict[str, float]:
    """What a model of a school answers: nothing, but for what is given."""
    silent = {f"{what}.{kind}": 0.0 for what in ("kind", "serious") for kind in Kind}
    return silent | {label.replace("_of_", "."): value for label, value in given.items()}


def test_a_model_that_sees_no_chance_overrules_a_rule() -> None:
    assert findings([a_signal("abuse.insult")], a_school_score(), POLICY) == ()


def test_where_the_model_sees_little_a_person_decides() -> None:
    scores = a_school_score(kind_of_abuse=0.3)
    [found] = findings([a_signal("abuse.insult")], scores, POLICY)
    assert found.severity is Severity.MILD


def test_contact_details_stand_whatever_the_model_says() -> None:
    [found] = findings([a_signal("data.phone")], a_school_score(), POLICY)
    assert (found.kind, found.severity) == (Kind.PERSONAL_DATA, Severity.SERIOUS)


def test_an_accusation_that_only_a_rule_saw_is_kept_from_the_headteacher_beside_a_threat() -> None:
    signals = [a_signal("person", 0, 5, "head"), a_signal("allegation.crime", 6, 11)]
    scores = a_school_score(kind_of_threat=0.9)
    found = findings(signals, scores, POLICY)
    assert {one.kind for one in found} == {Kind.THREAT, Kind.ALLEGATION}
    assert frozenset({"head"}) in {one.about for one in found}


def test_an_accusation_that_only_a_rule_saw_goes_to_a_person() -> None:
    signals = [a_signal("person", 0, 5, "head"), a_signal("allegation.crime", 6, 11)]
    [found] = findings(signals, a_school_score(), POLICY)
    assert (found.kind, found.severity) == (Kind.ALLEGATION, Severity.MILD)
