"""The log as one viewer may read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.access import Viewer, may_see_log
from bot.log import Event
from bot.queries.cases import PER_PAGE
from bot.queries.seen import cases_with_items, entries_are_theirs, looking, may_see_trail
from bot.store import Store
from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry. It has no number here: numbers would show which ones are missing."""

    at: datetime
    event: Event
    case_ref: str
    facts: Mapping[str, Any]


def list_log(
    store: Store, viewer: Viewer, *, limit: int = PER_PAGE, skip: int = 0
) -> list[LogLine]:
    """Newest first: the entries of cases whose trail they may read, and those of no case.

    `skip` counts lines that this viewer may see, so that leafing on shows no gap either.
    """
    if not may_see_log(viewer):
        return []
    theirs = (
        sa.exists()
        .select_from(cases_with_items())
        .where(t.case.c.id == t.log_entry.c.case_id, may_see_trail(viewer))
        .correlate(t.log_entry)
    )
    query = (
        sa.select(t.log_entry.c.at, t.log_entry.c.event, t.log_entry.c.body)
        .where(
            sa.or_(t.log_entry.c.case_id.is_(None), theirs),
            entries_are_theirs(viewer),
        )
        .order_by(t.log_entry.c.seq.desc())
        .limit(limit)
        .offset(skip)
    )
    with looking(store) as connection:
        rows = connection.execute(query).all()
    return [_line(row) for row in rows]


def _line(row: Any) -> LogLine:
    facts = json.loads(row.body)
    return LogLine(row.at, Event(row.event), str(facts.get("case", "")), facts)
