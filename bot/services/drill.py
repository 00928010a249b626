"""A drill: each role is sent a marked test letter by the route that a real one would take."""

from __future__ import annotations

from bot.model import Role, Urgency
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.posting import post
from bot.services.told import Told, people_told
from bot.settings import Settings
from bot.store import Store
from bot.wording import role_name

DRILL = "drill"


def start_drill(store: Store, clock: Clock, settings: Settings) -> list[Told]:
    """Write the test letters; returns who is written to, and why. Each call is a drill of its own.

    Raises nothing: without `[mail]` in settings nobody is written to.
    """
    if settings.mail is None:
        return []
    at = clock.now()
    day = day_of(at)
    routed = [
        one
        for role in Role
        for one in people_told({role}, (), settings.policy.people, day, settings.policy.ladder)
    ]
    readers = {one.person.key: one.person for one in routed}
    with store.begin() as uow:
        for key, person in readers.items():
            theirs = [one for one in routed if one.person.key == key]
            facts = {
                "role": " and ".join(role_name(one.role) for one in theirs),
                "in_place": any(one.in_place for one in theirs),
            }
            period = at.isoformat()
            post(uow, settings, person, DRILL, facts, urgency=Urgency.URGENT, at=at, period=period)
        uow.commit()
    return routed
