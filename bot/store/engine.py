"""Opens the database as safely as SQLite allows.

Pitfalls met in the trial (stack.md): pysqlite's own BEGIN lets two writers read the same end of the
hash chain, so transactions are begun here, as BEGIN IMMEDIATE for writers; SQLite before 3.51.3
(3.50.7, 3.44.6) can corrupt a WAL, so WAL is used only where that is fixed.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

_READS = "schoolgate_reads"


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite has the fix of the WAL-reset bug (sqlite.org, release 3.51.3)."""
    if version >= (3, 51, 3):
        return True
    return (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def open_engine(path: Path) -> sa.Engine:
    """An engine on the SQLite file at `path`; connects only when first used."""
    # Parameters are people's words: they must not get into an error message, and so into a log.
    engine = sa.create_engine(
        f"sqlite:///{path}", connect_args={"timeout": 30}, hide_parameters=True
    )

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # What is purged must be gone from the file, not only from the tables; nothing is put into
        # temporary files, which nobody would purge.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA journal_mode = {'WAL' if wal_is_safe() else 'TRUNCATE'}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads: Any = connection.get_execution_options().get(_READS, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    @sa.event.listens_for(engine, "reset")
    def _let_go(connection: sqlite3.Connection, _record: object, _state: object) -> None:
        # A COMMIT that is refused (the database is locked) leaves the transaction open, and
        # SQLAlchemy takes it for ended: it would go back into the pool with its locks.
        if connection.in_transaction:
            connection.rollback()

    return engine


def reader(engine: sa.Engine) -> sa.Engine:
    """The same engine for queries that write nothing, so that they do not queue behind writers."""
    return engine.execution_options(**{_READS: True})
