"""What the school decided, once read and checked: frozen values, used by everything above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from bot.model import Kind, Person, Policy
from bot.rhythm import Slowing
from bot.school_calendar import SchoolCalendar


class HidingMode(StrEnum):
    """Whether the machine may hide, or only writes down what it would have hidden."""

    OBSERVE = "observe"
    HIDE = "hide"


@dataclass(frozen=True, slots=True)
class SchoolSettings:
    """The school itself."""

    name: str
    email_domain: str


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One account that is switched on; `options` is what its adapter validates itself."""

    name: str
    adapter: str
    poll_minutes: float
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How letters leave; `options` is what the mailer validates itself."""

    mailer: str
    sender: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClassifierSettings:
    """One classifier; `options` is what it validates itself."""

    name: str
    classifier: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HidingSettings:
    """Hiding is earned (policy.md, section 1): observing is the default, kind by kind."""

    mode: HidingMode
    kinds: Mapping[Kind, HidingMode]
    breaker_per_hour: int

    def may_hide(self, kind: Kind) -> bool:
        """Whether the school lets the machine hide for this kind."""
        return self.kinds.get(kind, self.mode) is HidingMode.HIDE


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """When letters go: `digest_at` is local time in Europe/London."""

    digest_at: time
    urgent_minutes: int


@dataclass(frozen=True, slots=True)
class TimetableSettings:
    """How often each kind of work is done, in minutes, and how many times more seldom it is done
    at night and on days without school.
    """

    newcomers_minutes: float
    look_minutes: float
    nights: float
    holidays: float


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """What may be spent, in US dollars: a platform bills by the thing that it hands over.

    `kept_for_hides` is the part of each day's limit that reading may not touch; `prices` is what
    one of each resource costs.
    """

    per_day: float
    per_month: float
    kept_for_hides: float
    prices: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """An address that is called while all is well, so that its silence alarms somebody; or ""."""

    ping_url: str


@dataclass(frozen=True, slots=True)
class SampleSettings:
    """How many allowed comments a person looks at each week; 0: none."""

    weekly: int


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the pages listen, and the address that letters link to (no slash at its end)."""

    host: str
    port: int
    public_url: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All of settings.toml. `mail` is None where the school has no mailer yet."""

    school: SchoolSettings
    people: tuple[Person, ...]
    accounts: tuple[AccountSettings, ...]
    mail: MailSettings | None
    classifiers: tuple[ClassifierSettings, ...]
    hiding: HidingSettings
    calendar: SchoolCalendar
    letters: LetterSettings
    timetable: TimetableSettings
    budget: BudgetSettings
    health: HealthSettings
    sample: SampleSettings
    web: WebSettings
    policy: Policy

    @property
    def slowing(self) -> Slowing:
        """How nights and holidays slow the reading down."""
        return Slowing(self.calendar, self.timetable.nights, self.timetable.holidays)
