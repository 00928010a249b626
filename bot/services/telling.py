"""Note who is to be told of a case: part of the transaction in which that becomes known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.model import Role, Urgency
from bot.school_calendar import day_of
from bot.services.told import NOBODY_TOLD, Told, due_at, people_told
from bot.settings import Settings
from bot.store import UnitOfWork
from bot.store.cases import StoredCase


def tell(
    uow: UnitOfWork,
    settings: Settings,
    case: StoredCase,
    roles: Iterable[Role],
    urgency: Urgency,
    at: datetime,
    *,
    now: bool = False,
) -> None:
    """Write a notice for everybody behind these roles; once for each reading, however often called.

    Whoever the case excludes is told of nothing any more, and an alarm stands on the case where
    nobody is left. `now`: they should have known already.
    """
    if case.excluded:
        uow.letters.withdraw(case.id, case.excluded)
    day = day_of(at)
    told = people_told(
        roles, case.excluded | case.barred, settings.policy.people, day, settings.policy.ladder
    )
    if not told:
        uow.cases.sound_alarm(case.id, NOBODY_TOLD)
    for one in told:
        due = due_at(urgency, at, settings.letters, settings.calendar, one.person.digest_at)
        tell_one(uow, case, one, urgency, at if now else due)


def tell_one(
    uow: UnitOfWork, case: StoredCase, one: Told, urgency: Urgency, due: datetime, rung: int = 0
) -> None:
    """Write one notice, and let its reader see the case; once for each reading."""
    if one.in_place and one.role not in one.person.roles:
        uow.cases.stand_in(case.id, one.person.key, one.role)
    uow.letters.notify(
        case_id=case.id,
        reading_id=case.reading_id,
        person=one.person.key,
        urgency=urgency,
        due_at=due,
        role=one.role,
        rung=rung,
    )
