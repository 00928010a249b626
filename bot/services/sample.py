"""The weekly sample of what was left up: drawn by chance, answered by the officer.

So that misses are measured too (policy.md, "Hiding is earned").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random, SystemRandom

from bot import log, rules
from bot.access import Viewer, may_answer_sample, may_see_text
from bot.errors import NotAllowed, Refused
from bot.findings.evidence import Evidence
from bot.log import Event
from bot.model import (
    Action,
    Aspect,
    Assessment,
    Finding,
    Kind,
    Person,
    Presence,
    Role,
    Severity,
    Target,
    Urgency,
)
from bot.policy import judge
from bot.ports import Clock
from bot.school_calendar import LONDON
from bot.services.decide import view_of
from bot.services.telling import tell
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.item_rows import StoredItem
from bot.store.opening import Opening
from bot.store.samples import SampleAnswer, StoredSample
from bot.store.verdicts import facets
from bot.text import normalise
from bot.wording import plain_name

SAYABLE = tuple(
    kind for kind in Kind if kind not in {Kind.UNREAD_ATTACHMENT, Kind.UNREAD, Kind.UNSCORED}
)
"""The kinds that a person may say a comment holds; the others are about the machine."""

FOUND_IN_SAMPLE = "Schoolgate had left it up. In the weekly sample a person said that it holds {}."
"""Stands at the top of the case: the machine found nothing, so its own words explain nothing."""

_NOT_THERE = "There is no such comment in the sample."
_WEEK = timedelta(days=7)
_CHANCE = SystemRandom()


def draw(store: Store, clock: Clock, settings: Settings, chance: Random = _CHANCE) -> int:
    """Draw this week's sample, if it was not drawn yet; returns how many comments are in it.

    Weeks begin on Monday, UK time. It is drawn from what was allowed in the seven days before, so
    that however late in the week this runs, and however often, the sample is the same week's.
    """
    if settings.sample.weekly == 0:
        return 0
    monday = week_of(clock.now())
    year, number, _ = monday.isocalendar()
    week = f"{year}-W{number:02}"
    with store.read() as uow:
        if uow.samples.was_drawn(week):
            return 0
    with store.begin() as uow:
        if uow.samples.was_drawn(week):
            return 0
        there = uow.samples.to_draw_from(monday - _WEEK, monday)
        drawn = chance.sample(there, min(settings.sample.weekly, len(there)))
        if drawn:
            uow.samples.keep(week, drawn, clock.now())
            uow.commit()
    return len(drawn)


def week_of(at: datetime) -> datetime:
    """When the week of this moment began: Monday, midnight in the UK."""
    local = at.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    return local - timedelta(days=local.weekday())  # of the wall clock: midnight stays midnight


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One answer being taken: who, when, about what, in an open unit of work."""

    uow: UnitOfWork
    settings: Settings
    by: str
    at: datetime
    sample: StoredSample
    item: StoredItem
    known: StoredCase | None


def answer(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, ref: str, given: SampleAnswer
) -> None:
    """Keep what somebody says of one comment of the sample; a later answer replaces it.

    Unless it was rightly left up, its case is opened for whoever the policy tells of that kind.
    An answer that takes this back leaves the case to be decided. Raises NotAllowed (also where
    there is no such comment for them), Refused where the kind is missing or the comment is no
    longer there as it was. Idempotent.
    """
    if not may_answer_sample(viewer):
        raise NotAllowed("The weekly sample is for the communications officer.")
    if given.should is Action.ALLOW:
        given = SampleAnswer(Action.ALLOW)
    elif given.kind not in SAYABLE:
        raise Refused("Please choose what it holds.")
    with store.begin() as uow:
        sample = uow.samples.find_by_ref(ref)
        if sample is None:
            raise NotAllowed(_NOT_THERE)
        item = uow.items.get(sample.item_id)
        known = uow.cases.find_by_item(item.id)
        if known is not None and not may_see_text(viewer, view_of(uow, known, item)):
            raise NotAllowed(_NOT_THERE)
        if (
            item.reading_id != sample.reading_id
            or item.presence is Presence.GONE
            or not sample.text
        ):
            raise Refused("That comment was changed, or is no longer there. Nothing was saved.")
        if sample.answer == given:
            return
        at = clock.now()
        uow.samples.answer(sample.id, given, person=viewer.person_key, at=at)
        if given.kind is not None:
            sitting = _Sitting(uow, settings, viewer.person_key, at, sample, item, known)
            _open_case(sitting, given.kind, given)
        uow.commit()


def _open_case(sitting: _Sitting, kind: Kind, given: SampleAnswer) -> None:
    uow, sample, at = sitting.uow, sitting.sample, sitting.at
    found = said(kind, given, sample.text, sitting.settings.policy.people)
    verdict = judge(Assessment((found,)), sitting.settings.policy)
    urgency = max(verdict.urgency, Urgency.ROUTINE, key=lambda urgency: urgency.rank)
    opening = Opening(
        item_id=sitting.item.id,
        reading_id=sample.reading_id,
        urgency=urgency,
        audience=verdict.told or frozenset({Role.COMMUNICATIONS_OFFICER}),
        kinds=frozenset({kind}),
        child=found.child,
        excluded=verdict.excluded,
    )
    case = uow.cases.open(opening, at, sitting.known)
    uow.cases.sound_alarm(case.id, FOUND_IN_SAMPLE.format(plain_name(kind, found.target)))
    log.append(
        uow.log,
        uow.log_key,
        at=at,
        event=Event.JUDGED,
        case_id=case.id,
        facts={
            "case": case.ref,
            "item": str(sitting.item.ref),
            "text": log.digest_for_log(sample.salt, sample.text),
            "by": sitting.by,
            "action": given.should,
            "held_back": "",
            "urgency": urgency,
            "findings": [facets(found)],
            "versions": {},
            "baseline": False,
        },
    )
    tell(uow, sitting.settings, case, verdict.told, urgency, at)


def said(kind: Kind, given: SampleAnswer, text: str, people: Sequence[Person]) -> Finding:
    """What a person said that a text holds, as a finding.

    Whom an accusation names is read from the text, as everywhere; where it may mean the
    headteacher, it is kept from them (policy.md, section 3).
    """
    severity = Severity.SERIOUS if given.should is Action.HIDE else Severity.MILD
    target = Target.PUPIL if kind is Kind.EXPLOITATION else given.target
    child = target is Target.PUPIL or kind is Kind.PUPIL_AUTHOR
    if kind is not Kind.ALLEGATION:
        return Finding(kind, severity, target, child)
    seen = Evidence(rules.signals(normalise(text), people), people, ())
    if target is Target.HEADTEACHER or seen.people & seen.heads:
        about = seen.people | seen.heads
        return Finding(kind, severity, Target.HEADTEACHER, child, about=about)
    unclear = target is Target.NONE or seen.head_in_sight
    aspects = frozenset({Aspect.UNCLEAR} if unclear else ())
    return Finding(kind, severity, target, child, aspects, seen.people)
