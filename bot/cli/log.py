"""`schoolgate log`: prove that the log is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

import typer

from bot.bootstrap import open_store
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, existing_data, load_settings
from bot.log import Entry
from bot.log import verify as verify_chain
from bot.services.heads import kept_heads
from bot.settings import secret_reader
from bot.store import Store
from bot.store.log_entries import BEFORE_ALL

app = typer.Typer(help="The log of inappropriate comments.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """The log of inappropriate comments."""


@app.command()
def verify(
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
    against: Annotated[
        str, typer.Option(help="A head written down earlier, such as from a letter.")
    ] = "",
) -> None:
    """Recompute the chain of the log: 0 if it is whole, else 1 and the first bad entry.

    The heads that Schoolgate wrote down itself must all stand in it (the second place of
    [retention] head_file only with --settings).
    """
    chosen = load_settings(settings) if settings else None
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        heads = kept_heads(data, chosen)
        found = verify_chain(entries(store), store.log_key, against=[*heads, against.strip()])
        with store.read() as uow:
            silent, unlocked = uow.log.cases_without_entry(), not uow.log.is_locked()
    finally:
        store.close()
    if not found.ok:
        print(f"The log is NOT whole: {found.problem}.")
        raise typer.Exit(1)
    if silent:
        print(f"The log is NOT whole: {silent} cases have no entry in it. Was its end cut off?")
        raise typer.Exit(1)
    print(f"The log is whole: {found.entries} entries. Head: {found.head}")
    for at in found.restores:
        print(f"An older backup was put back and declared on {at:%d %b %Y at %H:%M} UTC.")
    if unlocked:
        print("But the lock that refuses changes to it was taken off: find out by whom.")
    if not against and not heads:
        print("(A cut-off end shows only with --against, and a head that was written down before.)")


def entries(store: Store) -> Iterator[Entry]:
    """All entries, oldest first, read in short pages so that nobody waits for this."""
    seq = BEFORE_ALL
    while True:
        with store.read() as uow:
            page = uow.log.after(seq)
        if not page:
            return
        yield from page
        seq = page[-1].seq
