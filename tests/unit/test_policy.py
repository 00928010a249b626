"""The default table does what policy.md, sections 2 and 3, says; conflicts are of the person."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.model import (
    LADDER,
    Action,
    Aspect,
    Assessment,
    Finding,
    Kind,
    Person,
    Policy,
    PolicyRow,
    Role,
    Severity,
    Target,
    Urgency,
    Verdict,
)
from bot.policy import WARN, judge
from bot.settings import load
from bot.wording import plain_name, role_name

INITIALS = {
    "O": Role.COMMUNICATIONS_OFFICER,
    "H": Role.HEADTEACHER,
    "C": Role.CHAIR_OF_GOVERNORS,
    "D": Role.DSL,
    "P": Role.DPO,
    "I": Role.ICT_TECHNICIAN,
}


@cache
def default_policy() -> Policy:
    return load(None, environ={}).policy


def roles(initials: str) -> frozenset[Role]:
    return frozenset(INITIALS[initial] for initial in initials)


def serious(kind: str, target: str = "none", *aspects: str, child: bool = False) -> Finding:
    return Finding(
        Kind(kind), Severity.SERIOUS, Target(target), child, frozenset(map(Aspect, aspects))
    )


def mild(kind: str, target: str = "none", *aspects: str, child: bool = False) -> Finding:
    return replace(serious(kind, target, *aspects, child=child), severity=Severity.MILD)


def verdict_on(*findings: Finding, policy: Policy | None = None) -> Verdict:
    return judge(Assessment(findings), policy or default_policy())


class Row(NamedTuple):
    sentence: str
    finding: Finding
    expected: str
    """Action, urgency and the initials of those told."""


TABLE = [
    # threat
    Row("a threat at an adult", serious("threat", "adult"), "hide immediate H"),
    Row("a threat at a member of staff", serious("threat", "staff"), "hide immediate H"),
    Row("a threat at the headteacher", serious("threat", "headteacher"), "hide immediate H"),
    Row("a threat at a group", serious("threat", "group"), "hide immediate H"),
    Row("a threat at a pupil", serious("threat", "pupil", child=True), "hide immediate DH"),
    Row("a threat at the whole school", serious("threat", "school"), "hide immediate DH"),
    Row("urging self-harm", serious("threat", "adult", "self_harm"), "hide immediate DH"),
    Row("venting with no target", mild("threat"), "queue routine H"),
    # exploitation, welfare
    Row("a stranger's approach", serious("exploitation", "pupil"), "hide immediate DH"),
    Row("a stranger asking when", mild("exploitation", "pupil"), "queue urgent DH"),
    Row("a child's disclosure", serious("welfare", "pupil", child=True), "hide immediate DH"),
    Row("a parent on their own child", mild("welfare", "pupil"), "queue immediate DH"),
    Row("self-harm of an adult", mild("welfare", "adult", "self_harm"), "queue immediate DH"),
    # hate, sexual, abuse
    Row("hate at a group", serious("hate", "group"), "hide urgent H"),
    Row("hate at a member of staff", serious("hate", "staff"), "hide urgent H"),
    Row("hate about pupils", serious("hate", "pupil"), "hide urgent DH"),
    Row("hate at a group of children", serious("hate", "group", child=True), "hide urgent DH"),
    Row("a debate that may wound", mild("hate", "group"), "queue routine H"),
    Row("a sexual remark about an adult", serious("sexual", "adult"), "hide urgent H"),
    Row("a sexual remark about the headteacher", serious("sexual", "headteacher"), "hide urgent H"),
    Row("a sexual remark about a pupil", serious("sexual", "pupil"), "hide urgent D"),
    Row("sexual spam", serious("sexual"), "hide urgent H"),
    Row("innuendo", mild("sexual"), "queue routine H"),
    Row("an insult at a member of staff", serious("abuse", "staff"), "hide urgent H"),
    Row("an insult at the headteacher", serious("abuse", "headteacher"), "hide urgent H"),
    Row("an insult at the school", serious("abuse", "school"), "hide urgent H"),
    Row("bullying of a pupil", serious("abuse", "pupil"), "hide immediate D"),
    Row("even a put-down of a pupil", mild("abuse", "pupil"), "hide immediate D"),
    Row("a put-down of staff", mild("abuse", "staff"), "queue routine H"),
    # allegation
    Row("staff accused", serious("allegation", "staff"), "hide urgent H"),
    Row("staff, child", serious("allegation", "staff", child=True), "hide immediate DH"),
    Row("staff shouted", mild("allegation", "staff"), "queue urgent H"),
    Row("staff shouted, child", mild("allegation", "staff", child=True), "queue urgent DH"),
    Row("headteacher accused", serious("allegation", "headteacher"), "hide urgent C"),
    Row(
        "headteacher, child", serious("allegation", "headteacher", child=True), "hide immediate CD"
    ),
    Row("headteacher shouted", mild("allegation", "headteacher"), "queue urgent C"),
    Row(
        "headteacher shouted, child",
        mild("allegation", "headteacher", child=True),
        "queue urgent CD",
    ),
    Row("an adult accused", serious("allegation", "adult"), "hide urgent H"),
    Row("an adult hinted at", mild("allegation", "adult"), "queue urgent H"),
    Row("it is unclear who", serious("allegation", "staff", "unclear"), "hide urgent D"),
    Row("a hint, unclear at whom", mild("allegation", "none", "unclear"), "queue urgent D"),
    Row("a pupil accused", mild("allegation", "pupil"), "queue urgent D"),
    Row("the school accused", serious("allegation", "school"), "hide urgent D"),
    # personal data
    Row("a pupil's full name", serious("personal_data", "pupil"), "hide urgent DO"),
    Row("a pupil's health", serious("personal_data", "pupil", "private"), "hide urgent DOP"),
    Row("a pupil's home", serious("personal_data", "pupil", "whereabouts"), "hide immediate DOP"),
    Row("a picture with names", serious("personal_data", "pupil", "picture"), "hide urgent DOP"),
    Row("family praise", mild("personal_data", "pupil", "praise"), "queue routine O"),
    Row("a picture offered", mild("personal_data", "pupil", "picture"), "queue urgent OP"),
    Row("a pupil's name", mild("personal_data", "pupil"), "queue routine DO"),
    Row("an adult's number", serious("personal_data", "adult"), "hide urgent HP"),
    Row("an adult's home", serious("personal_data", "adult", "whereabouts"), "hide immediate HP"),
    Row(
        "the headteacher's home",
        serious("personal_data", "headteacher", "whereabouts"),
        "hide immediate HP",
    ),
    Row("a vehicle", serious("personal_data"), "hide urgent HP"),
    # dispute, security, spam
    Row("a row that threatens", serious("dispute", "adult"), "hide urgent O"),
    Row("a row", mild("dispute", "adult"), "queue urgent O"),
    Row("a row about a child", mild("dispute", "adult", child=True), "queue urgent DHO"),
    Row("a row about a court order", mild("dispute", "adult", "court"), "queue urgent DHO"),
    Row("phishing", serious("security"), "hide urgent IO"),
    Row("a fault reported", mild("security"), "queue routine IO"),
    Row("impersonation of staff", serious("security", "staff", "impersonation"), "hide urgent HIO"),
    Row(
        "impersonation of the school",
        serious("security", "school", "impersonation"),
        "hide urgent IO",
    ),
    Row("a scam", serious("spam"), "hide routine O"),
    Row("perhaps a parent's business", mild("spam"), "queue routine O"),
    # the rest
    Row("a rumour", mild("misinformation"), "queue urgent O"),
    Row(
        "a rumour of an emergency",
        mild("misinformation", "none", "emergency"),
        "queue immediate DHO",
    ),
    Row("campaigning", mild("campaigning"), "queue routine O"),
    Row("strong swearing at someone", serious("profanity", "adult"), "hide routine O"),
    Row("strong swearing", mild("profanity"), "queue routine O"),
    Row("an access request", mild("request"), "queue urgent P"),
    Row("an FOI request", mild("request", "none", "foi"), "queue urgent O"),
    Row("a contest", mild("request", "none", "contest"), "queue urgent O"),
    Row("a pupil writes", mild("pupil_author", "none", child=True), "queue urgent DO"),
    Row("a complaint that asks", mild("complaint", "school"), "queue routine O"),
    Row("a serious complaint is never hidden", serious("complaint", "school"), "queue routine O"),
    Row("an unread picture", mild("unread_attachment"), "queue routine O"),
    Row("an unreadable text", mild("unread"), "queue routine O"),
    Row("an unscored text", mild("unscored"), "queue routine O"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.sentence)
def test_the_default_table_says_what_is_done_how_soon_and_who_is_told(row: Row) -> None:
    action, urgency, told = row.expected.split()
    verdict = verdict_on(row.finding)
    assert (verdict.action, verdict.urgency, verdict.told) == (action, urgency, roles(told))


def test_a_clean_text_is_allowed_and_nobody_is_told() -> None:
    assert verdict_on() == Verdict(Action.ALLOW, Urgency.NONE)


def test_several_findings_together_take_the_strictest_action_the_most_urgent_and_all_told() -> None:
    verdict = verdict_on(serious("spam"), mild("welfare", "pupil"))
    assert verdict.action is Action.HIDE
    assert verdict.urgency is Urgency.IMMEDIATE
    assert verdict.told == roles("ODH")


def test_a_complaint_beside_an_insult_does_not_soften_it() -> None:
    alone, beside = verdict_on(serious("abuse", "staff")), mild("complaint", "school")
    together = verdict_on(serious("abuse", "staff"), beside)
    assert (together.action, together.urgency) == (alone.action, alone.urgency)


def test_a_kind_that_no_row_fits_goes_to_the_communications_officer() -> None:
    verdict = verdict_on(serious("threat"), policy=replace(default_policy(), rows=()))
    assert (verdict.action, verdict.urgency) == (Action.QUEUE, Urgency.ROUTINE)
    assert verdict.told == roles("O")


def test_a_school_may_allow_what_its_table_allows() -> None:
    swearing = PolicyRow(
        Kind.PROFANITY, Action.ALLOW, Urgency.NONE, severity=frozenset({Severity.MILD})
    )
    policy = replace(default_policy(), rows=(swearing,))
    assert verdict_on(mild("profanity"), policy=policy) == Verdict(Action.ALLOW, Urgency.NONE)
    assert verdict_on(serious("profanity"), policy=policy).action is Action.QUEUE


# --- conflicts ------------------------------------------------------------------------------


def key_of(role: Role) -> str:
    """The first holder in the example school."""
    return next(person.key for person in default_policy().people if role in person.roles)


def with_roles(**held: str) -> Policy:
    """The default table in a school of these people only."""
    people = tuple(
        Person(key, key, f"{key}@school.example", roles(initials)) for key, initials in held.items()
    )
    return replace(default_policy(), people=people)


def about(finding: Finding, *keys: str) -> Finding:
    return replace(finding, about=frozenset(keys))


def test_an_accused_headteacher_is_excluded_by_key() -> None:
    verdict = verdict_on(serious("allegation", "headteacher"))
    assert verdict.excluded == {key_of(Role.HEADTEACHER)}


def test_an_accused_member_of_staff_without_a_role_is_excluded_too() -> None:
    verdict = verdict_on(about(serious("allegation", "staff"), "ddunmore"))
    assert verdict.excluded == {"ddunmore"}
    assert verdict.told == roles("H")


def test_the_deputy_steps_in_for_an_accused_safeguarding_lead() -> None:
    verdict = verdict_on(about(serious("allegation", "staff", child=True), "dpenrose"))
    assert verdict.told == roles("DH")
    assert verdict.excluded == {"dpenrose"}


def test_without_a_deputy_the_headteacher_steps_in_for_an_accused_safeguarding_lead() -> None:
    policy = with_roles(head="H", chair="C", lead="D", officer="O")
    verdict = verdict_on(about(mild("welfare", "pupil"), "lead"), policy=policy)
    assert verdict.told == roles("H")


def test_a_headteacher_who_is_also_the_safeguarding_lead_is_left_out_of_both_roles() -> None:
    policy = with_roles(head="HD", chair="C", officer="O")
    verdict = verdict_on(serious("allegation", "headteacher", child=True), policy=policy)
    assert verdict.told == roles("C")


def test_the_deputy_safeguarding_lead_is_told_where_the_headteacher_is_the_lead() -> None:
    policy = with_roles(head="HD", deputy="D", chair="C", officer="O")
    verdict = verdict_on(serious("allegation", "headteacher", child=True), policy=policy)
    assert verdict.told == roles("CD")
    assert verdict.excluded == {"head"}


def test_an_accused_data_protection_officer_is_not_told_of_private_details() -> None:
    findings = about(mild("allegation", "staff"), "twhitlock"), serious("personal_data", "adult")
    assert verdict_on(*findings).told == roles("H")


def test_an_accused_communications_officer_is_left_out_and_the_headteacher_is_told() -> None:
    findings = about(mild("allegation", "staff"), "jfield"), mild("complaint", "school")
    verdict = verdict_on(*findings)
    assert verdict.told == roles("H")
    assert verdict.excluded == {"jfield"}


def test_the_chair_steps_in_where_the_headteacher_is_accused_by_name_as_staff() -> None:
    head = key_of(Role.HEADTEACHER)
    verdict = verdict_on(about(serious("allegation", "staff", child=True), head))
    assert verdict.told == roles("CD")
    assert "The chair of governors is told in place of the headteacher." in verdict.reasons


def test_the_safeguarding_lead_steps_in_where_the_chair_is_accused_with_the_headteacher() -> None:
    chair = key_of(Role.CHAIR_OF_GOVERNORS)
    verdict = verdict_on(about(serious("allegation", "headteacher"), chair))
    assert verdict.told == roles("D")
    assert verdict.excluded == {chair, key_of(Role.HEADTEACHER)}


def test_whoever_may_be_meant_by_an_unclear_accusation_is_left_out_whatever_else_is_found() -> None:
    verdict = verdict_on(serious("allegation", "none", "unclear"), mild("abuse", "staff"))
    assert verdict.told == roles("CD")
    assert key_of(Role.HEADTEACHER) in verdict.excluded


def test_a_threat_at_the_headteacher_goes_to_the_headteacher_as_to_any_victim() -> None:
    verdict = verdict_on(serious("threat", "headteacher"))
    assert verdict.excluded == frozenset()
    assert WARN not in verdict.reasons


def test_a_threat_beside_an_accusation_goes_to_chair_and_lead_with_a_word_of_warning() -> None:
    verdict = verdict_on(serious("threat", "headteacher"), mild("allegation", "headteacher"))
    assert verdict.told == roles("CD")
    assert verdict.excluded == {key_of(Role.HEADTEACHER)}
    assert "it also threatens the headteacher: decide now whether to warn" in " ".join(
        verdict.reasons
    )


def test_an_insult_beside_an_accusation_goes_to_chair_and_lead_and_speaks_of_no_threat() -> None:
    verdict = verdict_on(serious("abuse", "headteacher"), mild("allegation", "headteacher"))
    assert verdict.told == roles("CD")
    assert WARN not in verdict.reasons


def test_a_threat_at_the_headteacher_beside_an_accusation_of_staff_still_reaches_them() -> None:
    accused = about(serious("allegation", "staff"), "ddunmore")
    verdict = verdict_on(serious("threat", "headteacher"), accused)
    assert verdict.told == roles("H")
    assert WARN not in verdict.reasons


def test_a_comment_that_accuses_everybody_is_still_seen_by_somebody() -> None:
    everybody = [person.key for person in default_policy().people]
    verdict = verdict_on(about(serious("allegation", "staff"), *everybody))
    assert verdict.told == roles("C")
    assert key_of(Role.CHAIR_OF_GOVERNORS) not in verdict.excluded


def test_the_reasons_are_sentences_and_name_nobody() -> None:
    verdict = verdict_on(about(serious("allegation", "staff", child=True), "dpenrose"))
    assert verdict.reasons == (
        "It may hold an accusation about a member of staff, and a child is concerned.",
    )


# --- words ----------------------------------------------------------------------------------


def test_the_plain_name_of_an_accusation_is_the_one_of_the_policy() -> None:
    assert plain_name(Kind.ALLEGATION, Target.STAFF) == "an accusation about a member of staff"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("target", Target)
def test_every_kind_has_a_plain_name_that_never_says_offence(kind: Kind, target: Target) -> None:
    name = plain_name(kind, target)
    assert name
    assert "offence" not in name
    assert "_" not in name


def test_every_role_has_a_name_and_a_ladder_that_leads_elsewhere() -> None:
    for role in Role:
        assert "_" not in role_name(role)
        assert role not in LADDER[role]
        assert Role.ICT_TECHNICIAN not in LADDER[role]


# --- what always holds ----------------------------------------------------------------------

KEYS = ("officer", "head", "deputy", "lead", "chair", "dpo", "technician", "teacher")

findings = st.builds(
    Finding,
    kind=st.sampled_from(Kind),
    severity=st.sampled_from(Severity),
    target=st.sampled_from(Target),
    child=st.booleans(),
    aspects=st.frozensets(st.sampled_from(Aspect), max_size=3),
    about=st.frozensets(st.sampled_from(KEYS), max_size=3),
)
schools = st.fixed_dictionaries(
    {key: st.frozensets(st.sampled_from(Role), max_size=2) for key in KEYS}
).map(
    lambda held: replace(
        default_policy(), people=tuple(Person(k, k, f"{k}@x.example", r) for k, r in held.items())
    )
)


@given(st.lists(findings, max_size=3), findings, schools)
def test_one_more_finding_never_gives_a_milder_action_or_less_urgency(
    found: list[Finding], more: Finding, policy: Policy
) -> None:
    before, after = verdict_on(*found, policy=policy), verdict_on(*found, more, policy=policy)
    assert after.action.rank >= before.action.rank
    assert after.urgency.rank >= before.urgency.rank


@given(findings)
def test_a_serious_finding_is_never_milder_than_the_same_mild_one(finding: Finding) -> None:
    lesser = verdict_on(replace(finding, severity=Severity.MILD))
    greater = verdict_on(replace(finding, severity=Severity.SERIOUS))
    assert greater.action.rank >= lesser.action.rank
    assert greater.urgency.rank >= lesser.urgency.rank


@given(st.lists(findings, min_size=1, max_size=4), schools)
def test_somebody_is_always_told_and_never_a_role_whose_holders_are_all_excluded(
    found: list[Finding], policy: Policy
) -> None:
    verdict = verdict_on(*found, policy=policy)
    assert verdict.action is not Action.ALLOW
    assert verdict.told
    for role in verdict.told:
        holders = {person.key for person in policy.people if role in person.roles}
        assert not holders or holders - verdict.excluded


@given(st.lists(findings, min_size=1, max_size=4), schools)
def test_a_concern_about_the_headteacher_never_reaches_them_under_any_role(
    found: list[Finding], policy: Policy
) -> None:
    chairs = {p.key for p in policy.people if Role.CHAIR_OF_GOVERNORS in p.roles}
    heads = {p.key for p in policy.people if Role.HEADTEACHER in p.roles}
    assume(heads and not heads & chairs)  # settings refuse a headteacher who is the chair
    verdict = verdict_on(*found, serious("allegation", "headteacher"), policy=policy)
    assert heads <= verdict.excluded
    assert Role.HEADTEACHER not in verdict.told


@given(st.lists(findings, min_size=2, max_size=4), schools)
def test_the_order_of_findings_changes_nothing_but_the_order_of_reasons(
    found: list[Finding], policy: Policy
) -> None:
    one, other = verdict_on(*found, policy=policy), verdict_on(*found[::-1], policy=policy)
    assert replace(one, reasons=()) == replace(other, reasons=())
    assert set(one.reasons) == set(other.reasons)
