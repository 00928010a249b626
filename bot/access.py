"""Who may see and do what (policy.md, section 3 and clauses 6, 7, 10, 16); pure.

A case is seen by whoever is *not excluded from it by key* and holds a role for which one of these
is true (queries mirror this disjunction in SQL):

- the role is in the case's audience (the roles that the policy told);
- communications officer: the item is public on the school's accounts;
- headteacher: it was hidden or deleted;
- DSL: it concerns a child;
- DPO: one of its kinds is `personal_data` or `request`.

Whoever was told in somebody's place (a deputy, the next on the ladder) sees that case as they
would.

The exclusion comes first and beats every role. The ICT technician sees that a case is there if told
of it, and never what it says.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import ItemKind, Kind, Outcome, Role

DPO_KINDS = frozenset({Kind.PERSONAL_DATA, Kind.REQUEST})
"""What the data protection officer sees without being told."""

_NEWCOMER_OUTCOMES = frozenset(
    {Outcome.APPROVE, Outcome.NOT_SUITABLE, Outcome.UNSURE, Outcome.LATER}
)
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
    deleted, by whomever. `barred` are keys of people whose decision the case contests: they see it,
    and somebody else decides. `stand_ins`: who was told of it in whose place, by key and role.
    """

    audience: frozenset[Role]
    excluded: frozenset[str]
    kinds: frozenset[Kind]
    child: bool
    item_kind: ItemKind
    public: bool
    acted_on: bool = False
    barred: frozenset[str] = frozenset()
    stand_ins: frozenset[tuple[str, Role]] = frozenset()


def may_sign_in(roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles may have an account: only designated staff (clause 16)."""
    return bool(roles)


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


def may_read_reason(viewer: Viewer, case: CaseView, by: str, outcome: Outcome) -> bool:
    """Whether, of a decision in a trail that they see, they may read the words as well.

    About a newcomer these are the officer's own, who may know of an accusation that the viewer must
    not hear of: others read them where a newcomer was put before them, else what was chosen.
    """
    if case.item_kind is not ItemKind.NEWCOMER or outcome is Outcome.UNSURE:
        return True
    return by == viewer.person_key or Role.COMMUNICATIONS_OFFICER in viewer.roles


def may_decide(viewer: Viewer, case: CaseView, outcome: Outcome) -> bool:
    """Whether they may give this outcome.

    Where the DSL or the chair was told, they alone decide: making a child's cry for help public
    again, or deleting evidence, is nobody else's. Only what is not grave, such as a pupil's name,
    the officer settles too if told. Elsewhere whoever was told decides, and the
    officer; deleting is the officer's and the headteacher's. Hiding protects and can be undone:
    whoever was told and the officer may always do it. Nobody decides on what contests a decision
    of their own.
    """
    if (case.item_kind is ItemKind.NEWCOMER) is not (outcome in _NEWCOMER_OUTCOMES):
        return False
    if viewer.person_key in case.barred:
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


def may_note(viewer: Viewer, case: CaseView) -> bool:
    """Whether they may write a note: it becomes part of the trail, so whoever reads that."""
    return may_see_trail(viewer, case)


def may_route(viewer: Viewer, case: CaseView, role: Role) -> bool:
    """Whether they may bring in `role`: whoever was told, and the officer.

    What is with the DSL or the chair only they hand on, but anybody told may bring in the DSL or
    the chair: that protects. The technician reads nothing, so nothing is handed to them.
    """
    seen_as = _seen_as(viewer, case) - NO_CONTENT
    if role in NO_CONTENT or case.item_kind is ItemKind.NEWCOMER:
        return False
    if case.audience & SAFEGUARDING and role not in SAFEGUARDING:
        return bool(seen_as & case.audience & SAFEGUARDING)
    return bool(seen_as & (case.audience | {Role.COMMUNICATIONS_OFFICER}))


def may_see_log(viewer: Viewer) -> bool:
    """Whether they may open the log; each of its lines is still asked about by `may_see_trail`."""
    return bool(viewer.roles - NO_CONTENT)


def may_hold(viewer: Viewer, case: CaseView) -> bool:
    """Whether they may keep a case from being purged: keeping can be undone."""
    return may_see_trail(viewer, case) or (Role.DPO in viewer.roles and may_see_text(viewer, case))


def may_release(viewer: Viewer, case: CaseView) -> bool:
    """Whether they may end a hold: the data protection officer (policy.md, section 4)."""
    return Role.DPO in viewer.roles and may_see_text(viewer, case)


def may_purge(viewer: Viewer, case: CaseView) -> bool:
    """Whether they may take words out of the log for good."""
    return Role.DPO in viewer.roles and may_see_text(viewer, case)


def may_find_person(viewer: Viewer) -> bool:
    """Whether they may look for all that is held on one person, to answer that person.

    The data protection officer must (UK GDPR, articles 12 to 22), so for this they see every case
    but those that accuse them.
    """
    return Role.DPO in viewer.roles


def may_take_evidence(viewer: Viewer, case: CaseView, excluded: frozenset[Role]) -> bool:
    """Whether they may take evidence out: only the headteacher (policy.md, clause 9).

    Where the headteacher is kept from the case, the chair. `excluded` are the roles of
    those who are kept from it.
    """
    role = Role.CHAIR_OF_GOVERNORS if Role.HEADTEACHER in excluded else Role.HEADTEACHER
    return role in viewer.roles and may_see_text(viewer, case)


def may_switch_hiding(viewer: Viewer) -> bool:
    """Whether they may stop hiding or let it go on (policy.md, "Hiding is earned")."""
    return bool(viewer.roles & {Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER})


def may_sign_day(viewer: Viewer) -> bool:
    """Whether they may see what was read of a day and sign it: a communications officer, and the
    headteacher, who gets the letter about a day that nobody signed and can stand in.
    """
    return bool(viewer.roles & {Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER})


def may_vet(viewer: Viewer) -> bool:
    """Whether newcomers, the parents' register and what is done about people are their work."""
    return Role.COMMUNICATIONS_OFFICER in viewer.roles


def may_see_restrictions(viewer: Viewer) -> bool:
    """Whether they see who is blocked, muted or removed, and who was warned (policy.md, 11)."""
    return bool(viewer.roles & {Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER})


def may_report(viewer: Viewer) -> bool:
    """Whether they may report by hand: abuse that was seen elsewhere, a contact attempt, an
    impersonation (policy.md, clauses 5 and 10).
    """
    return bool(viewer.roles - NO_CONTENT)


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
    own = {role for role in viewer.roles if role in case.audience or by_rule.get(role, False)}
    return frozenset(own | {role for key, role in case.stand_ins if key == viewer.person_key})
