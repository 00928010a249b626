"""What somebody does about a case without deciding on its words: a note, handing it on, a contest,
the suspicion of an indecent picture. One function, one transaction each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot import log
from bot.access import Viewer, may_decide, may_note, may_route
from bot.errors import NotAllowed, Refused
from bot.intentions import UNDO
from bot.log import Event
from bot.model import NOTES, CaseStatus, ItemKind, Kind, Outcome, Role, Step, Urgency
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.contest import set_apart
from bot.services.decide import Wish, seen_case, settle, view_of, why_not_hidden
from bot.services.telling import tell_one
from bot.services.told import NOBODY_TOLD, Told, due_at, people_told
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase

COMPLAINTS = (Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS)
"""Who deals with a complaint (policy.md, clause 18)."""

SUSPECTED_PICTURE = "Suspected indecent picture of a child."
NOBODY_THERE = "Nobody who holds that role can be told of this. Choose another."

_EVENTS = {
    Step.ROUTED: Event.ROUTED,
    Step.FORWARDED: Event.FORWARDED,
    Step.CONTESTED: Event.CONTESTED,
    Step.PICTURE: Event.PICTURE,
}


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody writes down about a case: a step of NOTES; a link names its `linked_ref`."""

    words: str = ""
    step: Step = Step.NOTE
    linked_ref: str = ""


def note(store: Store, clock: Clock, viewer: Viewer, ref: str, given: Note) -> None:
    """Write a note into the trail; a mistake is set right by another note.

    It changes nothing that somebody else might be deciding about. Raises NotAllowed, and Refused
    without words or, of a link, where the other case is not one whose notes they may read.
    """
    with store.begin() as uow:
        case, _, view = seen_case(uow, viewer, ref)
        if given.step not in NOTES or not may_note(viewer, view):
            raise NotAllowed("Notes on this case are for others to write.")
        linked = None
        if given.step is Step.LINK:
            linked = _other_case(uow, viewer, case, given.linked_ref.strip())
        elif not given.words.strip():
            raise Refused("Please write the note first.")
        _keep(uow, given.step, case, viewer, given.words, clock.now(), linked=linked)
        uow.commit()


def route(
    store: Store,
    clock: Clock,
    settings: Settings,
    viewer: Viewer,
    ref: str,
    role: Role,
    text: str,
    *,
    complaint: bool = False,
) -> None:
    """Hand a case on: `role` may see it from now on, is told, and it waits for them alone.

    With `complaint` it is forwarded under the complaints procedure. Raises NotAllowed, and Refused
    where the reason is missing or nobody else who holds that role may be told.
    """
    with store.begin() as uow:
        case, _, view = seen_case(uow, viewer, ref)
        if not may_route(viewer, view, role):
            raise NotAllowed("This case is for others to hand on.")
        if complaint and role not in COMPLAINTS:
            raise Refused("A complaint goes to the headteacher or the chair of governors.")
        if not text.strip():
            raise Refused("Please say why: whoever gets it reads that first.")
        at = clock.now()
        people, out = settings.people, case.excluded | {viewer.person_key}
        if not any(role in person.roles and person.key not in out for person in people):
            raise Refused(NOBODY_THERE)  # a deputy steps in for who is away, not for who is accused
        told = people_told({role}, out, people, day_of(at), settings.policy.ladder)
        if case.status is CaseStatus.CLOSED:
            uow.steps.open_again(case.id)
        uow.steps.route(case.id, {role} - case.audience, waits_for=role)
        uow.steps.release(case.id)
        step = Step.FORWARDED if complaint else Step.ROUTED
        _keep(uow, step, case, viewer, text, at, role=role)
        _tell(uow, settings, case, told, case.urgency, at)
        uow.commit()


def contest(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, ref: str, text: str
) -> None:
    """Note that somebody contests what was decided: it opens again, for others than who decided.

    Raises NotAllowed, and Refused where nothing was decided or it is not said who contests it.
    """
    with store.begin() as uow:
        case, item, view = seen_case(uow, viewer, ref)
        if not may_note(viewer, view) or item.ref.kind is not ItemKind.COMMENT:
            raise NotAllowed("Contests of this case are for others to note.")
        deciders = uow.steps.deciders(case.id)
        if not deciders:
            raise Refused("Nobody has decided anything here yet that could be contested.")
        if not text.strip():
            raise Refused("Please say who contests it, and how they told the school.")
        at = clock.now()
        uow.steps.open_again(case.id)
        case, left = set_apart(uow, settings, case, view, deciders)
        _keep(uow, Step.CONTESTED, case, viewer, text, at)
        told = [Told(person, min(person.roles), False, "may settle it") for person in left]
        _tell(uow, settings, case, told, case.urgency, at)
        uow.commit()


def suspect_picture(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, ref: str, version: int
) -> bool:
    """Hide it, tell the DSL and the headteacher at once, and leave the case open for the DSL.

    Nothing is opened or copied. Returns whether hiding it was asked for: where the platform does
    not allow that, the DSL is told all the same. Raises NotAllowed or Conflict.
    """
    with store.begin() as uow:
        case, item, view = seen_case(uow, viewer, ref)
        if item.ref.kind is not ItemKind.COMMENT or not may_decide(viewer, view, Outcome.HIDE):
            raise NotAllowed("There is no such case.")
        at = clock.now()
        hides = not why_not_hidden(uow, item)
        if hides:
            wish = Wish(ref, version, Outcome.HIDE, SUSPECTED_PICTURE)
            settle(uow, at, viewer, wish, undoable=False)
        uow.steps.open_again(case.id)
        uow.steps.suspect(case.id, case.kinds | {Kind.EXPLOITATION}, Urgency.IMMEDIATE)
        told = {Role.DSL, Role.HEADTEACHER}
        uow.steps.route(case.id, told - case.audience, waits_for=None)
        _keep(uow, Step.PICTURE, case, viewer, "", at, role=Role.DSL)
        people = people_told(
            told, case.excluded, settings.people, day_of(at), settings.policy.ladder
        )
        _tell(uow, settings, case, people, Urgency.IMMEDIATE, at)
        if not people:
            uow.cases.sound_alarm(case.id, NOBODY_TOLD)
        uow.commit()
    return hides


def _other_case(uow: UnitOfWork, viewer: Viewer, case: StoredCase, ref: str) -> StoredCase:
    other = uow.cases.find_by_ref(ref)
    if other is not None and other.id != case.id:
        view = view_of(uow, other, uow.items.get(other.item_id))
        if may_note(viewer, view):
            return other
    raise Refused("There is no other case with this reference that you may read.")


def _keep(
    uow: UnitOfWork,
    step: Step,
    case: StoredCase,
    viewer: Viewer,
    text: str,
    at: datetime,
    *,
    role: Role | None = None,
    linked: StoredCase | None = None,
) -> None:
    by, words = viewer.person_key, text.strip()
    salt = uow.steps.keep(
        step,
        case_id=case.id,
        person=by,
        text=words,
        at=at,
        role=role,
        linked_case_id=linked.id if linked else None,
    )
    facts: dict[str, object] = {
        "case": case.ref,
        "by": by,
        "kind": step,
        "text": log.digest_for_log(salt, words),
        **({"role": role} if role else {}),
        **({"linked": linked.ref} if linked else {}),
    }
    event = _EVENTS.get(step, Event.NOTED)
    log.append(uow.log, uow.log_key, at=at, event=event, case_id=case.id, facts=facts)


def _tell(
    uow: UnitOfWork,
    settings: Settings,
    case: StoredCase,
    told: Iterable[Told],
    urgency: Urgency,
    at: datetime,
) -> None:
    for one in told:
        due = due_at(urgency, at, settings.letters, settings.calendar, one.person.digest_at)
        tell_one(uow, case, one, urgency, max(due, at + UNDO))
