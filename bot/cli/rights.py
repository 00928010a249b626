"""`schoolgate rights`: answer people who ask about their own data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.access import Viewer
from bot.bootstrap import open_store, with_local_names
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, existing_data, load_settings
from bot.cli.reader import USER_HELP, signed_in_reader
from bot.clock import SystemClock
from bot.documents.own_data import own_data_json, own_data_paper
from bot.documents.redacting import Redactor
from bot.documents.table import london
from bot.queries.rights import HeldItem, find_person
from bot.services.rights import (
    answer_request,
    get_request,
    list_requests,
    note_access_export,
    open_request,
)
from bot.settings import Settings, secret_reader
from bot.store import Store
from bot.store.rights import RightsDecision, RightsKind

app = typer.Typer(
    help="Find, hand out or erase what is held on one person (data protection officer).",
    no_args_is_help=True,
)
UserOption = Annotated[str, typer.Option("--user", prompt="E-mail address", help=USER_HELP)]


@dataclass(frozen=True, slots=True)
class _Desk:
    store: Store
    settings: Settings
    viewer: Viewer


@app.command()
def find(
    handle: str,
    user: UserOption,
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Show everything that is held on one person: by handle, name or the platform's number."""
    with _desk(data, settings, user) as desk:
        held = find_person(desk.store, desk.viewer, handle)
    for item in held.items:
        print(_line(item))
    for one in held.beside:
        why = f": {one.words}" if one.words else ""
        print(f"{london(one.at)}  {one.platform}  {one.sort} {one.what}{why}")
    theirs, named = len(held.theirs), len(held.items) - len(held.theirs)
    print(f"{theirs} written by them, {named} that name them, {len(held.beside)} beside that.")


@app.command("open")
def open_(
    kind: RightsKind,
    handle: str,
    user: UserOption,
    received: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which it came.")
    ] = None,
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Note a request and start its clock of one month."""
    came = received.replace(tzinfo=UTC) if received else None
    with _desk(data, settings, user) as desk:
        ref = open_request(desk.store, SystemClock(), desk.viewer, kind, handle, came)
        [request] = [one for one in list_requests(desk.store, desk.viewer) if one.ref == ref]
    print(f"Request {ref}: to be answered by {london(request.due_at)}.")


@app.command("list")
def list_(
    user: UserOption, data: DataOption = DEFAULT_DATA, settings: SettingsOption = None
) -> None:
    """Show all requests and when they are due."""
    now = SystemClock().now()
    with _desk(data, settings, user) as desk:
        for one in list_requests(desk.store, desk.viewer):
            days = (one.due_at - now).days
            state = one.decision or (f"{days} days left" if days >= 0 else f"LATE by {-days} days")
            print(f"{one.ref}  {one.kind:9} due {london(one.due_at)}  {state}  {one.handle}")


@app.command()
def export(
    handle: str,
    user: UserOption,
    to: Annotated[Path, typer.Option(help="The folder to write into.")] = Path(),
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Write what somebody gets who asks for their own data, others left out: JSON and PDF.

    Read it before it is sent: a machine does not know everybody's name.
    """
    with _desk(data, settings, user) as desk:
        held = find_person(desk.store, desk.viewer, handle)
        note_access_export(desk.store, SystemClock(), desk.viewer)
    redactor = Redactor.of(desk.settings)
    to.mkdir(parents=True, exist_ok=True)
    (to / "own-data.json").write_bytes(own_data_json(held, redactor, handle))
    paper = own_data_paper(held, redactor, handle, school=desk.settings.school.name)
    (to / "own-data.pdf").write_bytes(paper)
    print(f"Written: {to / 'own-data.json'} and .pdf. Read them before you send them.")


@app.command()
def answer(
    ref: str,
    decision: RightsDecision,
    user: UserOption,
    reason: Annotated[str, typer.Option(prompt=True, help="Why: it is part of the answer.")],
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Write down the answer. A granted erasure takes everything away that they wrote."""
    with _desk(data, settings, user) as desk:
        request = get_request(desk.store, desk.viewer, ref)
        found = find_person(desk.store, desk.viewer, request.handle if request else "")
        erased, held = answer_request(
            desk.store,
            SystemClock(),
            desk.viewer,
            ref,
            decision,
            reason,
            found.theirs,
            found.keys,
        )
    print(f"Answered. {erased} items were erased, {held} are on hold and stay.")


@contextmanager
def _desk(data: Path, settings: Path | None, user: str) -> Iterator[_Desk]:
    chosen = with_local_names(load_settings(settings), data)
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        yield _Desk(store, chosen, signed_in_reader(store, chosen, user))
    finally:
        store.close()


def _line(item: HeldItem) -> str:
    case = f"case {item.case_ref}" if item.case_ref else "no case"
    words = " / ".join(item.texts) or "(words taken away)"
    who = "" if item.theirs else " (names them)"
    held = ", on hold" if item.held else ""
    return f"{london(item.written_at)}  {item.platform}  {case}{held}{who}\n    {words}"
