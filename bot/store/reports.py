"""Reports: what a member of staff wrote down by hand."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa

from bot.model import ItemKind, Presence, digest_of
from bot.store import tables as t
from bot.store.insert import insert_one

ACCOUNT = "by hand"
"""Stands where other items name the school's account; no account can be called so."""


class Reports:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def enter(
        self,
        *,
        where: str,
        link: str,
        author: str,
        supplied_by: str,
        summary: str,
        occurred_at: datetime,
        by: str,
        at: datetime,
    ) -> tuple[int, int, str]:
        """Keep a report as an item with one reading; returns both numbers and the salt."""
        salt = token_hex(16)
        item_id = insert_one(
            self._connection,
            t.item,
            {
                "platform": where,
                "kind": ItemKind.REPORT,
                "native_id": token_hex(8),
                "scope": "",
                "account": ACCOUNT,
                "created_at": occurred_at,
                "first_seen_at": at,
                "author_id": "",
                "author_handle": "",
                "author_name": author,
                "post_id": "",
                "parent_id": "",
                "permalink": link,
                "facts": {
                    **({"supplied by": supplied_by} if supplied_by else {}),
                    "entered by": by,
                },
                "baseline": False,
                "presence": Presence.UNKNOWN,
            },
        )
        reading_id = insert_one(
            self._connection,
            t.reading,
            {
                "item_id": item_id,
                "digest": digest_of(summary),
                "salt": salt,
                "text": summary,
                "attachments": [],
                "seen_at": at,
                "waiting": False,
            },
        )
        self._connection.execute(
            sa.update(t.item).where(t.item.c.id == item_id).values(reading_id=reading_id)
        )
        return item_id, reading_id, salt
