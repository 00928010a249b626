"""`schoolgate check`: is everything ready?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import program_log
from bot.bootstrap import assemble
from bot.checks import Finding, Severity, run_checks, settings_findings
from bot.checks_deep import run_deep_checks
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, findings_table, load_settings
from bot.clock import SystemClock
from bot.errors import Problem, SchoolgateError, SettingsError
from bot.settings import Settings, secret_reader


def check(
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also prove the whole database, log and newest backup."),
    ] = False,
) -> None:
    """Look at settings, database, clock, accounts and mail; 0 if Schoolgate can do its work."""
    program_log.configure(None, console=False)
    try:
        chosen = load_settings(settings)
    except SettingsError as error:
        findings = list(settings_findings(error.problems))
    else:
        findings = findings_of(chosen, data, deep=deep)
    _show(findings)
    raise typer.Exit(int(any(f.severity is Severity.ERROR for f in findings)))


def findings_of(settings: Settings, data: Path, *, deep: bool) -> list[Finding]:
    """Everything that is found, what is wrong with one thing beside what is wrong with another."""
    problems: list[Problem] = []
    data.mkdir(parents=True, exist_ok=True)
    secret = secret_reader(os.environ)
    try:
        app = assemble(
            settings, clock=SystemClock(), data_dir=data, secret=secret, problems=problems
        )
    except SettingsError as error:
        return list(settings_findings([*problems, *error.problems]))
    except SchoolgateError as error:
        stop = Finding("start", Severity.ERROR, str(error), "Schoolgate cannot start before that.")
        return [*settings_findings(problems), stop]
    try:
        found = [*settings_findings(problems), *run_checks(app)]
        return [*found, *run_deep_checks(app)] if deep else found
    finally:
        app.close()


def _show(findings: Iterable[Finding]) -> None:
    # Piped into a ticket, nothing may be cut off.
    Console(width=None if sys.stdout.isatty() else 240).print(findings_table(findings))
