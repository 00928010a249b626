"""How each day was read and signed, and of which unsigned days the headteacher was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.model import DayOutcome, PollResult, Stream
from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class Poll:
    """One attempt to read a stream. `result` is None where it never ended, or has not ended yet."""

    started_at: datetime
    result: PollResult | None
    why: str = ""
    new: int = 0
    not_visible: int = 0


@dataclass(frozen=True, slots=True)
class SignOff:
    """What somebody signed of a day. `cover` is what was read then, as it stood on the page."""

    day: date
    outcome: DayOutcome
    reason: str
    began_at: datetime
    until: datetime
    cover: Sequence[Mapping[str, Any]]
    person: str
    at: datetime


class Days:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    # how it was read ----------------------------------------------------------------------------

    def polls(self, account: str, stream: Stream, since: datetime, until: datetime) -> list[Poll]:
        """The polls of a stream, oldest first: from the last complete one before `since` to the
        first complete one after `until`, or to the newest.
        """
        theirs = (t.poll.c.account == account) & (t.poll.c.stream == stream)
        whole = theirs & (t.poll.c.result == PollResult.COMPLETE)
        before: int | None = self._connection.scalar(
            sa.select(t.poll.c.id)
            .where(whole, t.poll.c.started_at < since)
            .order_by(t.poll.c.id.desc())
            .limit(1)
        )
        wanted = theirs & (t.poll.c.id >= (before or 0))
        after: int | None = self._connection.scalar(
            sa.select(t.poll.c.id)
            .where(whole, wanted, t.poll.c.started_at > until)
            .order_by(t.poll.c.id)
            .limit(1)
        )
        if after is not None:
            wanted &= t.poll.c.id <= after
        rows = self._connection.execute(sa.select(t.poll).where(wanted).order_by(t.poll.c.id)).all()
        return [
            Poll(
                row.started_at,
                PollResult(row.result) if row.result else None,
                row.why,
                row.new,
                row.not_visible,
            )
            for row in rows
        ]

    def accounts_polled(self, begin: datetime, end: datetime) -> set[str]:
        """The accounts that were read in that time, whether settings still name them or not."""
        return set(
            self._connection.scalars(
                sa.select(t.poll.c.account)
                .where(t.poll.c.started_at.between(begin, end))
                .distinct()
            )
        )

    def unjudged(self) -> int:
        """How many readings were stored and wait to be judged."""
        count = self._connection.scalar(
            sa.select(sa.func.count()).select_from(t.reading).where(t.reading.c.waiting)
        )
        return int(count or 0)

    def first_start(self) -> datetime | None:
        """When the first account was met; None before that."""
        at: datetime | None = self._connection.scalar(
            sa.select(sa.func.min(t.account.c.first_started_at))
        )
        return at

    # how it was signed --------------------------------------------------------------------------

    def sign(self, signed: SignOff) -> None:
        """Add a signature; earlier ones of the same day stand, the newest counts."""
        self._connection.execute(
            sa.insert(t.sign_off),
            {
                "day": signed.day,
                "outcome": signed.outcome,
                "reason": signed.reason,
                "began_at": signed.began_at,
                "until": signed.until,
                "cover": list(signed.cover),
                "person": signed.person,
                "at": signed.at,
            },
        )

    def signed_until(self, before: date) -> datetime | None:
        """Up to when the days before this one were signed for."""
        at: datetime | None = self._connection.scalar(
            sa.select(sa.func.max(t.sign_off.c.until)).where(t.sign_off.c.day < before)
        )
        return at

    def signatures(self, first: date, last: date) -> list[SignOff]:
        """The signatures of these days, newest first."""
        rows = self._connection.execute(
            sa.select(t.sign_off)
            .where(t.sign_off.c.day.between(first, last))
            .order_by(t.sign_off.c.day.desc(), t.sign_off.c.id.desc())
        ).all()
        return [
            SignOff(
                row.day,
                DayOutcome(row.outcome),
                row.reason,
                row.began_at,
                row.until,
                row.cover,
                row.person,
                row.at,
            )
            for row in rows
        ]

    # unsigned days ------------------------------------------------------------------------------

    def told_of(self, first: date, last: date) -> set[date]:
        """Of which of these days the headteacher has a letter."""
        return set(
            self._connection.scalars(
                sa.select(t.unsigned_day.c.day).where(t.unsigned_day.c.day.between(first, last))
            )
        )

    def keep_told(self, days: Iterable[date], at: datetime) -> None:
        """Remember that the headteacher has a letter about these days: there is never a second."""
        self._connection.execute(
            sa.insert(t.unsigned_day), [{"day": day, "told_at": at} for day in days]
        )
