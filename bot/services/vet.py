"""A person decides about newcomers, one or many (transaction T5).

The machine never approves, blocks, mutes or removes: every way in here asks for a viewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import token_hex

from bot import log
from bot.access import Viewer, may_decide, may_see
from bot.errors import Conflict, NotAllowed, Refused
from bot.log import Event
from bot.model import REQUEST_ANSWERS, ItemKind, Outcome, Restriction, Role, Unsuitable, Urgency
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.decide import view_of
from bot.services.restrict import restrict
from bot.services.telling import tell
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.item_rows import StoredItem
from bot.store.opening import Opening
from bot.wording import not_suitable

LATER = timedelta(days=14)
MOST_AT_ONCE = 200

PASSED_TO = {"dsl": Role.DSL, "headteacher": Role.HEADTEACHER}
"""Who may be asked where the officer is unsure."""


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


# --- within -------------------------------------------------------------------------------------


def _checked(wish: Vetting, now: datetime) -> str:
    """The reason as the log keeps it. Raises Refused for what is missing."""
    if not wish.cases:
        raise Refused("Please tick at least one newcomer.")
    if len(wish.cases) > MOST_AT_ONCE:
        raise Refused(f"That is more than {MOST_AT_ONCE} at once: please take fewer.")
    if wish.then in REQUEST_ANSWERS:
        raise Refused("A follow request is answered by approving or refusing whoever asks.")
    words = wish.reason.strip()
    match wish.outcome:
        case Outcome.NOT_SUITABLE:
            if wish.why is None or (wish.why is Unsuitable.OTHER and not words):
                raise Refused("Please give a reason: it goes into the log.")
            _check_until(wish.until, now)
            return not_suitable(wish.why, words)
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
    salt = token_hex(16)
    uow.decisions.keep(
        case_id=case.id,
        reading_id=case.reading_id,
        person=viewer.person_key,
        outcome=wish.outcome,
        reason=reason,
        salt=salt,
        at=at,
    )
    digest = log.digest_for_log(salt, reason)
    facts = {"by": viewer.person_key, "outcome": wish.outcome, "reason": digest}
    _log(uow, Event.DECIDED, case, at, **facts)
    if wish.outcome is Outcome.LATER:
        uow.people.put_off(case.id, later_until=at + LATER)
    elif wish.outcome is Outcome.UNSURE:
        _pass_on(uow, settings, case, PASSED_TO[wish.passed_to], wish.passed_to, at)
    for kind in _on_the_platform(wish, asks=uow.items.asks_to_follow(item.id)):
        until = None if kind in REQUEST_ANSWERS else wish.until
        restrict(uow, at, viewer, case, item, kind, reason=reason, until=until)


def _on_the_platform(wish: Vetting, *, asks: bool) -> list[Restriction]:
    """What the decision means there: whoever asks to follow is let in or turned down as well.

    There is nobody to remove yet, and a block ends the request by itself.
    """
    chosen = [wish.then] if wish.then else []
    if not asks:
        return chosen
    if wish.outcome is Outcome.APPROVE:
        return [Restriction.LET_IN]
    if wish.outcome is Outcome.NOT_SUITABLE and wish.then is not Restriction.BLOCK:
        muted = [kind for kind in chosen if kind is Restriction.MUTE]
        return [*muted, Restriction.TURN_DOWN]
    return chosen


def _pass_on(
    uow: UnitOfWork, settings: Settings, case: StoredCase, role: Role, word: str, at: datetime
) -> None:
    """Open it to somebody else, and tell them; nobody sees less than before."""
    uow.people.put_off(case.id, passed_to=word)
    opening = Opening(
        item_id=case.item_id,
        reading_id=case.reading_id,
        urgency=case.urgency,
        audience=frozenset({role}),
        baseline=case.baseline,
    )
    opened = uow.cases.open(opening, at, case)
    tell(uow, settings, opened, {role}, Urgency.ROUTINE, at)


def _log(uow: UnitOfWork, event: Event, case: StoredCase, at: datetime, **facts: object) -> None:
    facts = {"case": case.ref, **facts}
    log.append(uow.log, uow.log_key, at=at, event=event, case_id=case.id, facts=facts)
