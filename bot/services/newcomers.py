"""Reading lists of followers on a timetable and within a budget; who left is noticed here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.log import Event
from bot.model import Stream
from bot.observed import note
from bot.ports import Clock, PlatformAdapter
from bot.school_calendar import LONDON
from bot.services.ingest import PollReport, poll
from bot.settings import Look, NewcomerSettings, Sweep
from bot.store import Store

_TRY_AGAIN = timedelta(hours=1)
_MOST_MISSING = 0.05
"""Where the platform withholds more of its list than this share, nobody is taken to have left."""


def read_newcomers(
    store: Store,
    clock: Clock,
    settings: NewcomerSettings,
    adapter: PlatformAdapter,
    ending: Callable[[], bool] = lambda: False,
) -> list[PollReport]:
    """Read what is due of one account's newcomers: nothing, the newest, or the whole list.

    Where there is no list, newcomers come with the comments and are read each time. Never raises
    for what the platform does. A sweep comes first, so that on its day the newest are not billed
    twice.
    """
    if not adapter.lists_followers:
        return [poll(store, clock, adapter, Stream.NEWCOMERS, ending=ending)]
    now, reports = clock.now(), []
    with store.read() as uow:
        account, state = adapter.account, uow.state
        swept = state.last_poll(account, Stream.FOLLOWERS, complete=True)
        swept_try = state.last_poll(account, Stream.FOLLOWERS, complete=False)
        looked = state.last_poll(account, Stream.NEWCOMERS, complete=True)
        looked_try = state.last_poll(account, Stream.NEWCOMERS, complete=False)
        spent = state.billed_since(account, _month(now))
    if sweep_is_due(settings, swept, swept_try, now):
        reports.append(_sweep(store, clock, adapter, settings.reads_per_month - spent, ending))
        spent += reports[-1].billed
    if look_is_due(settings, looked, looked_try, now):
        left = settings.reads_per_month - spent
        reports.append(
            poll(store, clock, adapter, Stream.NEWCOMERS, most_billed=left, ending=ending)
        )
    return reports


def look_is_due(
    settings: NewcomerSettings, looked: datetime | None, tried: datetime | None, now: datetime
) -> bool:
    """Whether the newest are to be read: once a day from `look_at` on, an hour after a failure."""
    if settings.look is Look.ALWAYS or tried is None:
        return True
    local = now.astimezone(LONDON)
    slot = datetime.combine(local.date(), settings.look_at, LONDON)
    slot = slot if slot <= local else slot - timedelta(days=1)
    return (looked is None or looked < slot) and not _just_tried(tried, now)


def sweep_is_due(
    settings: NewcomerSettings, swept: datetime | None, tried: datetime | None, now: datetime
) -> bool:
    """Whether everybody is to be read: at the first start, then on one day of the week.

    The slot is that day from `look_at` on. What failed in it is tried again each hour until the day
    is over; a first sweep is tried again until it is done.
    """
    if settings.sweep is Sweep.NEVER:
        return False
    if settings.sweep is Sweep.ALWAYS or tried is None:
        return True
    if swept is None:
        return not _just_tried(tried, now)
    local = now.astimezone(LONDON)
    slot = datetime.combine(local.date(), settings.look_at, LONDON)
    today = local.weekday() == list(Sweep).index(settings.sweep) and slot <= local
    return today and swept < slot and not _just_tried(tried, now)


def _just_tried(tried: datetime, now: datetime) -> bool:
    """A try in the future means that the clock was set back."""
    return timedelta() <= now - tried < _TRY_AGAIN


def _month(now: datetime) -> datetime:
    local = now.astimezone(LONDON)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _sweep(
    store: Store,
    clock: Clock,
    adapter: PlatformAdapter,
    left: int,
    ending: Callable[[], bool],
) -> PollReport:
    """A whole run over the list. Only one that reached its end says who left."""
    account = adapter.account
    with store.read() as uow:
        began = uow.state.run_began(account, Stream.FOLLOWERS) or clock.now()
    report = poll(store, clock, adapter, Stream.FOLLOWERS, most_billed=left, ending=ending)
    if report.complete and report.not_visible <= _MOST_MISSING * report.seen:
        with store.begin() as uow:
            gone = uow.people.leave(account, unseen_since=began)
            for stored in uow.items.get_all(gone).values():
                note(uow, stored, Event.GONE, clock.now())
            uow.commit()
    return report
