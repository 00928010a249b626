"""A newcomer becomes a case: at once, or from the baseline when the officer asks for it."""

from __future__ import annotations

from datetime import datetime

from bot import log
from bot.access import Viewer, may_vet
from bot.errors import NotAllowed
from bot.log import Event
from bot.model import Role, Urgency
from bot.ports import Clock
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.item_rows import StoredItem
from bot.store.opening import Opening

_NOT_YOURS = "Newcomers are for the communications officer."


def take_baseline(store: Store, clock: Clock, viewer: Viewer, account: str, *, most: int) -> int:
    """Offer newcomers from before the first start for review: each gets a case, oldest first.

    Returns how many were offered. Raises NotAllowed.
    """
    if not may_vet(viewer):
        raise NotAllowed(_NOT_YOURS)
    with store.begin() as uow:
        items = uow.items.get_all(uow.people.undecided_baseline(account, most))
        for item in items.values():
            open_newcomer_case(uow, item, clock.now())
        uow.commit()
    return len(items)


def only_from_now(store: Store, clock: Clock, viewer: Viewer, account: str) -> None:
    """Decide that whoever was there before the first start is left as they are.

    It goes into the log with a name, and the bulk review stays open. Twice is once. Raises
    NotAllowed.
    """
    if not may_vet(viewer):
        raise NotAllowed(_NOT_YOURS)
    at = clock.now()
    with store.begin() as uow:
        if uow.people.only_newcomers(account, by=viewer.person_key, at=at):
            facts = {"account": account, "by": viewer.person_key}
            log.append(uow.log, uow.log_key, at=at, event=Event.FROM_NOW, facts=facts)
        uow.commit()


def open_newcomer_case(uow: UnitOfWork, item: StoredItem, at: datetime) -> StoredCase:
    """Somebody for the officer to look at: no kind, no verdict, nobody told."""
    opening = Opening(
        item_id=item.id,
        reading_id=item.reading_id,
        urgency=Urgency.ROUTINE,
        audience=frozenset({Role.COMMUNICATIONS_OFFICER}),
    )
    return uow.cases.open(opening, at)
