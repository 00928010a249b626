"""Letters: claimed, handed to the mail server, settled."""

from __future__ import annotations

import structlog

from bot import log
from bot.errors import AdapterError
from bot.log import Event
from bot.model import EffectStatus
from bot.outbox.endings import Settled, after_refusal
from bot.ports import Clock, Mailer
from bot.store import Store
from bot.store.cases import LETTER_ALARM
from bot.store.effects import ALARMS, LEASE, MAIL, StoredEffect

_log = structlog.get_logger("schoolgate.outbox")


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
            end = Settled(EffectStatus.ACCEPTED, Event.TOLD)
        except AdapterError as error:
            end = after_refusal(claimed, error, clock.now())
        _settle_letter(store, clock, claimed, person, end)
        done += 1


def _settle_letter(
    store: Store, clock: Clock, claimed: StoredEffect, person: str, end: Settled
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
