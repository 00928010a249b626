"""Who gets a letter: every kind and facet, with somebody away, with people who hold two roles.

The expected table is policy.md, section 3, written down here a second time and by hand: nothing of
it is read from settings.toml or from `bot.policy`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from bot.model import Aspect, Assessment, Finding, Kind, Person, Role, Severity, Target
from bot.policy import judge
from bot.services.told import people_told
from bot.settings import load

FRIDAY = date(2026, 11, 20)
AWAY = ((FRIDAY, FRIDAY),)
POLICY = load(None, environ={}).policy
OTHERS = (Target.STAFF, Target.ADULT, Target.GROUP, Target.SCHOOL, Target.NONE)
ROLE = {
    "O": Role.COMMUNICATIONS_OFFICER,
    "H": Role.HEADTEACHER,
    "C": Role.CHAIR_OF_GOVERNORS,
    "D": Role.DSL,
    "P": Role.DPO,
    "I": Role.ICT_TECHNICIAN,
}
LADDER = {"O": "HCD", "H": "CD", "C": "DPO", "D": "HC", "P": "HCD", "I": "OHCD"}
ASPECTS: dict[Kind, tuple[frozenset[Aspect], ...]] = {
    Kind.THREAT: (frozenset(), frozenset({Aspect.SELF_HARM})),
    Kind.ALLEGATION: (frozenset(), frozenset({Aspect.UNCLEAR})),
    Kind.PERSONAL_DATA: (
        frozenset(),
        *(
            frozenset({one})
            for one in (Aspect.PRIVATE, Aspect.WHEREABOUTS, Aspect.PICTURE, Aspect.PRAISE)
        ),
    ),
    Kind.DISPUTE: (frozenset(), frozenset({Aspect.COURT})),
    Kind.SECURITY: (frozenset(), frozenset({Aspect.IMPERSONATION})),
    Kind.MISINFORMATION: (frozenset(), frozenset({Aspect.EMERGENCY})),
    Kind.REQUEST: (frozenset(), frozenset({Aspect.FOI}), frozenset({Aspect.CONTEST})),
}


def by_the_policy(f: Finding) -> str:
    """The initials of those told, before anybody is away; '' of the headteacher means excluded."""
    pupil, child = f.target is Target.PUPIL, f.child
    match f.kind:
        case Kind.THREAT:
            extra = pupil or f.target is Target.SCHOOL or Aspect.SELF_HARM in f.aspects
            return "HD" if extra else "H"
        case Kind.EXPLOITATION | Kind.WELFARE:
            return "DH"
        case Kind.HATE:
            return "HD" if pupil or child else "H"
        case Kind.SEXUAL | Kind.ABUSE:
            return "D" if pupil else "H"
        case Kind.ALLEGATION:
            return accused(f)
        case Kind.PERSONAL_DATA:
            return details(f)
        case Kind.DISPUTE:
            return "OHD" if child or Aspect.COURT in f.aspects else "O"
        case Kind.SECURITY:
            posing = Aspect.IMPERSONATION in f.aspects
            staff = f.target in (Target.STAFF, Target.HEADTEACHER)
            return "OIH" if posing and staff else "OI"
        case Kind.MISINFORMATION:
            return "OHD" if Aspect.EMERGENCY in f.aspects else "O"
        case Kind.REQUEST:
            return "O" if f.aspects else "P"
        case Kind.PUPIL_AUTHOR:
            return "DO"
        case _:
            return "O"


def accused(f: Finding) -> str:
    if f.target is Target.HEADTEACHER:
        return "CD" if f.child or Aspect.UNCLEAR in f.aspects else "C"
    if Aspect.UNCLEAR in f.aspects or f.target in (Target.PUPIL, Target.SCHOOL, Target.NONE):
        return "D"
    return "HD" if f.target is Target.STAFF and f.child else "H"


def details(f: Finding) -> str:
    if f.target is not Target.PUPIL:
        return "HP"
    told = {"O"}
    if f.aspects & {Aspect.PRIVATE, Aspect.WHEREABOUTS}:
        told |= {"D", "P"}
    if Aspect.PICTURE in f.aspects:
        told |= {"P"}
    if f.severity is Severity.SERIOUS or not f.aspects & {Aspect.PRAISE, Aspect.PICTURE}:
        told |= {"D"}
    return "".join(sorted(told))


def keeps_the_head_out(f: Finding) -> bool:
    return f.kind is Kind.ALLEGATION and (
        f.target is Target.HEADTEACHER or Aspect.UNCLEAR in f.aspects
    )


def every_finding() -> Iterator[Finding]:
    for kind, severity, target, child in product(Kind, Severity, Target, (False, True)):
        for aspects in ASPECTS.get(kind, (frozenset(),)):
            yield Finding(kind, severity, target, child, aspects)


def school(*, two_roles: bool, absent: str) -> tuple[Person, ...]:
    """One person for each role; with `two_roles` the headteacher is also the safeguarding lead, and
    a second lead is there. Whoever holds the role `absent` is away, and a deputy lead is named.
    """
    people = []
    for initial, role in ROLE.items():
        roles = {role}
        if two_roles and initial == "H":
            roles |= {Role.DSL}
        away = AWAY if initial == absent else ()
        people.append(Person(initial, initial, f"{initial}@x.example", frozenset(roles), away=away))
    deputy = Person("d", "d", "d@x.example", frozenset(), deputy_for=frozenset({Role.DSL}))
    return (*people, deputy)


def expected(f: Finding, *, two_roles: bool, absent: str) -> set[str]:
    """The same by hand: roles to people, less the accused, less the absent."""
    head_out = keeps_the_head_out(f)
    holders = {initial: [initial] for initial in ROLE}
    if two_roles:
        holders["D"] = ["H", "D"]
    told: set[str] = set()
    for role in by_the_policy(f):
        steps = [holders[role], ["d"] if role == "D" else [], *(holders[r] for r in LADDER[role])]
        for step in steps:
            here = [p for p in step if p != absent and not (p == "H" and head_out)]
            if here:
                told |= set(here)
                break
    return told


@pytest.mark.parametrize("absent", ["", *ROLE])
@pytest.mark.parametrize("two_roles", [False, True], ids=["one role each", "H is also D"])
def test_exactly_those_are_told_whom_the_policy_names(two_roles: bool, absent: str) -> None:
    people = school(two_roles=two_roles, absent=absent)
    policy = replace(POLICY, people=people)
    wrong, seen = [], 0
    for finding in every_finding():
        verdict = judge(Assessment((finding,)), policy)
        told = people_told(verdict.told, verdict.excluded, people, FRIDAY)
        got = {one.person.key for one in told}
        right = expected(finding, two_roles=two_roles, absent=absent)
        if got != right:
            wrong.append((finding, got, right))
        if keeps_the_head_out(finding):
            assert "H" not in got
        seen += 1
    assert wrong == []
    assert seen == 868


@pytest.mark.parametrize("accused_key", [*ROLE])
@pytest.mark.parametrize("two_roles", [False, True])
def test_whoever_is_accused_by_name_is_told_in_no_role_whatever_else_is_found(
    accused_key: str, two_roles: bool
) -> None:
    people = school(two_roles=two_roles, absent="")
    policy = replace(POLICY, people=people)
    for other in every_finding():
        about = frozenset({accused_key})
        accusation = Finding(Kind.ALLEGATION, Severity.SERIOUS, Target.STAFF, about=about)
        verdict = judge(Assessment((accusation, other)), policy)
        told = {p.person.key for p in people_told(verdict.told, verdict.excluded, people, FRIDAY)}
        assert accused_key not in told
        assert told
