"""What has happened since somebody opened a page: counts and references, never words."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.access import Viewer
from bot.log import Event
from bot.model import EffectKind, EffectStatus, Presence
from bot.queries.cases import LatestEffect, count_waiting
from bot.queries.narrow import Tab, on_tab
from bot.queries.seen import cases_with_items, looking, may_see
from bot.store import Store
from bot.store import tables as t

_AT_ONCE = 100
_MOVED = (Event.CONFIRMED, Event.GONE, Event.FAILED, Event.OBSERVED, Event.CANCELLED)


@dataclass(frozen=True, slots=True)
class Moved:
    """How a comment stands with the public now, for the words on an open page."""

    ref: str
    presence: Presence
    hidden: bool | None
    latest: LatestEffect | None


@dataclass(frozen=True, slots=True)
class News:
    """`mark` is where to go on from; it counts what the viewer may not see, so no page holds it.

    `new` are the references of cases that came to wait for the viewer since.
    """

    mark: int
    waiting: int
    new: tuple[str, ...]
    moved: tuple[Moved, ...]


def newest_mark(store: Store) -> int:
    """Where news begin for a page that is opened now."""
    with looking(store) as connection:
        return int(connection.scalar(sa.select(sa.func.max(t.log_entry.c.seq))) or 0)


def news_since(store: Store, viewer: Viewer, mark: int) -> News | None:
    """What concerns this viewer since; None where nothing at all was written down."""
    since = sa.and_(t.log_entry.c.seq > mark, t.log_entry.c.case_id.is_not(None))
    told = sa.select(t.log_entry.c.case_id).where(since)
    judged = told.where(t.log_entry.c.event.in_([Event.JUDGED, Event.ROUTED, Event.FORWARDED]))
    moved = told.where(t.log_entry.c.event.in_(_MOVED))
    newest = (
        sa.select(sa.func.max(t.effect.c.id))
        .where(t.effect.c.case_id == t.case.c.id)
        .correlate(t.case)
        .scalar_subquery()
    )
    with looking(store) as connection:
        now = int(connection.scalar(sa.select(sa.func.max(t.log_entry.c.seq))) or 0)
        if now <= mark:
            return None
        new = connection.scalars(
            sa.select(t.case.c.ref)
            .select_from(cases_with_items())
            .where(t.case.c.id.in_(judged), on_tab(Tab.YOURS, viewer))
            .limit(_AT_ONCE)
        ).all()
        rows = connection.execute(
            sa.select(
                t.case.c.ref,
                t.item.c.presence,
                t.item.c.hidden,
                t.effect.c.kind,
                t.effect.c.status,
            )
            .select_from(cases_with_items().outerjoin(t.effect, t.effect.c.id == newest))
            .where(t.case.c.id.in_(moved), may_see(viewer))
            .limit(_AT_ONCE)
        ).all()
    return News(
        now,
        count_waiting(store, viewer),
        tuple(new),
        tuple(
            Moved(
                row.ref,
                Presence(row.presence),
                row.hidden,
                LatestEffect(EffectKind(row.kind), EffectStatus(row.status)) if row.kind else None,
            )
            for row in rows
        ),
    )
