"""`schoolgate key`: the school's key, which opens backups and sealed secrets."""

from __future__ import annotations

import os

import typer

from bot.bootstrap import sealed_secrets
from bot.cli.common import DEFAULT_DATA, DataOption
from bot.keeping.sealing import KEY_FILE, KEY_NAME, school_key, written
from bot.settings import secret_reader

app = typer.Typer(help="The school's key, and which secrets it seals.", no_args_is_help=True)


@app.command()
def show(data: DataOption = DEFAULT_DATA) -> None:
    """Show the key, to be written down and put into the school's safe; made if there is none."""
    secret = secret_reader(os.environ)
    key = written(school_key(data, secret))
    print(f"\n    {key}\n")
    print("Whoever has it and a backup can read everything. Write it down now; store no picture.")
    if secret(KEY_NAME) is None:
        print(
            f"It lies in {data / KEY_FILE}. A lost key opens no backup: nobody can make it again."
        )


@app.command()
def secrets(data: DataOption = DEFAULT_DATA) -> None:
    """Name the secrets that lie sealed here; never what they are."""
    for name in sealed_secrets(data, secret_reader(os.environ)).names():
        print(name)
