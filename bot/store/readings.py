"""Readings: what waits to be judged, with the words above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model import (
    Action,
    Aspect,
    Attachment,
    AttachmentKind,
    Finding,
    ItemKind,
    ItemRef,
    Kind,
    Severity,
    Target,
)
from bot.store import tables as t
from bot.store.item_rows import ref_of

# From a reading to its item by the item's key, then whether it is the current one: the other way
# round would need an index of its own.
_CURRENT = (t.item.c.id == t.reading.c.item_id) & (t.item.c.reading_id == t.reading.c.id)

_WITH_ITEMS = sa.select(
    t.reading.c.id.label("reading_id"),
    t.reading.c.text,
    t.reading.c.salt,
    t.reading.c.attachments,
    t.reading.c.attempts,
    *(c for c in t.item.c if c.name != "reading_id"),
).join(t.item, _CURRENT)


@dataclass(frozen=True, slots=True)
class WaitingReading:
    """A reading that nobody judged yet, with all that judging needs."""

    reading_id: int
    item_id: int
    ref: ItemRef
    account: str
    text: str
    salt: str
    context: str
    attachments: tuple[Attachment, ...]
    baseline: bool
    attempts: int


@dataclass(frozen=True, slots=True)
class JudgedBefore:
    """A reading as it was given to the judging, and its newest verdict.

    The findings lack `about`: whom a text accuses is kept with the case alone.
    """

    reading: WaitingReading
    action: Action
    findings: tuple[Finding, ...]


class Readings:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def waiting(self, limit: int) -> list[WaitingReading]:
        """Readings that wait to be judged, oldest first."""
        rows = self._connection.execute(
            _WITH_ITEMS.where(t.reading.c.waiting).order_by(t.reading.c.id).limit(limit)
        ).all()
        texts = self._texts_above(rows)
        return [_waiting(row, texts) for row in rows]

    def judged(self, *, after: int, since: datetime, limit: int) -> list[JudgedBefore]:
        """Current readings of comments that are judged and whose words are still there, by id.

        `after` is the last id of the page before; `since` is when the comment was written.
        """
        newest = (
            sa.select(sa.func.max(t.verdict.c.id))
            .where(t.verdict.c.reading_id == t.reading.c.id)
            .correlate(t.reading)
            .scalar_subquery()
        )
        rows = self._connection.execute(
            _WITH_ITEMS.add_columns(t.verdict.c.action, t.verdict.c.findings)
            .join(t.verdict, t.verdict.c.id == newest)
            .where(
                t.reading.c.id > after,
                ~t.reading.c.waiting,
                t.reading.c.text != "",
                t.item.c.kind == ItemKind.COMMENT,
                t.item.c.created_at >= since,
            )
            .order_by(t.reading.c.id)
            .limit(limit)
        ).all()
        texts = self._texts_above(rows)
        return [
            JudgedBefore(
                _waiting(row, texts), Action(row.action), tuple(map(_finding, row.findings))
            )
            for row in rows
        ]

    def _texts_above(self, rows: Sequence[Any]) -> dict[tuple[str, str], str]:
        above = {i for row in rows for i in (row.post_id, row.parent_id) if i}
        if not above:
            return {}
        found = self._connection.execute(
            sa.select(t.item.c.platform, t.item.c.native_id, t.reading.c.text)
            .join(t.reading, t.reading.c.id == t.item.c.reading_id)
            .where(
                t.item.c.platform.in_({row.platform for row in rows}),
                t.item.c.kind.in_([ItemKind.COMMENT, ItemKind.OWN_POST]),
                t.item.c.native_id.in_(above),
            )
        )
        return {(row.platform, row.native_id): row.text for row in found}

    def still_waiting(self, reading_ids: Sequence[int]) -> set[int]:
        """Those that are still current and unjudged: another thread, or an edit, may have come."""
        rows = self._connection.scalars(
            sa.select(t.reading.c.id)
            .join(t.item, _CURRENT)
            .where(t.reading.c.waiting, t.reading.c.id.in_(reading_ids))
        )
        return set(rows)

    def mark_judged(self, reading_ids: Sequence[int]) -> None:
        """These wait no longer."""
        self._connection.execute(
            sa.update(t.reading).where(t.reading.c.id.in_(reading_ids)).values(waiting=False)
        )

    def count_attempt(self, reading_id: int) -> None:
        """Scoring it failed once more."""
        self._connection.execute(
            sa.update(t.reading)
            .where(t.reading.c.id == reading_id)
            .values(attempts=t.reading.c.attempts + 1)
        )


def _waiting(row: Any, texts: dict[tuple[str, str], str]) -> WaitingReading:
    above = dict.fromkeys(i for i in (row.post_id, row.parent_id) if i and i != row.native_id)
    context = "\n".join(texts[row.platform, i] for i in above if (row.platform, i) in texts)
    return WaitingReading(
        row.reading_id,
        row.id,
        ref_of(row),
        row.account,
        row.text,
        row.salt,
        context,
        tuple(Attachment(AttachmentKind(a["kind"]), a["url"], a["title"]) for a in row.attachments),
        row.baseline,
        row.attempts,
    )


def _finding(stored: Mapping[str, Any]) -> Finding:
    return Finding(
        Kind(stored["kind"]),
        Severity(stored["severity"]),
        Target(stored["target"]),
        bool(stored["child"]),
        frozenset(Aspect(aspect) for aspect in stored["aspects"]),
    )
