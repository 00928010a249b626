"""The school's table applied to what was found (policy.md, sections 2 and 3); pure.

What is done, how soon and who is told stands in the table (settings.toml, `[[policy.rows]]`).
Only one rule is code, because no table can say it: a conflict is of the person, not of the role.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.model import (
    Action,
    Aspect,
    Assessment,
    Finding,
    Kind,
    Person,
    Policy,
    PolicyRow,
    Role,
    Target,
    Urgency,
    Verdict,
)
from bot.wording import reason, role_name

WARN = "Beside the accusation, it also threatens the headteacher: decide now whether to warn."
LAST_RUNG = (
    "It may accuse everybody who could be told, so the chair of governors is told all the same."
)


def judge(assessment: Assessment, policy: Policy) -> Verdict:
    """What the policy makes of an assessment: the strictest action, the most urgent urgency and
    the union of those told over all findings, less conflicts.

    A kind that no row fits goes to the communications officer, routine: it is never passed as
    clean. Nothing found, or only what the table allows, gives `allow`, `none` and empty sets.
    Whatever else holds, somebody is told: where a text accuses everybody, the chair of governors.
    """
    counted = _counted(assessment.findings, policy)
    acting = [row for row in counted if row.action is not Action.ALLOW]
    if not acting:
        return Verdict(Action.ALLOW, Urgency.NONE)
    conflict = _Conflict.of(assessment.findings, policy.people)
    needed = frozenset().union(*(row.told for row in acting)) | conflict.also_told
    told, excluded, changes = _take_out(needed or {Role.COMMUNICATIONS_OFFICER}, conflict, policy)
    reasons = (*(reason(finding) for finding in assessment.findings), *conflict.reasons, *changes)
    return Verdict(
        action=_strictest(acting),
        urgency=max((row.urgency for row in acting), key=lambda urgency: urgency.rank),
        told=told,
        excluded=excluded,
        reasons=tuple(dict.fromkeys(reasons)),
    )


def strictest(findings: Iterable[Finding], policy: Policy) -> Action:
    """The action that `judge` would come to, without asking who is told."""
    return _strictest(_counted(findings, policy))


def _strictest(rows: Iterable[PolicyRow]) -> Action:
    return max((row.action for row in rows), key=lambda action: action.rank, default=Action.ALLOW)


def _counted(findings: Iterable[Finding], policy: Policy) -> list[PolicyRow]:
    return [row for finding in findings for row in _rows(finding, policy.rows)]


def _rows(finding: Finding, table: Iterable[PolicyRow]) -> list[PolicyRow]:
    fitting = [row for row in table if _fits(row, finding)]
    nobody_foresaw_it = PolicyRow(
        finding.kind, Action.QUEUE, Urgency.ROUTINE, frozenset({Role.COMMUNICATIONS_OFFICER})
    )
    return fitting or [nobody_foresaw_it]


def _fits(row: PolicyRow, finding: Finding) -> bool:
    return (
        row.kind is finding.kind
        and (not row.severity or finding.severity in row.severity)
        and (not row.target or finding.target in row.target)
        and (row.child is None or row.child is finding.child)
        and (not row.aspects or bool(row.aspects & finding.aspects))
        and not row.unless & finding.aspects
    )


@dataclass(frozen=True, slots=True)
class _Conflict:
    """Whom the text accuses, by key and, where it means the office, by role."""

    keys: frozenset[str]
    role: Role | None
    also_told: frozenset[Role]
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, findings: Iterable[Finding], people: Iterable[Person]) -> _Conflict:
        heads = {person.key for person in people if Role.HEADTEACHER in person.roles}
        keys = {key for finding in findings for key in finding.about}
        # An accusation that names nobody clearly may mean the headteacher (policy.md, section 3).
        office = any(
            finding.kind is Kind.ALLEGATION
            and (finding.target is Target.HEADTEACHER or Aspect.UNCLEAR in finding.aspects)
            for finding in findings
        )
        if office:
            keys |= heads
        aimed = {
            finding.kind
            for finding in findings
            if finding.target is Target.HEADTEACHER and finding.kind is not Kind.ALLEGATION
        }
        both = bool(aimed) and (office or bool(keys & heads))
        return cls(
            keys=frozenset(keys),
            role=Role.HEADTEACHER if office else None,
            also_told=frozenset({Role.CHAIR_OF_GOVERNORS, Role.DSL} if both else ()),
            reasons=(WARN,) if both and Kind.THREAT in aimed else (),
        )


def _take_out(
    needed: Iterable[Role], conflict: _Conflict, policy: Policy
) -> tuple[frozenset[Role], frozenset[str], list[str]]:
    """Who is told once conflicts are out, who is excluded, and what changed, in sentences."""
    people = policy.people
    holders = {role: {p.key for p in people if role in p.roles} for role in Role}
    # Deputies step in, but nobody is told in place of a headteacher who is accused but the ladder.
    for role in set(Role) - {Role.HEADTEACHER}:
        if holders[role]:
            holders[role] |= {p.key for p in people if role in p.deputy_for}
    free = {role for role in Role if holders[role] - conflict.keys}
    told, changes = set(), []
    for role in sorted(needed):
        rung = next((rung for rung in (role, *policy.ladder[role]) if rung in free), None)
        if rung is None and not holders[role] and role is not conflict.role:
            rung = role  # nobody holds it, so nobody is in conflict: whoever gets it finds the case
        if rung is None:
            continue
        told.add(rung)
        if rung is not role:
            changes.append(f"{_start(role_name(rung))} is told in place of {role_name(role)}.")
    if told:
        return frozenset(told), conflict.keys, changes
    chair = Role.CHAIR_OF_GOVERNORS
    return frozenset({chair}), conflict.keys - holders[chair], [LAST_RUNG]


def _start(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
