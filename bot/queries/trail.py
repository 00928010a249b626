"""What stands beside one case: its trail, its notes, and what its author was confirmed to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

import sqlalchemy as sa

from bot import access
from bot.access import Viewer
from bot.intentions import FORGIVING
from bot.log import Event
from bot.model import CaseStatus, EffectStatus, Kind, Outcome, Role, Step
from bot.queries.log import LogLine
from bot.queries.seen import (
    VIEW_COLUMNS,
    cases_with_items,
    entries_are_theirs,
    links_are_theirs,
    looking,
    may_see,
    may_see_trail,
    views_of,
)
from bot.store import Store
from bot.store import tables as t

_EARLIER = 5


@dataclass(frozen=True, slots=True)
class StepLine:
    """What somebody did about a case without deciding it."""

    step: Step
    person: str
    role: Role | None
    text: str
    linked_ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """Another comment by the same author that a person confirmed to be hidden or deleted."""

    ref: str
    kinds: tuple[Kind, ...]
    outcome: Outcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Trail:
    """`lines`, newest first, and `steps` are None for whoever may not read the trail.

    `earlier` are the newest few of `earlier_count`; what the machine alone hid, and what was
    cleared, is never among them. `gone_since` is when it was seen to be gone.
    """

    lines: tuple[LogLine, ...] | None
    steps: tuple[StepLine, ...] | None
    earlier: tuple[EarlierCase, ...]
    earlier_count: int
    gone_since: datetime | None
    suspected_picture: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A decision that the viewer has just taken, and whether it can still be undone.

    `leaves_in` are the seconds until it leaves for the platform; None where nothing is to leave.
    """

    ref: str
    outcome: Outcome
    can_undo: bool
    leaves_in: int | None


def get_trail(store: Store, viewer: Viewer, ref: str) -> Trail | None:
    """What stands beside the case with this reference; None where it is not this viewer's."""
    query = (
        sa.select(*VIEW_COLUMNS, t.case.c.author_key)
        .select_from(cases_with_items())
        .where(t.case.c.ref == ref, may_see(viewer))
    )
    with looking(store) as connection:
        row: Any = connection.execute(query).one_or_none()
        if row is None:
            return None
        view = views_of(connection, [row])[row.id]
        lines = _log(connection, viewer, row.id)
        steps = _steps(connection, viewer, row.id)
        reads, trail = access.may_see_text(viewer, view), access.may_see_trail(viewer, view)
        earlier = _earlier(connection, viewer, row) if reads and row.author_key else ()
    gone = (line.at for line in lines if line.event is Event.GONE)
    return Trail(
        lines=lines if trail else None,
        steps=steps if trail else None,
        earlier=earlier[:_EARLIER],
        earlier_count=len(earlier),
        gone_since=next(gone, None),
        suspected_picture=any(one.step is Step.PICTURE for one in steps),
    )


def just_saved(store: Store, viewer: Viewer, ref: str, now: datetime) -> Saved | None:
    """What the viewer decided on this case a short while ago; None where that is not the newest."""
    query = (
        sa.select(t.decision, t.case.c.item_id)
        .select_from(cases_with_items().join(t.decision, t.decision.c.case_id == t.case.c.id))
        .where(t.case.c.ref == ref, may_see(viewer))
        .order_by(t.decision.c.id.desc())
        .limit(1)
    )
    with looking(store) as connection:
        row: Any = connection.execute(query).one_or_none()
        if row is None or row.person != viewer.person_key or now - row.at > FORGIVING:
            return None
        waits: Any = connection.execute(
            sa.select(t.effect.c.due_at).where(
                t.effect.c.item_id == row.item_id,
                t.effect.c.status == EffectStatus.PENDING,
                t.effect.c.attempts == 0,
                t.effect.c.asked_by == viewer.person_key,
            )
        ).one_or_none()
    asked = bool(row.before and row.before["asked"])
    return Saved(
        ref,
        Outcome(row.outcome),
        can_undo=row.before is not None and (not asked or waits is not None),
        leaves_in=max(ceil((waits.due_at - now).total_seconds()), 0) if asked and waits else None,
    )


def _log(connection: sa.Connection, viewer: Viewer, case_id: int) -> tuple[LogLine, ...]:
    rows = connection.execute(
        sa.select(t.log_entry.c.at, t.log_entry.c.event, t.log_entry.c.body)
        .where(t.log_entry.c.case_id == case_id, entries_are_theirs(viewer))
        .order_by(t.log_entry.c.seq.desc())
    ).all()
    return tuple(LogLine(row.at, Event(row.event), "", json.loads(row.body)) for row in rows)


def _steps(connection: sa.Connection, viewer: Viewer, case_id: int) -> tuple[StepLine, ...]:
    linked = t.case.alias()
    rows = connection.execute(
        sa.select(t.case_step, sa.func.coalesce(linked.c.ref, "").label("linked_ref"))
        .outerjoin(linked, linked.c.id == t.case_step.c.linked_case_id)
        .where(t.case_step.c.case_id == case_id, links_are_theirs(viewer))
        .order_by(t.case_step.c.at.desc(), t.case_step.c.id.desc())
    )
    return tuple(
        StepLine(
            Step(row.step),
            row.person,
            Role(row.role) if row.role else None,
            row.text,
            row.linked_ref,
            row.at,
        )
        for row in rows
    )


def _earlier(connection: sa.Connection, viewer: Viewer, row: Any) -> tuple[EarlierCase, ...]:
    newest = (
        sa.select(sa.func.max(t.decision.c.id))
        .where(t.decision.c.case_id == t.case.c.id)
        .correlate(t.case)
        .scalar_subquery()
    )
    rows = connection.execute(
        sa.select(t.case.c.ref, t.case.c.kinds, t.decision.c.outcome, t.decision.c.at)
        .select_from(cases_with_items().join(t.decision, t.decision.c.id == newest))
        .where(
            t.case.c.author_key == row.author_key,
            t.case.c.status == CaseStatus.CLOSED,
            t.case.c.id != row.id,
            t.decision.c.outcome.in_([Outcome.HIDE, Outcome.DELETE]),
            may_see_trail(viewer),
        )
        .order_by(t.decision.c.at.desc(), t.case.c.id.desc())
    )
    return tuple(
        EarlierCase(one.ref, tuple(Kind(k) for k in one.kinds), Outcome(one.outcome), one.at)
        for one in rows
    )
