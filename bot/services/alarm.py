"""Takes in what keeps Schoolgate from its work, so that it is shown, and told once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.model import Role, Urgency
from bot.ports import Clock
from bot.services.posting import post
from bot.settings import Settings
from bot.store import Store

LETTER = "trouble"
_PASSES = timedelta(minutes=30)
"""What is over sooner is shown, and no letter for anybody."""
_TOLD = frozenset({Role.ICT_TECHNICIAN, Role.COMMUNICATIONS_OFFICER})

_log = structlog.get_logger("schoolgate.watch")


def keep_troubles(store: Store, clock: Clock, found: Mapping[str, str]) -> None:
    """Replace what was wrong by what is wrong now; each beginning and end is one log line."""
    with store.begin() as uow:
        new, over = uow.troubles.keep(found, clock.now())
        uow.commit()
    for key in new:
        _log.error("trouble", trouble=key, why=found[key])
    for key in over:
        _log.info("trouble_over", trouble=key)


def tell_troubles(store: Store, clock: Clock, settings: Settings) -> int:
    """Write to whoever looks after it of what has been wrong for half an hour; returns how many.

    Of each trouble once, all that are due together in one letter, which holds no content and counts
    no case. Without `[mail]` nothing is written and nothing is remembered. Idempotent.
    """
    people = [one for one in settings.people if one.email and one.roles & _TOLD]
    if settings.mail is None or not people:
        return 0
    at = clock.now()
    with store.begin() as uow:
        due = [one for one in uow.troubles.all() if not one.told_at and at - one.since >= _PASSES]
        if not due:
            return 0
        facts = {
            "troubles": [one.words for one in due],
            "link": f"{settings.web.public_url}/status",
        }
        for person in people:
            post(uow, settings, person, LETTER, facts, urgency=Urgency.URGENT, at=at)
        uow.troubles.mark_told([one.key for one in due], at)
        uow.commit()
    return len(people)
