"""Authors with comments that a person confirmed as breaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model import ItemKind, Outcome
from bot.store import tables as t
from bot.store.effects import COMMAND_LINE

CONFIRMING = (Outcome.HIDE, Outcome.DELETE)
"""What a person decides where a comment does breach the policy."""


@dataclass(frozen=True, slots=True)
class Breaches:
    """How many comments of one author a person confirmed as breaches, and the newest of them."""

    platform: str
    author_id: str
    handle: str
    name: str
    account: str
    count: int
    last_at: datetime


def author_key(platform: str, author_id: str) -> str:
    """By what the comments of one author are found together (`moderation_case.author_key`)."""
    return f"{platform}:{author_id}"


def last_decisions() -> sa.Subquery:
    """The newest decision of each case: only it says how the case stands."""
    newest = sa.select(sa.func.max(t.decision.c.id)).group_by(t.decision.c.case_id)
    return sa.select(t.decision).where(t.decision.c.id.in_(newest)).subquery("last_decision")


def counting(decision: sa.FromClause) -> tuple[sa.ColumnElement[bool], ...]:
    """Which decisions confirm a breach: a person’s, no platform’s and no command line’s."""
    return decision.c.outcome.in_(CONFIRMING), decision.c.person.not_in(["", COMMAND_LINE])


def breaches_query(
    since: datetime, *where: sa.ColumnElement[bool]
) -> sa.Select[tuple[object, ...]]:
    """Authors by confirmed breaches since then, most first; `where` narrows the cases."""
    last = last_decisions()
    return (
        sa.select(
            t.item.c.platform,
            t.item.c.author_id,
            sa.func.max(t.item.c.author_handle).label("handle"),
            sa.func.max(t.item.c.author_name).label("name"),
            sa.func.max(t.item.c.account).label("account"),
            sa.func.count().label("count"),
            sa.func.max(last.c.at).label("last_at"),
        )
        .select_from(t.item)
        .join(t.case, t.case.c.item_id == t.item.c.id)
        .join(last, last.c.case_id == t.case.c.id)
        .where(
            t.item.c.kind == ItemKind.COMMENT,
            t.item.c.author_id != "",
            *counting(last),
            last.c.at >= since,
            *where,
        )
        .group_by(t.item.c.platform, t.item.c.author_id)
        .order_by(sa.func.count().desc(), sa.func.max(last.c.at).desc())
    )


def accuses(people: Iterable[str]) -> sa.ColumnElement[bool]:
    """The cases that one of these people must never learn of."""
    return (
        sa.exists()
        .where(
            t.case_exclusion.c.case_id == t.case.c.id, t.case_exclusion.c.person.in_(set(people))
        )
        .correlate(t.case)
    )


def accused_by_then(
    person: str,
    platform: sa.ColumnElement[str],
    author_id: sa.ColumnElement[str],
    at: sa.ColumnElement[datetime],
) -> sa.ColumnElement[bool]:
    """Whether this author had accused that person by then: what others do about such an author
    tells of the accusation.
    """
    item, case, excluded = t.item.alias(), t.case.alias(), t.case_exclusion.alias()
    return (
        sa.exists()
        .where(
            excluded.c.person == person,
            excluded.c.case_id == case.c.id,
            case.c.item_id == item.c.id,
            case.c.opened_at <= at,
            item.c.platform == platform,
            item.c.author_id == author_id,
        )
        .correlate_except(item, case, excluded)
    )


def restrictions_of(person: str) -> sa.ColumnElement[bool]:
    """The restrictions, joined with case and item, that this person may know of: theirs, and those
    that tell of nothing that accuses them.
    """
    told = accused_by_then(person, t.item.c.platform, t.item.c.author_id, t.restriction.c.at)
    return sa.and_(sa.or_(t.restriction.c.person == person, ~told), ~accuses({person}))


class Authors:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def breaches(self, *, since: datetime, hidden_from: frozenset[str]) -> list[Breaches]:
        """Confirmed breaches by author, without cases that any of these people must not know."""
        rows: Any = self._connection.execute(breaches_query(since, ~accuses(hidden_from)))
        return [Breaches(*row) for row in rows]

    def had_step(self, one: Breaches, step: str) -> bool:
        """Whether this step was noted for the author already."""
        found = self._connection.execute(
            sa.select(t.author_step.c.id).where(
                t.author_step.c.platform == one.platform,
                t.author_step.c.author_id == one.author_id,
                t.author_step.c.step == step,
            )
        )
        return found.first() is not None
