"""From the text of settings.toml to Settings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.errors import Problem, SettingsError
from bot.model import Person, Policy, PolicyRow
from bot.school_calendar import SchoolCalendar
from bot.settings.checks import check
from bot.settings.problems import problems_of
from bot.settings.secrets import environment_problems
from bot.settings.shape import (
    AccountSettings,
    BudgetSettings,
    ClassifierSettings,
    HealthSettings,
    HidingSettings,
    LetterSettings,
    MailSettings,
    SampleSettings,
    SchoolSettings,
    Settings,
    TimetableSettings,
    WebSettings,
)
from bot.settings.tables import MailTable, SettingsTable, options_of

_DEFAULTED = (
    "classifiers", "hiding", "calendar", "letters", "timetable", "budget", "health", "sample",
    "web", "policy",
)  # fmt: skip
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
    return _settings(table)


def _read(path: Path) -> dict[str, object]:
    try:
        # Windows editors put a mark before the first letter; utf-8-sig takes it off.
        return tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        message = (
            f"cannot be understood: {error}; text stands in quotation marks, numbers do not, and "
            "each setting has a line of its own, so look at this line and the one above it"
        )
    except UnicodeDecodeError:
        message = "is not saved as UTF-8; choose UTF-8 as the encoding when you save it"
    except FileNotFoundError:
        message = "does not exist; copy the settings.toml of Schoolgate there, or name another file"
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


def _settings(table: SettingsTable) -> Settings:
    people = tuple(Person(p.key, p.name, p.email or "", p.roles, p.spoken_of) for p in table.people)
    rows = tuple(PolicyRow(**dict(row)) for row in table.policy.rows)
    return Settings(
        school=SchoolSettings(table.school.name, table.school.email_domain),
        people=people,
        accounts=tuple(
            AccountSettings(name, account.adapter, account.poll_minutes, options_of(account))
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
        web=WebSettings(**dict(table.web)),
        policy=Policy(rows, people, table.policy.thresholds),
    )
