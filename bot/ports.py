"""The sockets of the house: what an adapter, a classifier and a mailer must be able to do.

All calls are synchronous and may be slow; none is made while a unit of work is open. Whatever goes
wrong outside is raised as `AdapterError` or one of its children (bot/errors.py), never as an SDK's
own exception. Each class offers `from_options(options, context)`, which validates its own table of
`settings.toml` and raises `SettingsError` with paths relative to that table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from bot.model import (
    Author,
    CapabilityReport,
    Cursor,
    ItemRef,
    Mail,
    Observation,
    Page,
    Scores,
    Text,
)

Options = Mapping[str, object]


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The wall clock: aware, UTC."""

    def monotonic(self) -> float:
        """Seconds that never go backwards."""


class SecretStore(Protocol):
    """Where a plug-in keeps the secrets that it renews itself; sealed on this machine."""

    def get(self, name: str) -> str | None:
        """The secret as it stands now, whoever renewed it."""

    def keep(self, values: Mapping[str, str]) -> None:
        """Keep all of these; on the disk when this returns. Raises DataError."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold this while a secret is renewed, so that no other process renews it too."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """The price of `count` of a resource, set aside on a day (ISO date, UTC)."""

    resource: str
    count: int
    day: str


class Budget(Protocol):
    """The ledger of what platforms bill. An adapter sets a price aside before each billed call."""

    def reserve(
        self, resource: str, most: int, *, least: int = 1, acting: bool = False
    ) -> Reservation:
        """Set the price of up to `most` aside; ask the platform for no more than its `count`.

        `acting`: for a hide and the look that goes with it, which may use what is kept for hides.
        Raises BudgetSpent where not even `least` can be paid for: then no call may be made.
        """

    def settle(self, reserved: Reservation, used: int) -> None:
        """Once, after the call: so many were really billed."""


class NoBudget:
    """The budget of whoever is never billed: everything is granted and nothing written down."""

    def reserve(
        self,
        resource: str,
        most: int,
        *,
        least: int = 1,  # noqa: ARG002
        acting: bool = False,  # noqa: ARG002
    ) -> Reservation:
        """All that is asked for."""
        return Reservation(resource, most, "")

    def settle(self, reserved: Reservation, used: int) -> None:
        """Nothing to write down."""


def _ignore(_: datetime) -> None:
    return


@dataclass(frozen=True, slots=True)
class Context:
    """What a plug-in is handed.

    `secret(name)` reads the environment's `NAME`, or the file that `NAME_FILE` names; None where
    neither is set and none of that name lies in `secrets`, where a plug-in keeps what it renews
    itself. `account` is the account's name in settings (empty for mailers, classifiers).
    `date_seen` takes the time that a platform's answer bears: by it a wrong clock is noticed.
    """

    clock: Clock
    secret: Callable[[str], str | None]
    data_dir: Path
    account: str = ""
    secrets: SecretStore | None = None
    budget: Budget = field(default_factory=NoBudget)
    date_seen: Callable[[datetime], None] = _ignore


@runtime_checkable
class PlatformAdapter(Protocol):
    """One account of the school on one platform.

    `platform` is the first part of every item ref. Fetches are generators: each step is one page
    and may raise; the caller stores each page's cursor before it asks for the next one, and passes
    the stored cursor next time. A page that ends a run has `last` set; a run that cannot reach its
    end raises. Reading the same page twice is harmless.
    """

    platform: str
    account: str
    lists_followers: bool
    """There is a list of followers, and reading it costs: it is read on a timetable. Else newcomers
    come along with the comments, and are read with them."""

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self: ...

    def capabilities(self) -> Sequence[CapabilityReport]:
        """The whole matrix, freshly proven where a harmless call can prove it.

        Raises AdapterError only where nothing at all can be said (unreachable).
        """

    def fetch_own_posts(self, cursor: Cursor) -> Iterator[Page]:
        """The school's own posts."""

    def fetch_comments(self, cursor: Cursor) -> Iterator[Page]:
        """Everything others wrote to, about or under the account."""

    def fetch_newcomers(self, cursor: Cursor) -> Iterator[Page]:
        """Followers, follow requests or first-seen commenters: the newest, as cheaply as can be."""

    def sweep_newcomers(self, cursor: Cursor) -> Iterator[Page]:
        """Everybody who follows now, known or not; an interrupted run goes on at its resume mark.

        Raises Unsupported where there is no such list (`lists_followers` is False).
        """

    def observe(self, refs: Sequence[ItemRef]) -> Sequence[Observation]:
        """What the platform says of these items now: one answer each, same order."""

    def hide(self, ref: ItemRef) -> Observation:
        """Hide it; idempotent. Returns what the answer itself proves: `hidden` is True only where
        the platform said so, else None (accepted, to be read back by `observe`).

        Raises Gone, Unsupported, Denied, SignedOut, Throttled, WritesStopped, AdapterError.
        """

    def unhide(self, ref: ItemRef) -> Observation:
        """The reverse of `hide`, alike in all else."""

    def delete(self, ref: ItemRef) -> Observation:
        """Delete it for good; only ever called for a person's decision. Idempotent by Gone."""

    def block(self, ref: ItemRef) -> Observation:
        """Keep this newcomer away from the account; only ever called for a person's decision.

        Idempotent. Returns what the answer itself proves: `blocked` is True only where the platform
        said so, else None. Raises as `hide` does.
        """

    def unblock(self, ref: ItemRef) -> Observation:
        """The reverse of `block`, alike in all else."""

    def mute(self, ref: ItemRef) -> Observation:
        """See no more of this newcomer, who is not told and may still follow; else as `block`."""

    def unmute(self, ref: ItemRef) -> Observation:
        """The reverse of `mute`, alike in all else."""

    def fetch_blocked(self) -> Sequence[Author]:
        """The platform's own list of those whom the account blocks.

        Raises Unsupported where there is none, and AdapterError.
        """


class Connection(Protocol):
    """One sign-in at a platform under way: in the browser first, then here."""

    needs: Mapping[str, str]
    """The secrets that must be there before: name → the question for the technician."""

    def begin(self, answers: Mapping[str, str], redirect: str, state: str) -> str:
        """The address to open in a browser; it comes back to `redirect` with `state`."""

    def finish(self, code: str) -> Mapping[str, str]:
        """The secrets to keep, made from the code that came back. Raises AdapterError."""


@runtime_checkable
class Connectable(Protocol):
    """An adapter whose tokens `schoolgate connect` can fetch."""

    @classmethod
    def connection(cls, options: Options, context: Context) -> Connection:
        """Begin to connect; needs no token yet. Raises SettingsError."""


class Expiring(Protocol):
    """What an adapter may offer beside its port, where its connection can end."""

    def connection_ends(self) -> datetime | None:
        """As the last `capabilities` found it; None where it does not end, or nobody knows."""


@runtime_checkable
class Classifier(Protocol):
    """Text → scores, on this machine."""

    name: str
    version: str

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self: ...

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        """One Scores for each text, same order. Any Unicode and any length must be answered."""


@runtime_checkable
class Mailer(Protocol):
    """Carries letters away."""

    name: str

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self: ...

    def send(self, mail: Mail) -> None:
        """Hand one letter over, byte for byte. Sending it twice is allowed: the Message-ID is the
        same. Raises AdapterError, `permanent` where the address or the sender is refused for good.
        """

    def check(self) -> str:
        """Prove that letters could be sent, without sending one; returns one plain sentence.

        Raises AdapterError.
        """


@runtime_checkable
class Pinger(Protocol):
    """Tells a dead man's switch that all is well; its silence is what alarms."""

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self: ...

    def ping(self) -> None:
        """Call the address once. Raises AdapterError."""


@runtime_checkable
class Sandbox(Protocol):
    """A school's day played on local servers: what `schoolgate demo` runs on.

    All state lives in `directory` and survives SIGKILL: opened again, the day goes on where it was.
    """

    clock: Clock
    """The day's own clock: runs at normal speed and jumps forward from scene to scene."""
    mailbox_url: str
    """Where the letters that were sent can be read, on this machine alone."""

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Start the servers on free loopback ports."""

    def settings(self) -> Mapping[str, object]:
        """The parts of settings.toml that point Schoolgate at these servers (accounts, mail)."""

    def secrets(self) -> Mapping[str, str]:
        """The made-up tokens that go with `settings`."""

    def play(self) -> str | None:
        """Play the next scene and say in one sentence what happened; None when the day is over."""

    def feed(self, texts: Sequence[str]) -> None:
        """Write these texts, alternately, as X replies and Page comments; each text only once."""

    def advance(self, seconds: float) -> None:
        """Let this much of the day pass at once."""

    def summary(self) -> Mapping[str, int]:
        """What an onlooker sees on the platforms now: counts such as `hidden on X`."""

    def close(self) -> None:
        """Stop the servers; the state stays."""
