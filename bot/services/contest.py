"""A contest of a decision goes to somebody who did not take it (policy.md, section 4)."""

from __future__ import annotations

from dataclasses import replace

from bot.access import SAFEGUARDING, CaseView, Viewer, may_decide
from bot.model import Outcome, Person, Role
from bot.settings import Settings
from bot.store import UnitOfWork
from bot.store.cases import StoredCase

NOBODY_ELSE = (
    "This contests a decision, and everybody who could look at it took part in that decision. "
    "Find somebody who did not, and give them a role in settings.toml."
)

_NEXT = (Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS, Role.DPO)
_NEXT_SAFEGUARDING = (Role.CHAIR_OF_GOVERNORS, Role.DSL)


def set_apart(
    uow: UnitOfWork, settings: Settings, case: StoredCase, view: CaseView, deciders: frozenset[str]
) -> tuple[StoredCase, tuple[Person, ...]]:
    """Bar those who took the decision, and bring in the next role where nobody else is left.

    Returns the case as it stands then, and who of those left may settle it. Idempotent.
    """
    uow.steps.bar(case.id, deciders)
    barred = case.barred | deciders
    following = _NEXT_SAFEGUARDING if case.audience & SAFEGUARDING else _NEXT
    for role in (None, *following):
        told = case.audience | ({role} if role else set())
        left = _left(settings, replace(view, audience=told, barred=barred))
        if left:
            if role and role not in case.audience:
                uow.steps.route(case.id, {role}, waits_for=None)
            return replace(case, audience=told, barred=barred), left
    uow.cases.sound_alarm(case.id, NOBODY_ELSE)
    return replace(case, barred=barred), ()


def _left(settings: Settings, view: CaseView) -> tuple[Person, ...]:
    return tuple(
        person
        for person in settings.people
        if person.email and may_decide(Viewer(person.key, person.roles), view, Outcome.ALLOW)
    )
