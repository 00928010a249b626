"""Times during which outsiders could comment although the school keeps comments off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.model import Edge
from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class Episode:
    """Comments are on: since when, and what showed it first."""

    account: str
    edge: Edge
    began_at: datetime


class Episodes:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def under_way(self) -> list[Episode]:
        """The episodes that nobody has ended, oldest first."""
        rows = self._connection.execute(
            sa.select(t.comments_on)
            .where(t.comments_on.c.ended_at.is_(None))
            .order_by(t.comments_on.c.began_at)
        ).all()
        return [Episode(row.account, Edge(row.edge), row.began_at) for row in rows]

    def note(self, account: str, edge: Edge, *, written_at: datetime, at: datetime) -> bool:
        """Something came from outside; True where that begins an episode.

        One that is under way goes on, and what was written before somebody switched comments off
        begins no new one, however late it was read. Idempotent.
        """
        newest = self._connection.execute(
            sa.select(t.comments_on.c.ended_at)
            .where(t.comments_on.c.account == account)
            .order_by(t.comments_on.c.id.desc())
            .limit(1)
        ).one_or_none()
        if newest is not None and (newest.ended_at is None or written_at <= newest.ended_at):
            return False
        self._connection.execute(
            sa.insert(t.comments_on), {"account": account, "edge": edge, "began_at": at}
        )
        return True

    def end(self, account: str, *, by: str, at: datetime) -> bool:
        """Somebody switched comments off; False where no episode was under way."""
        result = self._connection.execute(
            sa.update(t.comments_on)
            .where(t.comments_on.c.account == account, t.comments_on.c.ended_at.is_(None))
            .values(ended_at=at, ended_by=by)
        )
        return result.rowcount == 1
