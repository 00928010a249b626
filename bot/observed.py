"""The platform shows something else than was remembered: a person, it or the author acted."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import log
from bot.errors import AdapterError, Throttled, WritesStopped
from bot.intentions import take_back
from bot.log import Event
from bot.model import EffectKind, Observation, Outcome, Presence
from bot.ports import Clock
from bot.store import Store, UnitOfWork
from bot.store.effects import MACHINE
from bot.store.item_rows import StoredItem


def compare(uow: UnitOfWork, item: StoredItem, now: Observation, at: datetime) -> None:
    """Take in one observation, and act on what is different from before."""
    turned = uow.items.observe(item, now, at)
    if turned is True:
        note_hidden_elsewhere(uow, item, at)
    elif turned is False:
        note_unhidden_elsewhere(uow, item, at)
    if now.presence is Presence.GONE and item.presence is not Presence.GONE:
        note(uow, item, Event.GONE, at)


def note_hidden_elsewhere(uow: UnitOfWork, stored: StoredItem, at: datetime) -> None:
    """It is hidden and we did not do it: the platform, or a person there."""
    active = uow.effects.active_for(stored.id)
    if active is None or active.kind is not EffectKind.HIDE:
        note(uow, stored, Event.OBSERVED, at, hidden=True)


def note_unhidden_elsewhere(uow: UnitOfWork, stored: StoredItem, at: datetime) -> None:
    """It was hidden and is no longer: a person's decision, made on the platform. Never fight it."""
    case = uow.cases.find_by_item(stored.id)
    active = uow.effects.active_for(stored.id)
    if case is None or (active is not None and active.kind is EffectKind.UNHIDE):
        return
    take_back(uow, case=case, at=at, only_by=MACHINE)
    uow.decisions.keep(
        case_id=case.id,
        reading_id=stored.reading_id,
        person="",
        outcome=Outcome.UNHIDE,
        reason="Unhidden on the platform.",
        at=at,
    )
    uow.cases.sound_alarm(
        case.id, "Somebody made this comment visible again on the platform. Schoolgate leaves it."
    )
    note(uow, stored, Event.OBSERVED, at, hidden=False)


def note(uow: UnitOfWork, stored: StoredItem, event: Event, at: datetime, **facts: object) -> None:
    """Write it into the log, if the item has a case: the log is of inappropriate comments only."""
    case = uow.cases.find_by_item(stored.id)
    if case is not None:
        log.append(
            uow.log,
            uow.log_key,
            at=at,
            event=event,
            case_id=case.id,
            facts={"case": case.ref, "item": str(stored.ref), **facts},
        )


def note_edited(uow: UnitOfWork, stored: StoredItem, at: datetime) -> None:
    """Its words are others now: nobody may decide on the old ones any more."""
    case = uow.cases.find_by_item(stored.id)
    if case is not None:
        uow.cases.touch(case.id)
    note(uow, stored, Event.EDITED, at)


def park_if_asked(store: Store, clock: Clock, account: str, error: AdapterError) -> None:
    """Leave an account alone for as long as its platform asked for."""
    if isinstance(error, Throttled) and not error.whole_account:
        return  # the circuit of the one capability opens instead
    if isinstance(error, Throttled | WritesStopped) and error.retry_after:
        until = clock.now() + timedelta(seconds=error.retry_after)
        with store.begin() as uow:
            uow.state.park(account, writes=False, until=until, why=str(error))
            uow.commit()
