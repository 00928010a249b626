"""Judge what waits, and write down what follows (transaction T2, one a batch)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot import log
from bot.hiding import (
    BREAKER,
    KIND_SWITCH,
    STOPPED,
    Circumstances,
    HeldBack,
    hold_back,
    switched,
)
from bot.intentions import ask_for, take_back
from bot.judging import assess, unscored
from bot.log import Event
from bot.model import (
    Action,
    Aspect,
    Assessment,
    EffectKind,
    Presence,
    Role,
    Text,
    Urgency,
    Verdict,
)
from bot.plugins import PluginFailure, answer_of
from bot.policy import judge
from bot.ports import Classifier, Clock
from bot.services.contest import set_apart
from bot.services.decide import view_of
from bot.services.telling import tell
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.effects import MACHINE
from bot.store.item_rows import StoredItem
from bot.store.opening import Opening
from bot.store.readings import WaitingReading
from bot.store.verdicts import JudgedReading, facets

PAUSED = (
    "Hiding is paused: far more than usual was being hidden. Look at the queue, then let it go on."
)
"""The breaker's question, on the case at which it tripped."""

BATCH = 50
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """A waiting reading, and what the machine makes of it."""

    reading: WaitingReading
    assessment: Assessment
    verdict: Verdict


def assess_waiting(
    store: Store,
    clock: Clock,
    settings: Settings,
    classifiers: Sequence[Classifier],
    ending: Callable[[], bool] = lambda: False,
) -> int:
    """Judge everything that waits; returns how many readings were judged.

    A text on which scoring fails three times is queued as *unscored*; the others are unharmed.
    `ending` is asked between two batches: once it is true, the rest is left for the next start.
    """
    done = 0
    while not ending():
        with store.read() as uow:
            waiting = uow.readings.waiting(BATCH)
        if not waiting:
            break
        judged, failed = _judge(waiting, settings, classifiers)
        done += record(store, clock, settings, judged, failed)
    return done


def _judge(
    waiting: Sequence[WaitingReading], settings: Settings, classifiers: Sequence[Classifier]
) -> tuple[list[Judged], list[int]]:
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


def _with_verdict(reading: WaitingReading, assessment: Assessment, settings: Settings) -> Judged:
    return Judged(reading, assessment, judge(assessment, settings.policy))


def record(
    store: Store,
    clock: Clock,
    settings: Settings,
    judged: Sequence[Judged],
    failed: Sequence[int] = (),
) -> int:
    """T2: verdicts, cases, log entries, hides and notices; all stand or fall together.

    Readings that somebody else judged, or that an edit replaced meanwhile, are left out.
    """
    ids = [one.reading.reading_id for one in judged]
    with store.begin() as uow:
        still = uow.readings.still_waiting(ids)
        current = [one for one in judged if one.reading.reading_id in still]
        if current:
            sitting = _Sitting(uow, clock, settings, current)
            with uow.log.gathering(), uow.letters.gathering():
                kept = [sitting.record(one) for one in current]
            uow.cases.keep_verdicts(kept, clock.now())
        uow.readings.mark_judged(ids)
        for reading_id in failed:
            uow.readings.count_attempt(reading_id)
        uow.commit()
    return len(current)


class _Sitting:
    """What one transaction of judging knows: read once for the whole batch."""

    def __init__(
        self, uow: UnitOfWork, clock: Clock, settings: Settings, judged: Sequence[Judged]
    ) -> None:
        self._uow, self._clock, self._settings = uow, clock, settings
        item_ids = [one.reading.item_id for one in judged]
        self._items = uow.items.get_all(item_ids)
        self._known = uow.cases.find_by_items(item_ids)
        openings = [
            _opening(one)
            for one in judged
            if one.verdict.action is not Action.ALLOW or one.reading.item_id in self._known
        ]
        self._cases = uow.cases.open_all(openings, clock.now(), self._known)
        self._decided = uow.decisions.readings([one.reading.reading_id for one in judged])
        self._stopped = uow.state.switch(STOPPED).on
        breaker = uow.state.switch(BREAKER)
        self._breaker_open = breaker.on
        # Hides from before the moment at which a person closed the breaker do not count.
        hour_ago = clock.now() - timedelta(hours=1)
        since = max(hour_ago, breaker.set_at or hour_ago)
        self._tripped = False
        self._hiding = switched(settings.hiding, uow.state.switches(KIND_SWITCH))
        self._hides = uow.effects.hides_asked_since(since, MACHINE)

    def record(self, one: Judged) -> JudgedReading:
        """One reading: its case, log entry, hide and notices, where it needs them."""
        uow, reading, verdict, at = self._uow, one.reading, one.verdict, self._clock.now()
        stored = self._items[reading.item_id]
        back = self._hold_back(one, stored)
        kept = JudgedReading(reading.reading_id, one.assessment, verdict, back)
        case = self._cases.get(reading.item_id)
        if case is None:
            return kept
        told = verdict.told
        if any(Aspect.CONTEST in finding.aspects for finding in one.assessment.findings):
            case, brought_in = self._set_apart(case, stored)
            told |= brought_in
        _log_judged(uow, case, one, back, at)
        if self._tripped:
            self._tripped = False
            uow.cases.sound_alarm(case.id, PAUSED)
        hides = verdict.action is Action.HIDE and back is HeldBack.NO
        if hides or reading.item_id in self._known:
            # Nothing can be under way for what had no case.
            self._hide(case, reading.account, stored, verdict.action, back)
        self._notify(case, one, told)
        return kept

    def _set_apart(
        self, case: StoredCase, stored: StoredItem
    ) -> tuple[StoredCase, frozenset[Role]]:
        """It contests what was done to another comment of its author: not for who decided that."""
        uow = self._uow
        against = uow.steps.deciders_against(case.id)
        if not against:
            return case, frozenset()
        view = view_of(uow, case, stored)
        apart, _ = set_apart(uow, self._settings, case, view, against)
        return apart, apart.audience - case.audience

    def _hide(
        self, case: StoredCase, channel: str, stored: StoredItem, action: Action, back: HeldBack
    ) -> None:
        """Ask for the hide, or take back the one that was asked for other words."""
        uow, at = self._uow, self._clock.now()
        if action is not Action.HIDE or back is not HeldBack.NO:
            take_back(uow, case=case, at=at, only_by=MACHINE)
            return
        if stored.hidden:
            active = uow.effects.active_for(stored.id)
            stays_hidden = active is None or active.kind is EffectKind.HIDE
        else:
            stays_hidden = False
        if not stays_hidden:
            ask_for(uow, EffectKind.HIDE, case=case, channel=channel, by=MACHINE, at=at)
            self._hides += 1

    def _hold_back(self, one: Judged, stored: StoredItem) -> HeldBack:
        if one.verdict.action is Action.HIDE:
            self._trip_breaker()
        around = Circumstances(
            gone=stored.presence is Presence.GONE,
            baseline=one.reading.baseline,
            decided=one.reading.reading_id in self._decided,
            can_hide=stored.can_hide,
            stopped=self._stopped,
            breaker_open=self._breaker_open,
        )
        policy = self._settings.policy
        return hold_back(one.verdict, one.assessment, policy, self._hiding, around)

    def _trip_breaker(self) -> None:
        """Pause hiding when the last hour saw more hides than settings allow."""
        if self._breaker_open or self._hides < self._settings.hiding.breaker_per_hour:
            return
        self._breaker_open = self._tripped = True
        uow, at = self._uow, self._clock.now()
        uow.state.set_switch(BREAKER, True, by=MACHINE, at=at)
        facts = {"switch": BREAKER, "on": True, "by": MACHINE}
        log.append(uow.log, uow.log_key, at=at, event=Event.SWITCHED, facts=facts)

    def _notify(self, case: StoredCase, one: Judged, roles: frozenset[Role]) -> None:
        uow, verdict = self._uow, one.verdict
        if one.reading.baseline or verdict.action is Action.ALLOW:
            uow.letters.withdraw(case.id, case.excluded)
            return
        tell(uow, self._settings, case, roles, verdict.urgency, self._clock.now())


def _opening(one: Judged) -> Opening:
    verdict, findings = one.verdict, one.assessment.findings
    return Opening(
        item_id=one.reading.item_id,
        reading_id=one.reading.reading_id,
        urgency=max(verdict.urgency, Urgency.ROUTINE, key=lambda urgency: urgency.rank),
        audience=verdict.told,
        kinds=frozenset(finding.kind for finding in findings),
        child=any(finding.child for finding in findings),
        baseline=one.reading.baseline,
        excluded=verdict.excluded,
    )


def _log_judged(
    uow: UnitOfWork, case: StoredCase, one: Judged, back: HeldBack, at: datetime
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
