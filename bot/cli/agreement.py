"""`schoolgate agreement`: how often people agreed with the machine, in figures."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.bootstrap import open_store
from bot.calibrating import FEWEST, Share
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, existing_data, load_settings
from bot.clock import SystemClock
from bot.queries.agreement import DAYS, Agreement, Tally, agreement_figures
from bot.settings import secret_reader
from bot.wording import plain_name

DaysOption = Annotated[int, typer.Option(min=1, max=3650, help="How many days to look back.")]

_HIDING, _A_LOOK = "Hiding", "A look"  # by a person: the policy's "queue"

_LEFT_OUT = (
    "Left out: every comment that accuses somebody at the school, and every figure about fewer "
    f"than {FEWEST} decisions. Nothing is switched on by this: kinds that the last column names "
    "can be, under [hiding.kinds] in settings.toml, once the headteacher and the communications "
    "officer want it."
)


def agreement(
    data: DataOption = DEFAULT_DATA, settings: SettingsOption = None, days: DaysOption = DAYS
) -> None:
    """Print how often people agreed with what was hidden, would have been, or was queued."""
    chosen = load_settings(settings)
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        report = agreement_figures(store, chosen, SystemClock().now(), days)
    finally:
        store.close()
    screen = Console(width=None if sys.stdout.isatty() else 240)
    screen.print(_table(report))
    if report.missed is not None and report.missed.share is not None:
        looked_at, missed = report.missed.looked_at, report.missed.missed
        screen.print(
            f"Weekly sample of what was left up: {looked_at} looked at, {missed} of them should "
            f"have been stopped: {_percent(report.missed.share)}."
        )
    screen.print(_LEFT_OUT, markup=False)  # [hiding.kinds] is no style


def _table(report: Agreement) -> Table:
    table = Table(title=f"Since {report.since:%d %b %Y}")
    for heading in ("Kind", "Asked for", "Comments", "Stopped", "Left visible", "Undecided"):
        table.add_column(heading)
    table.add_column("Stopped, of those decided (95 %)")
    table.add_column("Next")
    for one in report.kinds:
        for what, tally in ((_HIDING, one.hidden), (_A_LOOK, one.queued)):
            if tally.total:
                could = what == _HIDING and one.could_hide
                follows = f'{one.kind} = "hide" could be written' if could else ""
                table.add_row(plain_name(one.kind), what, *_figures(tally), follows)
    return table


def _figures(tally: Tally) -> tuple[str, ...]:
    agreed = tally.share
    if agreed is None:
        few = f"fewer than {FEWEST}"
        return (few if tally.total < FEWEST else str(tally.total), "", "", "", f"{few} decisions")
    counts = (tally.total, tally.stopped, tally.left, tally.undecided)
    return (*map(str, counts), _percent(agreed))


def _percent(share: Share) -> str:
    return f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"
