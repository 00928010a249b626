"""What was read of each account and what could not be, and whether hiding goes on.

It holds no content, so every role may see it; an empty queue means nothing without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.circuit import Circuit
from bot.coverage import late_after
from bot.hiding import BREAKER, KIND_SWITCH, STOPPED, switched
from bot.model import Capability, CapabilityReport, CapabilityState, PollResult, Stream
from bot.queries.seen import looking
from bot.settings import AccountSettings, HidingSettings, Settings
from bot.store import Store
from bot.store import tables as t
from bot.store.circuits import Circuits
from bot.store.state import Parking, Switch


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
    billed_this_month: int = 0


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
    """Whether the machine hides: the switch, the breaker, and what settings and the switches of
    single kinds (`switches`, as people set them) allow.
    """

    stopped: Switch
    breaker: Switch
    allowed: HidingSettings
    switches: Mapping[str, Switch] = field(default_factory=dict)


def reading_state(store: Store, settings: Settings, now: datetime) -> tuple[AccountState, ...]:
    """What was read of every account in settings, stream by stream."""
    with looking(store) as connection:
        return tuple(_account(connection, settings, one, now) for one in settings.accounts)


def hiding_state(store: Store, settings: Settings) -> HidingState:
    """The switch and the breaker as they stand."""
    with store.read() as uow:
        stopped, breaker = uow.state.switch(STOPPED), uow.state.switch(BREAKER)
        switches = uow.state.switches(KIND_SWITCH)
    return HidingState(stopped, breaker, switched(settings.hiding, switches), switches)


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
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return AccountState(
        name=account.name,
        adapter=account.adapter,
        streams=tuple(
            _stream(
                connection,
                account.name,
                stream,
                now,
                partial(late_after, settings, account, stream),
                month,
            )
            for stream in Stream
            if stream is not Stream.FOLLOWERS or _ever_read(connection, account.name, stream)
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


def _ever_read(connection: sa.Connection, account: str, stream: Stream) -> bool:
    """A list of followers is there on some platforms only."""
    query = sa.select(t.poll.c.id).where(t.poll.c.account == account, t.poll.c.stream == stream)
    return connection.execute(query.limit(1)).first() is not None


def _stream(
    connection: sa.Connection,
    account: str,
    stream: Stream,
    now: datetime,
    late_after: Callable[[datetime], timedelta],
    month: datetime,
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
        late = now - ended.finished_at > late_after(ended.finished_at)
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
        _billed(connection, account, stream, month),
    )


def _billed(connection: sa.Connection, account: str, stream: Stream, month: datetime) -> int:
    query = sa.select(sa.func.sum(t.poll.c.billed)).where(
        t.poll.c.account == account, t.poll.c.stream == stream, t.poll.c.started_at >= month
    )
    return int(connection.scalar(query) or 0)
