"""Hides, deletions and the like: claimed, called, settled (T3a, the call, T3b).

At least once, never twice at a time: one thread delivers a channel. Before a call is made again the
platform is asked first, because the earlier one may have arrived without an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from bot import log
from bot.errors import AdapterError
from bot.hiding import STOPPED
from bot.log import Event
from bot.model import Capability, EffectKind, EffectStatus, ItemRef, Observation, Presence
from bot.outbox.endings import (
    Settled,
    after_error,
    never_happened,
    reached,
    read_back_later,
    says_nothing,
    unreadable,
)
from bot.ports import Clock, PlatformAdapter
from bot.store import Store, UnitOfWork
from bot.store.effects import LEASE, MACHINE, StoredEffect
from bot.store.item_rows import StoredItem

_log = structlog.get_logger("schoolgate.outbox")

_UNREAD_TRIES = 5

_NEEDS = {
    EffectKind.HIDE: Capability.HIDE,
    EffectKind.UNHIDE: Capability.UNHIDE,
    EffectKind.DELETE: Capability.DELETE,
    EffectKind.BLOCK: Capability.BLOCK,
    EffectKind.UNBLOCK: Capability.BLOCK,
    EffectKind.MUTE: Capability.MUTE,
    EffectKind.UNMUTE: Capability.MUTE,
}
"""What a token has to be able to do for it."""


def deliver(
    store: Store,
    clock: Clock,
    adapter: PlatformAdapter,
    ending: Callable[[], bool] = lambda: False,
) -> int:
    """Carry out what is due for one account, most urgent first; returns how many calls ended.

    Stops early where the platform wants to be left alone, and when `ending` is true. Never raises
    for what the platform does.
    """
    done = 0
    while not ending():
        with store.begin() as uow:
            now = clock.now()
            parked = uow.state.parked(adapter.account, writes=True, at=now)
            shut = uow.circuits.open_ones(adapter.account, now)
            claimed = (
                None
                if parked
                else uow.effects.claim(
                    adapter.account,
                    at=now,
                    lease=LEASE,
                    leaving=[kind for kind, needs in _NEEDS.items() if needs in shut],
                )
            )
            item = uow.items.get(claimed.item_id) if claimed and claimed.item_id else None
            stopped = uow.state.switch(STOPPED).on
            uow.commit()
        if claimed is None or item is None:
            return done
        take_back = stopped and claimed.kind is EffectKind.HIDE and claimed.asked_by == MACHINE
        settled = _carry_out(adapter, claimed, item.ref, clock, only_look=take_back)
        _settle(store, clock, claimed, item, settled)
        done += 1
    return done


def _carry_out(
    adapter: PlatformAdapter,
    claimed: StoredEffect,
    ref: ItemRef,
    clock: Clock,
    *,
    only_look: bool,
) -> Settled:
    """Make the call, after a look where an earlier one may have arrived; `only_look`: no call."""
    try:
        if claimed.attempts > 1 or claimed.status is EffectStatus.ACCEPTED:
            [seen] = adapter.observe([ref])
            if end := reached(claimed, seen):
                return end
            if claimed.status is EffectStatus.ACCEPTED and says_nothing(claimed, seen):
                return unreadable(claimed)
            if only_look:
                return Settled(EffectStatus.CANCELLED, Event.CANCELLED, "hiding was stopped")
            if claimed.attempts > _UNREAD_TRIES and claimed.status is EffectStatus.ACCEPTED:
                return never_happened(claimed)
        if only_look:
            return Settled(EffectStatus.CANCELLED, Event.CANCELLED, "hiding was stopped")
        call = {
            EffectKind.HIDE: adapter.hide,
            EffectKind.UNHIDE: adapter.unhide,
            EffectKind.DELETE: adapter.delete,
            EffectKind.BLOCK: adapter.block,
            EffectKind.UNBLOCK: adapter.unblock,
            EffectKind.MUTE: adapter.mute,
            EffectKind.UNMUTE: adapter.unmute,
        }[claimed.kind]
        answer = call(ref)
        if end := reached(claimed, answer):
            return end
    except AdapterError as error:
        return replace(after_error(claimed, error, clock.now()), error=error)
    try:
        [seen] = adapter.observe([ref])
    except AdapterError as error:
        return read_back_later(claimed, clock.now(), str(error))
    return reached(claimed, seen) or read_back_later(claimed, clock.now(), "not read back yet")


def _settle(
    store: Store, clock: Clock, claimed: StoredEffect, item: StoredItem, end: Settled
) -> None:
    """T3b. A call that was superseded while it was under way changes nothing but the item."""
    at = clock.now()
    with store.begin() as uow:
        if end.until is not None:
            stood = uow.effects.put_off(
                claimed, end.status, until=end.until, why=end.why, count=end.counts
            )
        else:
            stood = uow.effects.settle(claimed, end.status, at=at, why=end.why)
        if end.error is not None:
            uow.circuits.failed(claimed.channel, _NEEDS[claimed.kind], end.error, at)
        elif end.status in {EffectStatus.ACCEPTED, EffectStatus.CONFIRMED}:
            uow.circuits.worked(claimed.channel, _NEEDS[claimed.kind])
        if end.park and end.until is not None:
            uow.state.park(claimed.channel, writes=True, until=end.until, why=end.why)
        if end.presence or end.hidden is not None:
            seen = Observation(item.ref, end.presence or Presence.PRESENT, end.hidden)
            uow.items.observe(item, seen, at)
            uow.items.mark_observed([item.id], at)
        if stood and end.event and claimed.case_id and end.status is not claimed.status:
            _write_log(uow, claimed, end, at)
        if stood and end.alarm and claimed.case_id:
            uow.cases.sound_alarm(claimed.case_id, end.alarm)
        if stood and end.status is EffectStatus.CONFIRMED and claimed.case_id:
            uow.cases.quieten(claimed.case_id)
        uow.commit()
    if end.status is not EffectStatus.CONFIRMED:
        _log.warning(
            "effect_not_confirmed",
            effect=claimed.id,
            kind=claimed.kind,
            channel=claimed.channel,
            status=end.status,
            why=end.why,
        )


def _write_log(uow: UnitOfWork, claimed: StoredEffect, end: Settled, at: datetime) -> None:
    assert claimed.case_id is not None
    assert end.event is not None
    case = uow.cases.get(claimed.case_id)
    log.append(
        uow.log,
        uow.log_key,
        at=at,
        event=end.event,
        case_id=case.id,
        facts={"case": case.ref, "effect": claimed.kind, "by": claimed.asked_by, "why": end.why},
    )
