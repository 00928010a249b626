"""Intentions towards the platform: written down and taken back, each with its entry in the log."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import log
from bot.log import Event
from bot.model import EffectKind
from bot.store import UnitOfWork
from bot.store.cases import StoredCase

UNDO = timedelta(seconds=6)
"""How long a person's decision stays here before anything leaves for the platform."""

FORGIVING = timedelta(minutes=10)
"""How long a decision that asked nothing of the platform can be withdrawn as if it never was."""


def ask_for(
    uow: UnitOfWork,
    kind: EffectKind,
    *,
    case: StoredCase,
    channel: str,
    by: str,
    at: datetime,
    wait: timedelta = timedelta(0),
) -> int:
    """Ask for something (which does not mean that it happened); it replaces what was under way.

    It leaves after `wait` at the earliest. Returns the number of the effect.
    """
    before = uow.effects.active_for(case.item_id)
    if before is not None:
        _note(uow, Event.SUPERSEDED, case, before.kind, before.asked_by, at)
    asked = uow.effects.ask(
        kind,
        channel=channel,
        asked_by=by,
        at=at,
        urgency=case.urgency,
        item_id=case.item_id,
        case_id=case.id,
        wait=wait,
    )
    _note(uow, Event.ASKED, case, kind, by, at)
    return asked


def take_back(uow: UnitOfWork, *, case: StoredCase, at: datetime, only_by: str = "") -> None:
    """Take back what is under way for the case's item (`only_by`: only if this one asked for it).

    What has left already may still arrive; what comes of it is observed and shown.
    """
    active = uow.effects.active_for(case.item_id)
    if active is not None and only_by in ("", active.asked_by):
        uow.effects.cancel(active)
        _note(uow, Event.CANCELLED, case, active.kind, active.asked_by, at)


def _note(
    uow: UnitOfWork, event: Event, case: StoredCase, kind: EffectKind, by: str, at: datetime
) -> None:
    facts = {"case": case.ref, "effect": kind, "by": by}
    log.append(uow.log, uow.log_key, at=at, event=event, case_id=case.id, facts=facts)
