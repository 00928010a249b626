"""`schoolgate hiding`: the one switch."""

from __future__ import annotations

import os

import typer

from bot.bootstrap import open_store
from bot.cli.common import DEFAULT_DATA, DataOption, existing_data
from bot.clock import SystemClock
from bot.services.decide import turn_hiding
from bot.settings import secret_reader

app = typer.Typer(help="Stop all hiding at once, or let it go on.", no_args_is_help=True)


@app.command()
def stop(data: DataOption = DEFAULT_DATA) -> None:
    """Stop all hiding at once: everything goes to a person instead."""
    _turn(data, stop=True)
    print(f"Hiding is stopped for {data}. Comments go on being read, judged and queued.")


@app.command()
def resume(data: DataOption = DEFAULT_DATA) -> None:
    """Let hiding go on, as settings.toml allows it."""
    _turn(data, stop=False)
    print(f"Hiding goes on for {data}, as settings.toml allows it.")


def _turn(data: DataOption, *, stop: bool) -> None:
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        turn_hiding(store, SystemClock(), by="command line", stop=stop)
    finally:
        store.close()
