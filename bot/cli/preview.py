"""`schoolgate preview`: what other settings would change, before anything is switched on."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.box import ASCII
from rich.console import Console
from rich.table import Table

from bot import program_log
from bot.bootstrap import classifiers_of, open_store, with_local_names
from bot.cli.common import DEFAULT_DATA, DataOption, existing_data, load_settings
from bot.clock import SystemClock
from bot.model import Action
from bot.queries.preview import Change, KindPreview, PreviewFound, whole_preview
from bot.services.preview import preview as judge_again
from bot.settings import secret_reader
from bot.wording import plain_name

_WIDEST = 40


def preview(
    settings: Annotated[Path, typer.Option("--settings", help="The settings to try.")],
    data: DataOption = DEFAULT_DATA,
    days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Only comments of the last so many days.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
) -> None:
    """Judge what is stored again with other settings and count what would change; change nothing.

    Schoolgate may be running. The communications officer and the headteacher find the result on
    the page Preview, each with what they may see.
    """
    chosen = with_local_names(load_settings(settings), existing_data(data))
    program_log.configure(None)
    clock, secret = SystemClock(), secret_reader(os.environ)
    classifiers = classifiers_of(chosen, clock=clock, data_dir=existing_data(data), secret=secret)
    store = open_store(data, secret)
    try:
        with Console(stderr=True).status("Judging what is stored") as status:
            judge_again(
                store,
                clock,
                chosen,
                classifiers,
                name=settings.name,
                days=days,
                judged=lambda count: status.update(f"Judged again: {count}"),
            )
        found = whole_preview(store)
    finally:
        store.close()
    assert found is not None
    if as_json:
        print(json.dumps(_facts(found), indent=2))
    else:
        _show(found)


def _show(found: PreviewFound) -> None:
    # Piped into a ticket, nothing may be cut off; ASCII, since a Windows console may know no more.
    screen = Console(width=None if sys.stdout.isatty() else 120, highlight=False, markup=False)
    judges = ", ".join(f"{name} {version}" for name, version in sorted(found.versions.items()))
    screen.print(f"{found.judged} stored comments were judged again with {found.settings}.")
    if not found.judged:
        return
    screen.print(f"By {judges}. {found.changed} would be judged differently:")
    moves = Table("now", *(f"then: {then}" for then in Action), box=ASCII)
    for now in Action:
        moves.add_row(now, *(str(found.moves[now, then]) for then in Action))
    screen.print(moves)
    changing = [one for one in found.kinds if one.changes]
    if changing:
        kinds = Table("kind", *Change, box=ASCII)
        for one in changing:
            kinds.add_row(one.kind, *(str(one.changes[change]) for change in Change))
        screen.print(kinds)
    for one in found.kinds:
        if one.says_something:
            screen.print("\n".join([f"\n{one.kind}: {plain_name(one.kind)}", *histogram(one)]))
    silent = [one.kind for one in found.kinds if one.bins and not one.says_something]
    if silent:
        screen.print(f"\nNo comment scores above 0.1: {', '.join(silent)}.")
    screen.print(
        "\nNothing has been switched on. These numbers hold every comment, also those that are "
        "kept\nfrom the people whom they accuse: do not pass them on. The page Preview shows each "
        "of the\nofficer and the headteacher what they may see."
    )


def histogram(one: KindPreview) -> Iterator[str]:
    """One line for each tenth of the scores; where the line lies, it is marked. ASCII only."""
    top = max(one.bins)
    for number, count in enumerate(one.bins):
        bar = "#" * max(round(count / top * _WIDEST), min(count, 1))
        mark = f"  <-- counts from {one.line:.2f}" if number == one.line_bin else ""
        yield f"  {number / 10:.1f}-{(number + 1) / 10:.1f} |{bar} {count}{mark}"


def _facts(found: PreviewFound) -> dict[str, object]:
    return {
        "at": found.at.isoformat(),
        "settings": found.settings,
        "days": found.days,
        "versions": dict(found.versions),
        "judged": found.judged,
        "moves": [
            {"now": now, "then": then, "comments": found.moves[now, then]}
            for now in Action
            for then in Action
        ],
        "kinds": {
            one.kind: {
                **{change.name.lower(): one.changes[change] for change in Change},
                "counts_from": one.line,
                "bins": list(one.bins),
            }
            for one in found.kinds
        },
    }
