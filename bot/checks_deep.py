"""What `schoolgate check --deep` proves beyond `bot.checks`: slow, and it reads everything once."""

from __future__ import annotations

from collections.abc import Iterator

from bot.bootstrap import App
from bot.checks import TO_RESTORE, Finding, Severity
from bot.errors import DataError
from bot.keeping.archive import problem_of
from bot.log import verify_rows


def run_deep_checks(app: App) -> Iterator[Finding]:
    """The whole database, the whole log, and the newest backup opened and proven."""
    problem = problem_of(app.store.path)
    if problem:
        yield Finding(
            "deep.database",
            Severity.ERROR,
            f"The database is damaged: {problem}",
            TO_RESTORE,
        )
    else:
        yield Finding("deep.database", Severity.OK, "Every page of the database was read: whole.")
    found = verify_rows(app.store.log_rows(), app.store.log_key)
    if found.ok:
        message = f"The log is whole: {found.entries} entries."
        yield Finding("deep.log", Severity.OK, message)
    else:
        yield Finding(
            "deep.log",
            Severity.ERROR,
            f"The log is NOT whole: {found.problem}.",
            "Tell the headteacher and the data protection officer; change nothing on this machine.",
        )
    yield from _backup(app)


def _backup(app: App) -> Iterator[Finding]:
    if app.backups is None:
        return
    try:
        newest = app.backups.newest()
        if newest is None:
            return  # bot.checks says so
        manifest = app.backups.verify(newest.path)
    except DataError as error:
        yield Finding("deep.backup", Severity.ERROR, str(error), "Make one: schoolgate backup.")
        return
    message = f"The newest backup can be put back ({manifest.entries} entries in its log)."
    yield Finding("deep.backup", Severity.OK, message)
