"""Who sees and does what: policy.md, section 3, "May see", and clauses 6, 7, 10 and 16."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access import (
    CaseView,
    Viewer,
    may_decide,
    may_see,
    may_see_log,
    may_see_text,
    may_see_trail,
    may_switch_hiding,
)
from bot.model import ItemKind, Kind, Outcome, Role

INITIALS = {
    "O": Role.COMMUNICATIONS_OFFICER,
    "H": Role.HEADTEACHER,
    "C": Role.CHAIR_OF_GOVERNORS,
    "D": Role.DSL,
    "P": Role.DPO,
    "I": Role.ICT_TECHNICIAN,
}


def somebody(initials: str = "", key: str = "somebody") -> Viewer:
    return Viewer(key, frozenset(INITIALS[initial] for initial in initials))


def a_case(
    told: str = "",
    *,
    excluded: str = "",
    kind: Kind = Kind.ABUSE,
    child: bool = False,
    item_kind: ItemKind = ItemKind.COMMENT,
    public: bool = True,
    acted_on: bool = False,
) -> CaseView:
    return CaseView(
        audience=frozenset(INITIALS[initial] for initial in told),
        excluded=frozenset(excluded.split()),
        kinds=frozenset({kind}),
        child=child,
        item_kind=item_kind,
        public=public,
        acted_on=acted_on,
    )


@pytest.mark.parametrize(
    ("sentence", "case", "who_sees"),
    [
        ("a public comment is seen by the officer", a_case(), "O"),
        ("a report by hand is seen by whoever was told", a_case("D", public=False), "D"),
        ("whoever was told sees it", a_case("HD"), "OHD"),
        ("the chair sees what the chair was told", a_case("C"), "OC"),
        ("the headteacher sees what was hidden", a_case("D", acted_on=True), "OHD"),
        ("the headteacher does not see what was not", a_case("D"), "OD"),
        ("the DSL sees whatever concerns a child", a_case("C", child=True), "OCD"),
        ("the DPO sees private details", a_case("O", kind=Kind.PERSONAL_DATA), "OP"),
        ("the DPO sees requests", a_case("O", kind=Kind.REQUEST), "OP"),
        ("the DPO sees nothing else", a_case("O", kind=Kind.DISPUTE), "O"),
        ("the technician sees that there is a phish", a_case("OI", kind=Kind.SECURITY), "OI"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_a_case_is_seen_by_these_and_nobody_else(
    sentence: str, case: CaseView, who_sees: str
) -> None:
    assert {i for i in INITIALS if may_see(somebody(i), case)} == set(who_sees)


def test_the_technician_never_reads_what_was_written() -> None:
    case = a_case("OI", kind=Kind.SECURITY)
    assert may_see(somebody("I"), case)
    assert not may_see_text(somebody("I"), case)
    assert may_see_text(somebody("OI"), case)


def test_somebody_with_no_role_sees_and_does_nothing() -> None:
    nobody, case = somebody(), a_case("OHCDPI", child=True, acted_on=True)
    assert not may_see(nobody, case)
    assert not any(may_decide(nobody, case, outcome) for outcome in Outcome)
    assert not may_see_log(nobody)
    assert not may_switch_hiding(nobody)


def test_what_the_dsl_was_told_of_the_officer_sees_without_notes_and_outcome() -> None:
    case = a_case("D")
    assert may_see_text(somebody("O"), case)
    assert not may_see_trail(somebody("O"), case)
    assert may_see_trail(somebody("D"), case)


def test_what_the_dsl_and_the_headteacher_were_told_of_only_the_dsl_sees_the_notes_of() -> None:
    case = a_case("DH")
    assert not may_see_trail(somebody("H"), case)
    assert may_see_trail(somebody("D"), case)


def test_notes_are_open_to_whoever_sees_the_text_where_no_safeguarding_role_was_told() -> None:
    case = a_case("HI")
    assert may_see_trail(somebody("O"), case)
    assert may_see_trail(somebody("H"), case)
    assert not may_see_trail(somebody("I"), case)


COMMENT_OUTCOMES = {
    "told the officer": (
        a_case("O"),
        {"allow": "O", "hide": "O", "unhide": "O", "cleared": "O", "delete": "O"},
    ),
    "told the headteacher": (
        a_case("H", acted_on=True),
        {"allow": "OH", "hide": "OH", "unhide": "OH", "cleared": "OH", "delete": "OH"},
    ),
    "told the DSL; the headteacher sees it because it was hidden": (
        a_case("D", child=True, acted_on=True),
        {"allow": "D", "hide": "OD", "unhide": "D", "cleared": "D", "delete": "D"},
    ),
    "told the officer and the DSL": (
        a_case("OD", child=True),
        {"allow": "D", "hide": "OD", "unhide": "D", "cleared": "D", "delete": "D"},
    ),
    "told the officer and the DSL of nothing grave": (
        a_case("OD", kind=Kind.PERSONAL_DATA, child=True),
        {"allow": "OD", "hide": "OD", "unhide": "OD", "cleared": "OD", "delete": "D"},
    ),
    "told the chair; the DSL sees it because of the child": (
        a_case("C", child=True),
        {"allow": "C", "hide": "OC", "unhide": "C", "cleared": "C", "delete": "C"},
    ),
    "told the DPO": (
        a_case("P", kind=Kind.REQUEST),
        {"allow": "OP", "hide": "OP", "unhide": "OP", "cleared": "OP", "delete": "O"},
    ),
    "told the officer and the technician": (
        a_case("OI", kind=Kind.SECURITY),
        {"allow": "O", "hide": "O", "unhide": "O", "cleared": "O", "delete": "O"},
    ),
    "told the officer of a newcomer": (
        a_case("O", item_kind=ItemKind.NEWCOMER),
        {"approve": "O", "not_suitable": "O", "unsure": "O", "later": "O"},
    ),
}


@pytest.mark.parametrize("told", COMMENT_OUTCOMES)
@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_given_by_these_and_nobody_else(told: str, outcome: Outcome) -> None:
    case, expected = COMMENT_OUTCOMES[told]
    deciding = {i for i in INITIALS if may_decide(somebody(i), case, outcome)}
    as_allowing = expected.get("allow", "")
    assert deciding == set(as_allowing if outcome == "answered" else expected.get(outcome, ""))


def test_the_log_is_open_to_every_role_but_the_technician() -> None:
    assert {i for i in INITIALS if may_see_log(somebody(i))} == set("OHCDP")


def test_hiding_is_switched_by_the_officer_and_the_headteacher() -> None:
    assert {i for i in INITIALS if may_switch_hiding(somebody(i))} == set("OH")


viewers = st.builds(Viewer, st.sampled_from(("a", "b")), st.frozensets(st.sampled_from(Role)))
cases = st.builds(
    CaseView,
    audience=st.frozensets(st.sampled_from(Role)),
    excluded=st.frozensets(st.sampled_from(("a", "b"))),
    kinds=st.frozensets(st.sampled_from(Kind)),
    child=st.booleans(),
    item_kind=st.sampled_from(ItemKind),
    public=st.booleans(),
    acted_on=st.booleans(),
)


@given(viewers, cases)
def test_whoever_is_excluded_sees_nothing_under_any_role(viewer: Viewer, case: CaseView) -> None:
    if viewer.person_key in case.excluded:
        assert not may_see(viewer, case)
        assert not may_see_trail(viewer, case)
        assert not any(may_decide(viewer, case, outcome) for outcome in Outcome)


@given(viewers, cases, st.sampled_from(Outcome))
def test_nobody_decides_about_what_they_may_not_read(
    viewer: Viewer, case: CaseView, outcome: Outcome
) -> None:
    assert may_see_text(viewer, case) or not may_decide(viewer, case, outcome)
    assert may_see_text(viewer, case) or not may_see_trail(viewer, case)
    assert may_see(viewer, case) or not may_see_text(viewer, case)
