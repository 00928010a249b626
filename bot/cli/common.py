"""What the commands share: their options, settings, and how they stop on a signal."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bot.bootstrap import DATABASE
from bot.checks import Finding, Severity
from bot.errors import DataError
from bot.settings import Settings, load

DataOption = Annotated[
    Path,
    typer.Option(
        "--data", envvar="SCHOOLGATE_DATA", help="The folder in which Schoolgate keeps everything."
    ),
]
SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", envvar="SCHOOLGATE_SETTINGS", help="The school's settings.toml."),
]
DEFAULT_DATA = Path("data")
SANDBOX = "sandbox.db"
"""Where this file is, a demo was played: never a real school's data."""


def settings_path(path: Path | None) -> Path:
    """The file named, or settings.toml in this folder."""
    return path or Path("settings.toml")


def load_settings(path: Path | None) -> Settings:
    """The school's settings; raises SettingsError with every problem at once."""
    return load(settings_path(path), environ=os.environ)


def existing_data(folder: Path) -> Path:
    """The folder, if Schoolgate has worked there; a mistyped one must not look like success."""
    if not (folder / DATABASE).exists():
        raise DataError(
            f"There is no Schoolgate database in {folder}. Name its folder with --data."
        )
    return folder


def stop_on_signal() -> Event:
    """An event that is set when the process is asked to end (SIGTERM, Ctrl-C, Ctrl-Break)."""
    stop = Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    return stop


_STYLE = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "bold red"}


def findings_table(findings: Iterable[Finding]) -> Table:
    """What was found, and what to do about it, a line each."""
    table = Table("", "What", "Finding", "What to do")
    for finding in findings:
        mark = f"[{_STYLE[finding.severity]}]{finding.severity}[/]"
        table.add_row(mark, finding.id, escape(finding.message), escape(finding.do))
    return table
