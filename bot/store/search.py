"""The full-text index of cases: their words, their authors and their links (SQLite's FTS5)."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store import tables as t


def index(connection: sa.Connection, case_id: int, item_id: int) -> None:
    """Write a case into the index as its item stands now, all judged wordings together. Idempotent.

    What an author wrote since is left out until it is judged: it may accuse somebody who sees the
    case, and nobody has found out yet.
    """
    forget(connection, case_id)
    judged = sa.or_(
        sa.exists().where(t.verdict.c.reading_id == t.reading.c.id).correlate(t.reading),
        sa.exists()
        .where(t.case.c.id == case_id, t.case.c.reading_id == t.reading.c.id)
        .correlate(t.reading),
    )
    words = "\n".join(
        connection.scalars(
            sa.select(t.reading.c.text)
            .where(t.reading.c.item_id == item_id, t.reading.c.text != "", judged)
            .order_by(t.reading.c.id)
        )
    )
    item = connection.execute(
        sa.select(t.item.c.author_name, t.item.c.author_handle, t.item.c.permalink).where(
            t.item.c.id == item_id
        )
    ).one()
    connection.execute(
        sa.insert(t.search),
        {
            "rowid": case_id,
            "words": words,
            "author": f"{item.author_name} {item.author_handle}",
            "link": item.permalink,
        },
    )


def forget(connection: sa.Connection, case_id: int) -> None:
    """Take a case out of the index. What it held is unreadable after `drop_leftovers` only."""
    connection.execute(sa.delete(t.search).where(t.search.c.rowid == case_id))


def drop_leftovers(connection: sa.Connection) -> None:
    """Write the index anew without the words that deleted rows left in it.

    FTS5 only marks rows as deleted until its parts are merged (sqlite.org/fts5.html, 6.9).
    """
    connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")
