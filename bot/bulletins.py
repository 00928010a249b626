"""The daily letter to the officer and the weekly one to the headteacher: also a sign of life.

Their facts are read first, as their reader may see them; then the letter is written (T4).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from bot.access import Viewer
from bot.model import Person, Role, Urgency
from bot.ports import Clock
from bot.queries.bulletin import bulletin
from bot.school_calendar import LONDON
from bot.services.posting import moment, post
from bot.settings import Settings
from bot.store import Store

DAILY, WEEKLY = "daily", "weekly"
_READERS = ((DAILY, Role.COMMUNICATIONS_OFFICER, 1), (WEEKLY, Role.HEADTEACHER, 7))


def write_bulletins(store: Store, clock: Clock, settings: Settings) -> int:
    """Write the letters of this day and week that are due; returns how many. Each once.

    They go on school days at each reader's time; the weekly one on the first of the week.
    """
    if settings.mail is None:
        return 0
    at = clock.now()
    written = 0
    for template, role, days in _READERS:
        for person in settings.people:
            period = _period(template, person, settings, at)
            if role in person.roles and person.email and period:
                written += _write(store, settings, person, template, period, days, at)
    return written


def _period(template: str, person: Person, settings: Settings, at: datetime) -> str:
    """The day or week that is due for this person; empty where none is."""
    local = at.astimezone(LONDON)
    today, calendar = local.date(), settings.calendar
    if local.time() < (person.digest_at or settings.letters.digest_at):
        return ""
    if not calendar.is_school_day(today):
        return ""
    if template == DAILY:
        return today.isoformat()
    monday = today - timedelta(days=today.weekday())
    earlier = (monday + timedelta(days=n) for n in range(today.weekday()))
    return "" if any(map(calendar.is_school_day, earlier)) else _week(today)


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _write(
    store: Store,
    settings: Settings,
    person: Person,
    template: str,
    period: str,
    days: int,
    at: datetime,
) -> bool:
    with store.read() as uow:
        if uow.letters.written(template, period, person.key):
            return False
        since = uow.answers.last_written(template, person.key) or at - timedelta(days=days)
    facts: Mapping[str, object] = bulletin(
        store, settings, Viewer(person.key, person.roles), since=since, now=at
    )
    oldest = facts["oldest"]
    with store.begin() as uow:
        post(
            uow,
            settings,
            person,
            template,
            {
                **facts,
                "oldest": moment(oldest) if isinstance(oldest, datetime) else "",
                "until": moment(at),
                "link": settings.web.public_url.rstrip("/") + "/",
            },
            urgency=Urgency.ROUTINE,
            at=at,
            period=period,
        )
        uow.commit()
    return True
