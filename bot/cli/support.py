"""`schoolgate support-bundle`: one file for whoever helps, without secrets and without content."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import program_log
from bot.checks import settings_findings
from bot.cli.check import findings_of
from bot.cli.common import DEFAULT_DATA, DataOption, SettingsOption, load_settings, settings_path
from bot.errors import DataError, SettingsError
from bot.support import write_bundle


def support_bundle(
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
    into: Annotated[Path, typer.Option(help="The file to write.")] = Path("schoolgate-support.zip"),
) -> None:
    """Write what helps to find a fault: findings, versions, the program's log. No content."""
    program_log.configure(None, console=False)
    names: list[str] = []
    try:
        chosen = load_settings(settings)
        findings = findings_of(chosen, data, deep=False)
        names = [word for p in chosen.people for word in (p.name, p.email, *p.spoken_of)]
        names += [chosen.school.name, chosen.school.email_domain]
    except SettingsError as error:
        findings = list(settings_findings(error.problems))
    try:
        parts = write_bundle(
            into, findings=findings, settings=settings_path(settings), data_dir=data, names=names
        )
    except OSError as error:
        raise DataError(f"{into} could not be written ({error.strerror}).") from error
    print(f"Written: {into}, with {', '.join(parts)}.")
    print("It holds no secret, no comment and nobody's name. Look into it before you send it.")
