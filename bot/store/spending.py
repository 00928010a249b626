"""The ledger of what platforms bill: a row for each day, account and resource.

Amounts are whole millionths of a dollar, so that a year of small sums adds up exactly. `reserved`
is set aside while a call is under way; what a killed process had set aside stays so, and counts.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from bot.store import tables as t

DOLLAR = 1_000_000


class Spending:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def total(self, first_day: str, last_day: str, *, only: Iterable[str] | None = None) -> int:
        """Spent and set aside on these days, both included (ISO dates, UTC), over all accounts."""
        amount = sa.func.sum(t.spending.c.reserved + t.spending.c.spent)
        rows = sa.select(sa.func.coalesce(amount, 0)).where(
            t.spending.c.day.between(first_day, last_day)
        )
        if only is not None:
            rows = rows.where(t.spending.c.resource.in_(list(only)))
        return int(self._connection.scalar(rows) or 0)

    def by_resource(self, first_day: str, last_day: str) -> list[tuple[str, int, int]]:
        """Each resource with its calls and what it cost, dearest first."""
        cost = sa.func.sum(t.spending.c.reserved + t.spending.c.spent)
        rows = self._connection.execute(
            sa.select(t.spending.c.resource, sa.func.sum(t.spending.c.calls), cost)
            .where(t.spending.c.day.between(first_day, last_day))
            .group_by(t.spending.c.resource)
            .order_by(cost.desc())
        )
        return [(row[0], int(row[1]), int(row[2])) for row in rows]

    def set_aside(self, day: str, account: str, resource: str, amount: int) -> None:
        """Before a call."""
        self._add(day, account, resource, calls=1, reserved=amount, spent=0)

    def spend(self, day: str, account: str, resource: str, *, reserved: int, spent: int) -> None:
        """After it: what was set aside becomes what was billed."""
        self._add(day, account, resource, calls=0, reserved=-reserved, spent=spent)

    def _add(
        self, day: str, account: str, resource: str, *, calls: int, reserved: int, spent: int
    ) -> None:
        c = t.spending.c
        where = (c.day == day) & (c.account == account) & (c.resource == resource)
        sums = {
            "calls": c.calls + calls,
            "reserved": c.reserved + reserved,
            "spent": c.spent + spent,
        }
        done = self._connection.execute(sa.update(t.spending).where(where).values(sums))
        if done.rowcount == 0:
            key = {"day": day, "account": account, "resource": resource}
            amounts = {"calls": calls, "reserved": reserved, "spent": spent}
            self._connection.execute(sa.insert(t.spending), {**key, **amounts})


def billed_day(at: datetime) -> str:
    """The day that a platform bills: UTC."""
    return at.astimezone(UTC).date().isoformat()


def first_of_month(at: datetime) -> str:
    """Where a month of billed days begins."""
    return at.astimezone(UTC).date().replace(day=1).isoformat()


def next_day(at: datetime) -> datetime:
    """When the day's limit is whole again."""
    return _midnight(at.astimezone(UTC).date() + timedelta(days=1))


def first_of_next_month(at: datetime) -> datetime:
    """When the month's limit is whole again."""
    day = at.astimezone(UTC).date()
    days = monthrange(day.year, day.month)[1]
    return _midnight(day.replace(day=1) + timedelta(days=days))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
