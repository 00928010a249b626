"""`schoolgate retain`: let go of what its time is over for, or show what would go."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bot.bootstrap import open_store
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, existing_data, load_settings
from bot.clock import SystemClock
from bot.services.retain import RetentionReport, preview_retention
from bot.services.retain import retain as let_go
from bot.settings import secret_reader


def retain(
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
) -> None:
    """Take away words, names and files whose time is over. Schoolgate does this by itself too.

    The figures count all cases, also those that are kept from somebody: do not pass them on.
    """
    chosen = load_settings(settings)
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        work = preview_retention if dry_run else let_go
        report = work(store, SystemClock(), chosen)
    finally:
        store.close()
    rules = chosen.retention
    print(f"Periods decided by {rules.decided_by} on {rules.decided_on:%d %b %Y}.")
    _print(report, "would go" if dry_run else "went", "would be" if dry_run else "were")
    print("(All cases are counted, also those kept from somebody: do not pass the figures on.)")


def _print(report: RetentionReport, went: str, were: str) -> None:
    print(f"{report.unflagged:6} texts in which nothing was found {went}")
    print(f"{report.deleted_by_author:6} comments that their author deleted {went}")
    print(f"{report.authors:6} numbers of authors whose breaches count no longer {went}")
    for which, count in sorted(report.cases.items()):
        print(f"{count:6} closed cases of the class “{which}” {went}")
    print(f"{report.polls:6} records of reading {went}")
    print(f"{report.held:6} deleted comments {were} put on hold for the data protection officer")
    print(f"{report.overdue_holds:6} holds that should have been looked at by now")
