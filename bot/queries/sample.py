"""The weekly sample, as whoever answers it may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.access import Viewer, may_answer_sample
from bot.model import Presence
from bot.queries.cases import name_of
from bot.queries.seen import looking, may_see
from bot.store import Store
from bot.store import tables as t
from bot.store.samples import SampleAnswer, answer_of

_SHOWN_FOR = timedelta(days=28)  # the words are not kept much longer (policy.md, section 4)


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One comment of the sample. `answer` is None where it waits for one.

    `case_ref` is empty unless it has a case by now; `attached` names what hangs on it.
    """

    ref: str
    text: str
    attached: tuple[str, ...]
    author: str
    platform: str
    account: str
    permalink: str
    written_at: datetime
    answer: SampleAnswer | None
    case_ref: str


def list_sample(store: Store, viewer: Viewer, now: datetime) -> tuple[SampleLine, ...]:
    """What was drawn in the last four weeks and still stands as it was: oldest draw first."""
    if not may_answer_sample(viewer):
        return ()
    query = (
        sa.select(
            t.sample,
            t.reading.c.text,
            t.reading.c.attachments,
            t.item.c.author_id,
            t.item.c.author_handle,
            t.item.c.author_name,
            t.item.c.platform,
            t.item.c.account,
            t.item.c.permalink,
            t.item.c.created_at,
            sa.func.coalesce(t.case.c.ref, "").label("case_ref"),
        )
        .select_from(_samples())
        .where(_shown(viewer, now))
        .order_by(t.sample.c.drawn_at, t.sample.c.id)
    )
    with looking(store) as connection:
        rows = connection.execute(query).all()
    return tuple(
        SampleLine(
            row.ref,
            row.text,
            tuple(one["title"] or one["url"] or one["kind"] for one in row.attachments),
            name_of(row),
            row.platform,
            row.account,
            row.permalink,
            row.created_at,
            answer_of(row.should, row.kind, row.target),
            row.case_ref,
        )
        for row in rows
    )


def count_sample(store: Store, viewer: Viewer, now: datetime) -> int:
    """How many comments of the sample wait for this viewer's answer."""
    if not may_answer_sample(viewer):
        return 0
    query = (
        sa.select(sa.func.count())
        .select_from(_samples())
        .where(_shown(viewer, now), t.sample.c.should.is_(None))
    )
    with looking(store) as connection:
        return int(connection.scalar(query) or 0)


def _samples() -> sa.Join:
    return (
        t.sample.join(t.reading, t.reading.c.id == t.sample.c.reading_id)
        .join(
            t.item,
            # By its key first: an item is found at once, however many there are.
            sa.and_(t.item.c.id == t.reading.c.item_id, t.item.c.reading_id == t.reading.c.id),
        )
        .outerjoin(t.case, t.case.c.item_id == t.item.c.id)
    )


def _shown(viewer: Viewer, now: datetime) -> sa.ColumnElement[bool]:
    """Still there, with its words, as it was drawn; and not a case that is kept from them."""
    return sa.and_(
        t.sample.c.drawn_at > now - _SHOWN_FOR,
        t.item.c.presence != Presence.GONE,
        t.reading.c.text != "",
        sa.or_(t.case.c.id.is_(None), may_see(viewer)),
    )
