"""What `schoolgate check` looks at: each finding has an id, a severity and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib.metadata import packages_distributions
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import letters
from bot.bootstrap import App
from bot.errors import AdapterError, DataError, Problem
from bot.hiding import KIND_SWITCH, switched
from bot.keeping.backups import LATE
from bot.letters.checking import unusable
from bot.letters.samples import SAMPLES
from bot.model import CapabilityReport, CapabilityState
from bot.ports import PlatformAdapter
from bot.services.connection import connections_ending, days_left
from bot.settings import HidingMode

_ROOMS = ("bot", "adapters", "classifiers")
_ENOUGH_DISK = 500_000_000
_BUILT_IN_YEAR = 2026
_LOUD_FROM = 7

TO_RESTORE = (
    "Stop Schoolgate, keep this folder as it is, and put the newest backup into a new one: "
    "schoolgate restore NEWEST.backup --data NEW. See docs/runbook.md, 8."
)


class Severity(StrEnum):
    """How bad a finding is; only errors stop Schoolgate from doing its work."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `do` is empty where nothing is to be done."""

    id: str
    severity: Severity
    message: str
    do: str = ""


def run_checks(app: App) -> Iterator[Finding]:
    """Every check, one finding after the other; looks outside only by harmless calls."""
    yield from _packages()
    yield from _example(app)
    yield _disk(app)
    yield _database(app)
    yield from _clock(app)
    if not app.settings.accounts:
        yield Finding(
            "accounts",
            Severity.ERROR,
            "No account is switched on, so nothing is watched.",
            "Write an [accounts.NAME] table into settings.toml.",
        )
    for name, adapter in app.adapters.items():
        yield from account_findings(name, adapter)
    yield _hiding(app)
    yield from _connections(app)
    yield _mail(app)
    yield from wording_findings(app.data_dir)
    yield from _backups(app)
    yield _pages(app)
    if not app.settings.sign_in.second_factor:
        yield Finding(
            "sign_in",
            Severity.WARNING,
            "People sign in with a password alone.",
            "Set [sign_in] second_factor = true before real comments are read.",
        )


def settings_findings(problems: Iterable[Problem]) -> Iterator[Finding]:
    """What is wrong with settings or secrets, as lines of the same report."""
    for problem in problems:
        what, _, do = problem.message.partition(";")
        do = do or "put this right in settings.toml."
        path = problem.path or "settings"
        yield Finding(
            f"settings: {path}",
            Severity.ERROR,
            what.strip(),
            do.strip()[:1].upper() + do.strip()[1:],
        )


def _packages() -> Iterator[Finding]:
    """The rooms' names are generic: another distribution may have put itself over them."""
    owners = packages_distributions()
    for room in _ROOMS:
        others = sorted(set(owners.get(room, [])) - {"schoolgate"})
        if others:
            yield Finding(
                f"packages.{room}",
                Severity.ERROR,
                f"The package “{room}” of Schoolgate is mixed with {', '.join(others)}.",
                "Install Schoolgate into an environment of its own.",
            )


def _example(app: App) -> Iterator[Finding]:
    """The shipped settings.toml is made up: letters to it reach nobody."""
    if app.settings.school.email_domain.endswith(".example"):
        yield Finding(
            "school",
            Severity.WARNING,
            f"The settings are still those of the made-up {app.settings.school.name}.",
            "Make settings.toml your school's own.",
        )


def _disk(app: App) -> Finding:
    free = shutil.disk_usage(app.data_dir).free
    if free < _ENOUGH_DISK:
        return Finding(
            "disk",
            Severity.WARNING,
            f"Only {free // 1_000_000} MB are free where Schoolgate keeps its data.",
            "Make room, or move the data folder.",
        )
    return Finding("disk", Severity.OK, f"{free // 1_000_000_000} GB are free.")


def _database(app: App) -> Finding:
    problem = app.store.problem()
    if problem:
        return Finding(
            "database",
            Severity.ERROR,
            f"The database is damaged: {problem}",
            TO_RESTORE,
        )
    return Finding("database", Severity.OK, "The database is whole and up to date.")


def _clock(app: App) -> Iterator[Finding]:
    try:
        ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        yield Finding(
            "clock.zones",
            Severity.ERROR,
            "This machine does not know the time zone Europe/London.",
            "Install the Python package tzdata.",
        )
    if app.clock.now().year < _BUILT_IN_YEAR:
        yield Finding(
            "clock",
            Severity.ERROR,
            f"The clock says {app.clock.now():%d %B %Y}, which cannot be.",
            "Set the clock, and let it be set from the network.",
        )
        return
    with app.store.read() as uow:
        newest = uow.log.newest_at()
    if newest is not None and newest > app.clock.now() + timedelta(minutes=5):
        yield Finding(
            "clock",
            Severity.ERROR,
            "The clock is behind the newest entry of the log: it was set back.",
            "Set the clock, and let it be set from the network.",
        )
        return
    yield Finding("clock", Severity.OK, f"The clock says {app.clock.now():%d %B %Y, %H:%M} UTC.")


def account_findings(name: str, adapter: PlatformAdapter) -> Iterator[Finding]:
    """The capability matrix of one account, freshly proven."""
    try:
        reports = adapter.capabilities()
    except AdapterError as error:
        yield Finding(
            f"accounts.{name}",
            Severity.ERROR,
            f"{name} could not be reached: {error}",
            "Look at the network and the token, then run this again.",
        )
        return
    for report in reports:
        yield _capability(name, report)


def _capability(name: str, report: CapabilityReport) -> Finding:
    severity = Severity.ERROR if report.state is CapabilityState.DENIED else Severity.OK
    what = report.capability.replace("_", " ")
    why = f" ({report.why})" if report.why else ""
    return Finding(
        f"accounts.{name}.{report.capability}",
        severity,
        f"{name}, {what}: {report.state}{why}",
        "Give the token this permission." if severity is Severity.ERROR else "",
    )


def _hiding(app: App) -> Finding:
    with app.store.read() as uow:
        hiding = switched(app.settings.hiding, uow.state.switches(KIND_SWITCH))
    on = sorted(kind for kind, mode in hiding.kinds.items() if mode is HidingMode.HIDE)
    if hiding.mode is HidingMode.HIDE:
        return Finding("hiding", Severity.OK, "Schoolgate hides what the policy wants hidden.")
    if on:
        return Finding("hiding", Severity.OK, f"Schoolgate hides: {', '.join(on)}; no other kind.")
    return Finding(
        "hiding",
        Severity.OK,
        "Schoolgate only observes: it queues, and writes down what it would have hidden.",
    )


def _connections(app: App) -> Iterator[Finding]:
    """When a sign-in comes to its end: said from 30 days on, louder from seven."""
    known = {each.name for each in app.settings.accounts}
    for account, (ends, step) in connections_ending(app.store, app.clock.now()).items():
        if account in known:
            left = days_left(ends, app.clock.now())
            when = "has ended" if left <= 0 else f"ends in {left} day{'' if left == 1 else 's'}"
            yield Finding(
                f"accounts.{account}.connection",
                Severity.ERROR if step <= _LOUD_FROM else Severity.WARNING,
                f"The connection to {account} {when} ({ends:%d %B %Y}).",
                f"Run: schoolgate connect {account}",
            )


def _backups(app: App) -> Iterator[Finding]:
    if app.backups is None:
        return
    now = app.clock.now()
    try:
        newest = app.backups.newest()
    except DataError as error:
        yield Finding("backup", Severity.ERROR, str(error), "Mend [backup] folder, or the share.")
        return
    if newest is None:
        yield Finding(
            "backup",
            Severity.WARNING,
            "There is no backup yet.",
            "Leave Schoolgate running for a night, or run: schoolgate backup",
        )
    elif now - newest.made_at > LATE:
        yield Finding(
            "backup",
            Severity.ERROR,
            f"The newest backup is of {newest.made_at:%d %B %Y, %H:%M} UTC: nights were missed.",
            "Run: schoolgate backup. It says what stands in the way.",
        )
    else:
        when = f"{newest.made_at:%d %B %Y, %H:%M} UTC"
        yield Finding("backup", Severity.OK, f"The newest backup is of {when}.")
    if not app.backups.is_elsewhere:
        yield Finding(
            "backup.folder",
            Severity.WARNING,
            "Backups lie on the same disk as the data: one failure takes both.",
            "Name a folder on another disk or a share: [backup] folder in settings.toml.",
        )


def _mail(app: App) -> Finding:
    if app.mailer is None and app.settings.mail is not None:
        return Finding(
            "mail",
            Severity.ERROR,
            "No letters can be sent: the [mail] section of settings.toml cannot be used as it is.",
            "Mend what the lines “settings: mail” say; until then nobody is told of anything.",
        )
    if app.mailer is None:
        return Finding(
            "mail",
            Severity.ERROR,
            "No letters can be sent: settings.toml has no [mail] section.",
            "Write a [mail] section; until then nobody is told of anything.",
        )
    try:
        return Finding("mail", Severity.OK, app.mailer.check())
    except AdapterError as error:
        return Finding("mail", Severity.ERROR, str(error), "Mend [mail] in settings.toml.")


def wording_findings(data_dir: Path) -> Iterator[Finding]:
    """The school's own wording of letters, where there is some."""
    for wrong in unusable(data_dir / letters.OWN, SAMPLES):
        yield Finding(
            "letters",
            Severity.ERROR,
            f"The school's own wording of a letter cannot be used. {wrong}.",
            f"Mend the file in {data_dir / letters.OWN}, or take it away to send ours.",
        )


def _pages(app: App) -> Finding:
    url = app.settings.web.public_url
    if "127.0.0.1" in url or "localhost" in url:
        return Finding(
            "web",
            Severity.WARNING,
            f"The links in letters lead to {url}, which opens on this machine only.",
            "Set [web] public_url to the address by which staff reach this machine.",
        )
    return Finding("web", Severity.OK, f"The links in letters lead to {url}.")
