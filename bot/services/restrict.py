"""A person blocks, mutes or removes somebody, says that it is done, or ends it.

What the token can do becomes an effect; what it cannot is a task for a person, checked later.
"""

from __future__ import annotations

from datetime import date, datetime, time

from bot import log
from bot.access import Viewer, may_see_restrictions
from bot.errors import NotAllowed, Refused
from bot.intentions import ask_for
from bot.log import Event
from bot.model import REQUEST_ANSWERS, Capability, CapabilityState, EffectKind, Restriction
from bot.ports import Clock
from bot.school_calendar import LONDON
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.item_rows import StoredItem
from bot.store.restrictions import StoredRestriction

_DOES = {Restriction.BLOCK: EffectKind.BLOCK, Restriction.MUTE: EffectKind.MUTE}
_ENDS = {Restriction.BLOCK: EffectKind.UNBLOCK, Restriction.MUTE: EffectKind.UNMUTE}
_NEEDS = {Restriction.BLOCK: Capability.BLOCK, Restriction.MUTE: Capability.MUTE}
_MAKES_IDLE = {
    Restriction.LET_IN: {Restriction.TURN_DOWN},
    Restriction.TURN_DOWN: {Restriction.LET_IN},
    Restriction.BLOCK: REQUEST_ANSWERS,
}
"""A task that is no longer to be done once a person decides this; a block ends the request too."""


def restrict(
    uow: UnitOfWork,
    at: datetime,
    viewer: Viewer,
    case: StoredCase,
    item: StoredItem,
    kind: Restriction,
    *,
    reason: str,
    until: date | None,
) -> None:
    """What the token may do is asked of the platform; what it cannot is a task for a person.

    Part of the transaction in which a person decides it. What stands already is left as it is.
    """
    standing = uow.restrictions.standing(item.id)
    over = [one for one in standing if one.kind is kind and _is_over(one)]
    if any(one.kind is kind for one in standing if one not in over):
        return
    for one in over:
        uow.restrictions.end(one.id, by=viewer.person_key, at=at)
    for one in standing:
        if one.kind in _MAKES_IDLE.get(kind, ()):
            uow.restrictions.end(one.id, by=viewer.person_key, at=at)
            _log(uow, Event.LIFTED, case, at, by=viewer.person_key, restriction=one.kind)
    effect = None
    if kind in _NEEDS and _token_can(uow, item.account, _NEEDS[kind]):
        by, channel = viewer.person_key, item.account
        effect = ask_for(uow, _DOES[kind], case=case, channel=channel, by=by, at=at)
    else:
        _log(uow, Event.RESTRICTED, case, at, by=viewer.person_key, restriction=kind)
    uow.restrictions.add(
        kind,
        case_id=case.id,
        item_id=item.id,
        person=viewer.person_key,
        reason=reason,
        at=at,
        until=_end_of(until),
        effect_id=effect,
    )


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


# --- within -------------------------------------------------------------------------------------


def _is_over(one: StoredRestriction) -> bool:
    """What was done once: whoever is back, or still there, is removed or answered anew."""
    once = one.kind is Restriction.REMOVE or one.kind in REQUEST_ANSWERS
    return once and bool(one.said_by or one.confirmed_at)


def _token_can(uow: UnitOfWork, account: str, capability: Capability) -> bool:
    """Whether it is worth asking: what was never proven may still work, and says so if not."""
    known = uow.state.capability(account, capability)
    return known in (CapabilityState.WORKS, CapabilityState.UNTESTED)


def _end_of(until: date | None) -> datetime | None:
    """The last moment of that day at the school."""
    return datetime.combine(until, time(23, 59, 59), LONDON) if until else None


def _restriction(uow: UnitOfWork, viewer: Viewer, ref: str) -> tuple[StoredRestriction, StoredCase]:
    found = uow.restrictions.find(ref, viewer=viewer.person_key)
    if found is None or not may_see_restrictions(viewer):
        raise NotAllowed("That is not here.")
    return found, uow.cases.get(found.case_id)


def _log(uow: UnitOfWork, event: Event, case: StoredCase, at: datetime, **facts: object) -> None:
    facts = {"case": case.ref, **facts}
    log.append(uow.log, uow.log_key, at=at, event=event, case_id=case.id, facts=facts)
