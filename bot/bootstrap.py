"""The composition root: settings and plug-ins in, a working App out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from pathlib import Path
from secrets import token_hex
from threading import Event, Lock
from typing import cast

from filelock import FileLock, Timeout

from bot.clock import SystemClock
from bot.errors import AlreadyRunning, DataError, Problem, SettingsError
from bot.keeping import archive
from bot.keeping.archive import LOG_KEY, SETTINGS
from bot.keeping.backups import Backups
from bot.keeping.files import write_private
from bot.keeping.sealing import school_key
from bot.keeping.secrets import SealedSecrets
from bot.local_names import local_names
from bot.outbox import fail_orphans
from bot.plugins import Guarded, make
from bot.ports import Budget, Classifier, Clock, Context, Mailer, NoBudget, Pinger, PlatformAdapter
from bot.services.spend import Ledger
from bot.settings import Settings
from bot.store import Store
from bot.store.schema import is_behind, upgrade
from bot.timekeeping import ClockCheck

Secret = Callable[[str], str | None]

DATABASE = archive.DATABASE
BACKUPS = "backups"
"""In the data folder: backups before an upgrade, and all where settings name no other folder."""
_KEEP_DAYS = 30
_PID = "schoolgate.pid"


@dataclass(frozen=True, slots=True)
class App:
    """Everything that the daemon, the pages and the commands work with."""

    settings: Settings
    clock: Clock
    store: Store
    data_dir: Path
    adapters: Mapping[str, PlatformAdapter]
    classifiers: tuple[Classifier, ...]
    mailer: Mailer | None
    alarm_mailer: Mailer | None = None
    backups: Backups | None = None
    clock_check: ClockCheck | None = None
    pinger: Pinger | None = None
    ending: Event = field(default_factory=Event)
    """Set once the process is asked to end: whatever goes on for long looks at it."""
    judging: Lock = field(default_factory=Lock)
    """Held by the one thread that judges: several would judge the same readings at once."""

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()


@contextmanager
def sole_owner(data_dir: Path) -> Iterator[None]:
    """Hold the data directory for one process; the lock ends with the process, however it ends.

    Raises AlreadyRunning where another holds it, DataError where the directory cannot be used.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / "schoolgate.lock", mode=0o600)
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(
            f"Another Schoolgate already works on {data_dir}{_its_number(data_dir)}. Stop it "
            "first, or use --data with another folder."
        ) from None
    except OSError as error:
        raise DataError(f"The data folder {data_dir} cannot be used: {error.strerror}.") from error
    pid = data_dir / _PID
    try:
        pid.touch(mode=0o600)
        pid.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        pid.unlink(missing_ok=True)
        lock.release()


def _its_number(data_dir: Path) -> str:
    """The number of the process that holds the lock, for whoever has to stop it."""
    try:
        number = (data_dir / _PID).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return f" (process {number})" if number.isdecimal() else ""


def build_app(settings: Settings, *, clock: Clock, data_dir: Path, secret: Secret) -> App:
    """Assemble the house to work in it, as the sole owner of the data directory.

    What a killed process held is given back, and what cannot be carried out any more is said.
    """
    app = assemble(settings, clock=clock, data_dir=data_dir, secret=secret)
    if not app.store.key_fits():
        app.close()
        raise DataError(
            f"The log in {data_dir} was not sealed with the key that Schoolgate has now "
            "(SCHOOLGATE_LOG_KEY, or the file log.key), or its last entry was changed. Give it the "
            "right key; `schoolgate log verify` says more."
        )
    with app.store.begin() as uow:
        uow.effects.release_leases()
        uow.circuits.half_open_all(clock.now())
        uow.commit()
    fail_orphans(app.store, clock, app.adapters)
    return app


def assemble(
    settings: Settings,
    *,
    clock: Clock,
    data_dir: Path,
    secret: Secret,
    problems: list[Problem] | None = None,
) -> App:
    """Open the database (bringing it to its newest shape) and load every plug-in in settings.

    Raises SettingsError with every option that is wrong in any plug-in's table, PluginError, or
    DataError. Given a list of `problems`, wrong options are put there instead, and what they belong
    to is left out. Changes nothing that a Schoolgate at work on the same data would miss.
    """
    settings = with_local_names(settings, data_dir)
    clock_check = ClockCheck(clock)
    opened: list[Store] = []  # the ledger's store: wrong settings are said before it is opened
    adapters, classifiers, mailer = build_plugins(
        settings,
        clock=clock,
        data_dir=data_dir,
        secret=secret,
        problems=problems,
        budget=lambda account: Ledger(lambda: opened[0], clock, settings.budget, account),
        date_seen=clock_check.seen,
    )
    context = Context(clock, secret, data_dir)
    alarm_mailer, pinger = _alarm_mailer(settings, context), _pinger(settings, context)
    opened.append(open_store(data_dir, secret, clock))
    return App(
        settings,
        clock,
        opened[0],
        data_dir,
        adapters,
        classifiers,
        mailer,
        alarm_mailer=alarm_mailer,
        backups=backups_of(settings, data_dir, opened[0].log_key, secret),
        clock_check=clock_check,
        pinger=pinger,
    )


def _alarm_mailer(settings: Settings, context: Context) -> Mailer | None:
    """How alarms leave where letters cannot. Raises SettingsError, PluginError."""
    table = settings.alarm_mail
    if table is None:
        return None
    try:
        mailer = make("mailers", table.mailer, table.options, context)
    except SettingsError as error:
        raise SettingsError(
            [Problem(f"alarm_mail.{one.path}", one.message) for one in error.problems]
        ) from None
    return cast(Mailer, Guarded(mailer, "alarm mailer"))


def backups_of(settings: Settings, data_dir: Path, log_key: bytes, secret: Secret) -> Backups:
    """The backups that settings ask for. Raises SettingsError where the key is none."""
    also: dict[str, Path | bytes] = {LOG_KEY: log_key}
    if settings.source is not None:
        also[SETTINGS] = settings.source
    wanted = settings.backup
    folder = Path(wanted.folder) if wanted.folder else data_dir / BACKUPS
    key = school_key(data_dir, secret)
    return Backups(data_dir, folder, key, also, wanted.at, wanted.keep_days)


def sealed_secrets(data_dir: Path, secret: Secret) -> SealedSecrets:
    """The secrets that lie sealed in the data folder."""
    return SealedSecrets(data_dir, lambda: school_key(data_dir, secret))


def _pinger(settings: Settings, context: Context) -> Pinger | None:
    url = settings.health.ping_url
    if not url:
        return None
    return cast(Pinger, Guarded(make("pingers", "http", {"url": url}, context), "ping"))


def with_local_names(settings: Settings, data_dir: Path) -> Settings:
    """The settings with the school's own list of children's names, if it has one.

    Raises SettingsError where the list cannot be used.
    """
    return replace(settings, policy=replace(settings.policy, names=local_names(data_dir)))


def build_plugins(
    settings: Settings,
    *,
    clock: Clock,
    data_dir: Path,
    secret: Secret,
    problems: list[Problem] | None = None,
    budget: Callable[[str], Budget] = lambda _: NoBudget(),
    date_seen: Callable[[datetime], None] = lambda _: None,
) -> tuple[dict[str, PlatformAdapter], tuple[Classifier, ...], Mailer | None]:
    """All plug-ins that settings name, or every problem with their options at once.

    Given a list of `problems`, they are put there, and only what is sound comes back.
    """
    found: list[Problem] = []
    sealed = sealed_secrets(data_dir, secret)

    def any_secret(name: str) -> str | None:
        return secret(name) or sealed.get(name)

    def build(
        group: str, name: str, options: Mapping[str, object], table: str, account: str
    ) -> object:
        context = Context(clock, any_secret, data_dir, account, sealed, budget(account), date_seen)
        try:
            return make(group, name, options, context)
        except SettingsError as error:
            found.extend(
                Problem(".".join(filter(None, [table, problem.path])), problem.message)
                for problem in error.problems
            )
            return None

    adapters = {
        account.name: build(
            "adapters", account.adapter, account.options, f"accounts.{account.name}", account.name
        )
        for account in settings.accounts
    }
    classifiers = classifiers_of(settings, clock=clock, data_dir=data_dir, secret=secret)
    mailer = None
    if settings.mail is not None:
        mailer = build("mailers", settings.mail.mailer, settings.mail.options, "mail", "")
    if found and problems is None:
        raise SettingsError(found)
    if problems is not None:
        problems.extend(found)
    checked = {name: a for name, a in adapters.items() if isinstance(a, PlatformAdapter)}
    assert found or len(checked) == len(adapters)
    assert mailer is None or isinstance(mailer, Mailer)
    guarded = {name: cast(PlatformAdapter, Guarded(a, name)) for name, a in checked.items()}
    return guarded, classifiers, cast(Mailer, Guarded(mailer, "mailer")) if mailer else None


def classifiers_of(
    settings: Settings, *, clock: Clock, data_dir: Path, secret: Secret
) -> tuple[Classifier, ...]:
    """The classifiers alone: all that `schoolgate judge` needs."""
    context = Context(clock, secret, data_dir)
    return tuple(
        make("classifiers", one.classifier, one.options, context) for one in settings.classifiers
    )


def open_store(data_dir: Path, secret: Secret, clock: Clock | None = None) -> Store:
    """The school's database with the key of its log; made at the first start.

    One of an older version is backed up in the data folder before it is brought forward. Raises
    DataError where the database is there but the key of its log is not, or no backup can be made.
    """
    database = data_dir / DATABASE
    is_new = not database.exists()
    store = Store(database, _log_key(data_dir, secret, is_new=is_new))
    if not is_new and is_behind(store.engine):
        key, also = school_key(data_dir, secret), {LOG_KEY: store.log_key}
        before = Backups(data_dir, data_dir / BACKUPS, key, also, time(), _KEEP_DAYS)
        before.make((clock or SystemClock()).now(), before_upgrade=True)
    upgrade(store.engine)
    return store


def _log_key(data_dir: Path, secret: Secret, *, is_new: bool) -> bytes:
    given = secret("SCHOOLGATE_LOG_KEY")
    if given:
        return given.encode()
    path = data_dir / LOG_KEY
    if not path.exists():
        if not is_new:
            raise DataError(
                f"The log's key {path} is missing, but the database is there. Put the key back "
                "from your backup: without it nobody can prove that the log is unchanged."
            )
        data_dir.mkdir(parents=True, exist_ok=True)
        # A half-written key would lock us out.
        write_private(path, token_hex(32).encode("ascii"))
    return path.read_text(encoding="ascii").strip().encode()
