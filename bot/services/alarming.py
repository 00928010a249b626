"""Tell the keepers of the house, by the second way, that letters do not get through."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Role, Urgency
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.posting import post
from bot.services.told import people_told
from bot.settings import Settings
from bot.store import Store

ALARM = "alarm"
_NOT_AGAIN_FOR = timedelta(hours=1)
_TOLD = (Role.COMMUNICATIONS_OFFICER, Role.ICT_TECHNICIAN)


def write_alarms(store: Store, clock: Clock, settings: Settings) -> int:
    """One alarm an hour to each keeper while a new letter cannot be delivered; returns how many.

    It holds a number and the mail server's reasons. A letter about a case that its reader must not
    know of is not counted.
    """
    if settings.alarm_mail is None:
        return 0
    at = clock.now()
    with store.read() as uow:
        if not uow.letters.undelivered():
            return 0
    written = 0
    with store.begin() as uow:
        day = day_of(at)
        for told in people_told(_TOLD, (), settings.policy.people, day, settings.policy.ladder):
            lost = uow.letters.undelivered(unless_about=told.person.key)
            last = uow.answers.last_written(ALARM, told.person.key)
            period = f"up to {max((one.effect_id for one in lost), default=0)}"
            if not lost or (last and at - last < _NOT_AGAIN_FOR):
                continue
            if uow.letters.written(ALARM, period, told.person.key):
                continue
            why = list(dict.fromkeys(one.why for one in lost if one.why))
            post(
                uow,
                settings,
                told.person,
                ALARM,
                {
                    "count": len(lost),
                    "why": why,
                    "link": settings.web.public_url.rstrip("/") + "/undelivered",
                },
                urgency=Urgency.IMMEDIATE,
                at=at,
                period=period,
                by=settings.alarm_mail,
            )
            written += 1
        uow.commit()
    return written
