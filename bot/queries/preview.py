"""What the last preview says, counted for one viewer.

A reading counts if its case is the viewer's to see as things stand now, or, where it has none,
would be under the settings that were tried; and never where either accuses the viewer. So the
numbers are those of a school in which nothing else exists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.access import CaseView, Viewer
from bot.access import may_see as may_see_case
from bot.model import Action, ItemKind, Kind, Role
from bot.queries.seen import looking, may_see
from bot.store import Store
from bot.store import tables as t
from bot.store.previews import BINS, bin_of


class Change(StrEnum):
    """What would become of a comment; the value is how it is called."""

    NEWLY_HIDDEN = "newly hidden"
    NEWLY_QUEUED = "newly queued"
    NO_LONGER_HIDDEN = "no longer hidden"
    NO_LONGER_QUEUED = "no longer queued"

    @staticmethod
    def of(before: Action, after: Action) -> Change | None:
        """The change between two actions; None where they are the same."""
        if before is after:
            return None
        if after is Action.HIDE:
            return Change.NEWLY_HIDDEN
        if before is Action.HIDE:
            return Change.NO_LONGER_HIDDEN
        return Change.NEWLY_QUEUED if after is Action.QUEUE else Change.NO_LONGER_QUEUED


@dataclass(frozen=True, slots=True)
class KindPreview:
    """One kind: comments by what would become of them, and by the tenth in which they score.

    `bins` is empty and `line` None where no classifier scores this kind.
    """

    kind: Kind
    changes: Mapping[Change, int]
    bins: tuple[int, ...]
    line: float | None

    @property
    def line_bin(self) -> int | None:
        """The tenth in which the line lies."""
        return None if self.line is None else bin_of(self.line)

    @property
    def says_something(self) -> bool:
        """Whether any comment scores above the lowest tenth."""
        return any(self.bins[1:])


@dataclass(frozen=True, slots=True)
class PreviewFound:
    """The last preview as one viewer may know it; `moves` counts (now, then)."""

    at: datetime
    settings: str
    days: int | None
    versions: Mapping[str, str]
    moves: Mapping[tuple[Action, Action], int]
    kinds: tuple[KindPreview, ...]

    @property
    def judged(self) -> int:
        return sum(self.moves.values())

    @property
    def changed(self) -> int:
        return sum(count for (now, then), count in self.moves.items() if now is not then)


def last_preview(store: Store, viewer: Viewer) -> PreviewFound | None:
    """The last preview, with only what this viewer may see; None where there was none."""
    return _found(
        store,
        sa.or_(t.case.c.id.is_(None), may_see(viewer)),
        lambda row: _counts_for(viewer, row),
    )


def whole_preview(store: Store) -> PreviewFound | None:
    """The last preview with everything in it: for the command line alone, never for a page."""
    return _found(store, sa.true(), lambda _row: True)


def _found(
    store: Store, where: sa.ColumnElement[bool], counts: Callable[[Any], bool]
) -> PreviewFound | None:
    query = (
        sa.select(t.previewed, t.case.c.id.label("case_id"), t.item.c.hidden)
        .join(t.reading, t.reading.c.id == t.previewed.c.reading_id)
        .join(t.item, t.item.c.id == t.reading.c.item_id)
        .outerjoin(t.case, t.case.c.item_id == t.item.c.id)
        .where(where)
    )
    with looking(store) as connection:
        preview = connection.execute(sa.select(t.preview)).one_or_none()
        rows = connection.execute(query).all()
    if preview is None:
        return None
    counted = [row for row in rows if counts(row)]
    moves = Counter((Action(row.before), Action(row.after)) for row in counted)
    return PreviewFound(
        preview.at,
        preview.settings,
        preview.days,
        preview.versions,
        moves,
        tuple(_kinds(counted, preview.lines)),
    )


def _counts_for(viewer: Viewer, row: Any) -> bool:
    if viewer.person_key in row.excluded:
        return False
    if row.case_id is not None:
        return True  # the query asked
    return may_see_case(
        viewer,
        CaseView(
            audience=frozenset(Role(role) for role in row.told),
            excluded=frozenset(row.excluded),
            kinds=frozenset(Kind(kind) for kind in row.kinds),
            child=row.child,
            item_kind=ItemKind.COMMENT,
            public=True,
            acted_on=bool(row.hidden) or row.after == Action.HIDE,
        ),
    )


def _kinds(rows: Iterable[Any], lines: Mapping[str, float]) -> Iterator[KindPreview]:
    """Those of the kinds that were scored or that change something, in their own order."""
    changes: dict[str, Counter[Change]] = {}
    bins: dict[str, Counter[int]] = {}
    for row in rows:
        change = Change.of(Action(row.before), Action(row.after))
        for kind in row.changed:
            changes.setdefault(kind, Counter()).update([change] if change else [])
        for kind, number in row.bins.items():
            bins.setdefault(kind, Counter()).update([number])
    for kind in Kind:
        if kind in changes or kind in bins:
            scored = bins.get(kind)
            yield KindPreview(
                kind,
                changes.get(kind, Counter()),
                tuple(scored[number] for number in range(BINS)) if scored else (),
                lines.get(kind) if scored else None,
            )
