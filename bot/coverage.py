"""What was read of a day, and what was not: nothing may be signed as clean that was not read.

A reading goes on where the last complete one ended, so a complete one has read everything up to
the moment at which it began (bot/services/ingest.py). Whatever else happened is a *gap*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from bot.model import PollResult, Stream
from bot.rhythm import Every, pace
from bot.school_calendar import SchoolCalendar, start_of
from bot.settings import AccountSettings, Settings
from bot.store import UnitOfWork
from bot.store.days import Poll

LONGEST = timedelta(days=60)
"""A day's reading reaches back no further, however long nobody signed."""

_LATE_AFTER_POLLS = 3
_LATE_AT_LEAST = timedelta(minutes=15)
_INTERRUPTED = "The reading was interrupted before its end."
_A_DAY = timedelta(days=1)

_SLOTS = {Stream.NEWCOMERS: timedelta(hours=36), Stream.FOLLOWERS: timedelta(days=9)}
"""Read once a day or a week where reading them costs: late after that, and some."""


def late_after(
    settings: Settings, account: AccountSettings, stream: Stream, read_at: datetime
) -> timedelta:
    """How long after a complete reading at `read_at` a stream counts as not read any more."""
    often = Every(60 * account.poll_minutes, slows=True)
    late = max(_LATE_AFTER_POLLS * pace(often, settings.slowing, read_at), _LATE_AT_LEAST)
    return max(late, _SLOTS.get(stream, timedelta()))


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of which what was written was not read at its hour.

    `since` is when the stream was last read to its end (None: never), `until` when it was again
    (None: not yet). `failed`: it was tried, and `why` says what went wrong; else nobody tried,
    because Schoolgate was not running.
    """

    since: datetime | None
    until: datetime | None
    failed: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class StreamCover:
    """One stream of one account on one day: read from when (`begin`) to when (`read_to`)."""

    account: str
    adapter: str
    stream: Stream
    begin: datetime
    read_to: datetime | None
    new: int
    not_visible: int
    gaps: tuple[Gap, ...]

    @property
    def unread(self) -> bool:
        """Whether something may stand there that was never read."""
        return any(gap.until is None for gap in self.gaps)

    @property
    def clean(self) -> bool:
        """Whether it was read without a failure; that nobody tried for a while does no harm, as
        long as a complete reading followed.
        """
        return not self.unread and not any(gap.failed for gap in self.gaps)

    def record(self) -> dict[str, Any]:
        """As it is kept under a signature."""
        return {
            "account": self.account,
            "adapter": self.adapter,
            "stream": self.stream,
            "begin": self.begin.isoformat(),
            "read_to": _text(self.read_to),
            "new": self.new,
            "not_visible": self.not_visible,
            "gaps": [
                {
                    "since": _text(gap.since),
                    "until": _text(gap.until),
                    "failed": gap.failed,
                    "why": gap.why,
                }
                for gap in self.gaps
            ],
        }

    @classmethod
    def of_record(cls, kept: Mapping[str, Any]) -> StreamCover:
        """The same again from what `record` made."""
        return cls(
            kept["account"],
            kept["adapter"],
            Stream(kept["stream"]),
            datetime.fromisoformat(kept["begin"]),
            _instant(kept["read_to"]),
            kept["new"],
            kept["not_visible"],
            tuple(
                Gap(_instant(gap["since"]), _instant(gap["until"]), gap["failed"], gap["why"])
                for gap in kept["gaps"]
            ),
        )


@dataclass(frozen=True, slots=True)
class DayCover:
    """All that was read of a day: from the end of what was signed for before, to `horizon` (now, or
    the end of the day). `unjudged` were read, and wait to be judged.
    """

    day: date
    begin: datetime
    horizon: datetime
    streams: tuple[StreamCover, ...]
    unjudged: int

    @property
    def unread(self) -> bool:
        """Whether something may be there that nobody has read; also where no account is set up."""
        return not self.streams or any(stream.unread for stream in self.streams)

    @property
    def clean(self) -> bool:
        """Whether it may be signed as *checked*."""
        return bool(self.streams) and not self.unjudged and all(one.clean for one in self.streams)

    @property
    def until(self) -> datetime:
        """Up to when a signature holds: no further than what was read, where all of it was."""
        if self.unread:
            return self.horizon
        return min((s.read_to for s in self.streams if s.read_to), default=self.horizon)


def cover_day(uow: UnitOfWork, settings: Settings, day: date, now: datetime) -> DayCover:
    """What was read of this day, as far as it is known now. The day must not lie ahead."""
    begin = _begin(uow, settings.calendar, day, now)
    horizon = min(now, start_of(day + _A_DAY))
    named = {account.name: account for account in settings.accounts}
    # An account that left the settings was read for a part of the day all the same.
    gone = sorted(uow.days.accounts_polled(begin, horizon) - named.keys())
    accounts = [*settings.accounts, *(AccountSettings(name, name, 0) for name in gone)]
    return DayCover(
        day=day,
        begin=begin,
        horizon=horizon,
        streams=tuple(
            _cover_stream(uow, settings, account, stream, begin, horizon)
            for account in accounts
            for stream in Stream
            if stream is not Stream.FOLLOWERS
            or uow.days.polls(account.name, stream, begin, horizon)
        ),
        unjudged=uow.days.unjudged(),
    )


def _begin(uow: UnitOfWork, calendar: SchoolCalendar, day: date, now: datetime) -> datetime:
    """Where the signatures before this day ended, so that no night and no holiday is left out."""
    signed = uow.days.signed_until(day)
    if signed is not None:
        return min(max(signed, now - LONGEST), start_of(day))
    first = day
    while not calendar.is_school_day(first - _A_DAY) and day - first < LONGEST:
        first -= _A_DAY
    started = uow.days.first_start()
    own = start_of(first)
    return own if started is None or started > now else max(own, started)


def _cover_stream(
    uow: UnitOfWork,
    settings: Settings,
    account: AccountSettings,
    stream: Stream,
    begin: datetime,
    horizon: datetime,
) -> StreamCover:
    polls = uow.days.polls(account.name, stream, begin, horizon)
    late = partial(late_after, settings, account, stream)
    read_to, gaps = gaps_of(polls, begin, horizon, late)
    within = [p for p in polls if begin < p.started_at <= horizon and p.result is not None]
    return StreamCover(
        account=account.name,
        adapter=account.adapter,
        stream=stream,
        begin=begin,
        read_to=read_to,
        new=sum(poll.new for poll in within),
        not_visible=within[-1].not_visible if within else 0,
        gaps=gaps,
    )


@dataclass(frozen=True, slots=True)
class SharedFailure:
    """One reason for which several streams of an account were not read; `unread`: not yet again."""

    why: str
    streams: tuple[Stream, ...]
    unread: bool


def shared_failures(streams: Sequence[StreamCover]) -> tuple[SharedFailure, ...]:
    """The reasons that more than one of an account's streams give, to be said once."""
    told: dict[str, dict[Stream, bool]] = {}
    for one in streams:
        for gap in one.gaps:
            if gap.failed:
                by_stream = told.setdefault(gap.why, {})
                by_stream[one.stream] = by_stream.get(one.stream, False) or gap.until is None
    return tuple(
        SharedFailure(why, tuple(by_stream), any(by_stream.values()))
        for why, by_stream in told.items()
        if len(by_stream) > 1
    )


def alike(streams: Sequence[StreamCover]) -> tuple[tuple[StreamCover, ...], ...]:
    """An account's streams in their order; those whose gaps are the same to the minute together."""
    together: dict[object, list[StreamCover]] = {}
    for one in streams:
        gaps = tuple((_minute(g.since), _minute(g.until), g.failed, g.why) for g in one.gaps)
        together.setdefault(gaps or one.stream, []).append(one)
    return tuple(map(tuple, together.values()))


def gaps_of(
    polls: Sequence[Poll], begin: datetime, horizon: datetime, late: Callable[[datetime], timedelta]
) -> tuple[datetime | None, tuple[Gap, ...]]:
    """Up to when a stream was read, at most the horizon, and the gaps of this time; pure.

    `polls` begin with the last complete one before `begin`, if there is one, and may go on after
    the horizon: what was written on a day is read too by a complete reading of the next.
    """
    read_to: datetime | None = None
    failures: list[str] = []
    gaps: list[Gap] = []
    for number, poll in enumerate(polls):
        if poll.result is PollResult.COMPLETE:
            apart = read_to is not None and poll.started_at - read_to > late(read_to)
            if (failures or apart) and poll.started_at > begin:
                gaps.append(_gap(read_to, poll.started_at, failures))
            read_to, failures = poll.started_at, []
            if read_to > horizon:
                return horizon, tuple(gaps)
        elif poll.started_at <= horizon and (poll.result or number < len(polls) - 1):
            # The last one without an end is under way; an earlier one was cut off.
            failures.append(poll.why or _INTERRUPTED)
    if failures or read_to is None or horizon - read_to > late(read_to):
        gaps.append(_gap(read_to, None, failures))
    return read_to, tuple(gaps)


def _gap(since: datetime | None, until: datetime | None, failures: Sequence[str]) -> Gap:
    return Gap(since, until, bool(failures), failures[-1] if failures else "")


def _minute(at: datetime | None) -> datetime | None:
    return at and at.replace(second=0, microsecond=0)


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
