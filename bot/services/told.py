"""Who is told of a case and when: from roles to people, from urgency to a time; pure.

A role is told through whoever holds it. Who is excluded from the case is no holder of anything;
where everybody is away, the deputy steps in, then the next role on the ladder (`bot.policy`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.model import LADDER, Person, Role, Urgency
from bot.school_calendar import LONDON, SchoolCalendar, day_of
from bot.settings import LetterSettings, LinkWorks
from bot.wording import role_name

Ladder = Mapping[Role, tuple[Role, ...]]

NOBODY_TOLD = (
    "Nobody who has to be told of this has an address in settings.toml: tell them yourself."
)


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told, and as whom: `in_place` where they do not hold the role themselves."""

    person: Person
    role: Role
    in_place: bool
    why: str


def people_told(
    told: Iterable[Role],
    excluded: Iterable[str],
    people: Iterable[Person],
    day: date,
    ladder: Ladder = LADDER,
) -> list[Told]:
    """The people behind the roles on that day, each once, those who hold a role before deputies.

    Empty only where nobody with an address is left on any rung of any ladder.
    """
    free, out = _free(people, excluded)
    found = [
        one for role in sorted(frozenset(told)) for one in _behind(role, free, out, day, ladder)
    ]
    found.sort(key=lambda one: one.in_place)
    return list({one.person.key: one for one in reversed(found)}.values())[::-1]


def chain(
    role: Role,
    excluded: Iterable[str],
    people: Iterable[Person],
    day: date,
    ladder: Ladder = LADDER,
) -> Iterator[Told]:
    """Everybody who could be told in turn: the role's holders, its deputies, the ladder; whoever is
    away or excluded is left out. The same person may come twice.
    """
    free, out = _free(people, excluded)
    for rung in _rungs(role, free, out, ladder):
        yield from (one for one in rung if not one.person.is_away(day))


def _free(
    people: Iterable[Person], excluded: Iterable[str]
) -> tuple[list[Person], frozenset[Role]]:
    """Who can be told at all, and the roles of those who must not be."""
    keys, all_people = frozenset(excluded), list(people)
    out = frozenset(role for p in all_people if p.key in keys for role in p.roles)
    return [p for p in all_people if p.email and p.key not in keys], out


def _behind(
    role: Role, free: Sequence[Person], out: frozenset[Role], day: date, ladder: Ladder
) -> list[Told]:
    rungs = list(_rungs(role, free, out, ladder))
    for rung in rungs:
        here = [one for one in rung if not one.person.is_away(day)]
        if here:
            return here
    # Better a letter that waits for its reader than none at all.
    return next((rung for rung in rungs if rung), [])


def _rungs(
    role: Role, free: Sequence[Person], out: frozenset[Role], ladder: Ladder
) -> Iterator[list[Told]]:
    name = role_name(role)
    # An accused headteacher's deputy works for them: a concern about them goes up, not down.
    accused_head = role is Role.HEADTEACHER and role in out
    yield [Told(p, role, False, f"holds the role: {name}") for p in free if role in p.roles]
    yield [
        Told(p, role, True, f"is the deputy for {name}")
        for p in free
        if role in p.deputy_for and role not in p.roles and not accused_head
    ]
    for rung in ladder[role]:
        why = f"steps in for {name}, as {role_name(rung)}"
        yield [Told(p, role, True, why) for p in free if rung in p.roles and role not in p.roles]


def due_at(
    urgency: Urgency,
    at: datetime,
    letters: LetterSettings,
    calendar: SchoolCalendar,
    digest_at: time | None = None,
) -> datetime:
    """When a notice goes out: at once, with the next gathering, or with the next digest (UTC).

    Only what is immediate goes out in quiet hours. On days without school what is urgent waits for
    the digest's time, and what is routine for the next school day. Gatherings fall on whole steps
    of the hour, so that two people's letters cover the same time.
    """
    if urgency is Urgency.IMMEDIATE:
        return at
    digest = digest_at or letters.digest_at
    if urgency is Urgency.URGENT:
        step = timedelta(minutes=letters.urgent_minutes)
        midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        gathering = _loud(midnight + ((at - midnight) // step + 1) * step, letters)
        if calendar.is_school_day(day_of(gathering)):
            return gathering
        return _loud(_next(digest, at), letters)
    due = _next(digest, at)
    for _ in range(400):  # no school is closed for longer
        if calendar.is_school_day(day_of(due)):
            break
        due = _next(digest, due)
    return due


def answer_by(
    urgency: Urgency, at: datetime, letters: LetterSettings, calendar: SchoolCalendar
) -> datetime | None:
    """By when somebody who is written to now has to answer; None where nobody is chased."""
    span = timedelta(minutes=letters.answer_minutes.get(urgency, 0))
    if not span:
        return None
    return at + span if letters.link_works is LinkWorks.ALWAYS else calendar.after(at, span)


def _next(time_of_day: time, at: datetime) -> datetime:
    local = at.astimezone(LONDON)
    then = datetime.combine(local.date(), time_of_day, LONDON)
    if then <= local:
        then = datetime.combine(local.date() + timedelta(days=1), time_of_day, LONDON)
    return then.astimezone(UTC)


def _loud(at: datetime, letters: LetterSettings) -> datetime:
    """The same instant outside of quiet hours, else their end."""
    begins, ends = letters.quiet
    now = at.astimezone(LONDON).time()
    quiet = begins <= now < ends if begins <= ends else now >= begins or now < ends
    return _next(ends, at) if quiet else at
