"""Pictures and papers that staff put into the log by hand; their bytes stay in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_hex

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.insert import insert_one


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """One upload without its bytes. `purged`: only its digest is left. `size` is in bytes."""

    ref: str
    item_id: int
    name: str
    media_type: str
    size: int
    digest: str
    by: str
    at: datetime
    purged: bool


class Uploads:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, item_id: int, *, name: str, media_type: str, content: bytes, by: str, at: datetime
    ) -> str:
        """Keep a file; returns the SHA-256 of its bytes."""
        digest = sha256(content).hexdigest()
        insert_one(
            self._connection,
            t.upload,
            {
                "ref": token_hex(6),
                "item_id": item_id,
                "name": name,
                "media_type": media_type,
                "size": len(content),
                "digest": digest,
                "content": content,
                "by": by,
                "at": at,
            },
        )
        return digest

    def of_item(self, item_id: int) -> Sequence[StoredUpload]:
        """The files of one item, oldest first."""
        columns = (c for c in t.upload.c if c.name not in {"content", "id"})
        rows = self._connection.execute(
            sa.select(*columns, (sa.func.length(t.upload.c.content) == 0).label("purged"))
            .where(t.upload.c.item_id == item_id)
            .order_by(t.upload.c.id)
        )
        return [StoredUpload(**row._mapping) for row in rows]

    def content(self, ref: str) -> bytes:
        """The bytes of a file that is known to be there; none once it was purged."""
        content: bytes = self._connection.execute(
            sa.select(t.upload.c.content).where(t.upload.c.ref == ref)
        ).scalar_one()
        return content
