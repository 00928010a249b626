"""`schoolgate user`: who can sign in."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bot.bootstrap import open_store
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, load_settings
from bot.clock import SystemClock
from bot.services.signin import add_user
from bot.settings import secret_reader

app = typer.Typer(help="Who can sign in to the pages.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """Who can sign in to the pages."""


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="As it stands under people in settings.toml.")],
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Let somebody in settings.toml sign in, or give them a new password."""
    chosen = load_settings(settings)
    password = typer.prompt("A password of 12 characters or more", hide_input=True)
    if typer.prompt("The same again", hide_input=True) != password:
        print("The two were not the same. Nothing was changed.")
        raise typer.Exit(1)
    store = open_store(data, secret_reader(os.environ))
    try:
        add_user(store, SystemClock(), chosen, email, password)
    finally:
        store.close()
    print(f"{email} can sign in now ({data}).")
