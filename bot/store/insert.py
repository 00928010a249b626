"""Inserts: one that tells the number of its row, and many that are gathered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa


def insert_one(connection: sa.Connection, table: sa.Table, values: Mapping[str, object]) -> int:
    """Insert one row into a table whose key is `id`, and return that id."""
    key = connection.execute(sa.insert(table), dict(values)).inserted_primary_key
    assert key is not None
    return int(key[0])


class Gathered:
    """Rows for one statement: stored at once, or, while `gathering`, together at its end."""

    def __init__(self, connection: sa.Connection, statement: sa.Insert) -> None:
        self._connection, self._statement = connection, statement
        self._rows: list[dict[str, object]] | None = None

    def add(self, row: dict[str, object]) -> None:
        """Store one row, or keep it for the end of the gathering."""
        if self._rows is None:
            self._connection.execute(self._statement, row)
        else:
            self._rows.append(row)

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Store the rows added within in one go, when all went well; until then nobody sees them.

        An error within leaves the rows unsaid: the transaction is over with it.
        """
        rows: list[dict[str, object]] = []
        self._rows = rows
        yield
        self._rows = None
        if rows:
            self._connection.execute(self._statement, rows)
