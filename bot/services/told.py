"""Who is told of a case and when: from roles to people, from urgency to a time; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import Person, Role, Urgency
from bot.settings import LetterSettings

LONDON = ZoneInfo("Europe/London")

NOBODY_TOLD = (
    "Nobody who has to be told of this has an address in settings.toml: tell them yourself."
)


def people_told(
    told: Iterable[Role], excluded: Iterable[str], people: Iterable[Person]
) -> list[Person]:
    """The people behind the roles who have an address and are not excluded, each once."""
    roles, out = frozenset(told), frozenset(excluded)
    return [p for p in people if p.email and p.roles & roles and p.key not in out]


def due_at(urgency: Urgency, at: datetime, letters: LetterSettings) -> datetime:
    """When a notice goes out: at once, with the next gathering, or with the next digest.

    Gatherings fall on whole steps of the hour, so that two people's letters cover the same time.
    """
    if urgency is Urgency.IMMEDIATE:
        return at
    if urgency is Urgency.URGENT:
        step = timedelta(minutes=letters.urgent_minutes)
        midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + ((at - midnight) // step + 1) * step
    local = at.astimezone(LONDON)
    digest = datetime.combine(local.date(), letters.digest_at, LONDON)
    if digest <= local:
        digest = datetime.combine(local.date() + timedelta(days=1), letters.digest_at, LONDON)
    return digest.astimezone(UTC)
