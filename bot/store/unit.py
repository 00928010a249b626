"""The unit of work: one use case, one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import sqlalchemy as sa

from bot.log import BEGINNING, Row, seal
from bot.store.answers import Answers
from bot.store.authors import Authors
from bot.store.cases import Cases
from bot.store.circuits import Circuits
from bot.store.days import Days
from bot.store.decisions import Decisions
from bot.store.effects import Effects
from bot.store.engine import open_engine, reader
from bot.store.episodes import Episodes
from bot.store.figures import Figures
from bot.store.holds import Holds
from bot.store.items import Items
from bot.store.jobs import Jobs
from bot.store.letters import Letters
from bot.store.log_entries import BEFORE_ALL, LogEntries
from bot.store.people import People
from bot.store.previews import Previews
from bot.store.purges import Purges
from bot.store.readings import Readings
from bot.store.reports import Reports
from bot.store.restrictions import Restrictions
from bot.store.rights import Rights
from bot.store.samples import Samples
from bot.store.search import drop_leftovers
from bot.store.spending import Spending
from bot.store.state import State
from bot.store.steps import Steps
from bot.store.troubles import Troubles
from bot.store.uploads import Uploads
from bot.store.users import Users

_open_units: ContextVar[int] = ContextVar("open_units", default=0)


def a_unit_is_open() -> bool:
    """Whether this thread is inside a transaction: then nothing may be sent anywhere."""
    return _open_units.get() > 0


class UnitOfWork:
    """One transaction and the drawers that it may open. Leaving without `commit` undoes all."""

    def __init__(self, connection: sa.Connection, log_key: bytes, data_dir: Path) -> None:
        self.connection = connection
        self.log_key = log_key
        self.data_dir = data_dir
        self.items = Items(connection, log_key)
        self.readings = Readings(connection)
        self.cases = Cases(connection)
        self.decisions = Decisions(connection)
        self.steps = Steps(connection)
        self.effects = Effects(connection)
        self.letters = Letters(connection)
        self.answers = Answers(connection)
        self.log = LogEntries(connection)
        self.state = State(connection)
        self.users = Users(connection)
        self.figures = Figures(connection)
        self.samples = Samples(connection)
        self.previews = Previews(connection)
        self.days = Days(connection)
        self.episodes = Episodes(connection)
        self.people = People(connection)
        self.authors = Authors(connection)
        self.restrictions = Restrictions(connection)
        self.holds = Holds(connection)
        self.purges = Purges(connection, log_key)
        self.uploads = Uploads(connection)
        self.reports = Reports(connection)
        self.rights = Rights(connection)
        self.circuits = Circuits(connection)
        self.jobs = Jobs(connection)
        self.spending = Spending(connection)
        self.troubles = Troubles(connection)

    def commit(self) -> None:
        """Make everything so far stand, all of it or nothing."""
        self.connection.commit()


class Store:
    """The database of one school and the key of its log."""

    def __init__(self, path: Path, log_key: bytes) -> None:
        self.path = path
        self.log_key = log_key
        self.engine = open_engine(path)
        self._reader = reader(self.engine)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """Open a unit of work for writing; waits for other writers (30 s at most)."""
        with _counted(), self.engine.connect() as connection:
            connection.begin()
            yield UnitOfWork(connection, self.log_key, self.path.parent)

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that writes nothing. Keep it short: an open read stops writers."""
        with _counted(), self._reader.connect() as connection:
            connection.begin()
            yield UnitOfWork(connection, self.log_key, self.path.parent)

    def log_rows(self) -> Iterator[Row]:
        """The whole log as it is stored, oldest entry first, for `bot.log.verify_rows`.

        Read in short pages, so that nobody waits for this.
        """
        seq = BEFORE_ALL
        while True:
            with self.read() as uow:
                page = uow.log.rows_after(seq)
            if not page:
                return
            yield from page
            seq = page[-1][0]

    def key_fits(self) -> bool:
        """Whether the newest entry of the log was sealed with this key."""
        with self.read() as uow:
            count, _ = uow.log.tail()
            newest = uow.log.after(max(count - 2, 0))
        before = newest[0].mac if len(newest) > 1 else BEGINNING
        return not newest or seal(self.log_key, before, newest[-1].body) == newest[-1].mac

    def problem(self) -> str:
        """What SQLite's own check finds wrong with the file; empty where all is well."""
        with self._reader.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        return "" if found == "ok" else str(found)

    def wipe_leftovers(self) -> None:
        """Make what was deleted unreadable in the file, the index and the write-ahead log.

        To be called after a purge, outside of any transaction. Idempotent.
        """
        with self.begin() as uow:
            drop_leftovers(uow.connection)
            uow.commit()
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


@contextmanager
def _counted() -> Iterator[None]:
    token = _open_units.set(_open_units.get() + 1)
    try:
        yield
    finally:
        _open_units.reset(token)
