"""Takes words, names and files away for good; what is left says that something stood there.

Digests stay, so that the next sweep of the platform does not bring the words back, and so does the
log, which never held them. A text that is gone reads as empty everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from bot.model import CaseStatus, EffectKind, EffectStatus, ItemKind, Presence, Urgency
from bot.store import tables as t
from bot.store.authors import counting, last_decisions
from bot.store.digests import sealed
from bot.store.search import index


class What(StrEnum):
    """What is taken away. `ALL` is everything that people wrote, staff's notes and files too;
    `BESIDE` is what hangs on a person and not on an item.
    """

    WORDS_AND_AUTHOR = "words_and_author"
    PHRASE = "phrase"
    ALL = "all"
    BESIDE = "beside"


class Why(StrEnum):
    """For which reason."""

    AUTHOR_DELETED = "author_deleted"
    RETENTION = "retention"
    ERASURE = "erasure"
    THIRD_PARTY = "third_party"


@dataclass(frozen=True, slots=True)
class StoredPurge:
    """One purge that was done; `words` are those of whoever decided it."""

    what: What
    why: Why
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GoneCase:
    """A case whose comment its author deleted, while its words are still here."""

    case_id: int
    item_id: int
    grave: bool
    held: bool
    was_held: bool


class Purges:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key

    def readings(self, item_id: int) -> list[tuple[int, str, str]]:
        """The readings of an item that still have words: (id, salt, text)."""
        rows = self._connection.execute(
            sa.select(t.reading.c.id, t.reading.c.salt, t.reading.c.text)
            .where(t.reading.c.item_id == item_id, t.reading.c.text != "")
            .order_by(t.reading.c.id)
        )
        return [(row.id, row.salt, row.text) for row in rows]

    def take_away(self, item_id: int, what: What, *, counts_since: datetime | None = None) -> None:
        """Blank what an item holds; its case's index follows. Idempotent.

        With `counts_since`, the platform's number of an author stays where a person confirmed the
        breach since then: it counts among theirs, without a word of it and without their name.
        """
        counts = counts_since is not None and self._counts(item_id, counts_since)
        self._blank_words(t.reading.c.item_id == item_id)
        self._blank_authors(t.item.c.id == item_id, all_but_number=counts)
        of_author = {} if counts else {"author_key": None}
        self._connection.execute(
            sa.update(t.case).where(t.case.c.item_id == item_id).values(likeness=None, **of_author)
        )
        if what is What.ALL:
            self._blank_staffs(item_id)
        self._index_anew(item_id)

    def replace_words(self, item_id: int, texts: Iterable[tuple[int, str]]) -> None:
        """Give readings a text from which a part was taken out. Their digests stay, sealed: what
        is left and a plain digest of the whole would tell the part.
        """
        for reading_id, text in texts:
            self._seal(t.reading.c.id == reading_id)
            self._connection.execute(
                sa.update(t.reading).where(t.reading.c.id == reading_id).values(text=text, salt="")
            )
        self._connection.execute(
            sa.update(t.case).where(t.case.c.item_id == item_id).values(likeness=None)
        )
        self._index_anew(item_id)

    def note(
        self, item_ids: Sequence[int], what: What, why: Why, *, words: str, by: str, at: datetime
    ) -> None:
        """Write down what was taken away, why and by whom."""
        if item_ids:
            self._connection.execute(
                sa.insert(t.purge),
                [
                    {"item_id": i, "what": what, "why": why, "words": words, "by": by, "at": at}
                    for i in item_ids
                ],
            )

    def of_item(self, item_id: int) -> list[StoredPurge]:
        """What was taken away from an item, oldest first."""
        rows = self._connection.execute(
            sa.select(t.purge).where(t.purge.c.item_id == item_id).order_by(t.purge.c.id)
        )
        return [StoredPurge(What(r.what), Why(r.why), r.words, r.by, r.at) for r in rows]

    def gone(self, limit: int) -> list[GoneCase]:
        """Cases whose comment is gone from its platform, though the school did not delete it."""
        standing = t.hold.c.released_at.is_(None)
        rows = self._connection.execute(
            sa.select(
                t.case.c.id,
                t.case.c.item_id,
                sa.or_(
                    t.case.c.status == CaseStatus.OPEN, t.case.c.urgency == Urgency.IMMEDIATE
                ).label("grave"),
                _hold_on_case(standing).label("held"),
                _hold_on_case(sa.true()).label("was_held"),
            )
            .join(t.item, t.item.c.id == t.case.c.item_id)
            .where(
                t.item.c.presence == Presence.GONE,
                t.item.c.kind == ItemKind.COMMENT,
                ~_hold_on_case(standing),
                _has_words(),
                ~sa.exists().where(
                    t.effect.c.case_id == t.case.c.id,
                    t.effect.c.kind == EffectKind.DELETE,
                    t.effect.c.status == EffectStatus.CONFIRMED,
                ),
            )
            .order_by(t.case.c.id)
            .limit(limit)
        )
        return [
            GoneCase(r.id, r.item_id, bool(r.grave), bool(r.held), bool(r.was_held)) for r in rows
        ]

    def closed_before(
        self, before: datetime, after: int, limit: int
    ) -> list[tuple[int, int, datetime]]:
        """Closed cases that may be over: (case, item, closed at), by the number of the case.

        Left out is what is held, and what was taken away since it was closed.
        """
        rows = self._connection.execute(
            sa.select(t.case.c.id, t.case.c.item_id, t.case.c.closed_at)
            .where(
                t.case.c.id > after,
                t.case.c.status == CaseStatus.CLOSED,
                t.case.c.closed_at < before,
                ~_hold_on_case(t.hold.c.released_at.is_(None)),
                ~sa.exists().where(
                    t.purge.c.item_id == t.case.c.item_id,
                    t.purge.c.what == What.ALL,
                    t.purge.c.at >= t.case.c.closed_at,
                ),
            )
            .order_by(t.case.c.id)
            .limit(limit)
        )
        return [(row.id, row.item_id, row.closed_at) for row in rows]

    def no_longer_counted(self, before: datetime, limit: int) -> list[int]:
        """Items whose author's number was left when they were purged, and counts no longer."""
        last = last_decisions()
        counted = (
            sa.select(t.case.c.item_id)
            .join(last, last.c.case_id == t.case.c.id)
            .where(*counting(last), last.c.at >= before)
        )
        purged = sa.select(t.purge.c.item_id).where(t.purge.c.what != What.PHRASE)
        query = sa.select(t.item.c.id).where(
            t.item.c.id.in_(purged),
            t.item.c.author_id != "",
            ~_has_words(),
            t.item.c.id.not_in(counted),
        )
        return list(self._connection.scalars(query.limit(limit)))

    def count_unflagged(self, before: datetime) -> int:
        """How many texts without a case are older than that and still have words."""
        return int(
            self._connection.scalar(
                sa.select(sa.func.count()).select_from(t.reading).where(_unflagged(before))
            )
            or 0
        )

    def take_unflagged(self, before: datetime, limit: int) -> int:
        """Blank some of these; their authors too, but for newcomers. Returns how many."""
        rows = self._connection.execute(
            sa.select(t.reading.c.id, t.reading.c.item_id).where(_unflagged(before)).limit(limit)
        ).all()
        ids = [row.id for row in rows]
        items = {row.item_id for row in rows}
        self._blank_words(t.reading.c.id.in_(ids))
        newer = sa.exists().where(t.reading.c.item_id == t.item.c.id, t.reading.c.seen_at >= before)
        self._blank_authors(t.item.c.id.in_(items) & (t.item.c.kind == ItemKind.COMMENT) & ~newer)
        return len(ids)

    def count_polls(self, before: datetime) -> int:
        """How many records of finished polls are older than that and not needed."""
        return int(
            self._connection.scalar(
                sa.select(sa.func.count()).select_from(t.poll).where(_old_polls(before))
            )
            or 0
        )

    def drop_polls(self, before: datetime) -> int:
        """Delete them; the newest of each stream stays. Returns how many."""
        return self._connection.execute(sa.delete(t.poll).where(_old_polls(before))).rowcount

    def _counts(self, item_id: int, since: datetime) -> bool:
        last = (
            sa.select(t.decision)
            .join(t.case, t.case.c.id == t.decision.c.case_id)
            .where(t.case.c.item_id == item_id)
            .order_by(t.decision.c.id.desc())
            .limit(1)
            .subquery()
        )
        found = sa.select(last.c.id).where(*counting(last), last.c.at >= since)
        return self._connection.scalar(found) is not None

    def _seal(self, where: sa.ColumnElement[bool]) -> None:
        rows = self._connection.execute(sa.select(t.reading.c.id, t.reading.c.digest).where(where))
        codes = [{"one": row.id, "code": sealed(self._key, row.digest)} for row in rows]
        if codes:
            self._connection.execute(
                sa.update(t.reading)
                .where(t.reading.c.id == sa.bindparam("one"))
                .values(digest=sa.bindparam("code")),
                codes,
            )

    def _blank_words(self, where: sa.ColumnElement[bool]) -> None:
        self._seal(where)
        self._connection.execute(
            sa.update(t.reading).where(where).values(text="", salt="", attachments=[])
        )

    def _blank_authors(
        self, where: sa.ColumnElement[bool], *, all_but_number: bool = False
    ) -> None:
        number = {} if all_but_number else {"author_id": ""}
        self._connection.execute(
            sa.update(t.item)
            .where(where)
            .values(author_handle="", author_name="", permalink="", facts={}, **number)
        )

    def _blank_staffs(self, item_id: int) -> None:
        these = sa.select(t.case.c.id).where(t.case.c.item_id == item_id)
        for update in (
            sa.update(t.upload).where(t.upload.c.item_id == item_id).values(content=b"", name=""),
            sa.update(t.case_step).where(t.case_step.c.case_id.in_(these)).values(text="", salt=""),
            sa.update(t.restriction).where(t.restriction.c.case_id.in_(these)).values(reason=""),
            sa.update(t.decision).where(t.decision.c.case_id.in_(these)).values(reason="", salt=""),
            sa.update(t.hold)
            .where(t.hold.c.case_id.in_(these))
            .values(reason="", released_why="", salt=""),
            sa.update(t.case).where(t.case.c.item_id == item_id).values(alarm=""),
        ):
            self._connection.execute(update)

    def _index_anew(self, item_id: int) -> None:
        case_id = self._connection.scalar(sa.select(t.case.c.id).where(t.case.c.item_id == item_id))
        if case_id is not None:
            index(self._connection, {case_id: item_id})


def _hold_on_case(where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(t.hold.c.case_id == t.case.c.id, where).correlate(t.case)


def _has_words() -> sa.ColumnElement[bool]:
    return sa.or_(
        t.item.c.author_name != "",
        t.item.c.author_handle != "",
        sa.exists()
        .where(t.reading.c.item_id == t.item.c.id, t.reading.c.text != "")
        .correlate(t.item),
    )


def _unflagged(before: datetime) -> sa.ColumnElement[bool]:
    """Words of what never was a case, judged and old; the school's own posts are not meant."""
    of_no_case = sa.exists().where(
        t.item.c.id == t.reading.c.item_id,
        t.item.c.kind.in_([ItemKind.COMMENT, ItemKind.NEWCOMER]),
        ~sa.exists().where(t.case.c.item_id == t.item.c.id).correlate(t.item),
    )
    return sa.and_(
        t.reading.c.seen_at < before,
        ~t.reading.c.waiting,
        sa.or_(t.reading.c.text != "", t.reading.c.salt != ""),
        of_no_case.correlate(t.reading),
    )


def _old_polls(before: datetime) -> sa.ColumnElement[bool]:
    newer = t.poll.alias()
    whole = sa.exists().where(
        newer.c.account == t.poll.c.account,
        newer.c.stream == t.poll.c.stream,
        newer.c.id > t.poll.c.id,
        newer.c.result == "complete",
    )
    return sa.and_(t.poll.c.finished_at < before, whole.correlate(t.poll))
