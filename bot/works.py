"""All the work of an installation that nobody looks after: what is done, how often, by whom.

A list and nothing more: `bot.jobs` runs it by the clock on the wall, and the long runs in tests by
a clock that jumps from one thing that is due to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from threading import Lock

from bot import cycle
from bot.bootstrap import App
from bot.rhythm import Every, Rhythm
from bot.services.ingest import PollReport

WATCH = "watch"
"""The job that looks whether all the others do their work."""

_MINUTE, _HOUR = 60.0, 3600.0
_DELIVER = 15.0
_LETTERS = 30.0


@dataclass(frozen=True, slots=True)
class Work:
    """One job of the timetable. `run` returns what went wrong as a sentence, or "".

    `allowed`: seconds after which it is said to hang; far more than it ever takes.
    """

    name: str
    run: Callable[[], str]
    rhythm: Rhythm
    allowed: float = 10 * _MINUTE


def works(app: App) -> tuple[Work, ...]:
    """The timetable of this installation."""
    timetable = app.settings.timetable
    listed: list[Work] = []
    for account in app.settings.accounts:
        name = account.name
        # One thread delivers a channel (docs/decisions/0005): reading ends with acting. A job must
        # never wait for the scheduler itself, which holds its locks while it stops.
        turn = Lock()
        read = partial(_read, app, name, turn)
        often = Every(account.poll_minutes * _MINUTE, slows=True)
        seldom = Every(timetable.newcomers_minutes * _MINUTE, slows=True)
        listed += [
            Work(f"read:{name}", read, often, _HOUR),
            Work(f"newcomers:{name}", partial(_read_people, app, name), seldom, _HOUR),
            Work(f"act:{name}", partial(_act, app, name, turn), Every(_DELIVER)),
            Work(
                f"look:{name}",
                partial(cycle.look, app, name),
                Every(timetable.look_minutes * _MINUTE, slows=True),
            ),
            Work(
                f"prove:{name}",
                partial(cycle.prove_capabilities, app, name),
                Every(24 * _HOUR),
            ),
            Work(
                f"people:{name}",
                partial(_silent, partial(cycle.look_after_people, app, name)),
                Every(6 * _HOUR),
            ),
            Work(
                f"blocks:{name}",
                partial(cycle.compare_blocks, app, name),
                Every(24 * _HOUR),
            ),
        ]
    return (
        *listed,
        Work("sample", partial(_silent, partial(cycle.draw_sample, app)), Every(_HOUR)),
        Work("people", partial(_silent, partial(cycle.remind_about_people, app)), Every(_HOUR)),
        # What its author deleted goes within a day of its being noticed.
        Work("retain", partial(_silent, partial(cycle.let_go, app)), Every(6 * _HOUR), _HOUR),
        Work("backup", partial(_silent, partial(cycle.back_up, app)), Every(_HOUR / 2), _HOUR),
        Work("letters", partial(_silent, partial(cycle.send_letters, app)), Every(_LETTERS)),
        Work(WATCH, partial(cycle.watch, app), Every(_MINUTE)),
    )


def _read(app: App, account: str, turn: Lock) -> str:
    reports = cycle.read_account(app, account)
    _act(app, account, turn)
    return _unread(reports)


def _read_people(app: App, account: str) -> str:
    return _unread(cycle.read_people(app, account))


def _unread(reports: Iterable[PollReport]) -> str:
    return " ".join(dict.fromkeys(report.why for report in reports if not report.complete))


def _act(app: App, account: str, turn: Lock) -> str:
    with turn:
        cycle.act(app, account)
    return ""


def _silent(work: Callable[[], object]) -> str:
    work()
    return ""
