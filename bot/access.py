"""Who may see and do what (policy.md, section 3 and clauses 6, 7, 10, 16); pure.

A case is seen by whoever is *not excluded from it by key* and holds a role for which one of these
is true (queries mirror this disjunction in SQL):

- the role is in the case's audience (the roles that the policy told);
- communications officer: the item is public on the school's accounts;
- headteacher: it was hidden or deleted;
- DSL: it concerns a child;
- DPO: one of its kinds is `personal_data` or `request`.

The exclusion comes first and beats every role. The ICT technician sees that a case is there if told
of it, and never what it says.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import ItemKind, Kind, Outcome, Role

DPO_KINDS = frozenset({Kind.PERSONAL_DATA, Kind.REQUEST})
"""What the data protection officer sees without being told."""

_NEWCOMER_OUTCOMES = frozenset({Outcome.APPROVE, Outcome.NOT_SUITABLE})
SAFEGUARDING = frozenset({Role.DSL, Role.CHAIR_OF_GOVERNORS})
"""Where one of these was told, trail and decision are theirs."""

GRAVE = frozenset(
    {Kind.THREAT, Kind.EXPLOITATION, Kind.WELFARE, Kind.HATE, Kind.ABUSE, Kind.ALLEGATION}
)
"""Kinds that are the DSL's or the chair's alone to settle where they were told."""

NO_CONTENT = frozenset({Role.ICT_TECHNICIAN})
"""Roles that never read what was written."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in; `person_key` is their key in settings."""

    person_key: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class CaseView:
    """What access needs to know of a case.

    `audience` is who the verdict told, no more: whoever sees a case by rule is not in it. `public`:
    the item stands, or stood, on one of the school's accounts. `acted_on`: it was hidden or
    deleted, by whomever.
    """

    audience: frozenset[Role]
    excluded: frozenset[str]
    kinds: frozenset[Kind]
    child: bool
    item_kind: ItemKind
    public: bool
    acted_on: bool = False


def may_see(viewer: Viewer, case: CaseView) -> bool:
    """Whether the case exists for this viewer at all: in lists, counts, searches and exports."""
    return bool(_seen_as(viewer, case))


def may_see_text(viewer: Viewer, case: CaseView) -> bool:
    """Whether they may read what was written, and by whom."""
    return bool(_seen_as(viewer, case) - NO_CONTENT)


def may_see_trail(viewer: Viewer, case: CaseView) -> bool:
    """Whether they may read notes, decisions and outcome: what the DSL or the chair was told of is
    theirs alone; to everybody else it is "with the DSL" or "with the chair of governors".
    """
    seen_as = _seen_as(viewer, case) - NO_CONTENT
    return bool(seen_as & SAFEGUARDING if case.audience & SAFEGUARDING else seen_as)


def may_decide(viewer: Viewer, case: CaseView, outcome: Outcome) -> bool:
    """Whether they may give this outcome.

    Where the DSL or the chair was told, they alone decide: making a child's cry for help public
    again, or deleting evidence, is nobody else's. Only what is not grave, such as a pupil's name,
    the officer settles too if told. Elsewhere whoever was told decides, and the
    officer; deleting is the officer's and the headteacher's. Hiding protects and can be undone:
    whoever was told and the officer may always do it.
    """
    if (case.item_kind is ItemKind.NEWCOMER) is not (outcome in _NEWCOMER_OUTCOMES):
        return False
    seen_as = _seen_as(viewer, case) - NO_CONTENT
    safeguarding = case.audience & SAFEGUARDING
    deciding = case.audience | {Role.COMMUNICATIONS_OFFICER}
    if outcome is Outcome.DELETE:
        deciding &= {Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER}
    if safeguarding and outcome is not Outcome.HIDE:
        shared = outcome is not Outcome.DELETE and not case.kinds & GRAVE
        deciding = safeguarding | (
            case.audience & {Role.COMMUNICATIONS_OFFICER} if shared else set()
        )
    return bool(seen_as & deciding)


def may_see_log(viewer: Viewer) -> bool:
    """Whether they may open the log; each of its lines is still asked about by `may_see_trail`."""
    return bool(viewer.roles - NO_CONTENT)


def may_switch_hiding(viewer: Viewer) -> bool:
    """Whether they may stop hiding or let it go on (policy.md, "Hiding is earned")."""
    return bool(viewer.roles & {Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER})


def may_see_status(viewer: Viewer) -> bool:
    """Whether they look after the machinery: its jobs, its limits, what is left alone. It holds no
    content and counts no case.
    """
    return bool(viewer.roles & {Role.ICT_TECHNICIAN, Role.COMMUNICATIONS_OFFICER})


def may_answer_sample(viewer: Viewer) -> bool:
    """Whether they go through the weekly sample of what was left up: the officer, who sees every
    public comment. Each of its comments is still asked about by `may_see_text` once it is a case.
    """
    return Role.COMMUNICATIONS_OFFICER in viewer.roles


def _seen_as(viewer: Viewer, case: CaseView) -> frozenset[Role]:
    """The roles by which somebody sees a case; none for whoever is excluded."""
    if viewer.person_key in case.excluded:
        return frozenset()
    by_rule = {
        Role.COMMUNICATIONS_OFFICER: case.public,
        Role.HEADTEACHER: case.acted_on,
        Role.DSL: case.child,
        Role.DPO: bool(case.kinds & DPO_KINDS),
    }
    return frozenset(
        role for role in viewer.roles if role in case.audience or by_rule.get(role, False)
    )
