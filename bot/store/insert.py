"""One insert that tells the number of its row."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa


def insert_one(connection: sa.Connection, table: sa.Table, values: Mapping[str, object]) -> int:
    """Insert one row into a table whose key is `id`, and return that id."""
    key = connection.execute(sa.insert(table), dict(values)).inserted_primary_key
    assert key is not None
    return int(key[0])
