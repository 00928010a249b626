"""Judge what waits, and write down what follows (transaction T2, one a batch)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot import log
from bot.hiding import BREAKER, STOPPED, Circumstances, HeldBack, hold_back
from bot.judging import assess, unscored
from bot.log import Event
from bot.model import (
    Action,
    Assessment,
    EffectKind,
    Presence,
    Text,
    Urgency,
    Verdict,
)
from bot.plugins import PluginFailure, answer_of
from bot.policy import judge
from bot.ports import Classifier, Clock
from bot.services.told import due_at, people_told
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase, facets
from bot.store.items import WaitingReading

MACHINE = "machine"
"""Who asked for an effect that no person decided on."""

BATCH = 50
_TRIES = 3


@dataclass(frozen=True, slots=True)
class _Judged:
    reading: WaitingReading
    assessment: Assessment
    verdict: Verdict


def assess_waiting(
    store: Store, clock: Clock, settings: Settings, classifiers: Sequence[Classifier]
) -> int:
    """Judge everything that waits; returns how many readings were judged.

    A text on which scoring fails three times is queued as *unscored*; the others are unharmed.
    """
    done = 0
    while True:
        with store.read() as uow:
            waiting = uow.items.waiting(BATCH)
        if not waiting:
            return done
        judged, failed = _judge(waiting, settings, classifiers)
        done += record(store, clock, settings, judged, failed)


def _judge(
    waiting: Sequence[WaitingReading], settings: Settings, classifiers: Sequence[Classifier]
) -> tuple[list[_Judged], list[int]]:
    """The batch at once, and where that fails, one by one to find the text that it fails on."""

    def together(readings: Sequence[WaitingReading]) -> list[Assessment]:
        texts = [Text(r.text, r.context) for r in readings]
        return assess(texts, [r.attachments for r in readings], classifiers, settings.policy)

    if len(waiting) > 1:
        try:
            found = answer_of("classifier", partial(together, waiting))
            return [_with_verdict(r, a, settings) for r, a in zip(waiting, found, strict=True)], []
        except PluginFailure:
            parts = [_judge([reading], settings, classifiers) for reading in waiting]
            return [j for judged, _ in parts for j in judged], [f for _, fs in parts for f in fs]
    [reading] = waiting
    try:
        [alone] = answer_of("classifier", partial(together, waiting))
    except PluginFailure:
        if reading.attempts + 1 < _TRIES:
            return [], [reading.reading_id]
        text = Text(reading.text, reading.context)
        alone = unscored(text, reading.attachments, settings.policy)
    return [_with_verdict(reading, alone, settings)], []


def _with_verdict(reading: WaitingReading, assessment: Assessment, settings: Settings) -> _Judged:
    return _Judged(reading, assessment, judge(assessment, settings.policy))


def record(
    store: Store,
    clock: Clock,
    settings: Settings,
    judged: Sequence[_Judged],
    failed: Sequence[int] = (),
) -> int:
    """T2: verdicts, cases, log entries, hides and notices; all stand or fall together.

    Readings that somebody else judged, or that an edit replaced meanwhile, are left out.
    """
    ids = [j.reading.reading_id for j in judged]
    with store.begin() as uow:
        still = uow.items.still_waiting(ids)
        decided = uow.cases.decided_readings(ids)
        for one in judged:
            if one.reading.reading_id in still:
                _record_one(uow, clock, settings, one, one.reading.reading_id in decided)
        uow.items.mark_judged(ids)
        for reading_id in failed:
            uow.items.count_attempt(reading_id)
        uow.commit()
    return len(still)


def _record_one(
    uow: UnitOfWork, clock: Clock, settings: Settings, one: _Judged, decided: bool
) -> None:
    reading, verdict, at = one.reading, one.verdict, clock.now()
    known = uow.cases.find_by_item(reading.item_id)
    stored = uow.items.get(reading.item_id)
    around = Circumstances(
        gone=stored.presence is Presence.GONE,
        baseline=reading.baseline,
        decided=decided,
        can_hide=stored.can_hide,
        stopped=uow.state.switch(STOPPED).on,
        breaker_open=_breaker_open(uow, clock, settings),
    )
    back = hold_back(verdict, one.assessment, settings.policy, settings.hiding, around)
    uow.cases.keep_verdict(reading.reading_id, one.assessment, verdict, held_back=back, at=at)
    if verdict.action is Action.ALLOW and known is None:
        return
    case = uow.cases.open(
        item_id=reading.item_id,
        reading_id=reading.reading_id,
        urgency=max(verdict.urgency, Urgency.ROUTINE, key=lambda urgency: urgency.rank),
        kinds={finding.kind for finding in one.assessment.findings},
        child=any(finding.child for finding in one.assessment.findings),
        baseline=reading.baseline,
        audience=verdict.told,
        excluded=verdict.excluded,
        at=at,
    )
    _log_judged(uow, case, one, back, at)
    if verdict.action is Action.HIDE and back is HeldBack.NO and not stored.hidden:
        ask_for(uow, EffectKind.HIDE, case=case, channel=reading.account, by=MACHINE, clock=clock)
    _notify(uow, clock, settings, case, one)


def _breaker_open(uow: UnitOfWork, clock: Clock, settings: Settings) -> bool:
    """Whether hiding is paused; trips when the last hour saw more hides than settings allow.

    Hides from before the moment at which a person closed it again do not count.
    """
    breaker = uow.state.switch(BREAKER)
    if breaker.on:
        return True
    at = clock.now()
    since = max(at - timedelta(hours=1), breaker.set_at or at - timedelta(hours=1))
    if uow.effects.hides_asked_since(since, MACHINE) < settings.hiding.breaker_per_hour:
        return False
    uow.state.set_switch(BREAKER, True, by=MACHINE, at=at)
    facts = {"switch": BREAKER, "on": True, "by": MACHINE}
    log.append(uow.log, uow.log_key, at=at, event=Event.SWITCHED, facts=facts)
    return True


def _log_judged(
    uow: UnitOfWork, case: StoredCase, one: _Judged, back: HeldBack, at: datetime
) -> None:
    log.append(
        uow.log,
        uow.log_key,
        at=at,
        event=Event.JUDGED,
        case_id=case.id,
        facts={
            "case": case.ref,
            "item": str(one.reading.ref),
            "text": log.digest_for_log(one.reading.salt, one.reading.text),
            "action": one.verdict.action,
            "held_back": back,
            "urgency": one.verdict.urgency,
            "findings": [facets(finding) for finding in one.assessment.findings],
            "versions": dict(one.assessment.versions),
            "baseline": one.reading.baseline,
        },
    )


def ask_for(
    uow: UnitOfWork, kind: EffectKind, *, case: StoredCase, channel: str, by: str, clock: Clock
) -> None:
    """Write an intention down, and in the log that it was asked for (not that it happened)."""
    at = clock.now()
    uow.effects.ask(
        kind,
        channel=channel,
        asked_by=by,
        at=at,
        urgency=case.urgency,
        item_id=case.item_id,
        case_id=case.id,
    )
    facts = {"case": case.ref, "effect": kind, "by": by}
    log.append(uow.log, uow.log_key, at=at, event=Event.ASKED, case_id=case.id, facts=facts)


def _notify(
    uow: UnitOfWork, clock: Clock, settings: Settings, case: StoredCase, one: _Judged
) -> None:
    uow.letters.withdraw(case.id, case.excluded)
    if one.reading.baseline or one.verdict.action is Action.ALLOW:
        return
    at = clock.now()
    for person in people_told(one.verdict.told, case.excluded, settings.policy.people):
        uow.letters.notify(
            case_id=case.id,
            reading_id=case.reading_id,
            person=person.key,
            urgency=one.verdict.urgency,
            due_at=due_at(one.verdict.urgency, at, settings.letters),
        )
