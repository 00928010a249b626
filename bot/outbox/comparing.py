"""What is, held against what was asked for; and what nobody can carry out any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import structlog

from bot import log
from bot.errors import AdapterError
from bot.log import Event
from bot.model import Capability, EffectStatus
from bot.observed import compare, park_if_asked
from bot.ports import Clock, PlatformAdapter
from bot.store import Store

_log = structlog.get_logger("schoolgate.outbox")

_LOOK_FOR = timedelta(days=30)
_LOOK_AT_MOST = 100


def look_again(store: Store, clock: Clock, adapter: PlatformAdapter) -> int:
    """Look at what the platform says now of comments with a case; returns how many were looked at.

    A comment that a person made visible there stays visible; one that its author deleted is marked
    as gone. Never raises for what the platform does: what could not be seen stays as it was.
    """
    asked_at = clock.now()
    with store.read() as uow:
        shut = uow.circuits.open_ones(adapter.account, asked_at)
        if Capability.OBSERVE in shut or uow.state.parked(
            adapter.account, writes=False, at=asked_at
        ):
            return 0
        items = uow.items.to_look_at_again(adapter.account, asked_at - _LOOK_FOR, _LOOK_AT_MOST)
    if not items:
        return 0
    try:
        seen = adapter.observe([item.ref for item in items])
    except AdapterError as error:
        _log.warning("could_not_observe", account=adapter.account, why=str(error))
        park_if_asked(store, clock, adapter.account, error)
        with store.begin() as uow:
            uow.circuits.failed(adapter.account, Capability.OBSERVE, error, clock.now())
            uow.commit()
        return 0
    at = clock.now()
    with store.begin() as uow:
        uow.circuits.worked(adapter.account, Capability.OBSERVE)
        for before, now in zip(items, seen, strict=True):
            item = uow.items.get(before.id)
            if item.observed_at is None or item.observed_at <= asked_at:
                compare(uow, item, now, at)
        uow.items.mark_observed([item.id for item in items], at)
        uow.commit()
    return len(items)


def fail_orphans(store: Store, clock: Clock, accounts: Iterable[str]) -> None:
    """Give up, loudly, on what was asked for on accounts that settings no longer name."""
    at = clock.now()
    with store.begin() as uow:
        for effect in uow.effects.of_other_channels(accounts):
            why = (
                f"The account “{effect.channel}” is no longer in settings.toml: "
                f"the {effect.kind} that was asked for there cannot be carried out."
            )
            uow.effects.settle(effect, EffectStatus.FAILED, at=at, why=why)
            if effect.case_id is None:
                continue
            uow.cases.sound_alarm(effect.case_id, why)
            case = uow.cases.get(effect.case_id)
            facts = {"case": case.ref, "effect": effect.kind, "by": effect.asked_by, "why": why}
            log.append(
                uow.log,
                uow.log_key,
                at=at,
                event=Event.FAILED,
                case_id=case.id,
                facts=facts,
            )
        uow.commit()
