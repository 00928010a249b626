"""`schoolgate log`: prove that the log is whole."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.bootstrap import open_store, with_local_names
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, existing_data, load_settings
from bot.cli.reader import USER_HELP, signed_in_reader
from bot.clock import SystemClock
from bot.documents.table import london
from bot.documents.taking import Wanted, export_log
from bot.log import verify_rows
from bot.model import Kind
from bot.queries.finding import Filters, find_records
from bot.services.heads import kept_heads
from bot.settings import secret_reader

UserOption = Annotated[str, typer.Option("--user", prompt="E-mail address", help=USER_HELP)]
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
        found = verify_rows(store.log_rows(), store.log_key, against=[*heads, against.strip()])
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


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="All of these words must occur.")],
    user: UserOption,
    kind: Annotated[Kind | None, typer.Option(help="Only this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Find records of the log by their words, author or address: newest first."""
    chosen = load_settings(settings)
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        viewer = signed_in_reader(store, chosen, user)
        filters = Filters(" ".join(words), kind)
        found = find_records(store, viewer, chosen.retention, filters, limit=limit)
    finally:
        store.close()
    for one in found:
        print(f"{london(one.occurred_at)}  case {one.ref}  {one.platform}  {one.status}")
        print(f"    {one.text or '(no words, or they were taken away)'}")
    print(f"{len(found)} found.")


@app.command()
def export(
    user: UserOption,
    to: Annotated[Path, typer.Option(help="A new file: .csv, .json or .pdf.")],
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Take the log out, as far as it is yours to see. That is itself written into the log."""
    chosen = with_local_names(load_settings(settings), data)
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        viewer = signed_in_reader(store, chosen, user)
        wanted = Wanted(to.suffix.lower().lstrip("."), _day(since), _day(until))
        with Progress(transient=True, console=Console(stderr=True)) as progress:
            task = progress.add_task("Writing", total=None)
            export_log(
                store,
                SystemClock(),
                chosen,
                viewer,
                wanted,
                to,
                lambda done, whole: progress.update(task, completed=done, total=whole),
            )
    finally:
        store.close()
    print(f"Written: {to}")


def _day(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None
