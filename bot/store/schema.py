"""Brings the tables to the newest shape, and proves that the log's lock is on."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import DataError

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def config(connection: sa.Connection) -> Config:
    """Alembic's settings for this connection; there is no alembic.ini to lose."""
    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


def upgrade(engine: sa.Engine) -> None:
    """Create the tables, or bring older ones forward, in one transaction. Idempotent.

    Raises DataError where the database was made by a newer Schoolgate.
    """
    try:
        _upgrade(engine)
    except sa.exc.DatabaseError as error:
        raise _unusable(error) from error


def is_behind(engine: sa.Engine) -> bool:
    """Whether this is an older version's database, which `upgrade` would change.

    Raises DataError where it cannot be read.
    """
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            history = ScriptDirectory.from_config(config(connection))
            later = {script.revision for script in history.walk_revisions()}
            return current in later - {history.get_current_head()}
    except sa.exc.DatabaseError as error:
        raise _unusable(error) from error


def _unusable(error: sa.exc.DatabaseError) -> DataError:
    return DataError(
        f"The database cannot be used ({error.orig}). If something else holds it, stop that first. "
        "If it is damaged, keep its folder as it is and put the newest backup into a new one: "
        "schoolgate restore NEWEST.backup --data NEW"
    )


def _upgrade(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        settings = config(connection)
        history = ScriptDirectory.from_config(settings).walk_revisions()
        known = {script.revision for script in history}
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise DataError(
                "This database was made by a newer version of Schoolgate. Install that version "
                "again, or put a backup made before the upgrade into a new folder: schoolgate "
                "restore FILE.backup --data NEW"
            )
        command.upgrade(settings, "head")
        connection.commit()


def head(engine: sa.Engine) -> str | None:
    """The revision that the database is at."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
