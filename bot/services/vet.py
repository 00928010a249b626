"""A person decides about newcomers, and what is to be done about somebody (transaction T5).

The machine never approves, blocks, mutes or removes: every way in here asks for a viewer. What the
token can do becomes an effect; what it cannot is a task for a person, checked later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot import log
from bot.access import Viewer, may_decide, may_see, may_see_restrictions, may_vet
from bot.errors import Conflict, NotAllowed, Refused
from bot.intentions import ask_for
from bot.log import Event
from bot.model import (
    Capability,
    CapabilityState,
    EffectKind,
    ItemKind,
    Outcome,
    Restriction,
    Role,
    Urgency,
)
from bot.ports import Clock
from bot.school_calendar import LONDON, day_of
from bot.services.decide import view_of
from bot.services.telling import tell
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.items import StoredItem
from bot.store.restrictions import StoredRestriction

LATER = timedelta(days=14)
MOST_AT_ONCE = 200


class Unsuitable(StrEnum):
    """Why somebody may not follow the school; `OTHER` needs words."""

    UNDER_AGE = "under_age"
    STAFF = "staff"
    BUSINESS = "business"
    UNKNOWN = "unknown"
    OTHER = "other"


WHY = {
    Unsuitable.UNDER_AGE: "Under age, or a pupil",
    Unsuitable.STAFF: "A member of staff: advised not to follow",
    Unsuitable.BUSINESS: "Business or spam",
    Unsuitable.UNKNOWN: "Nobody knows who it is",
    Unsuitable.OTHER: "Another reason",
}
"""What stands in the log for each."""

PASSED_TO = {"dsl": Role.DSL, "headteacher": Role.HEADTEACHER}
"""Who may be asked where the officer is unsure."""

_DOES = {Restriction.BLOCK: EffectKind.BLOCK, Restriction.MUTE: EffectKind.MUTE}
_ENDS = {Restriction.BLOCK: EffectKind.UNBLOCK, Restriction.MUTE: EffectKind.UNMUTE}
_NEEDS = {Restriction.BLOCK: Capability.BLOCK, Restriction.MUTE: Capability.MUTE}


@dataclass(frozen=True, slots=True)
class Vetting:
    """What somebody decides about newcomers, each seen at a version of their case.

    `why` and `reason` belong to "not suitable", `passed_to` ("dsl" or "headteacher") to "unsure".
    With `then`, that is done about them on the platform as well, until the end of `until`.
    """

    cases: Sequence[tuple[str, int]]
    outcome: Outcome
    why: Unsuitable | None = None
    reason: str = ""
    passed_to: str = ""
    then: Restriction | None = None
    until: date | None = None


def vet(store: Store, clock: Clock, settings: Settings, viewer: Viewer, wish: Vetting) -> int:
    """Decide about one newcomer or many at once, all or nothing; returns about how many.

    Raises NotAllowed (also where there is no such case), Conflict where one of them changed since
    it was seen, Refused where something is missing. Sent twice, the second raises Conflict.
    """
    reason = _checked(wish, clock.now())
    with store.begin() as uow:
        for ref, version in dict(wish.cases).items():
            case, item = _theirs(uow, viewer, ref, wish.outcome)
            _decide(uow, clock, settings, viewer, wish, reason, case, item, version)
        uow.commit()
    return len(dict(wish.cases))


def restrict(
    store: Store,
    clock: Clock,
    viewer: Viewer,
    case_ref: str,
    kind: Restriction,
    *,
    reason: str,
    until: date | None = None,
) -> str:
    """Block, mute or remove somebody; returns the reference of what is now to be done.

    Raises NotAllowed, and Refused without a reason, for a time that is past, or where it stands.
    """
    if not reason.strip():
        raise Refused("Please give a reason: it goes into the log.")
    _check_until(until, clock.now())
    with store.begin() as uow:
        case, item = _theirs(uow, viewer, case_ref, Outcome.NOT_SUITABLE)
        made = _restrict(uow, clock.now(), viewer, case, item, kind, reason.strip(), until)
        uow.commit()
    return made


def say_done(store: Store, clock: Clock, viewer: Viewer, ref: str) -> None:
    """A person says that they did it on the platform; a later look confirms it, or never.

    Raises NotAllowed, Refused where there is nothing for a person to do. Twice is once.
    """
    with store.begin() as uow:
        found, case = _restriction(uow, viewer, ref)
        if found.by_machine:
            raise Refused("Schoolgate does this itself: there is nothing for you to do.")
        if not found.said_by and found.ended_at is None:
            at = clock.now()
            uow.restrictions.say_done(found.id, by=viewer.person_key, at=at)
            _log(uow, Event.SAID_DONE, case, at, by=viewer.person_key, restriction=found.kind)
        uow.commit()


def lift(store: Store, clock: Clock, viewer: Viewer, ref: str) -> None:
    """End a block or a mute, or forget a removal: everything here is reversible. Twice is once.

    Raises NotAllowed.
    """
    with store.begin() as uow:
        found, case = _restriction(uow, viewer, ref)
        if found.ended_at is None:
            at, item = clock.now(), uow.items.get(found.item_id)
            effect = None
            if found.by_machine and found.kind in _ENDS:
                by, kind = viewer.person_key, _ENDS[found.kind]
                effect = ask_for(uow, kind, case=case, channel=item.account, by=by, at=at)
            uow.restrictions.end(found.id, by=viewer.person_key, at=at, effect_id=effect)
            uow.cases.quieten(case.id)
            _log(uow, Event.LIFTED, case, at, by=viewer.person_key, restriction=found.kind)
        uow.commit()


def take_baseline(store: Store, clock: Clock, viewer: Viewer, account: str, *, most: int) -> int:
    """Offer newcomers from before the first start for review: each gets a case, oldest first.

    Returns how many were offered. Raises NotAllowed.
    """
    if not may_vet(viewer):
        raise NotAllowed("Newcomers are for the communications officer.")
    with store.begin() as uow:
        items = uow.items.get_all(uow.people.undecided_baseline(account, most))
        for item in items.values():
            open_newcomer_case(uow, item, clock.now())
        uow.commit()
    return len(items)


def open_newcomer_case(uow: UnitOfWork, item: StoredItem, at: datetime) -> StoredCase:
    """Somebody for the officer to look at: no kind, no verdict, nobody told."""
    return uow.cases.open(
        item_id=item.id,
        reading_id=item.reading_id,
        urgency=Urgency.ROUTINE,
        kinds=(),
        child=False,
        baseline=False,
        audience={Role.COMMUNICATIONS_OFFICER},
        excluded=(),
        at=at,
    )


# --- within -------------------------------------------------------------------------------------


def _checked(wish: Vetting, now: datetime) -> str:
    """The reason as the log keeps it. Raises Refused for what is missing."""
    if not wish.cases:
        raise Refused("Please tick at least one newcomer.")
    if len(wish.cases) > MOST_AT_ONCE:
        raise Refused(f"That is more than {MOST_AT_ONCE} at once: please take fewer.")
    words = wish.reason.strip()
    match wish.outcome:
        case Outcome.NOT_SUITABLE:
            if wish.why is None or (wish.why is Unsuitable.OTHER and not words):
                raise Refused("Please give a reason: it goes into the log.")
            _check_until(wish.until, now)
            return f"{WHY[wish.why]}. {words}".strip()
        case Outcome.UNSURE if wish.passed_to not in PASSED_TO:
            raise Refused("Please choose who shall look: the DSL or the headteacher.")
        case Outcome.APPROVE | Outcome.UNSURE | Outcome.LATER:
            if wish.then is not None:
                raise Refused("Only somebody who is not suitable is blocked, muted or removed.")
            return words
    raise Refused("That is not something one can decide here.")


def _check_until(until: date | None, now: datetime) -> None:
    if until is not None and until < day_of(now):
        raise Refused("The last day is past already: please choose a later one.")


def _theirs(
    uow: UnitOfWork, viewer: Viewer, ref: str, outcome: Outcome
) -> tuple[StoredCase, StoredItem]:
    case = uow.cases.find_by_ref(ref)
    if case is None:
        raise NotAllowed("There is no such newcomer.")
    item = uow.items.get(case.item_id)
    view = view_of(uow, case, item)
    allowed = item.ref.kind is ItemKind.NEWCOMER and may_see(viewer, view)
    if not allowed or not may_decide(viewer, view, outcome):
        raise NotAllowed("There is no such newcomer.")
    return case, item


def _decide(
    uow: UnitOfWork,
    clock: Clock,
    settings: Settings,
    viewer: Viewer,
    wish: Vetting,
    reason: str,
    case: StoredCase,
    item: StoredItem,
    version: int,
) -> None:
    at = clock.now()
    settled = wish.outcome in (Outcome.APPROVE, Outcome.NOT_SUITABLE)
    if not uow.cases.change(case.id, version, closed_at=at if settled else None):
        raise Conflict("Somebody else changed one of these while you looked at them.")
    uow.cases.keep_decision(
        case_id=case.id,
        reading_id=case.reading_id,
        person=viewer.person_key,
        outcome=wish.outcome,
        reason=reason,
        at=at,
    )
    digest = log.digest_for_log(case.ref, reason)
    facts = {"by": viewer.person_key, "outcome": wish.outcome, "reason": digest}
    _log(uow, Event.DECIDED, case, at, **facts)
    if wish.outcome is Outcome.LATER:
        uow.people.put_off(case.id, later_until=at + LATER)
    elif wish.outcome is Outcome.UNSURE:
        _pass_on(uow, settings, case, PASSED_TO[wish.passed_to], wish.passed_to, at)
    if wish.then is not None and not _stands(uow, item, wish.then):
        _restrict(uow, at, viewer, case, item, wish.then, reason, wish.until)


def _pass_on(
    uow: UnitOfWork, settings: Settings, case: StoredCase, role: Role, word: str, at: datetime
) -> None:
    """Open it to somebody else, and tell them; nobody sees less than before."""
    uow.people.put_off(case.id, passed_to=word)
    opened = uow.cases.open(
        case,
        item_id=case.item_id,
        reading_id=case.reading_id,
        urgency=case.urgency,
        kinds=case.kinds,
        child=case.child,
        baseline=case.baseline,
        audience=case.audience | {role},
        excluded=case.excluded,
        at=at,
    )
    tell(uow, settings, opened, {role}, Urgency.ROUTINE, at)


def _restrict(
    uow: UnitOfWork,
    at: datetime,
    viewer: Viewer,
    case: StoredCase,
    item: StoredItem,
    kind: Restriction,
    reason: str,
    until: date | None,
) -> str:
    """What the token may do is asked of the platform; what it cannot is a task for a person."""
    if _stands(uow, item, kind):
        raise Refused("That stands already: see who is blocked, muted or removed.")
    effect = None
    if kind in _NEEDS and _token_can(uow, item.account, _NEEDS[kind]):
        by, channel = viewer.person_key, item.account
        effect = ask_for(uow, _DOES[kind], case=case, channel=channel, by=by, at=at)
    else:
        _log(uow, Event.RESTRICTED, case, at, by=viewer.person_key, restriction=kind)
    return uow.restrictions.add(
        kind,
        case_id=case.id,
        item_id=item.id,
        person=viewer.person_key,
        reason=reason,
        at=at,
        until=_end_of(until),
        effect_id=effect,
    )


def _stands(uow: UnitOfWork, item: StoredItem, kind: Restriction) -> bool:
    return any(one.kind is kind for one in uow.restrictions.standing(item.id))


def _token_can(uow: UnitOfWork, account: str, capability: Capability) -> bool:
    """Whether it is worth asking: what was never proven may still work, and says so if not."""
    known = uow.state.capability(account, capability)
    return known in (CapabilityState.WORKS, CapabilityState.UNTESTED)


def _end_of(until: date | None) -> datetime | None:
    """The last moment of that day at the school."""
    return datetime.combine(until, time(23, 59, 59), LONDON) if until else None


def _restriction(uow: UnitOfWork, viewer: Viewer, ref: str) -> tuple[StoredRestriction, StoredCase]:
    found = uow.restrictions.find(ref)
    if found is None or not may_see_restrictions(viewer):
        raise NotAllowed("That is not here.")
    case = uow.cases.get(found.case_id)
    if viewer.person_key in case.excluded:
        raise NotAllowed("That is not here.")
    return found, case


def _log(uow: UnitOfWork, event: Event, case: StoredCase, at: datetime, **facts: object) -> None:
    facts = {"case": case.ref, **facts}
    log.append(uow.log, uow.log_key, at=at, event=event, case_id=case.id, facts=facts)
