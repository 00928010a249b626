"""`schoolgate hiding`: the one switch, and the way back from a wrong version."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bot.bootstrap import open_store
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, existing_data
from bot.clock import SystemClock
from bot.services.decide import turn_hiding
from bot.services.undo import count_hidden_under, undo_version
from bot.settings import secret_reader
from bot.store.effects import COMMAND_LINE

app = typer.Typer(
    help="Stop all hiding at once, let it go on, or undo what a version hid.", no_args_is_help=True
)


# --settings is taken as with every command, and not read: who stops hiding in a hurry copies both
# from the service, and broken settings must not keep them from it.
@app.command()
def stop(data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:  # noqa: ARG001
    """Stop all hiding at once: everything goes to a person instead."""
    _turn(data, stop=True)
    print(f"Hiding is stopped for {data}. Comments go on being read, judged and queued.")


@app.command()
def resume(data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:  # noqa: ARG001
    """Let hiding go on, as settings.toml allows it."""
    _turn(data, stop=False)
    print(f"Hiding goes on for {data}, as settings.toml allows it.")


@app.command()
def undo(
    version: Annotated[
        str,
        typer.Option(help="NAME=VERSION, as a case's page names it: school=1, or rules=3."),
    ],
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,  # noqa: ARG001
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Make visible again what the machine hid under a wrong version and no person confirmed."""
    name, _, number = version.partition("=")
    if not name or not number:
        raise typer.BadParameter("write NAME=VERSION, such as school=1", param_hint="--version")
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        counts = count_hidden_under(store)
        count = counts.pop((name, number), 0)
        if not count:
            print(f"Nothing is hidden under {version} that no person has confirmed.")
            for (other, its), hidden in sorted(counts.items()):
                print(f"  {other}={its}: {hidden}")
            return
        print(f"{_comments(count)} hidden under {version}, and no person has confirmed it.")
        if not yes and not typer.confirm("Make this visible again?"):
            print("Nothing was changed.")
            raise typer.Exit(1)
        undone = undo_version(store, SystemClock(), name, number, by=COMMAND_LINE)
    finally:
        store.close()
    print(f"{_comments(undone)} being made visible again. Each case stays open for a person.")
    print(
        f"Schoolgate goes on judging with {version} where settings name it: change them, or stop "
        "all hiding with `schoolgate hiding stop`."
    )


def _comments(count: int) -> str:
    return "1 comment is" if count == 1 else f"{count} comments are"


def _turn(data: DataOption, *, stop: bool) -> None:
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        turn_hiding(store, SystemClock(), by=COMMAND_LINE, stop=stop)
    finally:
        store.close()
