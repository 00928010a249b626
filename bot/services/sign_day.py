"""Somebody signs for a day, or says that Facebook's comments are off again."""

from __future__ import annotations

from datetime import date

from bot import log
from bot.access import Viewer, may_sign_day
from bot.coverage import LONGEST, cover_day
from bot.errors import Conflict, NotAllowed, Refused
from bot.log import Event
from bot.model import DayOutcome
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.settings import Settings
from bot.store import Store
from bot.store.days import SignOff

LONGEST_REASON = 4_000
"""In characters."""


def sign_day(
    store: Store,
    clock: Clock,
    settings: Settings,
    viewer: Viewer,
    day: date,
    outcome: DayOutcome,
    reason: str = "",
) -> None:
    """Put a name under a day, with what was read of it at this moment, also into the log.

    *Checked* is taken only where all was read without a failure, whatever the page showed when it
    was loaded: Conflict where it was not. Raises NotAllowed, and Refused where the day cannot be
    signed or *could not check* lacks its reason; none is needed where all was read in the end and
    the gaps speak for themselves. Signing again adds a signature; the newest counts.
    """
    if not may_sign_day(viewer):
        raise NotAllowed(
            "The communications officer signs the day, or the headteacher in their place."
        )
    at = clock.now()
    today = day_of(at)
    if day > today:
        raise Refused("That day has not come yet.")
    if day < today - LONGEST:
        raise Refused("That day is too long ago to be signed.")
    reason = reason.strip()[:LONGEST_REASON]
    with store.begin() as uow:
        cover = cover_day(uow, settings, day, at)
        if cover.begin > cover.horizon:
            raise Refused("Schoolgate was not watching on that day: there is nothing to sign.")
        if outcome is DayOutcome.CHECKED and not cover.clean:
            raise Conflict(
                "Not everything was read, so the day cannot be signed as checked. Look at what is "
                "marked below, then sign what could not be checked and why."
            )
        if outcome is not DayOutcome.CHECKED and not reason and (cover.clean or cover.unread):
            raise Refused("Please say what could not be checked, and why.")
        uow.days.sign(
            SignOff(
                day=day,
                outcome=outcome,
                reason=reason,
                began_at=cover.begin,
                until=cover.until,
                cover=[stream.record() for stream in cover.streams],
                person=viewer.person_key,
                at=at,
            )
        )
        facts = {
            "day": day.isoformat(),
            "outcome": outcome,
            "by": viewer.person_key,
            "until": cover.until.isoformat(),
            "reason": log.digest_for_log(day.isoformat(), reason),
        }
        log.append(uow.log, uow.log_key, at=at, event=Event.SIGNED, facts=facts)
        uow.commit()


def end_comments_on(store: Store, clock: Clock, viewer: Viewer, account: str) -> None:
    """Somebody switched the account's comments off: what comes from now on is a new alarm.

    Raises NotAllowed. Idempotent.
    """
    if not may_sign_day(viewer):
        raise NotAllowed("The communications officer looks after that alarm.")
    with store.begin() as uow:
        uow.episodes.end(account, by=viewer.person_key, at=clock.now())
        uow.commit()
