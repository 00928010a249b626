"""`schoolgate run`: the daemon, or one full cycle."""

from __future__ import annotations

import os
from typing import Annotated

import structlog
import typer

from bot import program_log, sd_notify
from bot.bootstrap import build_app, sole_owner
from bot.cli.common import (
    DEFAULT_DATA,
    SANDBOX,
    DataOption,
    SettingsOption,
    load_settings,
    settings_path,
    stop_on_signal,
)
from bot.clock import SystemClock
from bot.cycle import prove_capabilities, run_cycle
from bot.errors import DataError, Problem, SettingsError
from bot.jobs import Timetable
from bot.letters import OWN
from bot.letters.checking import unusable
from bot.letters.samples import SAMPLES
from bot.settings import secret_reader
from bot.web import serve

_log = structlog.get_logger("schoolgate.run")

_GRACE_SECONDS = 5.0
_PAGES_SECONDS = 3.5
"""For what is under way when the process is asked to end: jobs and pages, then pages alone."""


def run(
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="One full cycle, then end: 0 if everything was read.")
    ] = False,
) -> None:
    """Watch the school's accounts: read, judge, hide or queue, log, write; and serve the pages."""
    chosen = load_settings(settings)
    if not chosen.accounts:
        raise SettingsError(
            [
                Problem(
                    "accounts",
                    f"no account is switched on in {settings_path(settings)}, so there is nothing "
                    "to watch; write an [accounts.NAME] table (settings.toml shows how)",
                )
            ]
        )
    if (data / SANDBOX).exists():
        raise DataError(f"{data} holds the demo's made-up school. Name another folder with --data.")
    with sole_owner(data):
        program_log.configure(data)
        if wrong := unusable(data / OWN, SAMPLES):
            raise SettingsError([Problem(str(data / OWN), line) for line in wrong])
        clock = SystemClock()
        app = build_app(chosen, clock=clock, data_dir=data, secret=secret_reader(os.environ))
        try:
            if once:
                for account in app.adapters:
                    prove_capabilities(app, account)
                reports = run_cycle(app)
                for report in reports:
                    state = report.result if report.complete else f"{report.result}: {report.why}"
                    print(f"{report.account} {report.stream}: {state}; {report.new} new")
                raise typer.Exit(0 if all(report.complete for report in reports) else 1)
            stop = stop_on_signal()
            server = serve(app)
            timetable = Timetable(app)
            server.start()
            timetable.start()
            host, port = server.address
            print(f"Schoolgate is watching. The pages: http://{host}:{port}/", flush=True)
            _log.info("started", accounts=len(app.adapters))
            sd_notify.ready()
            while not stop.wait(sd_notify.pause()):
                if timetable.runs():
                    sd_notify.alive()
            sd_notify.stopping()
            server.ask_to_stop()
            left = timetable.stop(_GRACE_SECONDS)
            if not server.stop(_PAGES_SECONDS):
                left.append("pages")
            if left:
                # A call that waits for its answer cannot be broken off. What it leaves is what a
                # power cut leaves, and the next start knows what to do about that.
                _log.warning("stopped", left_behind=left)
                os._exit(0)
            _log.info("stopped")
        finally:
            app.close()
