"""A school day that nobody signed becomes one letter to the headteacher (policy.md, clause 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from bot.model import Role, Urgency
from bot.ports import Clock
from bot.school_calendar import LONDON, day_of
from bot.services.posting import post
from bot.settings import Settings
from bot.store import Store, UnitOfWork

LOOK_BACK = timedelta(days=7)
"""Older days are not written about: a computer that was off all summer sends no heap of letters."""

LETTER = "unsigned_day"
_A_DAY = timedelta(days=1)


def tell_unsigned(store: Store, clock: Clock, settings: Settings) -> int:
    """Write to the headteacher of the school days that nobody signed; returns how many letters.

    A day is written about on the morning after it, when the school opens, and once only, whoever
    signs it later. Several days that are due together are one letter. Without `[mail]`, or without
    a headteacher who has an address, nothing is written and nothing is remembered. Idempotent.
    """
    heads = [p for p in settings.people if p.email and Role.HEADTEACHER in p.roles]
    if settings.mail is None or not heads:
        return 0
    at = clock.now()
    with store.read() as uow:
        if not _due(uow, settings, at):
            return 0
    with store.begin() as uow:
        days = _due(uow, settings, at)
        if not days:
            return 0
        facts = _facts(settings, days)
        for head in heads:
            post(uow, settings, head, LETTER, facts, urgency=Urgency.ROUTINE, at=at)
        uow.days.keep_told(days, at)
        uow.commit()
    return len(heads)


def _due(uow: UnitOfWork, settings: Settings, at: datetime) -> list[date]:
    """The school days that are over, were watched, and that nobody signed or was told of."""
    started = uow.days.first_start()
    if started is None:
        return []
    today, calendar = day_of(at), settings.calendar
    first = max(day_of(started), today - LOOK_BACK)
    days = [first + n * _A_DAY for n in range((today - first).days)]
    signed = {signature.day for signature in uow.days.signatures(first, today)}
    known = signed | uow.days.told_of(first, today)
    return [
        day
        for day in days
        if day not in known
        and calendar.is_school_day(day)
        and started < _local(day, calendar.closes)
        and at >= _local(day + _A_DAY, calendar.opens)
    ]


def _local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def _facts(settings: Settings, days: Sequence[date]) -> Mapping[str, object]:
    return {
        "days": tuple(f"{day:%A} {day.day} {day:%B}" for day in days),
        "link": f"{settings.web.public_url}/today?day={days[-1].isoformat()}",
    }
