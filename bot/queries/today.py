"""The day's page: what was read, what was hidden, what waits, and who signed for it.

What was read is the same for everybody who may sign; whatever is counted of cases goes through the
rule of `bot/queries/seen.py`, and nothing of it is kept under a signature.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.access import Viewer
from bot.coverage import DayCover, StreamCover, cover_day
from bot.model import CaseStatus, DayOutcome, EffectKind, EffectStatus, ItemKind
from bot.queries.cases import count_cases
from bot.queries.narrow import Tab
from bot.queries.newcomers import count_newcomers
from bot.queries.restrictions import Undone, undone_tasks
from bot.queries.seen import cases_with_items, looking, may_see, may_see_trail, may_settle
from bot.school_calendar import day_of, start_of
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store import tables as t
from bot.store.days import SignOff
from bot.store.effects import MACHINE

HISTORY_DAYS = 28
"""How many days one page of the history holds."""

MOST_LINES = 20
"""So many own posts and alarms are named one by one; the rest is counted."""

_EXCERPT = 140
_A_DAY = timedelta(days=1)
_TAKEN_AWAY = (EffectKind.HIDE, EffectKind.DELETE)
_FAILED = (EffectStatus.FAILED, EffectStatus.UNSUPPORTED)
_UNDER_WAY = (EffectStatus.PENDING, EffectStatus.CLAIMED, EffectStatus.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Signature:
    """One name under a day, with what was read as it stood then."""

    outcome: DayOutcome
    reason: str
    person: str
    at: datetime
    begin: datetime
    until: datetime
    streams: tuple[StreamCover, ...]

    @property
    def flawed(self) -> tuple[StreamCover, ...]:
        """The streams that were not read without a failure."""
        return tuple(stream for stream in self.streams if not stream.clean)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What was hidden or deleted in this time, of what this viewer may see."""

    by_machine: int
    by_people: int
    deleted: int
    under_way: int
    failed: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits now, for this viewer. `oldest` is when the oldest case of theirs was opened."""

    yours: int
    others: int
    newcomers: int
    oldest: datetime | None
    undone: Undone


@dataclass(frozen=True, slots=True)
class Posted:
    """A post of the school's own."""

    account: str
    platform: str
    excerpt: str
    permalink: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """A case on which something went wrong."""

    case_ref: str
    words: str


@dataclass(frozen=True, slots=True)
class CommentsOn:
    """Somebody outside could comment on an account whose comments are to be off."""

    account: str
    adapter: str
    edge: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class DayPage:
    """All of one day, for one viewer. `watched`: Schoolgate was there on that day."""

    cover: DayCover
    watched: bool
    is_today: bool
    is_school_day: bool
    signatures: tuple[Signature, ...]
    hidden: Hidden
    waiting: Waiting
    posted: tuple[Posted, ...]
    posts: int
    alarms: tuple[Alarm, ...]
    alarms_in_all: int
    comments_on: tuple[CommentsOn, ...]


@dataclass(frozen=True, slots=True)
class PastDay:
    """One line of the history: a day, whether it had to be signed, and its newest signature."""

    day: date
    is_school_day: bool
    watched: bool
    told: bool
    signature: Signature | None


def get_day(store: Store, settings: Settings, viewer: Viewer, day: date, now: datetime) -> DayPage:
    """One day, not one that lies ahead."""
    with store.read() as uow:
        cover = cover_day(uow, settings, day, now)
        signatures = tuple(_signature(one) for one in uow.days.signatures(day, day))
        comments_on = _comments_on(uow, settings)
    begin, end = cover.begin, cover.horizon
    with looking(store) as connection:
        hidden = _hidden(connection, viewer, begin, end)
        posts, posted = _posted(connection, begin, end)
        alarms_in_all, alarms = _alarms(connection, viewer)
        oldest = connection.scalar(
            sa.select(sa.func.min(t.case.c.opened_at))
            .select_from(cases_with_items())
            .where(
                t.case.c.status == CaseStatus.OPEN,
                t.item.c.kind != ItemKind.NEWCOMER,
                sa.or_(~t.case.c.baseline, t.case.c.alarm != ""),
                may_settle(viewer),
            )
        )
    counts = count_cases(store, viewer)
    return DayPage(
        cover=cover,
        watched=begin <= end,
        is_today=day == day_of(now),
        is_school_day=settings.calendar.is_school_day(day),
        signatures=signatures,
        hidden=hidden,
        waiting=Waiting(
            counts[Tab.YOURS],
            counts[Tab.OTHERS],
            count_newcomers(store, viewer),
            oldest,
            undone_tasks(store, viewer),
        ),
        posted=posted,
        posts=posts,
        alarms=alarms,
        alarms_in_all=alarms_in_all,
        comments_on=comments_on,
    )


def list_days(store: Store, settings: Settings, now: datetime, *, skip: int = 0) -> list[PastDay]:
    """The history, newest first: each school day since the first start, and all that was signed."""
    today = day_of(now)
    with store.read() as uow:
        started = uow.days.first_start()
        if started is None or skip > (today - day_of(started)).days:
            return []
        last = today - skip * _A_DAY
        first = max(last - (HISTORY_DAYS - 1) * _A_DAY, day_of(started))
        signed = {s.day: s for s in reversed(uow.days.signatures(first, last))}
        told = uow.days.told_of(first, last)
    days = [last - n * _A_DAY for n in range((last - first).days + 1)]
    return [
        PastDay(
            day=day,
            is_school_day=settings.calendar.is_school_day(day),
            watched=start_of(day + _A_DAY) > started,
            told=day in told,
            signature=_signature(signed[day]) if day in signed else None,
        )
        for day in days
        if day in signed or settings.calendar.is_school_day(day)
    ]


def _signature(kept: SignOff) -> Signature:
    return Signature(
        kept.outcome,
        kept.reason,
        kept.person,
        kept.at,
        kept.began_at,
        kept.until,
        tuple(StreamCover.of_record(record) for record in kept.cover),
    )


def _comments_on(uow: UnitOfWork, settings: Settings) -> tuple[CommentsOn, ...]:
    watched = {account.name: account for account in settings.accounts if not account.comments_open}
    return tuple(
        CommentsOn(one.account, watched[one.account].adapter, one.edge, one.began_at)
        for one in uow.episodes.under_way()
        if one.account in watched
    )


def _hidden(connection: sa.Connection, viewer: Viewer, begin: datetime, end: datetime) -> Hidden:
    effects = (
        sa.select(t.effect.c.kind, t.effect.c.asked_by, t.effect.c.status, sa.func.count())
        .select_from(cases_with_items().join(t.effect, t.effect.c.case_id == t.case.c.id))
        .where(
            t.effect.c.kind.in_(_TAKEN_AWAY),
            may_see(viewer),
            sa.or_(
                t.effect.c.confirmed_at.between(begin, end),
                sa.and_(
                    t.effect.c.asked_at.between(begin, end),
                    t.effect.c.status.in_([*_FAILED, *_UNDER_WAY]),
                ),
            ),
        )
        .group_by(t.effect.c.kind, t.effect.c.asked_by, t.effect.c.status)
    )
    rows = connection.execute(effects).all()
    done = [row for row in rows if row.status not in {*_FAILED, *_UNDER_WAY}]
    hides = [row for row in done if row.kind == EffectKind.HIDE]
    return Hidden(
        by_machine=_sum(row for row in hides if row.asked_by == MACHINE),
        by_people=_sum(row for row in hides if row.asked_by != MACHINE),
        deleted=_sum(row for row in done if row.kind == EffectKind.DELETE),
        under_way=_sum(row for row in rows if row.status in _UNDER_WAY),
        failed=_sum(row for row in rows if row.status in _FAILED),
    )


def _sum(rows: Iterable[Any]) -> int:
    return sum(int(row[3]) for row in rows)


def _posted(
    connection: sa.Connection, begin: datetime, end: datetime
) -> tuple[int, tuple[Posted, ...]]:
    ours = (t.item.c.kind == ItemKind.OWN_POST, t.item.c.created_at.between(begin, end))
    count = connection.scalar(sa.select(sa.func.count()).select_from(t.item).where(*ours))
    rows = connection.execute(
        sa.select(t.item, sa.func.substr(t.reading.c.text, 1, _EXCERPT + 1).label("excerpt"))
        .join(t.reading, t.reading.c.id == t.item.c.reading_id)
        .where(*ours)
        .order_by(t.item.c.created_at.desc())
        .limit(MOST_LINES)
    ).all()
    return int(count or 0), tuple(
        Posted(
            row.account,
            row.platform,
            row.excerpt[:_EXCERPT] + "…" * (len(row.excerpt) > _EXCERPT),
            row.permalink,
            row.created_at,
        )
        for row in rows
    )


def _alarms(connection: sa.Connection, viewer: Viewer) -> tuple[int, tuple[Alarm, ...]]:
    where = (
        t.case.c.status == CaseStatus.OPEN,
        t.case.c.alarm != "",
        may_see_trail(viewer),
    )
    count = connection.scalar(
        sa.select(sa.func.count()).select_from(cases_with_items()).where(*where)
    )
    rows = connection.execute(
        sa.select(t.case.c.ref, t.case.c.alarm)
        .select_from(cases_with_items())
        .where(*where)
        .order_by(t.case.c.urgency_rank.desc(), t.case.c.opened_at)
        .limit(MOST_LINES)
    ).all()
    return int(count or 0), tuple(Alarm(row.ref, row.alarm) for row in rows)
