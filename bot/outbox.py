"""Delivers intentions (T3a claim, call, T3b settle) and compares what is with what was asked for.

At least once, never twice at a time: one thread delivers a channel. Before a call is made again the
platform is asked first, because the earlier one may have arrived without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot import log
from bot.errors import (
    AdapterError,
    Denied,
    Gone,
    SignedOut,
    Throttled,
    Unsupported,
    WritesStopped,
)
from bot.hiding import STOPPED
from bot.log import Event
from bot.model import (
    PERSON_EFFECTS,
    Capability,
    EffectKind,
    EffectStatus,
    ItemRef,
    Observation,
    Presence,
)
from bot.observed import compare, park_if_asked
from bot.ports import Clock, Mailer, PlatformAdapter
from bot.store import Store, UnitOfWork
from bot.store.cases import LETTER_ALARM
from bot.store.effects import ALARMS, MACHINE, MAIL, StoredEffect
from bot.store.items import StoredItem

_log = structlog.get_logger("schoolgate.outbox")

LEASE = timedelta(minutes=5)
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_AFTER_DENIAL = timedelta(hours=1)
_UNREAD_TRIES = 5
_RECONCILE_FOR = timedelta(days=30)
_RECONCILE_AT_ONCE = 100


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


@dataclass(frozen=True, slots=True)
class _Settled:
    """How one call ended. `until` is set where it is to be tried again."""

    status: EffectStatus
    event: Event | None = None
    why: str = ""
    until: datetime | None = None
    alarm: str = ""
    park: bool = False
    presence: Presence | None = None
    hidden: bool | None = None
    counts: bool = True
    error: AdapterError | None = None


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
) -> _Settled:
    """Make the call, after a look where an earlier one may have arrived; `only_look`: no call."""
    try:
        if claimed.attempts > 1 or claimed.status is EffectStatus.ACCEPTED:
            [seen] = adapter.observe([ref])
            reached = _reached(claimed, seen)
            if reached or (
                claimed.status is EffectStatus.ACCEPTED and _says_nothing(claimed, seen)
            ):
                return reached or _unreadable(claimed)
            if only_look:
                return _Settled(EffectStatus.CANCELLED, Event.CANCELLED, "hiding was stopped")
            if claimed.attempts > _UNREAD_TRIES and claimed.status is EffectStatus.ACCEPTED:
                return _never_happened(claimed)
        if only_look:
            return _Settled(EffectStatus.CANCELLED, Event.CANCELLED, "hiding was stopped")
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
        if reached := _reached(claimed, answer):
            return reached
    except AdapterError as error:
        return replace(_after_error(claimed, error, clock.now()), error=error)
    try:
        [seen] = adapter.observe([ref])
    except AdapterError as error:
        return _read_back_later(claimed, clock.now(), str(error))
    return _reached(claimed, seen) or _read_back_later(claimed, clock.now(), "not read back yet")


def _reached(claimed: StoredEffect, seen: Observation) -> _Settled | None:
    """Confirmed, if what the platform says is what was asked for."""
    if claimed.kind in PERSON_EFFECTS:
        # Whoever left may still be blocked: presence says nothing here.
        if _restricted(claimed, seen) is (claimed.kind in _RESTRICTING):
            return _Settled(EffectStatus.CONFIRMED, Event.CONFIRMED)
        return None
    if seen.presence is Presence.GONE:
        event = Event.CONFIRMED if claimed.kind is EffectKind.DELETE else Event.GONE
        return _Settled(EffectStatus.CONFIRMED, event, "it is gone", presence=Presence.GONE)
    wanted = {EffectKind.HIDE: True, EffectKind.UNHIDE: False}.get(claimed.kind)
    if wanted is not None and seen.hidden is wanted:
        return _Settled(EffectStatus.CONFIRMED, Event.CONFIRMED, hidden=wanted)
    return None


_RESTRICTING = frozenset({EffectKind.BLOCK, EffectKind.MUTE})


def _restricted(claimed: StoredEffect, seen: Observation) -> bool | None:
    blocking = claimed.kind in (EffectKind.BLOCK, EffectKind.UNBLOCK)
    return seen.blocked if blocking else seen.muted


def _says_nothing(claimed: StoredEffect, seen: Observation) -> bool:
    """Whether the platform does not tell how it stands with what was asked for."""
    said = _restricted(claimed, seen) if claimed.kind in PERSON_EFFECTS else seen.hidden
    return said is None


def _unreadable(claimed: StoredEffect) -> _Settled:
    return _Settled(
        EffectStatus.FAILED,
        Event.FAILED,
        "the platform took it but does not say whether it happened",
        alarm=f"Nobody can tell whether the {claimed.kind} happened: please look on the platform.",
    )


def _never_happened(claimed: StoredEffect) -> _Settled:
    return _Settled(
        EffectStatus.FAILED,
        Event.FAILED,
        "the platform said yes, but it did not happen",
        alarm=f"The platform accepted the {claimed.kind} but it did not happen. Look at it there.",
    )


def _read_back_later(claimed: StoredEffect, at: datetime, why: str) -> _Settled:
    until = at + _wait(claimed.attempts)
    return _Settled(EffectStatus.ACCEPTED, Event.ACCEPTED, why, until=until)


def _wait(attempts: int) -> timedelta:
    doubled: timedelta = _FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 10)
    return min(doubled, _LONGEST_WAIT)


def _after_error(claimed: StoredEffect, error: AdapterError, at: datetime) -> _Settled:
    """What an error means for an intention (platforms.md, the error tables)."""
    why = str(error)
    back = (
        EffectStatus.ACCEPTED if claimed.status is EffectStatus.ACCEPTED else EffectStatus.PENDING
    )
    if isinstance(error, Gone) and claimed.kind not in PERSON_EFFECTS:
        event = Event.CONFIRMED if claimed.kind is EffectKind.DELETE else Event.GONE
        return _Settled(EffectStatus.CONFIRMED, event, why, presence=Presence.GONE)
    if isinstance(error, Unsupported):
        return _Settled(EffectStatus.UNSUPPORTED, Event.UNSUPPORTED, why, alarm=why)
    if isinstance(error, Throttled | WritesStopped):
        until = at + timedelta(seconds=error.retry_after or _LONGEST_WAIT.total_seconds())
        alarm = why if isinstance(error, WritesStopped) else ""
        whole = not isinstance(error, Throttled) or error.whole_account
        return _Settled(back, None, why, until, alarm=alarm, park=whole, counts=False)
    if isinstance(error, SignedOut | Denied):
        # A person has to mend the token; the intention stands until then. One that is refused for
        # itself must not keep the account's others from being tried.
        park = isinstance(error, SignedOut)
        return _Settled(back, None, why, at + _AFTER_DENIAL, alarm=why, park=park, counts=False)
    if error.permanent:
        return _Settled(EffectStatus.FAILED, Event.FAILED, why, alarm=why)
    wait = timedelta(seconds=error.retry_after) if error.retry_after else _wait(claimed.attempts)
    return _Settled(back, None, why, at + wait, alarm=why if claimed.attempts >= 3 else "")


def _settle(
    store: Store, clock: Clock, claimed: StoredEffect, item: StoredItem | None, end: _Settled
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
        if item is not None and (end.presence or end.hidden is not None):
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


def _write_log(uow: UnitOfWork, claimed: StoredEffect, end: _Settled, at: datetime) -> None:
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


def deliver_letters(store: Store, clock: Clock, mailer: Mailer, *, alarms: bool = False) -> int:
    """Send the letters that are due; returns how many calls ended. Never raises for refusals.

    `alarms`: those that go the second way.
    """
    done = 0
    channel = ALARMS if alarms else MAIL
    while True:
        with store.begin() as uow:
            claimed = uow.effects.claim(channel, at=clock.now(), lease=LEASE)
            if claimed is None or claimed.letter_id is None:
                return done
            mail, person = uow.letters.get(claimed.letter_id)
            taken_back = uow.letters.take_back(claimed.letter_id)
            if taken_back:
                uow.effects.settle(claimed, EffectStatus.CANCELLED, at=clock.now())
            uow.commit()
        if taken_back:
            continue
        try:
            mailer.send(mail)
            end = _Settled(EffectStatus.ACCEPTED, Event.TOLD)
        except AdapterError as error:
            end = _after_refusal(claimed, error, clock.now())
        _settle_letter(store, clock, claimed, person, end)
        done += 1


def _after_refusal(claimed: StoredEffect, error: AdapterError, at: datetime) -> _Settled:
    if error.permanent:
        return _Settled(EffectStatus.FAILED, Event.NOT_TOLD, str(error), alarm=str(error))
    wait = timedelta(seconds=error.retry_after) if error.retry_after else _wait(claimed.attempts)
    alarm = str(error) if claimed.attempts >= 3 else ""
    return _Settled(EffectStatus.PENDING, None, str(error), at + wait, alarm=alarm)


def _settle_letter(
    store: Store, clock: Clock, claimed: StoredEffect, person: str, end: _Settled
) -> None:
    at = clock.now()
    assert claimed.letter_id is not None
    with store.begin() as uow:
        if end.until is not None:
            uow.effects.put_off(claimed, end.status, until=end.until, why=end.why)
        else:
            uow.effects.settle(claimed, end.status, at=at, why=end.why)
        if end.status is EffectStatus.FAILED:
            uow.answers.overdue_now(claimed.letter_id, at)
        mail, _ = uow.letters.get(claimed.letter_id)
        cases = uow.answers.cases_of([claimed.letter_id])
        with uow.log.gathering():
            for case_id, ref in cases if end.event else ():
                assert end.event is not None
                facts = {"case": ref, "person": person, "letter": mail.message_id}
                log.append(
                    uow.log, uow.log_key, at=at, event=end.event, case_id=case_id, facts=facts
                )
        for case_id, _ in cases if end.alarm else ():
            uow.cases.sound_alarm(case_id, f"{LETTER_ALARM} {end.alarm}")
        uow.commit()
    if end.status is not EffectStatus.ACCEPTED:
        _log.warning("letter_not_sent", effect=claimed.id, status=end.status, why=end.why)


def reconcile(store: Store, clock: Clock, adapter: PlatformAdapter) -> int:
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
        items = uow.items.to_reconcile(
            adapter.account, asked_at - _RECONCILE_FOR, _RECONCILE_AT_ONCE
        )
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
    with store.begin() as uow:
        for effect in uow.effects.of_other_channels(accounts):
            uow.effects.cancel(effect)
            if effect.case_id is None:
                continue
            why = (
                f"The account “{effect.channel}” is no longer in settings.toml: "
                f"the {effect.kind} that was asked for there cannot be carried out."
            )
            uow.cases.sound_alarm(effect.case_id, why)
            case = uow.cases.get(effect.case_id)
            facts = {"case": case.ref, "effect": effect.kind, "by": effect.asked_by, "why": why}
            log.append(
                uow.log,
                uow.log_key,
                at=clock.now(),
                event=Event.FAILED,
                case_id=case.id,
                facts=facts,
            )
        uow.commit()
