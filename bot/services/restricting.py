"""Looks after what people decided about people: did it happen, does it still hold, is it over?

Nothing here blocks, mutes, removes or lifts: it looks, writes down what it saw, and reminds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot import log
from bot.errors import AdapterError, Unsupported
from bot.log import Event
from bot.model import (
    ItemKind,
    ItemRef,
    Observation,
    Presence,
    Restriction,
    Role,
    Urgency,
)
from bot.observed import park_if_asked
from bot.ports import Clock, PlatformAdapter
from bot.school_calendar import day_of
from bot.services.arrivals import open_newcomer_case
from bot.services.telling import tell
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.restrictions import MOST_CHECKS, StoredRestriction

_log = structlog.get_logger("schoolgate.restricting")

_BETWEEN_CHECKS = timedelta(hours=20)
_AT_ONCE = 50

ENDED_THERE = "The block was ended on the platform itself. Schoolgate leaves it."
BLOCKED_THERE = "Somebody blocked this person on the platform itself."
OVER = "The time is over for which this person was to be {}: lift it, or decide anew."
_IS = {Restriction.BLOCK: "blocked", Restriction.MUTE: "muted", Restriction.REMOVE: "removed"}


def check_tasks(store: Store, clock: Clock, adapter: PlatformAdapter) -> int:
    """Look whether what people say they did is so; returns how many were looked at.

    Never raises for what the platform does. What it does not tell stays "said to be done".
    """
    at = clock.now()
    with store.read() as uow:
        if uow.state.parked(adapter.account, writes=False, at=at):
            return 0
        tasks = uow.restrictions.to_check(
            adapter.account, checked_before=at - _BETWEEN_CHECKS, most=MOST_CHECKS, limit=_AT_ONCE
        )
        items = uow.items.get_all([task.item_id for task in tasks])
    if not tasks:
        return 0
    refs = [items[task.item_id].ref for task in tasks]
    try:
        seen = adapter.observe(refs)
    except AdapterError as error:
        _log.warning("could_not_observe", account=adapter.account, why=str(error))
        park_if_asked(store, clock, adapter.account, error)
        return 0
    with store.begin() as uow:
        for task, now in zip(tasks, seen, strict=True):
            confirmed = _holds(task, now)
            if not confirmed and _has_vanished(now):
                uow.people.note_vanished(task.item_id)
            uow.restrictions.note_check(task.id, at=clock.now(), confirmed=confirmed)
            if confirmed:
                facts = {"restriction": task.kind, "by": task.said_by}
                _write(uow, Event.CONFIRMED, uow.cases.get(task.case_id), clock.now(), **facts)
                if now.presence is Presence.GONE:
                    uow.items.observe(uow.items.get(task.item_id), now, clock.now())
        uow.commit()
    return len(tasks)


def _holds(task: StoredRestriction, seen: Observation) -> bool:
    match task.kind:
        case Restriction.BLOCK:
            return seen.blocked is True
        case Restriction.MUTE:
            return seen.muted is True
        case Restriction.REMOVE:
            return seen.presence is Presence.GONE
        case Restriction.LET_IN:
            return seen.follows is True
        case Restriction.TURN_DOWN:
            return seen.asks_to_follow is False and seen.follows is False


def _has_vanished(seen: Observation) -> bool:
    """The platform says nothing of this person any more; of one who only left it still does."""
    said = (seen.blocked, seen.muted, seen.follows, seen.asks_to_follow)
    return seen.presence is Presence.GONE and all(one is None for one in said)


def compare_blocked(store: Store, clock: Clock, adapter: PlatformAdapter) -> str:
    """Hold what was seen to be blocked against the platform's own list, both ways.

    A block that a person ended there is never made again; one that a person made there is shown.
    Returns what stood in the way, as a sentence.
    """
    at = clock.now()
    with store.read() as uow:
        if rest := uow.state.parked(adapter.account, writes=False, at=at):
            return rest.why
    try:
        listed = {author.native_id for author in adapter.fetch_blocked()}
    except Unsupported:
        return ""
    except AdapterError as error:
        _log.warning("could_not_read_blocked", account=adapter.account, why=str(error))
        return str(error)
    refs = [
        ItemRef(adapter.platform, ItemKind.NEWCOMER, each, adapter.account)
        for each in sorted(listed)
    ]
    with store.begin() as uow:
        for block in uow.restrictions.confirmed_blocks(adapter.account):
            if uow.items.get(block.item_id).ref.native_id not in listed:
                uow.restrictions.note_undone(block.id, at)
                case = uow.cases.get(block.case_id)
                uow.cases.sound_alarm(case.id, ENDED_THERE)
                _write(uow, Event.OBSERVED, case, at, restriction=block.kind, standing=False)
        for item in uow.items.find(refs).values():
            if any(one.kind is Restriction.BLOCK for one in uow.restrictions.standing(item.id)):
                continue
            case = uow.cases.find_by_item(item.id) or open_newcomer_case(uow, item, at)
            uow.restrictions.note_found(case_id=case.id, item_id=item.id, at=at)
            uow.cases.sound_alarm(case.id, BLOCKED_THERE)
            _write(uow, Event.OBSERVED, case, at, restriction=Restriction.BLOCK, standing=True)
        uow.commit()
    return ""


def remind_of_lapsed(store: Store, clock: Clock, settings: Settings) -> int:
    """Put what is over before the officer, once, with a line in the next letter; lifts nothing."""
    at = clock.now()
    with store.begin() as uow:
        lapsed = uow.restrictions.lapsed(at)
        for one in lapsed:
            uow.restrictions.note_reminder(one.id, at)
            uow.cases.sound_alarm(one.case_id, OVER.format(_IS[one.kind]))
            case = uow.cases.get(one.case_id)
            tell(uow, settings, case, {Role.COMMUNICATIONS_OFFICER}, Urgency.ROUTINE, at)
        uow.commit()
    return len(lapsed)


def expire_register(store: Store, clock: Clock) -> int:
    """Forget the entries of the parents' register whose school year is over."""
    with store.begin() as uow:
        gone = uow.people.expire_register(day_of(clock.now()))
        uow.commit()
    return gone


def _write(uow: UnitOfWork, event: Event, case: StoredCase, at: datetime, **facts: object) -> None:
    facts = {"case": case.ref, **facts}
    log.append(uow.log, uow.log_key, at=at, event=event, case_id=case.id, facts=facts)
