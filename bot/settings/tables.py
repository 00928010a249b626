"""settings.toml as pydantic reads it. Each description says what to write, for the messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    model_validator,
)

from bot.model import Action, Kind, Role, Severity, Target, Urgency
from bot.settings.shape import HidingMode, LinkWorks, Look, Sweep
from bot.settings.values import (
    Address,
    Aspects,
    Days,
    Key,
    Months,
    Number,
    Roles,
    Score,
    Text,
    TimeOfDay,
    Whole,
    Yes,
    mild_before_serious,
    not_none,
    one_or_many,
    opens_before_it_closes,
    rungs,
    web_address,
    whole_path,
)


def options_of(table: BaseModel) -> Mapping[str, object]:
    """The keys that a plug-in's table has beside ours."""
    return dict(table.model_extra or {})


class Table(BaseModel):
    """A section of the file whose keys are all known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PluginTable(BaseModel):
    """A section that passes further keys on to a plug-in, which checks them itself."""

    model_config = ConfigDict(frozen=True, extra="allow")


class SchoolTable(Table):
    name: Text = Field(description='the school\'s name, such as "Rossmore Primary School"')
    email_domain: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", to_lower=True)
    ] = Field(description='what stands behind the @, such as "rossmore.example"')


class PersonTable(Table):
    key: Key = Field(description='a short name of small letters, digits, - and _, such as "jfield"')
    name: Text = Field(description='the person\'s name, such as "Jo Field"')
    email: Address | None = Field(
        default=None, description='an address such as "j.field@rossmore.example"'
    )
    roles: Roles = Field(
        default=frozenset(), description='roles in brackets, such as ["headteacher"]'
    )
    spoken_of: tuple[Annotated[Text, StringConstraints(min_length=2)], ...] = Field(
        default=(), description='names of two letters or more in brackets, such as ["Mr D"]'
    )
    away: tuple[Days, ...] = Field(
        default=(), description='days in brackets, such as ["2026-12-01/2026-12-04", "2026-12-11"]'
    )
    deputy_for: Roles = Field(default=frozenset(), description='roles in brackets, such as ["dsl"]')
    digest_at: TimeOfDay | None = Field(
        default=None, description='hours and minutes in quotation marks, such as "15:45"'
    )


class AccountTable(PluginTable):
    adapter: Text = Field(description='the platform, such as "x" or "facebook"')
    poll_minutes: Number = Field(default=10, gt=0, description="a number of minutes, such as 10")
    enabled: Yes = Field(default=True, description="true or false, without quotation marks")
    comments_open: Yes = Field(default=False, description="true or false, without quotation marks")


class MailTable(PluginTable):
    mailer: Text = Field(description='how letters leave, such as "smtp"')
    sender: Address = Field(description='an address such as "schoolgate@rossmore.example"')


class ClassifierTable(PluginTable):
    classifier: Text = Field(description='the classifier\'s name, such as "lexicon"')


class HidingTable(Table):
    mode: HidingMode = Field(description='"observe" or "hide"')
    kinds: dict[Kind, HidingMode] = Field(description='kinds such as threat = "hide"')
    breaker_per_hour: Whole = Field(ge=1, description="a whole number from 1 up, such as 30")
    switchable: Yes = Field(default=True, description="true or false, without quotation marks")


class CalendarTable(Table):
    holidays: tuple[Days, ...] = Field(
        description='days in brackets, such as ["2026-10-26/2026-10-30", "2026-11-20"]'
    )
    school_day: Annotated[tuple[TimeOfDay, TimeOfDay], AfterValidator(opens_before_it_closes)] = (
        Field(description='when the school opens and closes, such as ["08:00", "17:00"]')
    )


class LettersTable(Table):
    digest_at: TimeOfDay = Field(
        description='hours and minutes in quotation marks, such as "15:45"'
    )
    urgent_minutes: Whole = Field(
        ge=1, le=720, description="a whole number of minutes from 1 to 720, such as 30"
    )
    quiet: tuple[TimeOfDay, TimeOfDay] = Field(
        description='when it begins and when it ends, such as ["21:00", "06:30"]'
    )
    answer_minutes: dict[Urgency, Annotated[Whole, Field(ge=0, le=100_000)]] = Field(
        description="minutes for each urgency, such as immediate = 60"
    )
    link_works: LinkWorks = Field(description='"school_hours" or "always"')
    ring: str = Field(description='whom to ring, such as "the school office on 01632 960123"')


class TimetableTable(Table):
    newcomers_minutes: Number = Field(gt=0, description="a number of minutes, such as 60")
    look_minutes: Number = Field(gt=0, description="a number of minutes, such as 60")
    nights: Number = Field(ge=1, le=12, description="a number from 1 to 12, such as 3")
    holidays: Number = Field(ge=1, le=12, description="a number from 1 to 12, such as 2")


class BudgetTable(Table):
    per_day: Number = Field(gt=0, description="US dollars, such as 15.0")
    per_month: Number = Field(gt=0, description="US dollars, such as 30.0")
    kept_for_hides: Number = Field(ge=0, description="US dollars, such as 1.0")
    prices: dict[str, Annotated[Number, Field(ge=0)]] = Field(
        description="US dollars for one of each, such as mention = 0.005"
    )


class HealthTable(Table):
    ping_url: Annotated[str, AfterValidator(lambda url: url and web_address(url))] = Field(
        description='an address such as "https://hc-ping.com/…", or "" for none'
    )


class SampleTable(Table):
    weekly: Whole = Field(
        ge=0, le=100, description="a whole number from 0 (none) to 100, such as 20"
    )


def _steps_grow(value: tuple[int, int, int]) -> tuple[int, int, int]:
    if not value[0] <= value[1] <= value[2]:
        raise ValueError("has a later step before an earlier one")
    return value


class NewcomersTable(Table):
    look: Look = Field(description='"daily" or "always"')
    look_at: TimeOfDay = Field(description='hours and minutes in quotation marks, such as "06:45"')
    sweep: Sweep = Field(description='a day of the week such as "saturday", "never" or "always"')
    reads_per_month: Whole = Field(ge=0, description="a whole number, such as 20000")
    age_from: dict[str, Annotated[int, Strict(), Field(ge=5, le=18)]] = Field(
        description="platforms with an age from 5 to 18, such as { x = 13 }"
    )
    known_handles: tuple[Text, ...] = Field(
        description='handles without the @ in brackets, such as ["MrsHartleyRPS"]'
    )
    breach_days: Whole = Field(ge=1, le=1830, description="a whole number of days, such as 365")
    steps: Annotated[
        tuple[
            Annotated[int, Strict(), Field(ge=1)],
            Annotated[int, Strict(), Field(ge=1)],
            Annotated[int, Strict(), Field(ge=1)],
        ],
        AfterValidator(_steps_grow),
    ] = Field(description="three whole numbers that grow, such as [1, 2, 3]")


class ClassesTable(Table):
    cleared: Months = Field(description="a number of months, such as 1")
    newcomer: Months = Field(description="a number of months, such as 12")
    ordinary: Months = Field(description="a number of months, such as 12")
    serious: Months = Field(description="a number of months, such as 72")
    safeguarding: Months = Field(description="a number of months, such as 300")


class RetentionTable(Table):
    decided_by: Text = Field(description="the data protection officer's name")
    decided_on: date = Field(description="a day without quotation marks, such as 2026-09-01")
    unflagged_days: Whole = Field(
        ge=1, le=30, description="a whole number of days from 1 to 30, such as 30"
    )
    hold_days: Whole = Field(
        ge=1, le=90, description="a whole number of days from 1 to 90, such as 30"
    )
    polls_days: Whole = Field(
        ge=30, le=3650, description="a whole number of days from 30 to 3650, such as 400"
    )
    head_file: str = Field(default="", description='a file such as "//server/share/heads.jsonl"')
    classes: ClassesTable = Field(description="a section [retention.classes]")


class BackupTable(Table):
    folder: Annotated[str, AfterValidator(whole_path)] = Field(
        description='a folder elsewhere, such as "//nas/schoolgate", or ""'
    )
    at: TimeOfDay = Field(description='hours and minutes in quotation marks, such as "02:30"')
    keep_days: Whole = Field(ge=1, le=30, description="a whole number of days from 1 to 30")


class WebTable(Table):
    host: Text = Field(description='an address of this computer, such as "127.0.0.1"')
    port: Whole = Field(ge=1, le=65535, description="a whole number from 1 to 65535, such as 8000")
    public_url: Annotated[str, AfterValidator(web_address)] = Field(
        description='an address such as "http://schoolbox.local:8000"'
    )
    claim_minutes: Whole = Field(
        default=10, ge=1, le=120, description="a whole number of minutes from 1 to 120, such as 10"
    )
    covered: frozenset[Kind] = Field(
        default=frozenset(), description='kinds in brackets, such as ["sexual", "threat"]'
    )
    certificate: str = Field(description='a PEM file, such as "/etc/ssl/schoolgate.pem", or ""')
    certificate_key: str = Field(description='a PEM file, such as "/etc/ssl/schoolgate.key", or ""')


class SignInTable(Table):
    second_factor: Yes = Field(description="true or false, without quotation marks")
    idle_minutes: Whole = Field(
        ge=5, le=480, description="a whole number of minutes from 5 to 480, such as 60"
    )


class RowTable(Table):
    kind: Kind = Field(description='what was found, such as "threat"')
    severity: Annotated[frozenset[Severity], BeforeValidator(one_or_many)] = Field(
        default=frozenset(), description='"serious" or "mild"'
    )
    target: Annotated[frozenset[Target], BeforeValidator(one_or_many)] = Field(
        default=frozenset(), description='whom it is about, such as ["pupil", "school"]'
    )
    child: Yes | None = Field(default=None, description="true or false, without quotation marks")
    aspects: Aspects = Field(
        default=frozenset(), description='finer points in brackets, such as ["picture"]'
    )
    unless: Aspects = Field(
        default=frozenset(), description='finer points in brackets, such as ["praise"]'
    )
    action: Action = Field(default=Action.QUEUE, description='"allow", "queue" or "hide"')
    urgency: Annotated[Urgency, AfterValidator(not_none)] = Field(
        default=Urgency.ROUTINE, description='"routine", "urgent" or "immediate"'
    )
    told: Roles = Field(
        default=frozenset(), description='roles in brackets, such as ["headteacher"]'
    )


class PolicyTable(Table):
    thresholds: dict[str, Annotated[tuple[Score, Score], AfterValidator(mild_before_serious)]] = (
        Field(description="two numbers from 0 to 1, the smaller first, such as [0.5, 0.8]")
    )
    ladder: dict[Role, Annotated[tuple[Role, ...], AfterValidator(rungs)]] = Field(
        description='for each role a list of others, such as dsl = ["headteacher"]'
    )
    rows: tuple[RowTable, ...] = Field(description="rows in brackets, as settings.toml shows them")

    @model_validator(mode="after")
    def _whole_ladder(self) -> PolicyTable:
        for role in Role:
            if not self.ladder.get(role):
                raise ValueError(f'[policy.ladder] says nobody for "{role}"')
            if role in self.ladder[role]:
                raise ValueError(f'[policy.ladder] has "{role}" step in for itself')
        return self


class SettingsTable(Table):
    school: SchoolTable = Field(description="a section [school] with the school's name")
    people: tuple[PersonTable, ...] = Field(
        description="a [[people]] section for everybody at the school who has a role"
    )
    accounts: dict[Key, AccountTable] = Field(
        description="a section [accounts], and an [accounts.NAME] for each of the school's accounts"
    )
    mail: MailTable | None = Field(default=None, description="a section [mail]")
    alarm_mail: MailTable | None = Field(default=None, description="a section [alarm_mail]")
    classifiers: dict[Key, ClassifierTable] = Field(
        min_length=1,
        description='a section such as [classifiers.words] with classifier = "lexicon"',
    )
    hiding: HidingTable = Field(description="a section [hiding]")
    calendar: CalendarTable = Field(description="a section [calendar]")
    letters: LettersTable = Field(description="a section [letters]")
    timetable: TimetableTable = Field(description="a section [timetable]")
    budget: BudgetTable = Field(description="a section [budget]")
    health: HealthTable = Field(description="a section [health]")
    sample: SampleTable = Field(description="a section [sample]")
    newcomers: NewcomersTable = Field(description="a section [newcomers]")
    retention: RetentionTable = Field(description="a section [retention]")
    backup: BackupTable = Field(description="a section [backup]")
    web: WebTable = Field(description="a section [web]")
    sign_in: SignInTable = Field(description="a section [sign_in]")
    policy: PolicyTable = Field(description="a section [policy]")
