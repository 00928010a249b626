"""Who is blocked, muted or removed, as one viewer may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.access import Viewer, may_see_restrictions
from bot.model import EffectStatus, Presence, Restriction, Role
from bot.queries.seen import (
    cases_with_items,
    looking,
    may_see,
    restrictions_are_theirs,
)
from bot.store import Store
from bot.store import tables as t
from bot.store.people import ACCOUNT
from bot.store.restrictions import MOST_CHECKS
from bot.wording import chosen_reason

_THEIR_OWN = "Whoever decided it knows why."
_NOT_DONE = (EffectStatus.FAILED, EffectStatus.UNSUPPORTED)
"""What the platform would not do is a task for a person."""


@dataclass(frozen=True, slots=True)
class RestrictionLine:
    """One person who is (or was) blocked, muted or removed; `standing` says how sure that is.

    `case_ref` is empty where the viewer does not see the case. `has_left`: they no longer follow.
    """

    ref: str
    case_ref: str
    platform: str
    account: str
    name: str
    handle: str
    permalink: str
    kind: Restriction
    person: str
    reason: str
    at: datetime
    until: datetime | None
    is_over: bool
    is_task: bool
    standing: str
    said_by: str
    confirmed_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """How many tasks nobody has done yet, and when the oldest of them was decided."""

    tasks: int
    oldest: datetime | None


def undone_tasks(store: Store, viewer: Viewer) -> Undone:
    """What a person decided, no program may do, and nobody says is done; a number, no names."""
    if not may_see_restrictions(viewer):
        return Undone(0, None)
    query = (
        sa.select(sa.func.count(), sa.func.min(t.restriction.c.at))
        .select_from(
            cases_with_items()
            .join(t.restriction, t.restriction.c.case_id == t.case.c.id)
            .outerjoin(t.effect, t.effect.c.id == t.restriction.c.effect_id)
        )
        .where(
            restrictions_are_theirs(viewer),
            t.restriction.c.said_at.is_(None),
            t.restriction.c.confirmed_at.is_(None),
            t.restriction.c.undone_at.is_(None),
            t.restriction.c.ended_at.is_(None),
            sa.or_(t.restriction.c.effect_id.is_(None), t.effect.c.status.in_(_NOT_DONE)),
        )
    )
    with looking(store) as connection:
        count, oldest = connection.execute(query).one()
    return Undone(count, oldest)


def list_restrictions(store: Store, viewer: Viewer, now: datetime) -> list[RestrictionLine]:
    """Who is blocked, muted or removed, newest first; what was lifted comes last.

    The words beside the chosen reason are the officer's (`access.may_read_reason`).
    """
    if not may_see_restrictions(viewer):
        return []
    query = (
        sa.select(
            t.restriction,
            t.case.c.ref.label("case_ref"),
            t.item.c.platform,
            t.item.c.account,
            t.item.c.author_name,
            t.item.c.author_handle,
            t.item.c.permalink,
            t.item.c.presence,
            t.item.c.facts,
            t.effect.c.status.label("effect_status"),
            t.effect.c.confirmed_at.label("done_at"),
            may_see(viewer).label("sees_case"),
        )
        .select_from(
            cases_with_items()
            .join(t.restriction, t.restriction.c.case_id == t.case.c.id)
            .outerjoin(t.effect, t.effect.c.id == t.restriction.c.effect_id)
        )
        .where(restrictions_are_theirs(viewer))
        .order_by(t.restriction.c.ended_at.is_not(None), t.restriction.c.id.desc())
    )
    with looking(store) as connection:
        rows = connection.execute(query).all()
    return [_restriction(row, viewer, now) for row in rows]


def _restriction(row: Any, viewer: Viewer, now: datetime) -> RestrictionLine:
    is_task = row.effect_id is None or row.effect_status in _NOT_DONE
    done_at = row.done_at if row.effect_status == EffectStatus.CONFIRMED else None
    confirmed_at = row.confirmed_at or done_at
    if row.ended_at is not None:
        standing = "lifted"
    elif row.undone_at is not None:
        standing = "ended_there"
    elif confirmed_at is not None:
        standing = "confirmed"
    elif is_task:
        standing = _of_task(row)
    else:
        standing = "asked"
    return RestrictionLine(
        row.ref,
        row.case_ref if row.sees_case else "",
        row.platform,
        row.account,
        row.author_name,
        row.author_handle,
        row.permalink,
        Restriction(row.kind),
        row.person,
        row.reason if _reads_words(row, viewer) else chosen_reason(row.reason) or _THEIR_OWN,
        row.at,
        row.until,
        row.until is not None and row.until <= now and row.ended_at is None,
        is_task,
        standing,
        row.said_by,
        confirmed_at,
        row.ended_by,
        row.ended_at,
        row.presence == Presence.GONE,
    )


def _of_task(row: Any) -> str:
    vanished = bool((row.facts or {}).get(ACCOUNT))
    if not row.said_at:
        return "task"
    if vanished:
        return "vanished"
    return "unseen" if row.checks >= MOST_CHECKS else "said"


def _reads_words(row: Any, viewer: Viewer) -> bool:
    officers = Role.COMMUNICATIONS_OFFICER in viewer.roles
    return officers or row.person in ("", viewer.person_key)
