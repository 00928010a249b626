"""Who is blocked, muted or removed: by whom, why, until when, and whether it was seen to be so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from bot.model import EffectStatus, Restriction
from bot.store import tables as t
from bot.store.authors import restrictions_of
from bot.store.insert import insert_one


@dataclass(frozen=True, slots=True)
class StoredRestriction:
    """One thing that a person did, or is to do, about somebody.

    With `by_machine`, the platform's token carries it out as an effect; else it is a task for a
    person, and `said_by` says who says that it is done. `confirmed_at`: the platform shows it.
    """

    id: int
    ref: str
    case_id: int
    item_id: int
    kind: Restriction
    person: str
    until: datetime | None
    by_machine: bool
    said_by: str
    checks: int
    confirmed_at: datetime | None
    ended_at: datetime | None


MOST_CHECKS = 7
"""So often a task that somebody says is done is looked for; then it stays "said to be done"."""

_FAILED = frozenset({EffectStatus.UNSUPPORTED, EffectStatus.FAILED})
"""What the platform would not do is a task for a person."""


class Restrictions:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        kind: Restriction,
        *,
        case_id: int,
        item_id: int,
        person: str,
        reason: str,
        at: datetime,
        until: datetime | None,
        effect_id: int | None,
    ) -> str:
        """Write it down; returns its public reference."""
        ref = token_hex(6)
        insert_one(
            self._connection,
            t.restriction,
            {
                "ref": ref,
                "case_id": case_id,
                "item_id": item_id,
                "kind": kind,
                "person": person,
                "reason": reason,
                "at": at,
                "until": until,
                "effect_id": effect_id,
            },
        )
        return ref

    def find(self, ref: str, *, viewer: str) -> StoredRestriction | None:
        """The one with this reference, if this person may know of it."""
        found = self._select(t.restriction.c.ref == ref, restrictions_of(viewer))
        return next(iter(found), None)

    def standing(self, item_id: int) -> list[StoredRestriction]:
        """What stands against somebody now."""
        return self._select(t.restriction.c.item_id == item_id, t.restriction.c.ended_at.is_(None))

    def note_found(self, *, case_id: int, item_id: int, at: datetime) -> None:
        """A block that somebody made on the platform itself; nobody here gave a reason."""
        ref = self.add(
            Restriction.BLOCK,
            case_id=case_id,
            item_id=item_id,
            person="",
            reason="Blocked on the platform.",
            at=at,
            until=None,
            effect_id=None,
        )
        self._connection.execute(
            sa.update(t.restriction)
            .where(t.restriction.c.ref == ref)
            .values(said_at=at, confirmed_at=at)
        )

    def to_check(
        self, account: str, *, checked_before: datetime, most: int, limit: int
    ) -> list[StoredRestriction]:
        """Tasks that somebody says are done and that were not yet seen to be, longest unchecked
        first; `most` checks each, then it stays "said to be done"."""
        return self._select(
            t.restriction.c.said_at.is_not(None),
            t.restriction.c.confirmed_at.is_(None),
            t.restriction.c.ended_at.is_(None),
            t.restriction.c.checks < most,
            sa.or_(
                t.restriction.c.checked_at.is_(None), t.restriction.c.checked_at <= checked_before
            ),
            t.item.c.account == account,
            limit=limit,
        )

    def confirmed_blocks(self, account: str) -> list[StoredRestriction]:
        """Blocks that were seen to stand: they are compared with the platform's own list."""
        return self._select(
            t.restriction.c.kind == Restriction.BLOCK,
            t.restriction.c.ended_at.is_(None),
            t.restriction.c.undone_at.is_(None),
            sa.or_(
                t.restriction.c.confirmed_at.is_not(None),
                t.effect.c.status == EffectStatus.CONFIRMED,
            ),
            t.item.c.account == account,
        )

    def lapsed(self, at: datetime) -> list[StoredRestriction]:
        """Those whose time is over, whom nobody was reminded of yet."""
        return self._select(
            t.restriction.c.until <= at,
            t.restriction.c.ended_at.is_(None),
            t.restriction.c.reminded_at.is_(None),
        )

    def say_done(self, restriction_id: int, *, by: str, at: datetime) -> None:
        """A person says that they did it on the platform."""
        self._set(restriction_id, said_by=by, said_at=at, checks=0, checked_at=None)

    def note_check(self, restriction_id: int, *, at: datetime, confirmed: bool) -> None:
        """It was looked at, and is so or not yet."""
        more = t.restriction.c.checks + 1
        self._set(
            restriction_id, checked_at=at, checks=more, confirmed_at=at if confirmed else None
        )

    def note_undone(self, restriction_id: int, at: datetime) -> None:
        """The platform no longer shows it, and nobody ended it here."""
        self._set(restriction_id, undone_at=at)

    def note_reminder(self, restriction_id: int, at: datetime) -> None:
        """Somebody was reminded that its time is over."""
        self._set(restriction_id, reminded_at=at)

    def end(
        self, restriction_id: int, *, by: str, at: datetime, effect_id: int | None = None
    ) -> None:
        """A person lifts it."""
        self._set(restriction_id, ended_by=by, ended_at=at, end_effect_id=effect_id)

    def _set(self, restriction_id: int, **values: object) -> None:
        self._connection.execute(
            sa.update(t.restriction).where(t.restriction.c.id == restriction_id).values(**values)
        )

    def _select(
        self, *where: sa.ColumnElement[bool], limit: int | None = None
    ) -> list[StoredRestriction]:
        rows: Iterable[Any] = self._connection.execute(
            sa.select(
                t.restriction,
                sa.case(
                    (t.effect.c.status == EffectStatus.CONFIRMED, t.effect.c.confirmed_at),
                    else_=None,
                ).label("done_at"),
                t.effect.c.status.label("effect_status"),
            )
            .join(t.item, t.item.c.id == t.restriction.c.item_id)
            .join(t.case, t.case.c.id == t.restriction.c.case_id)
            .outerjoin(t.effect, t.effect.c.id == t.restriction.c.effect_id)
            .where(*where)
            .order_by(t.restriction.c.checked_at.is_not(None), t.restriction.c.checked_at)
            .limit(limit)
        )
        return [
            StoredRestriction(
                row.id,
                row.ref,
                row.case_id,
                row.item_id,
                Restriction(row.kind),
                row.person,
                row.until,
                row.effect_id is not None and row.effect_status not in _FAILED,
                row.said_by,
                row.checks,
                row.confirmed_at or row.done_at,
                row.ended_at,
            )
            for row in rows
        ]
