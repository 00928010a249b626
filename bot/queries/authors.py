"""Repeat authors, and the handles that the school knows to be parents'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.access import Viewer, may_see_restrictions, may_vet
from bot.queries.seen import cases_with_items, looking, may_see_text, steps_are_theirs
from bot.settings import Settings
from bot.store import Store
from bot.store import tables as t
from bot.store.authors import accuses, author_key, breaches_query


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One handle of a parent."""

    id: int
    platform: str
    handle: str
    confirmed_by: str
    confirmed_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class AuthorLine:
    """Somebody with confirmed breaches, as this viewer may know of them; steps newest first."""

    platform: str
    author_id: str
    handle: str
    name: str
    count: int
    last_at: datetime
    steps: tuple[tuple[str, str, datetime], ...]


def list_register(store: Store, viewer: Viewer) -> list[RegisterLine]:
    """The parents' register, by handle."""
    if not may_vet(viewer):
        return []
    query = sa.select(
        t.register.c.id,
        t.register.c.platform,
        t.register.c.handle,
        t.register.c.confirmed_by,
        t.register.c.confirmed_on,
        t.register.c.expires_on,
    ).order_by(t.register.c.platform, t.register.c.handle)
    with looking(store) as connection:
        return [RegisterLine(*row) for row in connection.execute(query)]


def list_authors(
    store: Store, viewer: Viewer, settings: Settings, now: datetime
) -> list[AuthorLine]:
    """Authors with confirmed breaches, most first; without what accuses this viewer."""
    if not may_see_restrictions(viewer):
        return []
    since = now - timedelta(days=settings.newcomers.breach_days)
    with looking(store) as connection:
        rows: Sequence[Any] = connection.execute(
            breaches_query(since, ~accuses({viewer.person_key}))
        ).all()
        steps = connection.execute(
            sa.select(t.author_step)
            .where(
                t.author_step.c.author_id.in_([row.author_id for row in rows]),
                steps_are_theirs(viewer),
            )
            .order_by(t.author_step.c.id.desc())
        ).all()
    return [
        AuthorLine(
            row.platform,
            row.author_id,
            row.handle,
            row.name,
            row.count,
            row.last_at,
            tuple(
                (step.step, step.person, step.at)
                for step in steps
                if (step.platform, step.author_id) == (row.platform, row.author_id)
                and " " not in step.step
            ),
        )
        for row in rows
    ]


def knows_author(store: Store, viewer: Viewer, platform: str, author_id: str) -> bool:
    """Whether this viewer may read a case of that author; nobody else is an author to them."""
    query = (
        sa.select(t.case.c.id)
        .select_from(cases_with_items())
        .where(t.case.c.author_key == author_key(platform, author_id), may_see_text(viewer))
        .limit(1)
    )
    with looking(store) as connection:
        return connection.scalar(query) is not None
