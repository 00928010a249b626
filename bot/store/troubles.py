"""What keeps Schoolgate from its work at this moment, and who knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, in words for whoever can mend it. `key` names its kind."""

    key: str
    words: str
    since: datetime
    told_at: datetime | None = None


class Troubles:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self) -> list[Trouble]:
        """Everything that is wrong now, the oldest first."""
        rows = self._connection.execute(
            sa.select(t.trouble).order_by(t.trouble.c.since, t.trouble.c.key)
        )
        return [Trouble(**row._mapping) for row in rows]

    def keep(self, found: Mapping[str, str], at: datetime) -> tuple[list[str], list[str]]:
        """Take in what is wrong now (words by key); returns the keys that are new, and those over.

        One that goes on keeps its beginning, whatever its words are by now.
        """
        known = {one.key for one in self.all()}
        over, new = sorted(known - set(found)), sorted(set(found) - known)
        self._connection.execute(sa.delete(t.trouble).where(t.trouble.c.key.in_(over)))
        for key, words in found.items():
            if key in known:
                row = sa.update(t.trouble).where(t.trouble.c.key == key)
                self._connection.execute(row.values(words=words))
            else:
                values = {"key": key, "words": words, "since": at}
                self._connection.execute(sa.insert(t.trouble), values)
        return new, over

    def mark_told(self, keys: Iterable[str], at: datetime) -> None:
        """A letter speaks of these."""
        row = sa.update(t.trouble).where(t.trouble.c.key.in_(list(keys)))
        self._connection.execute(row.values(told_at=at))
