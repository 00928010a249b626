"""`schoolgate check`: is everything ready?"""

from __future__ import annotations

import os
import sys

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot import program_log
from bot.bootstrap import assemble
from bot.checks import Severity, run_checks
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, load_settings
from bot.clock import SystemClock
from bot.settings import secret_reader

_STYLE = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "bold red"}


def check(data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:
    """Look at settings, database, clock, accounts and mail; 0 if Schoolgate can do its work."""
    chosen = load_settings(settings)
    program_log.configure(None, console=False)
    data.mkdir(parents=True, exist_ok=True)
    app = assemble(chosen, clock=SystemClock(), data_dir=data, secret=secret_reader(os.environ))
    try:
        findings = list(run_checks(app))
    finally:
        app.close()
    table = Table("", "What", "Finding", "What to do")
    for finding in findings:
        mark = f"[{_STYLE[finding.severity]}]{finding.severity}[/]"
        table.add_row(mark, finding.id, escape(finding.message), escape(finding.do))
    # Piped into a ticket, nothing may be cut off.
    Console(width=None if sys.stdout.isatty() else 240).print(table)
    raise typer.Exit(int(any(f.severity is Severity.ERROR for f in findings)))
