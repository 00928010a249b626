"""What staff add to a case: notes, references, contacts, links. Nothing added is ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from secrets import token_hex

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.insert import insert_one


class AdditionKind(StrEnum):
    """What was added."""

    NOTE = "note"
    CORRECTION = "correction"
    REFERENCE = "reference"
    CONTACT = "contact"
    MEETING = "meeting"
    TOLD = "told"
    OUTCOME = "outcome"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class StoredAddition:
    """One addition. `words` is empty once it was purged."""

    kind: AdditionKind
    words: str
    linked_ref: str
    by: str
    at: datetime


class Additions:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        case_id: int,
        *,
        kind: AdditionKind,
        words: str,
        linked_case_id: int | None,
        by: str,
        at: datetime,
    ) -> str:
        """Keep one more; returns the salt under which the log has its digest."""
        salt = token_hex(16)
        insert_one(
            self._connection,
            t.addition,
            {
                "case_id": case_id,
                "kind": kind,
                "words": words,
                "salt": salt,
                "linked_case_id": linked_case_id,
                "by": by,
                "at": at,
            },
        )
        return salt

    def of_case(self, case_id: int) -> list[StoredAddition]:
        """All that was added to a case, oldest first."""
        linked = t.case.alias()
        rows = self._connection.execute(
            sa.select(t.addition, sa.func.coalesce(linked.c.ref, "").label("linked_ref"))
            .outerjoin(linked, linked.c.id == t.addition.c.linked_case_id)
            .where(t.addition.c.case_id == case_id)
            .order_by(t.addition.c.id)
        )
        return [
            StoredAddition(AdditionKind(row.kind), row.words, row.linked_ref, row.by, row.at)
            for row in rows
        ]
