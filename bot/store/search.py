"""The full-text index of cases: their words, their authors and their links (SQLite's FTS5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from bot.store import tables as t

_CASE, _ITEM = sa.bindparam("case_id", type_=sa.Integer), sa.bindparam("item", type_=sa.Integer)
_JUDGED = sa.or_(
    sa.exists().where(t.verdict.c.reading_id == t.reading.c.id).correlate(t.reading),
    sa.exists()
    .where(t.case.c.id == _CASE, t.case.c.reading_id == t.reading.c.id)
    .correlate(t.reading),
)
_WORDS = (
    sa.select(sa.func.coalesce(sa.func.group_concat(t.reading.c.text, sa.literal("\n")), ""))
    .where(t.reading.c.item_id == _ITEM, t.reading.c.text != "", _JUDGED)
    .scalar_subquery()
)
_INDEX = sa.insert(t.search).from_select(
    ["rowid", "words", "author", "link"],
    sa.select(
        _CASE, _WORDS, t.item.c.author_name + " " + t.item.c.author_handle, t.item.c.permalink
    ).where(t.item.c.id == _ITEM),
)
"""Made once: a pile-on writes thousands, and to put a statement together costs more than to run it.
"""


def index(
    connection: sa.Connection, cases: Mapping[int, int], *, there: Collection[int] | None = None
) -> None:
    """Write cases (and their items) into the index as the items stand now, all judged wordings of
    each together. Idempotent.

    What an author wrote since is left out until it is judged: it may accuse somebody who sees the
    case, and nobody has found out yet.

    `there`: the only ones that can be in the index already.
    """
    for case_id in cases if there is None else there:
        forget(connection, case_id)
    connection.execute(
        _INDEX, [{"case_id": case_id, "item": item_id} for case_id, item_id in cases.items()]
    )


def forget(connection: sa.Connection, case_id: int) -> None:
    """Take a case out of the index. What it held is unreadable after `drop_leftovers` only."""
    connection.execute(sa.delete(t.search).where(t.search.c.rowid == case_id))


def drop_leftovers(connection: sa.Connection) -> None:
    """Write the index anew without the words that deleted rows left in it.

    FTS5 only marks rows as deleted until its parts are merged (sqlite.org/fts5.html, 6.9).
    """
    connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")
