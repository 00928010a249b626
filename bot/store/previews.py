"""The last preview: what other settings would make of every stored comment, one row a reading.

It holds no text. Each reading stands by itself so that a page can count for each viewer only what
that viewer may see, as things stand when they look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.model import Action, Kind, Role
from bot.store import tables as t

BINS = 10
"""Into how many equal parts the scores from 0 to 1 are counted."""

_AT_ONCE = 1_000


def bin_of(score: float) -> int:
    """Into which part a score falls, 0 to 9."""
    return min(int(score * BINS), BINS - 1)


@dataclass(frozen=True, slots=True)
class Preview:
    """What was tried, and when.

    `settings` is the file's name, `days` how far back it went (None: all). `lines` holds the kinds
    that were scored, and from which score (0 to 1) each counts as found.
    """

    at: datetime
    settings: str
    days: int | None
    versions: Mapping[str, str]
    lines: Mapping[Kind, float]


@dataclass(frozen=True, slots=True)
class Previewed:
    """One reading: the action of its stored verdict, and what the other settings make of it.

    `changed` are the kinds under which the change is counted (none: no change); `bins` tells into
    which tenth each kind's score falls, 0 to 9. The rest is what access needs to know.
    """

    reading_id: int
    before: Action
    after: Action
    changed: frozenset[Kind]
    kinds: frozenset[Kind]
    child: bool
    told: frozenset[Role]
    excluded: frozenset[str]
    bins: Mapping[Kind, int]


class Previews:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep(self, preview: Preview, readings: Iterable[Previewed]) -> None:
        """Put this preview in the place of the last one."""
        self._connection.execute(sa.delete(t.previewed))
        self._connection.execute(sa.delete(t.preview))
        self._connection.execute(
            sa.insert(t.preview),
            {
                "id": 1,
                "at": preview.at,
                "settings": preview.settings,
                "days": preview.days,
                "versions": dict(preview.versions),
                "lines": dict(preview.lines),
            },
        )
        rows = [_row(one) for one in readings]
        for start in range(0, len(rows), _AT_ONCE):
            self._connection.execute(sa.insert(t.previewed), rows[start : start + _AT_ONCE])


def _row(one: Previewed) -> dict[str, object]:
    return {
        "reading_id": one.reading_id,
        "before": one.before,
        "after": one.after,
        "changed": sorted(one.changed),
        "kinds": sorted(one.kinds),
        "child": one.child,
        "told": sorted(one.told),
        "excluded": sorted(one.excluded),
        "bins": dict(one.bins),
    }
