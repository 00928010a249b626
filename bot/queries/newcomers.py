"""Newcomers who wait for a decision, with the platform's facts and what they say themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.access import Viewer, may_vet
from bot.model import CaseStatus, ItemKind, Presence
from bot.queries.cases import PER_PAGE, edges_of
from bot.queries.seen import cases_with_items, looking, may_settle
from bot.rules.newcomers import Pointer, Pointing, School, pointers
from bot.settings import Settings
from bot.store import Store
from bot.store import tables as t
from bot.store.authors import accuses, breaches_query

SAYS_A_PARENT = "parent"
"""How a newcomer is sorted: only to help the eye, nothing is decided by it."""


@dataclass(frozen=True, slots=True)
class NewcomerLine:
    """Somebody new, with the platform's facts; nothing here scores a person.

    `registered_by`: who confirmed that this handle is a parent's, and when. `confirmed_cases`
    counts their comments that a person confirmed as breaches.
    """

    ref: str
    version: int
    platform: str
    account: str
    edges: tuple[str, ...]
    name: str
    handle: str
    bio: str
    permalink: str
    facts: Mapping[str, str]
    seen_at: datetime
    alarm: str = ""
    passed_to: str = ""
    baseline: bool = False
    pointers: tuple[Pointer, ...] = ()
    registered: tuple[str, date] | None = None
    first_contact: datetime | None = None
    confirmed_cases: int = 0

    @property
    def group(self) -> str:
        """Where on the page: what says a school year first, then parents, then the rest."""
        said = {one.kind for one in self.pointers}
        if said & {Pointing.AGE, Pointing.SCHOOL_YEAR, Pointing.PUPIL, Pointing.LOOK_ALIKE}:
            return "look"
        if self.registered or Pointing.PARENT in said:
            return SAYS_A_PARENT
        return "business" if said & _BUSINESS else "other"


_BUSINESS = {Pointing.BUSINESS, Pointing.ADULT, Pointing.FOLLOW_BACK}


def list_newcomers(
    store: Store,
    viewer: Viewer,
    settings: Settings | None = None,
    now: datetime | None = None,
    *,
    limit: int = PER_PAGE,
    skip: int = 0,
) -> list[NewcomerLine]:
    """Newcomers who wait for this viewer's decision, oldest first."""
    query = (
        sa.select(
            t.case.c.ref,
            t.case.c.version,
            t.case.c.alarm,
            t.item,
            t.reading.c.text,
            t.vetting.c.passed_to,
        )
        .select_from(
            cases_with_items()
            .join(t.reading, t.reading.c.id == t.item.c.reading_id)
            .outerjoin(t.vetting, t.vetting.c.case_id == t.case.c.id)
        )
        .where(_new(viewer, now))
        .order_by(t.case.c.opened_at, t.case.c.id)
        .limit(limit)
        .offset(skip)
    )
    with looking(store) as connection:
        rows = connection.execute(query).all()
        edges = edges_of(connection, [row.id for row in rows])
        known = _Known(connection, viewer, rows, settings)
    return [
        NewcomerLine(
            row.ref,
            row.version,
            row.platform,
            row.account,
            edges.get(row.id, ()),
            row.author_name,
            row.author_handle,
            row.text,
            row.permalink,
            row.facts,
            row.first_seen_at,
            row.alarm,
            row.passed_to or "",
            row.baseline,
            _pointers(row, settings, now),
            known.registered.get((row.platform, row.author_handle.lower())),
            known.first_contact.get((row.platform, row.author_id)),
            known.confirmed.get((row.platform, row.author_id), 0),
        )
        for row in rows
    ]


def count_newcomers(store: Store, viewer: Viewer, now: datetime | None = None) -> int:
    """How many newcomers wait for this viewer's decision."""
    query = (
        sa.select(sa.func.count())
        .select_from(cases_with_items().outerjoin(t.vetting, t.vetting.c.case_id == t.case.c.id))
        .where(_new(viewer, now))
    )
    with looking(store) as connection:
        return int(connection.scalar(query) or 0)


@dataclass(frozen=True, slots=True)
class Before:
    """How many from before the first start nobody has looked at; `left_by` chose, at `left_at`, to
    decide only about newcomers from then on.
    """

    people: int
    left_by: str = ""
    left_at: datetime | None = None


def count_baseline(store: Store, viewer: Viewer) -> dict[str, Before]:
    """Those from before the first start, by account."""
    if not may_vet(viewer):
        return {}
    has_case = sa.exists().where(t.case.c.item_id == t.item.c.id).correlate(t.item)
    query = (
        sa.select(t.item.c.account, sa.func.count().label("people"))
        .where(t.item.c.kind == ItemKind.NEWCOMER, t.item.c.baseline, ~has_case)
        .group_by(t.item.c.account)
    )
    with looking(store) as connection:
        left = {row.account: row for row in connection.execute(sa.select(t.newcomers_only))}
        rows = connection.execute(query).all()
    return {
        row.account: Before(row.people, left[row.account].person, left[row.account].at)
        if row.account in left
        else Before(row.people)
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Count:
    """How many follow an account on a day, and on the last day before that on which it was
    counted; a number, not a list of anybody.
    """

    people: int
    day: date
    before: int | None = None
    before_day: date | None = None


def follower_counts(store: Store, viewer: Viewer) -> dict[str, Count]:
    """The newest count by account, where the platform gives one."""
    if not may_vet(viewer):
        return {}
    found: dict[str, Count] = {}
    newest_first = sa.select(t.follower_count).order_by(t.follower_count.c.day.desc())
    with looking(store) as connection:
        rows = connection.execute(newest_first).all()
    for row in rows:
        known = found.get(row.account)
        if known is None:
            found[row.account] = Count(row.people, row.day)
        elif known.before is None:
            found[row.account] = replace(known, before=row.people, before_day=row.day)
    return found


# --- within -------------------------------------------------------------------------------------


def _new(viewer: Viewer, now: datetime | None) -> sa.ColumnElement[bool]:
    """Open, this viewer's to decide, still there, and not put off; an alarm overrules the last two.

    With no `now`, what was put off is left out whatever its time.
    """
    later = t.vetting.c.later_until
    due = later.is_(None) if now is None else sa.or_(later.is_(None), later <= now)
    waits = sa.and_(t.item.c.presence != Presence.GONE, due)
    return sa.and_(
        t.case.c.newcomer,  # by index: their number stands on every page
        t.case.c.status == CaseStatus.OPEN,
        sa.or_(waits, t.case.c.alarm != ""),
        may_settle(viewer),
    )


class _Known:
    """What is known beside the platform's facts, read once for a page of newcomers."""

    def __init__(
        self,
        connection: sa.Connection,
        viewer: Viewer,
        rows: Sequence[Any],
        settings: Settings | None,
    ) -> None:
        self.registered: dict[tuple[str, str], tuple[str, date]] = {
            (row.platform, row.handle): (row.confirmed_by, row.confirmed_on)
            for row in connection.execute(
                sa.select(t.register).where(
                    t.register.c.handle.in_([row.author_handle.lower() for row in rows])
                )
            )
        }
        ids = [row.author_id for row in rows if row.author_id]
        self.first_contact: dict[tuple[str, str], datetime] = {
            (row.platform, row.author_id): row.first
            for row in connection.execute(
                sa.select(
                    t.item.c.platform,
                    t.item.c.author_id,
                    sa.func.min(t.item.c.created_at).label("first"),
                )
                .select_from(t.item.outerjoin(t.case, t.case.c.item_id == t.item.c.id))
                .where(
                    t.item.c.kind == ItemKind.COMMENT,
                    t.item.c.author_id.in_(ids),
                    sa.or_(t.case.c.id.is_(None), ~accuses({viewer.person_key})),
                )
                .group_by(t.item.c.platform, t.item.c.author_id)
            )
        }
        self.confirmed: dict[tuple[str, str], int] = {}
        if settings is not None:
            long_ago = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
            heads = {person.key for person in settings.people if person.roles}
            # Whoever reads this page: what accuses any of them is not counted here.
            found: Sequence[Any] = connection.execute(
                breaches_query(long_ago, t.item.c.author_id.in_(ids), ~accuses(heads))
            ).all()
            self.confirmed = {(row.platform, row.author_id): row.count for row in found}


def _pointers(row: Any, settings: Settings | None, now: datetime | None) -> tuple[Pointer, ...]:
    if settings is None or now is None:
        return ()
    handles = tuple(
        str(account.options["handle"]).removeprefix("@")
        for account in settings.accounts
        if "handle" in account.options
    )
    school = School(
        settings.school.name,
        (*handles, *settings.newcomers.known_handles),
        settings.people,
        settings.newcomers.age_from.get(row.platform, 13),
    )
    return pointers(row.author_name, row.author_handle, row.text, row.facts, school, now.date())
