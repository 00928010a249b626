"""The timetable (APScheduler), nothing else; also the job boundary, where any error ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Condition, Event, Thread
from traceback import extract_tb

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.bootstrap import App
from bot.rhythm import Daily, next_due
from bot.services import runs
from bot.timekeeping import ClockCheck
from bot.works import Work, works

_log = structlog.get_logger("schoolgate.jobs")

_LOOK_SECONDS = 5.0
"""How often the clocks are compared, and what runs is looked at."""
_SOON = timedelta(seconds=1)


def contained(name: str, work: Callable[[], object]) -> str:
    """The job boundary: whatever goes wrong in a job is written down, and the next run comes.

    Returns what the job says went wrong, or "".
    """
    try:
        return str(work() or "")
    except Exception as error:  # noqa: BLE001  the job boundary
        # Where it happened, but not its words: a stranger's message may hold a comment.
        frames = [f"{f.filename}:{f.lineno} {f.name}" for f in extract_tb(error.__traceback__)]
        _log.error("job_failed", job=name, error=type(error).__name__, where=frames[-8:])
        return f"It broke off ({type(error).__name__}); schoolgate.log says where."


class _InItsRhythm(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """APScheduler asks when a job is due; `bot.rhythm` answers."""

    def __init__(self, due: Callable[[datetime | None, datetime], datetime]) -> None:
        self._due = due

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return self._due(previous, now)


class Timetable:
    """The daemon's jobs, rebuilt from settings at each start: all state is in our own tables.

    One job at a time of each name; what was missed is run late and once, never skipped (stack.md).
    Beside them a minder looks at the clocks: APScheduler sleeps until a time on the wall, and
    would sleep on when that is set back.
    """

    def __init__(self, app: App) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._app = app
        self._works = {work.name: work for work in works(app)}
        self._last: dict[str, datetime | None] = {}
        self._running: dict[str, float] = {}
        self._said: set[str] = set()
        self._guard = Condition()
        self._stopped = Event()
        self._clocks = ClockCheck(app.clock)
        self._minder = Thread(target=self._mind, name="minder", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self._works) + 1)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )

    @property
    def names(self) -> set[str]:
        """What is on the timetable."""
        return set(self._works)

    def start(self) -> None:
        """Start the jobs in threads of their own; what was missed since the last stop comes now."""
        app, now = self._app, self._app.clock.now()
        self._last = runs.expect(app.store, {w.name: w.allowed for w in self._works.values()})
        # At a start a person may have mended something: only what has its time of day waits for it.
        due = {
            name: self._due(name, self._last[name], now) if isinstance(work.rhythm, Daily) else now
            for name, work in self._works.items()
        }
        runs.plan(app.store, due.items())
        for name, work in self._works.items():
            self._scheduler.add_job(
                self._run,
                _InItsRhythm(partial(self._after, name)),
                args=(work,),
                id=name,
                next_run_time=due[name],
            )
        self._scheduler.start()
        self._minder.start()

    def runs(self) -> bool:
        """Whether the thread that starts the jobs is there, for systemd's watchdog."""
        thread: Thread | None = getattr(self._scheduler, "_thread", None)
        return thread is not None and thread.is_alive()

    def stop(self, within: float = 60.0) -> list[str]:
        """Start nothing more, and wait so many seconds for what is under way to end.

        Returns the names of what has not ended: it may be left behind, for every transaction is
        whole or not there, and every call outside is looked at again before it is repeated.
        """
        self._app.ending.set()
        self._stopped.set()
        self._scheduler.shutdown(wait=False)
        self.falls_idle(within)
        return self.running()

    def falls_idle(self, within: float) -> bool:
        """Wait until nothing is under way, so many seconds at most; whether that came."""
        with self._guard:
            return self._guard.wait_for(lambda: not self._running, within)

    def running(self) -> list[str]:
        """The jobs that have begun and not ended."""
        with self._guard:
            return sorted(self._running)

    def rearm(self) -> None:
        """The clock was set, or the machine slept: plan every job anew from its last run."""
        now = self._app.clock.now()
        for name in self._works:
            due = max(self._due(name, self._last.get(name), now), now)
            self._scheduler.modify_job(name, next_run_time=due)

    def _due(self, name: str, last: datetime | None, now: datetime) -> datetime:
        return next_due(self._works[name].rhythm, last, now, self._app.settings.slowing, name)

    def _after(self, name: str, previous: datetime | None, now: datetime) -> datetime:
        """When a job is due again that is due at `previous`, asked while it is being started."""
        return max(self._due(name, max(previous or now, now), now), now + _SOON)

    def _run(self, work: Work) -> None:
        app, began = self._app, self._app.clock.monotonic()
        if app.ending.is_set():
            return
        with self._guard:
            self._running[work.name] = began
        try:
            why = contained(work.name, partial(self._recorded, work))
            if why:
                # It could not even be written down that it ran, or it ended badly: say so here.
                _log.warning("job_ended_badly", job=work.name)
        finally:
            with self._guard:
                self._running.pop(work.name, None)
                self._said.discard(work.name)
                self._guard.notify_all()

    def _recorded(self, work: Work) -> str:
        app = self._app
        self._last[work.name] = at = runs.began(app.store, app.clock, work.name)
        begun = app.clock.monotonic()
        why = contained(work.name, work.run)
        took = app.clock.monotonic() - begun
        next_at = self._due(work.name, at, app.clock.now())
        runs.ended(app.store, app.clock, work.name, took=took, why=why, next_at=next_at)
        return why

    def _mind(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            contained("minder", self.look)

    def look(self) -> None:
        """Once: whether the clock was set, and whether a job hangs. The minder's own step."""
        step = self._clocks.stepped()
        if step:
            _log.warning("clock_stepped", seconds=round(step.total_seconds()))
            self.rearm()
        now = self._app.clock.monotonic()
        with self._guard:
            running = dict(self._running)
        for name, began in running.items():
            if now - began > self._works[name].allowed and name not in self._said:
                self._said.add(name)
                _log.error("job_hangs", job=name, seconds=round(now - began))
