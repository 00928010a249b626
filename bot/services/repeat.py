"""Repeat authors: what people confirmed, counted with an expiry, and the step that policy names.

The machine's own hides never count (policy.md, 11), it takes no step, and what accuses the
headteacher is in no figure that the headteacher sees or is written to about.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import log
from bot.access import Viewer, may_see_restrictions
from bot.errors import NotAllowed, Refused
from bot.log import Event
from bot.model import Author, Edge, ItemKind, ItemRef, Newcomer, Role, Urgency
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.telling import tell
from bot.services.told import people_told
from bot.settings import NewcomerSettings, Settings
from bot.store import Store, UnitOfWork
from bot.store.authors import Breaches
from bot.store.effects import MACHINE
from bot.store.opening import Opening

STEPS = ("advice", "meeting", "removal")
SUGGESTED = "suggested "
"""Before the name of a step of which the headteacher was told: telling is not taking it."""


def step_for(count: int, settings: NewcomerSettings) -> str:
    """The furthest step that so many confirmed breaches reach; empty below the first."""
    reached = [step for step, least in zip(STEPS, settings.steps, strict=True) if count >= least]
    return reached[-1] if reached else ""


def note_step(
    store: Store, clock: Clock, viewer: Viewer, platform: str, author_id: str, step: str
) -> None:
    """A person says that they took a step. Raises NotAllowed, and Refused for no such step."""
    if not may_see_restrictions(viewer):
        raise NotAllowed("That is for the communications officer and the headteacher.")
    if step not in STEPS or not author_id:
        raise Refused("Please choose which step was taken.")
    at, by = clock.now(), viewer.person_key
    with store.begin() as uow:
        uow.people.take_step(platform, author_id, step, by=by, at=at)
        facts = {"step": step, "by": by}
        log.append(uow.log, uow.log_key, at=at, event=Event.STEP, facts=facts)
        uow.commit()


def suggest_steps(store: Store, clock: Clock, settings: Settings) -> int:
    """Write to the headteacher where an author has reached the meeting; returns of how many.

    Once for each step and author. Only what every headteacher may know of is counted.
    """
    at = clock.now()
    told_now = people_told(
        {Role.HEADTEACHER}, (), settings.policy.people, day_of(at), settings.policy.ladder
    )
    heads = {one.person.key for one in told_now} | {
        # Whoever is away today reads the case once they are back.
        person.key
        for person in settings.policy.people
        if Role.HEADTEACHER in person.roles
    }
    with store.begin() as uow:
        counted = uow.authors.breaches(
            since=at - timedelta(days=settings.newcomers.breach_days),
            hidden_from=frozenset(heads),
        )
        told = 0
        for one in counted:
            step = step_for(one.count, settings.newcomers)
            if step in STEPS[1:] and not uow.authors.had_step(one, SUGGESTED + step):
                _tell(uow, settings, one, step, at)
                told += 1
        uow.commit()
    return told


def _tell(uow: UnitOfWork, settings: Settings, one: Breaches, step: str, at: datetime) -> None:
    uow.people.take_step(one.platform, one.author_id, SUGGESTED + step, by=MACHINE, at=at)
    ref = ItemRef(one.platform, ItemKind.NEWCOMER, one.author_id, one.account)
    author = Author(one.author_id, one.handle, one.name)
    person = Newcomer(ref, one.account, Edge.FIRST_COMMENT, author, at)
    known = uow.items.find([ref])
    if not known:
        uow.items.meet([person], at=at, read_at=at, baseline_before=at)
        known = uow.items.find([ref])
    item = known[ref]
    before = uow.cases.find_by_item(item.id)
    opening = Opening(
        item_id=item.id,
        reading_id=item.reading_id,
        urgency=Urgency.URGENT,
        audience=frozenset({Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER}),
    )
    case = uow.cases.open(opening, at, before)
    named = {"meeting": "a meeting with the headteacher", "removal": "that interaction is removed"}
    uow.cases.sound_alarm(
        case.id,
        f"{one.count} comments of this person were confirmed as breaches of the policy. Its next "
        f"step is {named[step]}: a person decides.",
    )
    tell(uow, settings, case, {Role.HEADTEACHER}, Urgency.URGENT, at)
