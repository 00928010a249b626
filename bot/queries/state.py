"""What was read of each account and what could not be, and whether hiding goes on.

It holds no content, so every role may see it; an empty queue means nothing without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.circuit import Circuit
from bot.hiding import BREAKER, STOPPED
from bot.model import Capability, CapabilityReport, CapabilityState, PollResult, Stream
from bot.queries.seen import looking
from bot.rhythm import Every, pace
from bot.settings import AccountSettings, HidingSettings, Settings
from bot.store import Store
from bot.store import tables as t
from bot.store.circuits import Circuits
from bot.store.state import Parking, Switch

_LATE_AFTER_POLLS = 3
_LATE_AT_LEAST = timedelta(minutes=15)


class Reach(StrEnum):
    """Whether a stream was read, in the one word that matters; only `READ` is good news."""

    READ = "read"
    LATE = "late"
    PARTIAL = "partial"
    FAILED = "failed"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class StreamState:
    """One stream of one account. `why` says what the last finished poll could not read."""

    stream: Stream
    reach: Reach
    last_complete_at: datetime | None = None
    last_ended_at: datetime | None = None
    began_at: datetime | None = None
    why: str = ""
    seen: int = 0
    new: int = 0
    not_visible: int = 0


@dataclass(frozen=True, slots=True)
class AccountState:
    """One account that settings name. A `Parking` is set where it is being left alone."""

    name: str
    adapter: str
    streams: tuple[StreamState, ...]
    capabilities: tuple[CapabilityReport, ...]
    proven_at: datetime | None
    reading_parked: Parking | None
    writing_parked: Parking | None
    circuits: Mapping[Capability, Circuit]

    @property
    def all_read(self) -> bool:
        return all(stream.reach is Reach.READ for stream in self.streams)


@dataclass(frozen=True, slots=True)
class HidingState:
    """Whether the machine hides: the switch, the breaker, and what settings allow."""

    stopped: Switch
    breaker: Switch
    allowed: HidingSettings


def reading_state(store: Store, settings: Settings, now: datetime) -> tuple[AccountState, ...]:
    """What was read of every account in settings, stream by stream."""
    with looking(store) as connection:
        return tuple(_account(connection, settings, one, now) for one in settings.accounts)


def hiding_state(store: Store, settings: Settings) -> HidingState:
    """The switch and the breaker as they stand."""
    with store.read() as uow:
        stopped, breaker = uow.state.switch(STOPPED), uow.state.switch(BREAKER)
    return HidingState(stopped, breaker, settings.hiding)


def _account(
    connection: sa.Connection, settings: Settings, account: AccountSettings, now: datetime
) -> AccountState:
    rows = connection.execute(
        sa.select(t.capability).where(t.capability.c.account == account.name)
    ).all()
    known = {
        Capability(row.capability): CapabilityReport(
            Capability(row.capability), CapabilityState(row.state), row.why
        )
        for row in rows
    }
    parked = {
        row.writes: Parking(row.until, row.why)
        for row in connection.execute(
            sa.select(t.parking).where(t.parking.c.account == account.name, t.parking.c.until > now)
        )
    }

    def late_after(stream: Stream, read_at: datetime) -> timedelta:
        newcomers = settings.timetable.newcomers_minutes
        minutes = newcomers if stream is Stream.NEWCOMERS else account.poll_minutes
        wait = pace(Every(60 * minutes, slows=True), settings.slowing, read_at)
        return max(_LATE_AFTER_POLLS * wait, _LATE_AT_LEAST)

    return AccountState(
        name=account.name,
        adapter=account.adapter,
        streams=tuple(
            _stream(connection, account.name, stream, now, late_after) for stream in Stream
        ),
        capabilities=tuple(
            known.get(capability, CapabilityReport(capability, CapabilityState.UNTESTED))
            for capability in Capability
        ),
        proven_at=min((row.proven_at for row in rows), default=None),
        reading_parked=parked.get(False),
        writing_parked=parked.get(True),
        circuits=Circuits(connection).all_of(account.name),
    )


def _stream(
    connection: sa.Connection,
    account: str,
    stream: Stream,
    now: datetime,
    late_after: Callable[[Stream, datetime], timedelta],
) -> StreamState:
    def newest(*where: sa.ColumnElement[bool]) -> Any:
        return connection.execute(
            sa.select(t.poll)
            .where(t.poll.c.account == account, t.poll.c.stream == stream, *where)
            .order_by(t.poll.c.id.desc())
            .limit(1)
        ).one_or_none()

    begun = newest()
    ended = newest(t.poll.c.result.is_not(None))
    whole = newest(t.poll.c.result == PollResult.COMPLETE)
    began_at = begun.started_at if begun is not None and begun.result is None else None
    if ended is None:
        return StreamState(stream, Reach.NEVER, began_at=began_at)
    if ended.result != PollResult.COMPLETE:
        reach = Reach(ended.result)
    else:
        late = now - ended.finished_at > late_after(stream, ended.finished_at)
        reach = Reach.LATE if late else Reach.READ
    return StreamState(
        stream,
        reach,
        whole.finished_at if whole is not None else None,
        ended.finished_at,
        began_at,
        ended.why,
        ended.seen,
        ended.new,
        ended.not_visible,
    )
