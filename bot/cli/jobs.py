"""`schoolgate jobs`: what the timetable does, when it did it last, and what came of it."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.bootstrap import open_store
from bot.cli.common import (
    DEFAULT_DATA,
    DataOption,
    SettingsOption,
    existing_data,
    load_settings,
)
from bot.clock import SystemClock
from bot.queries.health import Health, health
from bot.school_calendar import LONDON, day_of
from bot.settings import secret_reader
from bot.store.jobs import JobRun


def jobs(
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
    all_jobs: Annotated[
        bool, typer.Option("--all", help="Also what runs every few seconds.")
    ] = False,
) -> None:
    """Show each job: last, next, took, result. Ends with 1 where something is wrong."""
    chosen = load_settings(settings)
    store, now = open_store(existing_data(data), secret_reader(os.environ)), SystemClock().now()
    try:
        state = health(store, chosen, now)
    finally:
        store.close()
    screen = Console(width=None if sys.stdout.isatty() else 200)
    if state.jobs:
        screen.print(_table(state, now, all_jobs=all_jobs))
    else:
        screen.print("Nothing has been done yet: the timetable begins when Schoolgate is started.")
    for line in state.circuits:
        until = line.circuit.until
        rest = f"; left alone until {_clock(until, now)}" if until and until > now else ""
        screen.print(
            f"{line.account}, {line.doing}: failed {line.circuit.failures} in a row{rest}. "
            f"{line.circuit.why}",
            markup=False,
            highlight=False,
        )
    for limit in state.limits:
        ahead = "" if limit.forecast is None else f"; at this pace ${limit.forecast:.2f}"
        screen.print(
            f"Spent {limit.span}: ${limit.spent:.2f} of ${limit.limit:.2f}{ahead}.", highlight=False
        )
    if not state.watched:
        screen.print("Schoolgate is not running, or does not look after itself any more.")
    for trouble in state.troubles:
        screen.print(f"! {trouble.words}", markup=False, highlight=False)
    raise typer.Exit(0 if state.ready else 1)


def _table(state: Health, now: datetime, *, all_jobs: bool) -> Table:
    table = Table("Job", "Last", "Next", "Took", "Result")
    for job in state.jobs:
        if all_jobs or job.why or job.hangs(now) or not job.name.startswith(("act:", "letters")):
            table.add_row(
                job.name,
                _clock(job.began_at, now),
                _clock(job.next_at, now),
                f"{job.took:.1f} s" if job.ended_at else "",
                escape(result(job, now)),
            )
    return table


def result(job: JobRun, now: datetime) -> str:
    """How a job stands, in a few words."""
    if job.began_at is None:
        return "not run yet"
    if job.hangs(now):
        return f"HANGS: it has been running since {_clock(job.began_at, now)}"
    if job.runs():
        return "running"
    if job.why:
        times = f" ({job.failures} times in a row)" if job.failures > 1 else ""
        return f"went wrong{times}: {job.why}"
    return "done"


def _clock(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "–"
    local = at.astimezone(LONDON)
    same = local.date() == day_of(now)
    return f"{local:%H:%M:%S}" if same else f"{local:%d %b %H:%M}"
