"""Somebody asks about their own data: the month's clock, and what is decided."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import UTC, datetime

from bot import log
from bot.access import Viewer, may_find_person
from bot.errors import NotAllowed, Refused
from bot.log import Event
from bot.ports import Clock
from bot.school_calendar import LONDON
from bot.services.purge import Purge, purge, purge_beside
from bot.store import Store, UnitOfWork
from bot.store.purges import What, Why
from bot.store.rights import RightsDecision, RightsKind, RightsRequest

_FOR_DPO = "Requests of people about their own data are for the data protection officer."


def due_after(received_at: datetime) -> datetime:
    """The end of the corresponding day of the next month, UK time; of its last day where it has no
    such day (UK GDPR, article 12(3), as the ICO reads it).
    """
    local = received_at.astimezone(LONDON)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    day = min(local.day, calendar.monthrange(year, month)[1])
    return datetime(year, month, day, 23, 59, tzinfo=LONDON).astimezone(UTC)


def open_request(
    store: Store,
    clock: Clock,
    viewer: Viewer,
    kind: RightsKind,
    handle: str,
    received_at: datetime | None = None,
) -> str:
    """Note a request and start its clock; returns its reference. Raises NotAllowed, Refused."""
    _check(viewer)
    at = clock.now()
    received = received_at or at
    if received > at:
        raise Refused("It cannot have come in the future: please look at the day.")
    if not handle.strip():
        raise Refused("Please say whose data it is about.")
    with store.begin() as uow:
        ref = uow.rights.open(
            kind,
            handle.strip(),
            received_at=received,
            due_at=due_after(received),
            by=viewer.person_key,
        )
        # Who asked is not written into the log, which is never purged.
        facts = {"by": viewer.person_key, "request": ref, "kind": kind}
        log.append(uow.log, uow.log_key, at=at, event=Event.REQUESTED, facts=facts)
        uow.commit()
    return ref


def list_requests(store: Store, viewer: Viewer) -> list[RightsRequest]:
    """All requests, the soonest due first. Raises NotAllowed."""
    _check(viewer)
    with store.read() as uow:
        return uow.rights.all()


def get_request(store: Store, viewer: Viewer, ref: str) -> RightsRequest | None:
    """One request; None where there is none. Raises NotAllowed."""
    _check(viewer)
    with store.read() as uow:
        return uow.rights.find(ref)


def answer_request(
    store: Store,
    clock: Clock,
    viewer: Viewer,
    ref: str,
    decision: RightsDecision,
    reason: str,
    items: Iterable[int] = (),
    keys: Iterable[tuple[str, str]] = (),
) -> tuple[int, int]:
    """Write down the answer; where an erasure is granted, take these items' words away, and what
    hangs on the person under these `keys` (platform; handle or number).

    What is on hold stays, and the answer is then "in part"; else it is forgotten who asked. Returns
    how many items were erased and how many are held. Raises NotAllowed, or Refused where it was
    answered before or lacks a reason.
    """
    _check(viewer)
    if not reason.strip():
        raise Refused("Please give the reason: it is part of the answer.")
    erased = held = 0
    with store.begin() as uow:
        request = uow.rights.find(ref)
        if request is None or request.decision is not None:
            raise Refused("There is no such request that waits for an answer.")
        at = clock.now()
        erases = request.kind is RightsKind.ERASURE and decision is not RightsDecision.REFUSED
        for item_id in items if erases else ():
            case = uow.cases.find_by_item(item_id)
            if case is not None and uow.holds.standing(case.id) is not None:
                held += 1
                continue
            if case is not None and viewer.person_key in case.excluded:
                continue
            wanted = Purge(What.ALL, Why.ERASURE, viewer.person_key, reason.strip())
            purge(uow, store, uow.items.get(item_id), wanted, at)
            erased += 1
        if erases:
            _take_beside(uow, store, keys, viewer, at)
            if not held:
                uow.rights.forget_handle(ref)
        if held and decision is RightsDecision.GRANTED:
            decision = RightsDecision.IN_PART
        uow.rights.decide(ref, decision, reason=reason.strip(), by=viewer.person_key, at=at)
        facts = {"by": viewer.person_key, "request": ref, "decision": decision}
        log.append(uow.log, uow.log_key, at=at, event=Event.ANSWERED, facts=facts)
        uow.commit()
    if erases:
        store.wipe_leftovers()
    return erased, held


def _take_beside(
    uow: UnitOfWork, store: Store, keys: Iterable[tuple[str, str]], viewer: Viewer, at: datetime
) -> None:
    keys = frozenset(keys)
    for key in sorted(keys):
        purge_beside(uow, store, key, viewer.person_key, at)
    if keys:
        facts = {"what": What.BESIDE, "why": Why.ERASURE, "by": viewer.person_key}
        log.append(uow.log, uow.log_key, at=at, event=Event.PURGED, facts=facts)


def note_access_export(store: Store, clock: Clock, viewer: Viewer) -> None:
    """Write down that somebody's own data were taken out for them. Raises NotAllowed."""
    _check(viewer)
    with store.begin() as uow:
        facts = {"by": viewer.person_key, "form": "access"}
        log.append(uow.log, uow.log_key, at=clock.now(), event=Event.EXPORTED, facts=facts)
        uow.commit()


def _check(viewer: Viewer) -> None:
    if not may_find_person(viewer):
        raise NotAllowed(_FOR_DPO)
