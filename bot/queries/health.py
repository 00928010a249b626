"""Whether Schoolgate can do its work; holds no content, no author and no count of cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.circuit import OPENS_AFTER, Circuit, CircuitState
from bot.model import Capability, CapabilityState, EffectKind, EffectStatus, Stream
from bot.queries.seen import looking
from bot.queries.state import AccountState, Reach, reading_state
from bot.settings import Settings
from bot.store import Store
from bot.store import tables as t
from bot.store.jobs import JobRun
from bot.store.spending import DOLLAR, billed_day, first_of_month, first_of_next_month
from bot.store.troubles import Trouble

ALERTS = (50, 80, 100)
"""Percent of a limit on spending at which somebody is told."""
READ, HANGS, WATCH = "read", "hangs", "watch"
"""What the key of a trouble begins with that keeps Schoolgate from watching at all."""
_WATCHED_WITHIN = timedelta(minutes=5)
_MAIL_TRIES = 3

_STREAMS = {
    Stream.OWN_POSTS: "the school’s own posts",
    Stream.COMMENTS: "comments",
    Stream.NEWCOMERS: "newcomers",
    Stream.FOLLOWERS: "the whole list of followers",
}
_READS = frozenset({Capability.READ_OWN_POSTS, Capability.READ_COMMENTS, Capability.READ_NEWCOMERS})
_DOING = {
    Capability.READ_OWN_POSTS: "reading the school’s own posts",
    Capability.READ_COMMENTS: "reading comments",
    Capability.READ_NEWCOMERS: "reading newcomers",
    Capability.READ_REQUESTS: "seeing who asks to follow",
    Capability.OBSERVE: "looking again at comments",
    Capability.HIDE: "hiding",
    Capability.UNHIDE: "making visible again",
    Capability.DELETE: "deleting",
    Capability.BLOCK: "blocking",
    Capability.MUTE: "muting",
}


@dataclass(frozen=True, slots=True)
class CircuitLine:
    """One thing that failed the last time it was tried on an account."""

    account: str
    doing: str
    state: CircuitState
    circuit: Circuit


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit on spending, in US dollars. `forecast`: what it comes to at this pace, where the
    span is long enough to say so.
    """

    span: str
    spent: float
    limit: float
    forecast: float | None = None

    @property
    def percent(self) -> int:
        return int(100 * self.spent / self.limit)


@dataclass(frozen=True, slots=True)
class Health:
    """All of it at one moment. `watched` is False where the watch itself has stopped."""

    troubles: tuple[Trouble, ...]
    jobs: tuple[JobRun, ...]
    circuits: tuple[CircuitLine, ...]
    limits: tuple[Limit, ...]
    resources: tuple[tuple[str, int, float], ...]
    watched: bool

    @property
    def ready(self) -> bool:
        """Whether every account is read within its time."""
        return self.watched and not any(keeps_from_watching(one.key) for one in self.troubles)


def keeps_from_watching(key: str) -> bool:
    """Whether this trouble means that comments may go unseen."""
    return key.partition(":")[0] in {READ, HANGS}


def health(store: Store, settings: Settings, now: datetime) -> Health:
    """What the watch found at its last look, and the figures as they stand now."""
    with store.read() as uow:
        troubles, jobs = uow.troubles.all(), uow.jobs.all()
        circuits = {one.name: uow.circuits.all_of(one.name) for one in settings.accounts}
        resources = uow.spending.by_resource(first_of_month(now), billed_day(now))
    watch = next((one for one in jobs if one.name == WATCH), None)
    seen = watch.ended_at or watch.began_at if watch is not None else None
    return Health(
        tuple(troubles),
        tuple(jobs),
        tuple(
            CircuitLine(account, _DOING[capability], circuit.state(now), circuit)
            for account, known in circuits.items()
            for capability, circuit in sorted(known.items())
        ),
        limits(store, settings, now),
        tuple((name, calls, amount / DOLLAR) for name, calls, amount in resources),
        watched=seen is not None and abs(now - seen) < _WATCHED_WITHIN,
    )


def limits(store: Store, settings: Settings, now: datetime) -> tuple[Limit, ...]:
    """What was spent of each limit, and what the month will come to at this pace."""
    today, first = billed_day(now), first_of_month(now)
    with store.read() as uow:
        day, month = uow.spending.total(today, today), uow.spending.total(first, today)
    begin = datetime.fromisoformat(first).replace(tzinfo=now.tzinfo)
    passed, whole = now - begin, first_of_next_month(now) - begin
    forecast = month / DOLLAR * (whole / passed) if passed >= timedelta(days=1) else None
    return (
        Limit("today", day / DOLLAR, settings.budget.per_day),
        Limit("this month", month / DOLLAR, settings.budget.per_month, forecast),
    )


def find_troubles(store: Store, settings: Settings, now: datetime) -> dict[str, str]:
    """Everything that is wrong at this moment, in words, by key; what the watch writes down."""
    found: dict[str, str] = {}
    for account in reading_state(store, settings, now):
        found |= _of_account(account)
    state = health(store, settings, now)
    found |= _of_circuits(state)
    for job in state.jobs:
        if job.hangs(now) and job.began_at is not None:
            found[f"{HANGS}:{job.name}"] = (
                f"The job “{job.name}” has been running for "
                f"{(now - job.began_at).total_seconds() / 60:.0f} minutes and does not end. Start "
                "Schoolgate again; if it goes on, send schoolgate.log to whoever looks after it."
            )
    for limit in state.limits:
        reached = max((each for each in ALERTS if limit.percent >= each), default=0)
        if reached:
            found[f"budget:{limit.span}:{reached}"] = _spent(limit, reached)
    if _mail_is_stuck(store):
        found["mail"] = (
            "Letters have not left for a while: the mail server does not take them. Look at [mail] "
            "in settings.toml with `schoolgate check`."
        )
    return found


def _of_account(account: AccountState) -> dict[str, str]:
    found: dict[str, str] = {}
    for stream in account.streams:
        key = f"{READ}:{account.name}:{stream.stream}"
        what = f"On {account.name}, {_STREAMS[stream.stream]}"
        if stream.reach in {Reach.FAILED, Reach.PARTIAL}:
            part = "in part only" if stream.reach is Reach.PARTIAL else "at all"
            could = "were read" if stream.reach is Reach.PARTIAL else "could not be read"
            found[key] = f"{what} {could} {part}: {stream.why}"
        elif stream.reach in {Reach.LATE, Reach.NEVER}:
            since = "yet" if stream.reach is Reach.NEVER else "for too long"
            found[key] = f"{what} have not been read {since}."
    for report in account.capabilities:
        if report.state is CapabilityState.DENIED and report.capability not in _READS:
            found[f"denied:{account.name}:{report.capability}"] = (
                f"On {account.name}, {_DOING[report.capability]} is not permitted: {report.why}"
            )
    if account.writing_parked is not None:
        found[f"writes:{account.name}"] = (
            f"On {account.name} nothing is hidden or changed for now: {account.writing_parked.why}"
        )
    return found


def _of_circuits(state: Health) -> dict[str, str]:
    return {
        f"circuit:{line.account}:{line.doing}": (
            f"On {line.account}, {line.doing} went wrong {line.circuit.failures} "
            f"{'time' if line.circuit.failures == 1 else 'times in a row'}: {line.circuit.why}"
        )
        for line in state.circuits
        if "reading" not in line.doing
        and (line.circuit.until is not None or line.circuit.failures >= OPENS_AFTER)
    }


def _spent(limit: Limit, reached: int) -> str:
    words = f"${limit.spent:.2f} of ${limit.limit:.2f} were spent {limit.span} ({limit.percent} %)."
    if limit.forecast is not None:
        words += f" At this pace the month comes to about ${limit.forecast:.2f}."
    if reached == max(ALERTS):
        words += " Nothing more is read where it costs; what is kept for hides goes on hiding."
    return words


def _mail_is_stuck(store: Store) -> bool:
    with looking(store) as connection:
        stuck = sa.select(t.effect.c.id).where(
            t.effect.c.kind == EffectKind.LETTER,
            t.effect.c.status == EffectStatus.PENDING,
            t.effect.c.attempts >= _MAIL_TRIES,
        )
        return connection.execute(stuck.limit(1)).first() is not None


def account_ages(
    store: Store, settings: Settings, now: datetime
) -> Iterator[tuple[str, str, float]]:
    """For each account and stream, the seconds since it was last read to its end; for figures."""
    for account in reading_state(store, settings, now):
        for stream in account.streams:
            if stream.last_complete_at is not None:
                age = (now - stream.last_complete_at).total_seconds()
                yield account.name, stream.stream.value, age
