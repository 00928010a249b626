"""The weather of a school year: faults of random kind and length, and power cuts in mid-call."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.memory import MemoryAdapter, MemoryMailer
from bot.errors import AdapterError, Denied, SignedOut, Throttled, WritesStopped
from bot.model import Cursor, ItemRef, Mail, Observation, Page
from bot.ports import Budget, Clock

PLATFORM: tuple[Callable[[], AdapterError], ...] = (
    lambda: AdapterError("The platform does not answer."),
    lambda: Throttled("Too many calls.", retry_after=900),
    lambda: Throttled("Too many of these.", retry_after=900, whole_account=False),
    lambda: SignedOut("The token is dead."),
    lambda: Denied("A permission is missing."),
    lambda: WritesStopped("Taken for misuse.", retry_after=6 * 3600),
)
MAIL: tuple[Callable[[], AdapterError], ...] = (
    lambda: AdapterError("The mail server does not answer."),
    lambda: AdapterError("The mail server is busy.", retry_after=300),
)
HOURS = (0.1, 0.5, 2, 8, 30)


class PowerCut(BaseException):
    """The machine is dark at this very moment: nothing after it in the program runs."""


@dataclass(frozen=True, slots=True)
class Fault:
    """From when to when every call is answered like this."""

    begins: datetime
    ends: datetime
    error: Callable[[], AdapterError]


class Sky:
    """What goes wrong in a year. A third of it strikes the mail, the rest the platform."""

    def __init__(
        self, chance: random.Random, begin: datetime, days: int, faults: int, cuts: int
    ) -> None:
        self._chance = chance
        self.platform: list[Fault] = []
        self.mail: list[Fault] = []
        # The last days are fair, so that what was put off has come to its end when it is counted.
        last = max(days - 4.0, 1.0)
        for number in range(faults):
            begins = begin + timedelta(days=chance.uniform(0.5, last))
            ends = begins + timedelta(hours=chance.choice(HOURS))
            mail = number % 3 == 2
            fault = Fault(begins, ends, chance.choice(MAIL if mail else PLATFORM))
            (self.mail if mail else self.platform).append(fault)
        self._cuts = sorted(begin + timedelta(days=chance.uniform(0.5, last)) for _ in range(cuts))

    def falls_dark(self, at: datetime) -> bool:
        """Whether the power fails in this call; each cut once."""
        if self._cuts and self._cuts[0] <= at:
            self._cuts.pop(0)
            return True
        return False

    def either(self) -> bool:
        """A coin: before the call arrived, or after."""
        return self._chance.random() < 0.5


def _answer_of(faults: Sequence[Fault], at: datetime) -> AdapterError | None:
    return next((fault.error() for fault in faults if fault.begins <= at < fault.ends), None)


class PlatformUnderTheSky(MemoryAdapter):
    """The in-memory platform, which bills what it hands over, as X does, and lives through a Sky.

    It keeps its own bill, by day (UTC), to be held against the school's ledger.
    """

    def __init__(self, clock: Clock, sky: Sky) -> None:
        super().__init__(account="school", page_size=10)
        self.clock, self.sky = clock, sky
        self.budget: Budget | None = None
        self.bill: dict[str, int] = {}
        """Items and acts by day; all cost the same."""

    def _enter(self, call: str, *refs: ItemRef) -> None:
        if refs and self.sky.falls_dark(self.clock.now()):
            raise PowerCut
        if error := _answer_of(self.sky.platform, self.clock.now()):
            raise error
        super()._enter(call, *refs)
        self._journal.clear()

    def fetch_comments(self, cursor: Cursor) -> Iterator[Page]:
        assert self.budget is not None
        pages = super().fetch_comments(cursor)
        while True:
            reserved = self.budget.reserve("post", self.page_size, least=self.page_size)
            page = next(pages, None)
            used = len(page.items) if page else 0
            self._billed(used)
            self.budget.settle(reserved, used)
            if page is None:
                return
            yield page
            if page.last:
                return

    def hide(self, ref: ItemRef) -> Observation:
        return self._acts(super().hide, ref)

    def unhide(self, ref: ItemRef) -> Observation:
        return self._acts(super().unhide, ref)

    def _acts(self, act: Callable[[ItemRef], Observation], ref: ItemRef) -> Observation:
        assert self.budget is not None
        reserved = self.budget.reserve("hide", 1, acting=True)
        seen = act(ref)
        self._billed(1)
        if self.sky.falls_dark(self.clock.now()):
            raise PowerCut  # it arrived, and nobody heard the answer
        self.budget.settle(reserved, 1)
        return seen

    def _billed(self, number: int) -> None:
        day = self.clock.now().date().isoformat()
        self.bill[day] = self.bill.get(day, 0) + number


class MailerUnderTheSky(MemoryMailer):
    """Letters that may not leave, or leave while the light goes out."""

    def __init__(self, clock: Clock, sky: Sky) -> None:
        super().__init__()
        self.clock, self.sky = clock, sky

    def send(self, mail: Mail) -> None:
        if error := _answer_of(self.sky.mail, self.clock.now()):
            raise error
        dark = self.sky.falls_dark(self.clock.now())
        if dark and self.sky.either():
            raise PowerCut
        super().send(mail)
        self._journal.clear()
        if dark:
            raise PowerCut
