"""`schoolgate`: the command line."""

from __future__ import annotations

import os
import sys

import typer

from bot.cli import (
    agreement,
    backup,
    calibrate,
    check,
    connect,
    demo,
    drill,
    hiding,
    init,
    jobs,
    judge,
    key,
    letters,
    log,
    preview,
    privacy,
    restore,
    retain,
    rights,
    route,
    run,
    service,
    support,
    user,
)
from bot.errors import SchoolgateError, SettingsError

app = typer.Typer(
    name="schoolgate",
    help="The watch at a school's social-media gate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("connect")(connect.connect)
app.command("check")(check.check)
app.command("jobs")(jobs.jobs)
app.command("judge")(judge.judge)
app.command("preview")(preview.preview)
app.command("agreement")(agreement.agreement)
app.command("calibrate")(calibrate.calibrate)
app.command("route")(route.route)
app.command("drill")(drill.drill)
app.add_typer(letters.app, name="letters")
app.command("retain")(retain.retain)
app.command("privacy")(privacy.privacy)
app.add_typer(rights.app, name="rights")
app.command("restore")(restore.restore)
app.command("support-bundle")(support.support_bundle)
app.add_typer(service.app, name="service")
app.add_typer(backup.app, name="backup")
app.add_typer(key.app, name="key")
app.add_typer(log.app, name="log")
app.add_typer(hiding.app, name="hiding")
app.add_typer(user.app, name="user")


def main() -> None:
    """The entry point: errors of ours end as a sentence and exit code 2, never as a traceback."""
    os.umask(0o077)  # the data folder holds what children disclosed: its owner's eyes alone
    try:
        app()
    except SettingsError as error:
        print(f"{_not_done(sys.argv)} Please change this:", file=sys.stderr)
        for problem in error.problems:
            print(f"  - {problem}", file=sys.stderr)
        sys.exit(2)
    except SchoolgateError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _not_done(argv: list[str]) -> str:
    """What wrong settings stood in the way of: the start alone is said to have failed there."""
    command = next((word for word in argv[1:] if not word.startswith("-")), "")
    if command in ("run", "demo"):
        return "Schoolgate cannot start."
    return f"`schoolgate {command}` could not do its work."
