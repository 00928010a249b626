"""The timetable (APScheduler), nothing else; also the job boundary, where any error ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from threading import Lock, Thread
from traceback import extract_tb

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot import cycle
from bot.bootstrap import App

_log = structlog.get_logger("schoolgate.jobs")

_DELIVER_SECONDS = 15
_LETTERS_SECONDS = 30
_LOOK_MINUTES = 60
_PROVE_HOURS = 24
_SAMPLE_MINUTES = 60
_PING_MINUTES = 15
_PEOPLE_HOURS = 6
_BLOCKS_HOURS = 24
_RETAIN_HOURS = 6  # what its author deleted goes within a day of its being noticed
_BACKUP_MINUTES = 30


def contained(name: str, work: Callable[[], object]) -> None:
    """The job boundary: whatever goes wrong in a job is written down, and the next run comes."""
    try:
        work()
    except Exception as error:  # noqa: BLE001  the job boundary
        # Where it happened, but not its words: a stranger's message may hold a comment.
        frames = [f"{f.filename}:{f.lineno} {f.name}" for f in extract_tb(error.__traceback__)]
        _log.error("job_failed", job=name, error=type(error).__name__, where=frames[-8:])


def _read(app: App, account: str, turn: Lock) -> None:
    cycle.read_account(app, account)
    _act(app, account, turn)


def _act(app: App, account: str, turn: Lock) -> None:
    with turn:
        cycle.act(app, account)


class Timetable:
    """The daemon's jobs, rebuilt from settings at each start: all state is in our own tables.

    One job at a time of each name; a late one is run late and once, never skipped (stack.md).
    """

    def __init__(self, app: App) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(4 * len(app.settings.accounts) + 2)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        for account in app.settings.accounts:
            name = account.name
            # One thread delivers a channel (docs/decisions/0005): reading ends with acting. A job
            # must never wait for the scheduler itself, which holds its locks while it stops.
            turn = Lock()
            self._every(f"read:{name}", partial(_read, app, name, turn), account.poll_minutes * 60)
            self._every(f"act:{name}", partial(_act, app, name, turn), _DELIVER_SECONDS)
            self._every(f"look:{name}", partial(cycle.look, app, name), _LOOK_MINUTES * 60)
            self._every(
                f"people:{name}",
                partial(cycle.look_after_people, app, name),
                _PEOPLE_HOURS * 3600,
            )
            self._every(
                f"blocks:{name}",
                partial(cycle.compare_blocks, app, name),
                _BLOCKS_HOURS * 3600,
            )
            self._every(
                f"prove:{name}", partial(cycle.prove_capabilities, app, name), _PROVE_HOURS * 3600
            )
        remind = partial(cycle.remind_about_people, app)
        self._every("people", remind, _SAMPLE_MINUTES * 60)
        self._every("sample", partial(cycle.draw_sample, app), _SAMPLE_MINUTES * 60)
        if app.beacon is not None:
            self._every("ping", partial(cycle.ping, app), _PING_MINUTES * 60)
        self._every("retain", partial(cycle.let_go, app), _RETAIN_HOURS * 3600)
        self._every("backup", partial(cycle.back_up, app), _BACKUP_MINUTES * 60)
        self._every("letters", partial(cycle.send_letters, app), _LETTERS_SECONDS)

    def _every(self, name: str, work: Callable[[], object], seconds: float) -> None:
        self._scheduler.add_job(
            contained,
            "interval",
            args=(name, work),
            id=name,
            seconds=seconds,
            next_run_time=datetime.now(UTC),
        )

    def start(self) -> None:
        """Start the jobs in threads of their own."""
        self._scheduler.start()

    def runs(self) -> bool:
        """Whether the thread that starts the jobs is there, for the watchdog."""
        thread: Thread | None = getattr(self._scheduler, "_thread", None)
        return thread is not None and thread.is_alive()

    def stop(self) -> None:
        """Start nothing more, and wait for what is under way to end."""
        self._scheduler.shutdown(wait=True)
