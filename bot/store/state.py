"""How far each account was read, what it may do, and the switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.model import Capability, CapabilityReport, CapabilityState, Cursor, PollResult, Stream
from bot.store import tables as t
from bot.store.insert import insert_one


@dataclass(frozen=True, slots=True)
class Parking:
    """An account is left alone until then; `why` is the sentence to show."""

    until: datetime
    why: str


ON, OFF = "on", "off"


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that a person, or the breaker, turned on."""

    on: bool = False
    set_by: str = ""
    set_at: datetime | None = None


class State:
    """Small facts, one row each."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    # accounts -------------------------------------------------------------------------------

    def first_start(self, account: str, at: datetime) -> datetime:
        """When this account was first met; `at` is remembered for good at the first call."""
        known: datetime | None = self._connection.scalar(
            sa.select(t.account.c.first_started_at).where(t.account.c.name == account)
        )
        if known is None:
            self._connection.execute(
                sa.insert(t.account), {"name": account, "first_started_at": at}
            )
        return known or at

    def park(self, account: str, *, writes: bool, until: datetime, why: str) -> None:
        """Leave reading (or writing) of this account alone until then."""
        self.unpark(account, writes=writes)
        self._connection.execute(
            sa.insert(t.parking),
            {"account": account, "writes": writes, "until": until, "why": why},
        )

    def unpark(self, account: str, *, writes: bool) -> None:
        """It may be called again."""
        self._connection.execute(
            sa.delete(t.parking).where(t.parking.c.account == account, t.parking.c.writes == writes)
        )

    def parked(self, account: str, *, writes: bool, at: datetime) -> Parking | None:
        """Whether the account is to be left alone at this moment."""
        row = self._connection.execute(
            sa.select(t.parking.c.until, t.parking.c.why).where(
                t.parking.c.account == account,
                t.parking.c.writes == writes,
                t.parking.c.until > at,
            )
        ).one_or_none()
        return Parking(row.until, row.why) if row else None

    def cursor(self, account: str, stream: Stream) -> Cursor:
        """Where reading goes on; an empty cursor at the very first time."""
        row = self._connection.execute(
            sa.select(t.cursor.c.high_water, t.cursor.c.resume).where(
                t.cursor.c.account == account, t.cursor.c.stream == stream
            )
        ).one_or_none()
        return Cursor(row.high_water, row.resume) if row else Cursor()

    def keep_cursor(self, account: str, stream: Stream, cursor: Cursor) -> None:
        """Remember it, in the transaction that stored the page."""
        where = (t.cursor.c.account == account) & (t.cursor.c.stream == stream)
        values = {"high_water": cursor.high_water, "resume": cursor.resume}
        if self._connection.execute(sa.update(t.cursor).where(where).values(values)).rowcount == 0:
            self._connection.execute(
                sa.insert(t.cursor), {"account": account, "stream": stream, **values}
            )

    # polls ----------------------------------------------------------------------------------

    def open_poll(self, account: str, stream: Stream, at: datetime) -> int:
        """Begin the record of a poll; one that is never closed was interrupted."""
        values = {"account": account, "stream": stream, "started_at": at}
        return insert_one(self._connection, t.poll, values)

    def close_poll(
        self,
        poll_id: int,
        *,
        at: datetime,
        result: PollResult,
        why: str,
        seen: int,
        new: int,
        not_visible: int,
        billed: int = 0,
    ) -> None:
        """Write down how it ended."""
        self._connection.execute(
            sa.update(t.poll)
            .where(t.poll.c.id == poll_id)
            .values(
                finished_at=at,
                result=result,
                why=why,
                seen=seen,
                new=new,
                not_visible=not_visible,
                billed=billed,
            )
        )

    def billed_since(self, account: str, since: datetime) -> int:
        """What reading people of this account was billed for: the small ledger of newcomers."""
        billed = self._connection.scalar(
            sa.select(sa.func.sum(t.poll.c.billed)).where(
                t.poll.c.account == account, t.poll.c.started_at >= since
            )
        )
        return int(billed or 0)

    def last_poll(self, account: str, stream: Stream, *, complete: bool) -> datetime | None:
        """When the newest poll (or the newest complete one) of a stream began."""
        query = sa.select(sa.func.max(t.poll.c.started_at)).where(
            t.poll.c.account == account, t.poll.c.stream == stream
        )
        if complete:
            query = query.where(t.poll.c.result == PollResult.COMPLETE)
        found: datetime | None = self._connection.scalar(query)
        return found

    def run_began(self, account: str, stream: Stream) -> datetime | None:
        """When the first poll after the newest complete one began: where a resumed run started."""
        whole = sa.select(sa.func.coalesce(sa.func.max(t.poll.c.id), 0)).where(
            t.poll.c.account == account,
            t.poll.c.stream == stream,
            t.poll.c.result == PollResult.COMPLETE,
        )
        found: datetime | None = self._connection.scalar(
            sa.select(sa.func.min(t.poll.c.started_at)).where(
                t.poll.c.account == account,
                t.poll.c.stream == stream,
                t.poll.c.id > whole.scalar_subquery(),
            )
        )
        return found

    # capabilities -----------------------------------------------------------------------------

    def keep_capabilities(
        self, account: str, reports: Sequence[CapabilityReport], at: datetime
    ) -> None:
        """Replace the account's line of the matrix."""
        self._connection.execute(sa.delete(t.capability).where(t.capability.c.account == account))
        for report in reports:
            self._connection.execute(
                sa.insert(t.capability),
                {
                    "account": account,
                    "capability": report.capability,
                    "state": report.state,
                    "why": report.why,
                    "proven_at": at,
                },
            )

    def capability(self, account: str, capability: Capability) -> CapabilityState:
        """What is known of one; untested where nothing is."""
        state = self._connection.scalar(
            sa.select(t.capability.c.state).where(
                t.capability.c.account == account, t.capability.c.capability == capability
            )
        )
        return CapabilityState(state) if state else CapabilityState.UNTESTED

    # connections ------------------------------------------------------------------------------

    def keep_connection(self, account: str, ends_at: datetime | None, at: datetime) -> None:
        """When the account's connection ends, as found at `at`; None: it has no end."""
        self._connection.execute(sa.delete(t.connection).where(t.connection.c.account == account))
        if ends_at is not None:
            row = {"account": account, "ends_at": ends_at, "proven_at": at}
            self._connection.execute(sa.insert(t.connection), row)

    def connection_ends(self) -> dict[str, datetime]:
        """By account, of those that have an end."""
        rows = self._connection.execute(sa.select(t.connection).order_by(t.connection.c.account))
        return {row.account: row.ends_at for row in rows}

    # switches -----------------------------------------------------------------------------------

    def switch(self, name: str) -> Switch:
        """A switch as it stands; off where it was never set."""
        row = self._connection.execute(
            sa.select(t.switch).where(t.switch.c.name == name)
        ).one_or_none()
        return Switch(row.value == ON, row.set_by, row.set_at) if row else Switch()

    def switches(self, prefix: str) -> dict[str, Switch]:
        """The switches that were ever set and whose names begin so."""
        rows = self._connection.execute(
            sa.select(t.switch).where(t.switch.c.name.startswith(prefix, autoescape=True))
        )
        return {row.name: Switch(row.value == ON, row.set_by, row.set_at) for row in rows}

    def set_switch(self, name: str, on: bool, *, by: str, at: datetime) -> None:
        """Set it; who and when are kept with it."""
        values = {"value": ON if on else OFF, "set_by": by, "set_at": at}
        updated = self._connection.execute(
            sa.update(t.switch).where(t.switch.c.name == name).values(values)
        )
        if updated.rowcount == 0:
            self._connection.execute(sa.insert(t.switch), {"name": name, **values})
