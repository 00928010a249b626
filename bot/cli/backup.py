"""`schoolgate backup`: make one now, see what there is, prove that one can be put back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.bootstrap import backups_of, open_store
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, existing_data, load_settings
from bot.clock import SystemClock
from bot.errors import DataError
from bot.keeping.backups import Backups
from bot.settings import secret_reader

app = typer.Typer(help="Backups: make one now, list them, prove one.")


@app.callback(invoke_without_command=True)
def make(
    context: typer.Context, data: DataOption = DEFAULT_DATA, settings: SettingsOption = None
) -> None:
    """Make a backup now, while Schoolgate works, and read it back."""
    if context.invoked_subcommand is not None:
        return
    with _backups(data, settings) as backups:
        path = backups.make(SystemClock().now())
    print(f"Backed up and read back: {path} ({path.stat().st_size // 1000} kB).")
    if not backups.is_elsewhere:
        print(
            "It lies on the same disk as the data. Name a folder elsewhere: [backup] folder in "
            "settings.toml."
        )


@app.command("list")
def list_(data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:
    """List the backups there are, oldest first."""
    with _backups(data, settings) as backups:
        for each in backups.listed():
            note = "" if each.nightly else " (before an upgrade)"
            print(f"{each.made_at:%d %b %Y, %H:%M} UTC  {each.path}{note}")


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="The newest one if left out.")] = None,
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Open a backup with the school's key, and prove the database in it."""
    with _backups(data, settings) as backups:
        newest = backups.newest()
        if file is None and newest is None:
            raise DataError(f"There is no backup in {backups.folder}. Make one: schoolgate backup")
        path = file or (newest.path if newest else Path())
        found = backups.verify(path)
    print(f"{path} can be put back: made {found.made} by Schoolgate {found.version}.")
    print(f"Its log has {found.entries} entries. Head: {found.head or 'none yet'}")


@contextmanager
def _backups(data: Path, settings: Path | None) -> Iterator[Backups]:
    chosen = load_settings(settings)
    secret = secret_reader(os.environ)
    store = open_store(existing_data(data), secret)
    try:
        yield backups_of(chosen, data, store.log_key, secret)
    finally:
        store.close()
