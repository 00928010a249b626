"""`schoolgate judge`: the daemon's own judgement of any text, without side effects."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated

import typer

from bot import program_log
from bot.bootstrap import classifiers_of, with_local_names
from bot.cli.common import SettingsOption
from bot.clock import SystemClock
from bot.errors import DataError
from bot.judging import judge_lines
from bot.settings import load, secret_reader


def judge(
    file: Annotated[str, typer.Argument(help="JSON lines, or - for standard input.")] = "-",
    settings: SettingsOption = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            envvar="SCHOOLGATE_DATA",
            help="The folder of a Schoolgate: its list of names (names.txt) counts as well.",
        ),
    ] = None,
) -> None:
    """Judge texts: one JSON object {"text": …} a line in, one JSON object a line out, same order.

    Without --settings the example settings are used. The exit code is 1 if a line was not valid.
    """
    program_log.configure(None)
    chosen = load(settings, environ=os.environ)
    if data is not None:
        chosen = with_local_names(chosen, data)
    classifiers = classifiers_of(
        chosen,
        clock=SystemClock(),
        data_dir=Path(gettempdir()),
        secret=secret_reader(os.environ),
    )
    ok = True
    for answer in judge_lines(_lines(file), classifiers, chosen.policy):
        print(answer.line, flush=file == "-")
        ok = ok and answer.ok
    raise typer.Exit(0 if ok else 1)


def _lines(file: str) -> Iterator[str]:
    """Lines end at a line feed alone: JSON may hold the other separators of Unicode."""
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
            blank = 0
            for line in source:
                text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
                if text.strip():
                    # An empty line between others is answered too: callers pair lines by number.
                    yield from [""] * blank
                    yield text
                    blank = 0
                else:
                    blank += 1
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}.") from error
