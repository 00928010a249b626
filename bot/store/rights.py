"""Requests of people about their own data, and their clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.insert import insert_one


class RightsKind(StrEnum):
    """What somebody asks for (UK GDPR, articles 15, 17 and 21)."""

    ACCESS = "access"
    ERASURE = "erasure"
    OBJECTION = "objection"


class RightsDecision(StrEnum):
    """How it was answered."""

    GRANTED = "granted"
    IN_PART = "in_part"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """One request. `handle` is how the platform names who asks; by `due_at` it is answered."""

    id: int
    ref: str
    kind: RightsKind
    handle: str
    received_at: datetime
    due_at: datetime
    opened_by: str
    decision: RightsDecision | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None


_BY_ITSELF = (t.register.c.handle, t.author_step.c.author_id)
"""What hangs on a person and not on an item: the parents' register, and the steps of the policy."""


class Rights:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def open(
        self, kind: RightsKind, handle: str, *, received_at: datetime, due_at: datetime, by: str
    ) -> str:
        """Note a request; returns its public reference."""
        ref = token_hex(6)
        insert_one(
            self._connection,
            t.rights_request,
            {
                "ref": ref,
                "kind": kind,
                "handle": handle,
                "received_at": received_at,
                "due_at": due_at,
                "opened_by": by,
            },
        )
        return ref

    def find(self, ref: str) -> RightsRequest | None:
        """The request with this reference."""
        return next(iter(self._select(t.rights_request.c.ref == ref)), None)

    def all(self) -> list[RightsRequest]:
        """All requests, those that wait longest first."""
        return self._select(sa.true())

    def decide(
        self, ref: str, decision: RightsDecision, *, reason: str, by: str, at: datetime
    ) -> None:
        """Write down how it was answered."""
        self._connection.execute(
            sa.update(t.rights_request)
            .where(t.rights_request.c.ref == ref)
            .values(decision=decision, reason=reason, decided_by=by, decided_at=at)
        )

    def forget_handle(self, ref: str) -> None:
        """Nothing is held on them any more, so who asked is forgotten too."""
        self._connection.execute(
            sa.update(t.rights_request).where(t.rights_request.c.ref == ref).values(handle="")
        )

    def hanging(self) -> frozenset[tuple[str, str]]:
        """Under what something stands that hangs on a person and not on an item."""
        return frozenset(
            (row.platform, row[1])
            for column in _BY_ITSELF
            for row in self._connection.execute(
                sa.select(column.table.c.platform, column).distinct()
            )
        )

    def forget(self, key: tuple[str, str]) -> None:
        """Take away what stands under this platform and handle or number. Idempotent."""
        platform, name = key
        for column in _BY_ITSELF:
            self._connection.execute(
                sa.delete(column.table).where(column.table.c.platform == platform, column == name)
            )

    def _select(self, where: sa.ColumnElement[bool]) -> list[RightsRequest]:
        rows = self._connection.execute(
            sa.select(t.rights_request).where(where).order_by(t.rights_request.c.due_at)
        )
        return [_request(row) for row in rows]


def _request(row: Any) -> RightsRequest:
    values = dict(row._mapping)
    values["kind"] = RightsKind(row.kind)
    values["decision"] = RightsDecision(row.decision) if row.decision else None
    return RightsRequest(**values)
