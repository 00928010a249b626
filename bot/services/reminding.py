"""The data protection officer's 72 hours: reminders after 24, 48 and 66 of them (clause 8).

The clock runs from when Schoolgate first saw the case, which is never later than when a person
became aware of it (UK GDPR, Article 33). It ends when the case is decided.
"""

from __future__ import annotations

from datetime import timedelta

from bot import log
from bot.access import DPO_KINDS
from bot.log import Event
from bot.model import Role, Urgency
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.posting import moment, post
from bot.services.told import people_told
from bot.settings import Settings
from bot.store import Store

HOURS = (24, 48, 66)
"""After how many hours the data protection officer is reminded."""

DEADLINE = 72
_REMINDER = "reminder"


def remind(store: Store, clock: Clock, settings: Settings) -> int:
    """Write the reminders that are due; returns how many. Each is written once; of several that
    were missed, only the last.
    """
    if settings.mail is None:
        return 0
    at = clock.now()
    with store.read() as uow:
        due = [one for one in uow.answers.possible_breaches(DPO_KINDS) if _reached(at - one.since)]
    if not due:
        return 0
    written = 0
    day = day_of(at)
    with store.begin() as uow:
        for one in due:
            hours = _reached(at - one.since)
            case = uow.cases.get(one.case_id)
            for told in people_told(
                {Role.DPO}, case.excluded, settings.policy.people, day, settings.policy.ladder
            ):
                period = f"{one.case_ref} {hours}"
                if uow.letters.written(_REMINDER, period, told.person.key):
                    continue
                if told.in_place:
                    uow.cases.stand_in(case.id, told.person.key, Role.DPO)
                until = one.since + timedelta(hours=DEADLINE)
                facts = {
                    "hours": hours,
                    "hours_left": max(0, (until - at) // timedelta(hours=1)),
                    "until": moment(until),
                    "link": f"{settings.web.public_url.rstrip('/')}/cases/{one.case_ref}",
                }
                post(
                    uow,
                    settings,
                    told.person,
                    _REMINDER,
                    facts,
                    urgency=Urgency.IMMEDIATE,
                    at=at,
                    case_ref=one.case_ref,
                    period=period,
                )
                said = {"case": case.ref, "person": told.person.key, "hours": hours}
                log.append(
                    uow.log,
                    uow.log_key,
                    at=at,
                    event=Event.REMINDED,
                    case_id=case.id,
                    facts=said,
                )
                written += 1
        uow.commit()
    return written


def _reached(passed: timedelta) -> int:
    return max((hours for hours in HOURS if passed >= timedelta(hours=hours)), default=0)
