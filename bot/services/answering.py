"""A letter is answered, or goes up the ladder where nobody answers (transaction T6)."""

from __future__ import annotations

from datetime import datetime

from bot import log
from bot.access import NO_CONTENT, Viewer, may_see
from bot.errors import NotAllowed, Refused
from bot.log import Event
from bot.model import Role
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.decide import view_of
from bot.services.telling import tell_one
from bot.services.told import chain
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.answers import Unanswered

NOBODY_ANSWERS = (
    "Nobody who could be written to has answered in time: please ring somebody yourself."
)

OPENED, PAGE, TELEPHONE = "opened", "page", "telephone"
"""How somebody came to know: they opened the case, said so on the letter's page, or were rung."""


def acknowledge(store: Store, clock: Clock, viewer: Viewer, *, case_ref: str) -> bool:
    """Somebody has opened a case that they were written to about; whether that was news.

    A role that reads no content acknowledges by hand on the letter's page. Idempotent.
    """
    if not viewer.roles - NO_CONTENT and not _stands_in(store, viewer, case_ref):
        return False
    with store.read() as uow:
        case = uow.cases.find_by_ref(case_ref)
        if case is None or not uow.answers.waiting(viewer.person_key, case_id=case.id):
            return False
    with store.begin() as uow:
        letters = uow.answers.waiting(viewer.person_key, case_id=case.id)
        _answered(uow, letters, viewer.person_key, viewer.person_key, OPENED, clock.now())
        uow.commit()
    return True


def acknowledge_letter(
    store: Store, clock: Clock, viewer: Viewer, *, ref: str, how: str = PAGE
) -> None:
    """Somebody says on the letter's own page that they know. Idempotent; leaves others' alone."""
    with store.begin() as uow:
        letters = uow.answers.waiting(viewer.person_key, ref=ref)
        _answered(uow, letters, viewer.person_key, viewer.person_key, how, clock.now())
        uow.commit()


def told_by_telephone(
    store: Store, clock: Clock, viewer: Viewer, *, case_ref: str, person: str
) -> None:
    """The communications officer has rung somebody who was written to about a case.

    Raises NotAllowed (also where there is no such case), Refused where no letter of theirs waits.
    """
    with store.begin() as uow:
        case = uow.cases.find_by_ref(case_ref)
        if case is None or Role.COMMUNICATIONS_OFFICER not in viewer.roles:
            raise NotAllowed("There is no such case.")
        if not may_see(viewer, view_of(uow, case, uow.items.get(case.item_id))):
            raise NotAllowed("There is no such case.")
        letters = uow.answers.waiting(person, case_id=case.id)
        if not letters:
            raise Refused("No letter about this case waits for an answer from them.")
        _answered(uow, letters, person, viewer.person_key, TELEPHONE, clock.now())
        uow.commit()


def chase(store: Store, clock: Clock, settings: Settings) -> int:
    """Tell the next on the ladder where a letter stays unanswered; returns how many were told.

    Once for each letter. Where nobody is left to be told, an alarm stands on the case.
    """
    at = clock.now()
    with store.read() as uow:
        if not uow.answers.overdue(at)[0]:
            return 0
    with store.begin() as uow:
        letters, waiting = uow.answers.overdue(at)
        told = sum(_next_is_told(uow, settings, one, at) for one in waiting)
        uow.answers.mark_chased(letters, at)
        uow.commit()
    return told


def _next_is_told(uow: UnitOfWork, settings: Settings, one: Unanswered, at: datetime) -> bool:
    case = uow.cases.get(one.case_id)
    before = uow.answers.told_of(case.id)
    day = day_of(at)
    for rung in chain(one.role, case.excluded, settings.policy.people, day, settings.policy.ladder):
        if rung.person.key in before:
            continue
        tell_one(uow, case, rung, one.urgency, at, rung=one.rung + 1)
        facts = {"case": case.ref, "person": rung.person.key, "role": one.role}
        log.append(uow.log, uow.log_key, at=at, event=Event.CHASED, case_id=case.id, facts=facts)
        return True
    uow.cases.sound_alarm(case.id, NOBODY_ANSWERS)
    return False


def _answered(
    uow: UnitOfWork, letters: list[int], person: str, by: str, how: str, at: datetime
) -> None:
    if not letters:
        return
    uow.answers.acknowledge(letters, by=by, how=how, at=at)
    with uow.log.gathering():
        for case_id, ref in uow.answers.cases_of(letters):
            facts = {"case": ref, "person": person, "by": by, "how": how}
            log.append(
                uow.log, uow.log_key, at=at, event=Event.ACKNOWLEDGED, case_id=case_id, facts=facts
            )


def _stands_in(store: Store, viewer: Viewer, case_ref: str) -> bool:
    with store.read() as uow:
        case = uow.cases.find_by_ref(case_ref)
        return case is not None and any(
            key == viewer.person_key and role not in NO_CONTENT
            for key, role in uow.cases.stand_ins(case.id)
        )
