"""Where the log's entries are kept (a `bot.log.Ledger`)."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.log import BEGINNING, Entry, Row
from bot.model import ItemKind
from bot.store.insert import Gathered
from bot.store.tables import case, item, log_entry

_SHORT = 2_000
_ROWS = (
    "SELECT seq, at, event, case_id, body, mac FROM log_entry WHERE seq > ? ORDER BY seq LIMIT ?"
)

BEFORE_ALL = -(2**63)
"""Smaller than any number that a row can have: what was put in before the first entry shows too."""


class LogEntries:
    """Append-only: triggers in the database refuse changes as a second lock."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._tail: tuple[int, str] | None = None
        self._entries = Gathered(connection, sa.insert(log_entry))

    def tail(self) -> tuple[int, str]:
        """Number and code of the newest entry; read once per transaction, which excludes others."""
        if self._tail is None:
            row = self._connection.execute(
                sa.select(log_entry.c.seq, log_entry.c.mac)
                .order_by(log_entry.c.seq.desc())
                .limit(1)
            ).one_or_none()
            self._tail = (row.seq, row.mac) if row else (0, BEGINNING)
        return self._tail

    def add(self, entry: Entry) -> None:
        """Store one entry."""
        self._entries.add(
            {
                "seq": entry.seq,
                "at": entry.at,
                "event": entry.event,
                "case_id": entry.case_id,
                "body": entry.body,
                "mac": entry.mac,
            }
        )
        self._tail = (entry.seq, entry.mac)

    def gathering(self) -> AbstractContextManager[None]:
        """Store the entries added within at once, at its end: a letter may tell of thousands."""
        self.tail()
        return self._entries.gathering()

    def cases_without_entry(self) -> int:
        """Comments' cases of which the log says nothing: each was judged, so each must be there."""
        logged = sa.select(log_entry.c.case_id).where(log_entry.c.case_id.is_not(None))
        count = self._connection.scalar(
            sa.select(sa.func.count())
            .select_from(case.join(item, item.c.id == case.c.item_id))
            .where(item.c.kind == ItemKind.COMMENT, case.c.id.not_in(logged))
        )
        return int(count or 0)

    def is_locked(self) -> bool:
        """Whether the triggers that refuse changes are in place."""
        found = self._connection.exec_driver_sql(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log_entry'"
        )
        return int(found.scalar_one()) == 2

    def newest_at(self) -> datetime | None:
        """When the newest entry was written; None in an empty log."""
        at: datetime | None = self._connection.scalar(
            sa.select(log_entry.c.at).order_by(log_entry.c.seq.desc()).limit(1)
        )
        return at

    def of_case(self, case_id: int) -> list[Entry]:
        """All entries of one case, oldest first; few enough to be read at once."""
        return self._read(log_entry.c.case_id == case_id, None)

    def holds(self, code: str) -> bool:
        """Whether some entry has this code. Goes through the whole log: there is no index."""
        found = sa.select(log_entry.c.seq).where(log_entry.c.mac == code).limit(1)
        return self._connection.scalar(found) is not None

    def code_before(self, seq: int) -> str:
        """The code that the entry with this number is sealed on."""
        code: str | None = self._connection.scalar(
            sa.select(log_entry.c.mac).where(log_entry.c.seq == seq - 1)
        )
        return code or BEGINNING

    def after(self, seq: int, limit: int = _SHORT) -> list[Entry]:
        """The next entries, oldest first: a short page, since an open read stops the writers.

        They come as they stand, whatever somebody may have done to them: `bot.log.verify` judges.
        """
        return self._read(log_entry.c.seq > seq, limit)

    def rows_after(self, seq: int, limit: int = 5 * _SHORT) -> list[Row]:
        """The same entries as the database has them, for `bot.log.verify_rows`: no objects."""
        raw: Any = self._connection.connection.driver_connection
        rows: list[Row] = raw.execute(_ROWS, (seq, limit)).fetchall()
        return rows

    def _read(self, where: sa.ColumnElement[bool], limit: int | None) -> list[Entry]:
        rows = self._connection.execute(
            sa.select(
                log_entry.c.seq,
                sa.type_coerce(log_entry.c.at, sa.String).label("at"),
                log_entry.c.event,
                log_entry.c.case_id,
                log_entry.c.body,
                log_entry.c.mac,
            )
            .where(where)
            .order_by(log_entry.c.seq)
            .limit(limit)
        )
        return [
            Entry(row.seq, _time(row.at), row.event, row.case_id, _bytes(row.body), str(row.mac))
            for row in rows
        ]


_SPELLED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}")
_NEVER = datetime.min.replace(tzinfo=UTC)


def _time(stored: object) -> datetime:
    """The time, if it is spelled exactly as this program spells one; else one that fits nothing."""
    if not isinstance(stored, str) or _SPELLED.fullmatch(stored) is None:
        return _NEVER
    try:
        return datetime.fromisoformat(f"{stored}+00:00")
    except ValueError:
        return _NEVER


def _bytes(stored: object) -> bytes:
    return stored if isinstance(stored, bytes) else str(stored).encode("utf-8", "replace")
