"""Keeping what would otherwise go: holds, their reasons, and who ends them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import log
from bot.access import Viewer, may_hold, may_release, may_see
from bot.errors import NotAllowed, Refused
from bot.log import Event
from bot.model import Role, Urgency
from bot.ports import Clock
from bot.services.decide import view_of
from bot.services.telling import tell
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.effects import MACHINE

DELETED_BY_AUTHOR = (
    "Its author deleted it while it was urgent or not decided yet. Is it still needed?"
)
"""Why the machine holds a case, for the data protection officer."""

OVERDUE = (
    "The hold on this case should have been looked at by now: the data protection officer decides."
)
_NO_CASE = "There is no such case."


def place_hold(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, ref: str, reason: str
) -> None:
    """Keep a case from being purged. One that is held already is held for longer.

    Raises NotAllowed (also where there is no such case), Refused without a reason.
    """
    with store.begin() as uow:
        case = _theirs(uow, viewer, ref, may_hold)
        if not reason.strip():
            raise Refused("Please give a reason: it goes into the log.")
        at = clock.now()
        until = at + timedelta(days=settings.retention.hold_days)
        standing = uow.holds.standing(case.id)
        if standing is None:
            salt = uow.holds.place(
                case.id, reason=reason.strip(), by=viewer.person_key, at=at, decide_by=until
            )
        else:
            salt = standing.salt
            uow.holds.prolong(standing, until)
        _write(uow, case, Event.HELD, viewer.person_key, salt, reason, at)
        uow.commit()


def release_hold(store: Store, clock: Clock, viewer: Viewer, ref: str, reason: str) -> None:
    """End a hold: what would have gone meanwhile goes at the next run.

    Raises NotAllowed, Refused without a reason. A case that is not held stays as it is.
    """
    with store.begin() as uow:
        case = _theirs(uow, viewer, ref, may_release)
        if not reason.strip():
            raise Refused("Please give a reason: it goes into the log.")
        standing = uow.holds.standing(case.id)
        if standing is None:
            return
        at = clock.now()
        uow.holds.release(standing, by=viewer.person_key, at=at, why=reason.strip())
        _write(uow, case, Event.RELEASED, viewer.person_key, standing.salt, reason, at)
        uow.commit()


def hold_deleted(uow: UnitOfWork, settings: Settings, case_id: int, at: datetime) -> None:
    """Hold a case whose author deleted the comment, for the data protection officer to decide."""
    case = uow.cases.get(case_id)
    until = at + timedelta(days=settings.retention.hold_days)
    salt = uow.holds.place(case.id, reason=DELETED_BY_AUTHOR, by=MACHINE, at=at, decide_by=until)
    uow.cases.tell(case, Role.DPO)
    _write(uow, case, Event.HELD, MACHINE, salt, DELETED_BY_AUTHOR, at)
    tell(uow, settings, case, {Role.DPO}, Urgency.URGENT, at)


def _theirs(uow: UnitOfWork, viewer: Viewer, ref: str, rule: object) -> StoredCase:
    case = uow.cases.find_by_ref(ref)
    if case is None:
        raise NotAllowed(_NO_CASE)
    view = view_of(uow, case, uow.items.get(case.item_id))
    if not may_see(viewer, view):
        raise NotAllowed(_NO_CASE)
    if not callable(rule) or not rule(viewer, view):
        raise NotAllowed("Your role cannot do that with a hold.")
    return case


def _write(
    uow: UnitOfWork, case: StoredCase, event: Event, by: str, salt: str, reason: str, at: datetime
) -> None:
    log.append(
        uow.log,
        uow.log_key,
        at=at,
        event=event,
        case_id=case.id,
        facts={
            "case": case.ref,
            "by": by,
            "reason": log.digest_for_log(salt, reason.strip()),
        },
    )
