"""Counts for a summary: numbers only, nobody's words."""

from __future__ import annotations

import sqlalchemy as sa

from bot.model import ItemKind
from bot.store import tables as t


class Figures:
    """One drawer of the store; reads only."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def items(self) -> dict[str, int]:
        """How many items of each kind are stored."""
        return self._count(t.item.c.kind)

    def verdicts(self) -> dict[str, int]:
        """How many comments' newest verdict is which action."""
        newest = sa.select(sa.func.max(t.verdict.c.id)).group_by(t.verdict.c.reading_id)
        current = (
            sa.select(t.verdict.c.action, sa.func.count())
            .join(t.item, t.item.c.reading_id == t.verdict.c.reading_id)
            .where(t.verdict.c.id.in_(newest), t.item.c.kind == ItemKind.COMMENT)
            .group_by(t.verdict.c.action)
        )
        return {str(name): int(count) for name, count in self._connection.execute(current)}

    def held_back(self) -> dict[str, int]:
        """Of the verdicts to hide, how many were not carried out, by reason."""
        return self._count(t.verdict.c.held_back, t.verdict.c.held_back != "")

    def effects(self, kind: str) -> dict[str, int]:
        """How many intentions of this kind are in which state."""
        return self._count(t.effect.c.status, t.effect.c.kind == kind)

    def cases(self) -> dict[str, int]:
        """How many cases are open, closed."""
        return self._count(t.case.c.status)

    def baseline(self) -> int:
        """How many items were there before the first start."""
        return self._count(t.item.c.baseline).get("True", 0)

    def _count(self, column: sa.Column[object], *where: sa.ColumnElement[bool]) -> dict[str, int]:
        rows = self._connection.execute(
            sa.select(column, sa.func.count()).where(*where).group_by(column)
        )
        return {str(name): int(count) for name, count in rows}
