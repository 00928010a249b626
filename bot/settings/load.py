"""From the text of settings.toml to Settings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.errors import Problem, SettingsError
from bot.model import Person, Policy, PolicyRow
from bot.retention import RetentionClass, RetentionSettings
from bot.school_calendar import SchoolCalendar
from bot.settings.checks import check
from bot.settings.problems import problems_of
from bot.settings.secrets import environment_problems
from bot.settings.shape import (
    AccountSettings,
    BackupSettings,
    BudgetSettings,
    ClassifierSettings,
    HealthSettings,
    HidingSettings,
    LetterSettings,
    MailSettings,
    NewcomerSettings,
    SampleSettings,
    SchoolSettings,
    Settings,
    SignInSettings,
    TimetableSettings,
    WebSettings,
)
from bot.settings.spelling import tip
from bot.settings.tables import MailTable, RetentionTable, SettingsTable, options_of

_DEFAULTED = (
    "classifiers",
    "hiding",
    "calendar",
    "letters",
    "timetable",
    "budget",
    "health",
    "sample",
    "newcomers",
    "retention",
    "backup",
    "web",
    "sign_in",
    "policy",
)
"""Sections that a school may leave out; what is the school's own never comes from the example."""


def default_settings_text() -> str:
    """The settings.toml that comes with Schoolgate, with all its notes.

    It stands beside the packages in a checkout and inside `bot` in the wheel (pyproject.toml).
    """
    bot = Path(__file__).resolve().parent.parent
    packed = bot / "default_settings.toml"
    return (packed if packed.exists() else bot.parent / "settings.toml").read_text("utf-8")


def load(
    path: Path | None,
    *,
    environ: Mapping[str, str],
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Read and check the school's file; with no path, the example file is used whole.

    `overrides` are laid over the file, table by table. `environ` is only looked through for
    mistyped names. Raises SettingsError with every problem at once.
    """
    default = tomllib.loads(default_settings_text())
    raw = default if path is None else _completed(_read(path), default)
    raw = _laid_over(raw, overrides or {})
    problems = [*environment_problems(environ), *check(raw)]
    try:
        table = SettingsTable.model_validate(raw)
    except ValidationError as error:
        problems += problems_of(error, SettingsTable, raw)
        raise SettingsError(_in_order(problems)) from None
    if problems:
        raise SettingsError(_in_order(problems))
    return _settings(table, path)


def section_problems(answers: Mapping[str, object], sections: Collection[str]) -> list[Problem]:
    """What is wrong with these sections, laid over the example: for a question at a time."""
    raw = _laid_over(tomllib.loads(default_settings_text()), answers)
    problems = list(check(raw))
    try:
        SettingsTable.model_validate(raw)
    except ValidationError as error:
        problems += problems_of(error, SettingsTable, raw)
    return [p for p in _in_order(problems) if re.split(r"[.\[]", p.path)[0] in sections]


def _read(path: Path) -> dict[str, object]:
    try:
        # Windows editors put a mark before the first letter; utf-8-sig takes it off.
        return tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        message = f"cannot be understood: {error}; {tip(path.read_text('utf-8-sig'), error)}"
    except UnicodeDecodeError:
        message = "is not saved as UTF-8; choose UTF-8 as the encoding when you save it"
    except FileNotFoundError:
        message = "does not exist; `schoolgate init` writes one; or name another with --settings"
    except OSError as error:
        message = f"cannot be read ({error.strerror}); look at its name and who may read it"
    raise SettingsError([Problem(str(path), message)])


def _completed(own: dict[str, object], default: Mapping[str, object]) -> dict[str, object]:
    """A school's classifiers replace ours; every other section is completed key by key."""
    missing = {key: default[key] for key in _DEFAULTED if key != "classifiers" or key not in own}
    return _laid_over(missing, own)


def _laid_over(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping):
            under = merged.get(key)
            value = _laid_over(under if isinstance(under, Mapping) else {}, value)
        merged[key] = value
    return merged


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, in the order of the file's sections."""
    order = {section: place for place, section in enumerate(SettingsTable.model_fields)}
    return sorted(
        dict.fromkeys(problems), key=lambda p: order.get(re.split(r"[.\[]", p.path)[0], len(order))
    )


def _mail(table: MailTable | None) -> MailSettings | None:
    return MailSettings(table.mailer, table.sender, options_of(table)) if table else None


def _retention(table: RetentionTable) -> RetentionSettings:
    periods = dict(table.classes)
    return RetentionSettings(
        **{**dict(table), "classes": {one: periods[one] for one in RetentionClass}}
    )


def _settings(table: SettingsTable, source: Path | None) -> Settings:
    people = tuple(Person(**{**dict(p), "email": p.email or ""}) for p in table.people)
    rows = tuple(PolicyRow(**dict(row)) for row in table.policy.rows)
    return Settings(
        school=SchoolSettings(table.school.name, table.school.email_domain),
        people=people,
        accounts=tuple(
            AccountSettings(
                name,
                account.adapter,
                account.poll_minutes,
                options_of(account),
                account.comments_open,
            )
            for name, account in table.accounts.items()
            if account.enabled
        ),
        mail=_mail(table.mail),
        classifiers=tuple(
            ClassifierSettings(name, one.classifier, options_of(one))
            for name, one in table.classifiers.items()
        ),
        hiding=HidingSettings(**dict(table.hiding)),
        calendar=SchoolCalendar(table.calendar.holidays, *table.calendar.school_day),
        letters=LetterSettings(**dict(table.letters)),
        timetable=TimetableSettings(**dict(table.timetable)),
        budget=BudgetSettings(**dict(table.budget)),
        health=HealthSettings(**dict(table.health)),
        sample=SampleSettings(**dict(table.sample)),
        newcomers=NewcomerSettings(**dict(table.newcomers)),
        backup=BackupSettings(**dict(table.backup)),
        web=WebSettings(**dict(table.web)),
        sign_in=SignInSettings(**dict(table.sign_in)),
        policy=Policy(rows, people, table.policy.thresholds, ladder=table.policy.ladder),
        retention=_retention(table.retention),
        alarm_mail=_mail(table.alarm_mail),
        source=source,
    )
