"""`schoolgate restore`: a backup becomes the data folder of this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import SystemClock
from bot.keeping.archive import SETTINGS
from bot.keeping.sealing import KEY_FILE, KEY_NAME
from bot.restoring import restore as put_back
from bot.settings import secret_reader


def restore(
    file: Annotated[Path, typer.Argument(exists=True, help="A backup: schoolgate-….backup.")],
    data: Annotated[Path, typer.Option("--data", help="The new folder for the data.")],
    lost_head: Annotated[
        list[str] | None,
        typer.Option(help="A head of the log written down after this backup. May be repeated."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, in a few words.")] = "restored",
) -> None:
    """Put a backup into a new data folder, prove its log, and declare in it what was lost."""
    secret = secret_reader(os.environ)
    known = secret(KEY_NAME) is not None or (data / KEY_FILE).exists()
    key = "" if known else typer.prompt("The school's key, as it was written down", hide_input=True)
    found = put_back(
        file,
        data,
        secret=secret,
        clock=SystemClock(),
        key_text=key,
        lost_heads=lost_head or (),
        reason=reason,
    )
    print(f"{data} is as it was on {found.made}: {found.entries} entries in the log, all whole.")
    print("The log says that a backup was put back, and everybody signs in again.")
    if not lost_head:
        print(
            "If a letter or another file names a later head of the log, that head is not declared: "
            "restore again with --lost-head HEAD, or `log verify --against` will miss it."
        )
    if (data / SETTINGS).exists():
        where = f"--data {data} --settings {data / SETTINGS}"
        print(f"Next: schoolgate check {where}, then schoolgate run {where}")
