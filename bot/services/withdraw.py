"""Undo: somebody takes their decision back before anything has left for the platform."""

from __future__ import annotations

from datetime import timedelta

from bot import log
from bot.access import Viewer
from bot.errors import Refused
from bot.intentions import FORGIVING, UNDO, ask_for, take_back
from bot.log import Event
from bot.model import EffectKind, EffectStatus
from bot.ports import Clock
from bot.services.decide import seen_case
from bot.store import Store, UnitOfWork
from bot.store.effects import MACHINE
from bot.store.item_rows import StoredItem

TOO_LATE = (
    "It is too late to undo that: it has left for the platform. Decide again instead; what was "
    "hidden can be made visible, and what was made visible hidden."
)
NOT_YOURS = "There is nothing of yours to undo here: the case has changed since. Decide again."


def withdraw(store: Store, clock: Clock, viewer: Viewer, ref: str) -> None:
    """Take back the newest decision on a case, if it is the viewer's; the case stands as before.

    What the machine had asked for and the decision replaced is asked for again. The log keeps both
    the decision and that it was withdrawn. Raises NotAllowed, and Refused where it is too late or
    was done already.
    """
    with store.begin() as uow:
        case, item, _ = seen_case(uow, viewer, ref)
        at = clock.now()
        decision = uow.steps.newest_decision(case.id)
        if decision is None or decision.before is None or decision.person != viewer.person_key:
            raise Refused(NOT_YOURS)
        before = decision.before
        if not _still_here(uow, item, asked=before["asked"]) or at - decision.at > FORGIVING:
            raise Refused(TOO_LATE)
        if before["asked"]:
            take_back(uow, case=case, at=at)
        uow.steps.withdraw(decision.id)
        uow.steps.restore(case.id, before)
        facts = {"case": case.ref, "by": viewer.person_key, "outcome": decision.outcome}
        log.append(uow.log, uow.log_key, at=at, event=Event.WITHDRAWN, case_id=case.id, facts=facts)
        if before["replaced"] and uow.effects.active_for(item.id) is None:
            kind, by = before["replaced"]
            wait = timedelta(0) if by == MACHINE else UNDO
            ask_for(uow, EffectKind(kind), case=case, channel=item.account, by=by, at=at, wait=wait)
        uow.commit()


def _still_here(uow: UnitOfWork, item: StoredItem, *, asked: bool) -> bool:
    """Whether nothing that the decision asked for was begun."""
    if not asked:
        return True
    active = uow.effects.active_for(item.id)
    return active is not None and active.status is EffectStatus.PENDING and active.attempts == 0
