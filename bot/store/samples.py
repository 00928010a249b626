"""The weekly sample: comments that were allowed, and what a person says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa

from bot.model import Action, ItemKind, Kind, Presence, Target
from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class SampleAnswer:
    """What should have been done; `kind` and `target` say of what and of whom, if not `allow`."""

    should: Action
    kind: Kind | None = None
    target: Target = Target.NONE


@dataclass(frozen=True, slots=True)
class StoredSample:
    """One reading that was drawn, with the words that it was drawn for."""

    id: int
    item_id: int
    reading_id: int
    text: str
    salt: str
    answer: SampleAnswer | None


class Samples:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def was_drawn(self, week: str) -> bool:
        """Whether this week has its sample."""
        found = self._connection.scalar(
            sa.select(t.sample.c.id).where(t.sample.c.week == week).limit(1)
        )
        return found is not None

    def to_draw_from(self, since: datetime, until: datetime) -> list[int]:
        """Readings of comments that were allowed in this time, as they still stand there.

        Left out is what somebody looks at anyway (it has a case), what was drawn before, the
        baseline, and what has no words left.
        """
        newer = t.verdict.alias()
        return list(
            self._connection.scalars(
                sa.select(t.reading.c.id)
                .join(t.verdict, t.verdict.c.reading_id == t.reading.c.id)
                .join(t.item, t.item.c.reading_id == t.reading.c.id)
                .where(
                    t.verdict.c.at >= since,
                    t.verdict.c.at < until,
                    t.verdict.c.action == Action.ALLOW,
                    ~sa.exists().where(
                        newer.c.reading_id == t.reading.c.id, newer.c.id > t.verdict.c.id
                    ),
                    t.item.c.kind == ItemKind.COMMENT,
                    ~t.item.c.baseline,
                    t.item.c.presence != Presence.GONE,
                    t.reading.c.text != "",
                    ~sa.exists().where(t.case.c.item_id == t.item.c.id),
                    ~sa.exists().where(t.sample.c.reading_id == t.reading.c.id),
                )
                .order_by(t.reading.c.id)
            )
        )

    def keep(self, week: str, reading_ids: Sequence[int], at: datetime) -> None:
        """Remember what was drawn."""
        self._connection.execute(
            sa.insert(t.sample),
            [
                {"ref": token_hex(6), "week": week, "reading_id": reading_id, "drawn_at": at}
                for reading_id in reading_ids
            ],
        )

    def find_by_ref(self, ref: str) -> StoredSample | None:
        """The one with this public reference."""
        row = self._connection.execute(
            sa.select(t.sample, t.reading.c.item_id, t.reading.c.text, t.reading.c.salt)
            .join(t.reading, t.reading.c.id == t.sample.c.reading_id)
            .where(t.sample.c.ref == ref)
        ).one_or_none()
        if row is None:
            return None
        return StoredSample(
            row.id,
            row.item_id,
            row.reading_id,
            row.text,
            row.salt,
            answer_of(row.should, row.kind, row.target),
        )

    def answer(self, sample_id: int, given: SampleAnswer, *, person: str, at: datetime) -> None:
        """Remember what a person said of it; it replaces what was said before."""
        self._connection.execute(
            sa.update(t.sample)
            .where(t.sample.c.id == sample_id)
            .values(
                should=given.should,
                kind=given.kind,
                target=given.target,
                person=person,
                answered_at=at,
            )
        )


def answer_of(should: str | None, kind: str | None, target: str | None) -> SampleAnswer | None:
    """An answer as it is stored; None where nobody has answered yet."""
    if should is None:
        return None
    return SampleAnswer(Action(should), Kind(kind) if kind else None, Target(target or Target.NONE))
