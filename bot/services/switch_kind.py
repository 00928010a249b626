"""Hiding is earned: one kind is switched on, or back to observing, by somebody who may."""

from __future__ import annotations

from bot import log
from bot.access import Viewer, may_switch_hiding
from bot.errors import NotAllowed, Refused
from bot.hiding import kinds_that_hide, switch_of
from bot.log import Event
from bot.model import Kind
from bot.ports import Clock
from bot.settings import Settings
from bot.store import Store


def switch_kind(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, kind: Kind, *, hide: bool
) -> None:
    """Let the machine hide this kind from now on, or only observe it. What is hidden stays hidden.

    Raises NotAllowed, and Refused where settings keep the switches to themselves or the school's
    table hides nothing of this kind. Idempotent.
    """
    if not may_switch_hiding(viewer):
        raise NotAllowed("Your role cannot switch hiding.")
    if not settings.hiding.switchable:
        raise Refused("settings.toml says switchable = false: your technician switches it there.")
    if kind not in kinds_that_hide(settings.policy):
        raise Refused("The school’s table hides nothing of this kind.")
    at = clock.now()
    with store.begin() as uow:
        uow.state.set_switch(switch_of(kind), hide, by=viewer.person_key, at=at)
        facts = {"switch": switch_of(kind), "on": hide, "by": viewer.person_key}
        log.append(uow.log, uow.log_key, at=at, event=Event.SWITCHED, facts=facts)
        uow.commit()
