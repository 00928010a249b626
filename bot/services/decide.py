"""A person decides a case, or turns a switch (transaction T5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from bot import log
from bot.access import CaseView, Viewer, may_decide, may_see, may_switch_hiding
from bot.errors import Conflict, NotAllowed, Refused
from bot.hiding import BREAKER, STOPPED
from bot.intentions import UNDO, ask_for, take_back
from bot.log import Event
from bot.model import (
    Capability,
    CapabilityState,
    EffectKind,
    EffectStatus,
    ItemKind,
    Outcome,
    Presence,
)
from bot.ports import Clock
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.effects import MACHINE
from bot.store.item_rows import StoredItem

TAKEN_BACK = "Its hide was taken back when hiding was stopped: please decide it yourself."

VETTING = frozenset({Outcome.APPROVE, Outcome.NOT_SUITABLE, Outcome.UNSURE, Outcome.LATER})
"""What one decides about people, not about what they wrote."""

NEEDS_REASON = frozenset(
    set(Outcome) - {Outcome.ALLOW, Outcome.ANSWERED, Outcome.APPROVE, Outcome.LATER}
)
"""Outcomes that make no sense in the log without a why."""

_FOR = {
    ItemKind.NEWCOMER: frozenset({Outcome.APPROVE, Outcome.NOT_SUITABLE}),
    ItemKind.COMMENT: frozenset(set(Outcome) - VETTING),
    ItemKind.REPORT: frozenset({Outcome.ALLOW, Outcome.CLEARED}),
}
_MILDEST = {
    ItemKind.NEWCOMER: Outcome.APPROVE,
    ItemKind.COMMENT: Outcome.ALLOW,
    ItemKind.REPORT: Outcome.ALLOW,
}
_MAKES_VISIBLE = frozenset({Outcome.ALLOW, Outcome.UNHIDE, Outcome.CLEARED})
_VANISHES = {Outcome.HIDE: EffectKind.HIDE, Outcome.DELETE: EffectKind.DELETE}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to decide, having seen the case at `version`."""

    case_ref: str
    version: int
    outcome: Outcome
    reason: str = ""


def view_of(uow: UnitOfWork, case: StoredCase, item: StoredItem) -> CaseView:
    """What access needs to know of a case."""
    return CaseView(
        audience=case.audience,
        excluded=case.excluded,
        kinds=case.kinds,
        child=case.child,
        item_kind=item.ref.kind,
        public=item.ref.kind is not ItemKind.REPORT,
        acted_on=bool(item.hidden) or uow.effects.took_away(case.id),
        barred=case.barred,
        stand_ins=uow.cases.stand_ins(case.id),
    )


def seen_case(uow: UnitOfWork, viewer: Viewer, ref: str) -> tuple[StoredCase, StoredItem, CaseView]:
    """A case that the viewer may see; raises NotAllowed, alike for what is not there."""
    case = uow.cases.find_by_ref(ref)
    if case is None:
        raise NotAllowed("There is no such case.")
    item = uow.items.get(case.item_id)
    view = view_of(uow, case, item)
    if not may_see(viewer, view):
        raise NotAllowed("There is no such case.")
    return case, item, view


def decide(store: Store, clock: Clock, viewer: Viewer, wish: Wish) -> None:
    """Write a decision down, with what it asks of the platform; the machine is bound by it.

    Raises NotAllowed (also where there is no such case), Conflict where the case changed since it
    was seen, Refused where the outcome makes no sense or lacks its reason. Sent twice, the second
    raises Conflict.
    """
    with store.begin() as uow:
        settle(uow, clock.now(), viewer, wish)
        uow.commit()


def settle(
    uow: UnitOfWork, at: datetime, viewer: Viewer, wish: Wish, *, undoable: bool = True
) -> None:
    """The same inside a transaction that does more; what is not `undoable` is never withdrawn."""
    case, item, view = seen_case(uow, viewer, wish.case_ref)
    if not may_decide(viewer, view, wish.outcome):
        raise NotAllowed("There is no such case.")
    _check(uow, wish, item)
    before = uow.steps.standing(case.id)
    # Hiding protects, and anybody told may do it; the case stays with those whose it is.
    settles = may_decide(viewer, view, _MILDEST[item.ref.kind])
    if not uow.cases.change(case.id, wish.version, closed_at=at if settles else None):
        raise Conflict("Somebody else changed this case while you looked at it.")
    uow.steps.release(case.id)
    salt = token_hex(16)
    facts = {
        "case": case.ref,
        "by": viewer.person_key,
        "outcome": wish.outcome,
        "reason": log.digest_for_log(salt, wish.reason.strip()),
    }
    log.append(uow.log, uow.log_key, at=at, event=Event.DECIDED, case_id=case.id, facts=facts)
    active = uow.effects.active_for(item.id)
    before["replaced"] = [active.kind, active.asked_by] if active else None
    before["asked"] = _ask_platform(uow, viewer, wish.outcome, case, item, at)
    uow.decisions.keep(
        case_id=case.id,
        reading_id=case.reading_id,
        person=viewer.person_key,
        outcome=wish.outcome,
        reason=wish.reason.strip(),
        salt=salt,
        at=at,
        before=before if undoable else None,
    )


def why_not_hidden(uow: UnitOfWork, item: StoredItem) -> str:
    """Why the platform need not be asked to hide it, in one sentence; empty where it can be, and
    where it is hidden already: that can be kept.
    """
    if item.hidden:
        return ""
    if item.presence is Presence.GONE:
        return "It is no longer on the platform: there is nothing left to hide."
    known = uow.state.capability(item.account, Capability.HIDE)
    if item.can_hide is False or known in {CapabilityState.DENIED, CapabilityState.IMPOSSIBLE}:
        return "The platform does not allow hiding this comment. Open it there instead."
    return ""


def _check(uow: UnitOfWork, wish: Wish, item: StoredItem) -> None:
    if wish.outcome not in _FOR.get(item.ref.kind, frozenset()):
        raise Refused("That is not something one can decide here.")
    if wish.outcome in NEEDS_REASON and not wish.reason.strip():
        raise Refused("Please give a reason: it goes into the log.")
    if wish.outcome is Outcome.HIDE and (why := why_not_hidden(uow, item)):
        raise Refused(why)


def _ask_platform(
    uow: UnitOfWork,
    viewer: Viewer,
    outcome: Outcome,
    case: StoredCase,
    item: StoredItem,
    at: datetime,
) -> bool:
    """Ask for what was decided, in this person's name, and take back what goes against it.

    Says whether anything new was asked for: it waits a while, so that it can be undone.
    """
    active = uow.effects.active_for(item.id)
    under_way = active.kind if active else None
    wanted: EffectKind | None = _VANISHES.get(outcome)
    if outcome in _MAKES_VISIBLE:
        hidden = item.hidden or under_way is EffectKind.HIDE
        wanted = EffectKind.UNHIDE if hidden else None
    if wanted is None:
        if outcome is not Outcome.ANSWERED:
            take_back(uow, case=case, at=at)
        return False
    theirs = active is not None and active.kind is wanted and active.asked_by != MACHINE
    already = wanted is EffectKind.HIDE and item.hidden and active is None
    if theirs or already:
        return False
    by = viewer.person_key
    ask_for(uow, wanted, case=case, channel=item.account, by=by, at=at, wait=UNDO)
    return True


def switch_hiding(store: Store, clock: Clock, viewer: Viewer, *, stop: bool) -> None:
    """Stop all hiding at once, or let it go on; hides that have not left yet are taken back.

    Letting it go on also closes the breaker. Raises NotAllowed. Idempotent.
    """
    if not may_switch_hiding(viewer):
        raise NotAllowed("Your role cannot switch hiding.")
    turn_hiding(store, clock, by=viewer.person_key, stop=stop)


def turn_hiding(store: Store, clock: Clock, *, by: str, stop: bool) -> None:
    """The same for the technician at the command line, who sees no content."""
    at = clock.now()
    with store.begin() as uow:
        uow.state.set_switch(STOPPED, stop, by=by, at=at)
        if stop:
            for effect in uow.effects.machine_hides():
                assert effect.case_id is not None
                if effect.status is EffectStatus.PENDING:
                    take_back(uow, case=uow.cases.get(effect.case_id), at=at, only_by=MACHINE)
                    uow.cases.sound_alarm(effect.case_id, TAKEN_BACK)
        else:
            uow.state.set_switch(BREAKER, False, by=by, at=at)
        facts = {"switch": STOPPED, "on": stop, "by": by}
        log.append(uow.log, uow.log_key, at=at, event=Event.SWITCHED, facts=facts)
        uow.commit()
