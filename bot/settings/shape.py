"""What the school decided, once read and checked: frozen values, used by everything above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from pathlib import Path

from bot.model import Kind, Person, Policy, Urgency
from bot.retention import RetentionSettings
from bot.rhythm import Slowing
from bot.school_calendar import SchoolCalendar


class HidingMode(StrEnum):
    """Whether the machine may hide, or only writes down what it would have hidden."""

    OBSERVE = "observe"
    HIDE = "hide"


class LinkWorks(StrEnum):
    """When people can reach the pages that letters link to."""

    SCHOOL_HOURS = "school_hours"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class SchoolSettings:
    """The school itself."""

    name: str
    email_domain: str


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One account that is switched on; `options` is what its adapter validates itself.

    `comments_open`: the school lets anybody comment on its Page; else that is an alarm.
    """

    name: str
    adapter: str
    poll_minutes: float
    options: Mapping[str, object] = field(default_factory=dict)
    comments_open: bool = False


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
    """Hiding is earned (policy.md, section 1): observing is the default, kind by kind.

    `switchable`: the officer and the headteacher may switch single kinds on the page.
    """

    mode: HidingMode
    kinds: Mapping[Kind, HidingMode]
    breaker_per_hour: int
    switchable: bool = True

    def may_hide(self, kind: Kind) -> bool:
        """Whether the school lets the machine hide for this kind."""
        return self.kinds.get(kind, self.mode) is HidingMode.HIDE


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """When letters go: `digest_at` and `quiet` are local times in Europe/London.

    `answer_minutes` says how long each urgency may stay unanswered (0: for ever), in time in which
    the letter's link works. `ring` is whom to ring.
    """

    digest_at: time
    urgent_minutes: int
    quiet: tuple[time, time] = (time(21), time(6, 30))
    answer_minutes: Mapping[Urgency, int] = field(default_factory=dict)
    link_works: LinkWorks = LinkWorks.SCHOOL_HOURS
    ring: str = "the school and ask for the communications officer"


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


class Look(StrEnum):
    """How often the newest of a list of followers are looked at."""

    DAILY = "daily"
    ALWAYS = "always"


class Sweep(StrEnum):
    """When a whole list of followers is read; the days as `date.weekday` counts them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class NewcomerSettings:
    """Reading lists of followers within a budget, and what to point at in a bio.

    `steps`: from how many confirmed breaches on advice, a meeting and removal are suggested.
    """

    look: Look
    look_at: time
    sweep: Sweep
    reads_per_month: int
    age_from: Mapping[str, int]
    known_handles: tuple[str, ...]
    breach_days: int
    steps: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where backups go (empty: into the data folder), when (Europe/London), for how many days."""

    folder: str
    at: time
    keep_days: int


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the pages listen, and the address that letters link to (no slash at its end).

    `covered` are the kinds whose words stay covered until a reader asks for them.
    `certificate` and `certificate_key` are PEM files; both empty: plain http.
    """

    host: str
    port: int
    public_url: str
    claim_minutes: int = 10
    covered: frozenset[Kind] = frozenset()
    certificate: str = ""
    certificate_key: str = ""


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """How people sign in; a session that was not used for `idle_minutes` is over."""

    second_factor: bool
    idle_minutes: int


@dataclass(frozen=True, slots=True)
class Settings:
    """All of settings.toml. `mail` is None where the school has no mailer yet; `alarm_mail` is the
    second way, for the news that the first one does not work.
    """

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
    newcomers: NewcomerSettings
    backup: BackupSettings
    web: WebSettings
    sign_in: SignInSettings
    policy: Policy
    retention: RetentionSettings
    alarm_mail: MailSettings | None = None
    source: Path | None = None
    """The file that this was read from, for backups; None for the example."""

    @property
    def slowing(self) -> Slowing:
        """How nights and holidays slow the reading down."""
        return Slowing(self.calendar, self.timetable.nights, self.timetable.holidays)
