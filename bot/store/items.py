"""Items, their readings, and the edges on which they were seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.model import (
    Comment,
    Edge,
    Item,
    ItemKind,
    ItemRef,
    Newcomer,
    Observation,
    OwnPost,
    Presence,
)
from bot.store import tables as t
from bot.store.digests import both, is_of
from bot.store.insert import insert_one
from bot.store.item_rows import (
    StoredItem,
    created_at,
    digest,
    item_row,
    reading_row,
    stored_item,
    stored_items,
)


@dataclass(frozen=True, slots=True)
class Met:
    """What one page brought: numbers, and the items whose state is not what was remembered."""

    new: tuple[StoredItem, ...] = ()
    edited: tuple[StoredItem, ...] = ()
    hidden_by_others: tuple[StoredItem, ...] = ()
    unhidden_by_others: tuple[StoredItem, ...] = ()


class Items:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key

    def meet(
        self,
        items: Sequence[Item],
        *,
        at: datetime,
        read_at: datetime,
        baseline_before: datetime,
        newcomers_are_baseline: bool = False,
    ) -> Met:
        """Store what is new and note what changed. Idempotent: the same page twice changes nothing.

        `read_at` is when the page was asked for: what was observed later than that wins over it.
        Items made before `baseline_before` are the baseline: recorded, never acted upon.
        """
        unique = {item.ref: item for item in items}
        known = self.find(unique)
        new = [item for ref, item in unique.items() if ref not in known]
        old = [(known[ref], item) for ref, item in unique.items() if ref in known]
        stored = self._insert(new, at, baseline_before, newcomers_are_baseline)
        ids = {ref: found.id for ref, found in (known | stored).items()}
        sightings = dict.fromkeys((ids[i.ref], edge) for i in items if (edge := _edge(i)))
        self._note_sightings(self._unseen_edges(list(sightings)), at)
        edited = [self._reread(s, i, at) for s, i in old if not self._is_read(s, i)]
        hidden, unhidden = self._note_visibility(old, at, read_at)
        return Met(tuple(stored.values()), tuple(edited), hidden, unhidden)

    def _is_read(self, stored: StoredItem, item: Item) -> bool:
        return is_of(self._key, stored.digest, digest(item))

    def find(self, refs: Iterable[ItemRef]) -> dict[ItemRef, StoredItem]:
        """Those of the refs that are stored."""
        wanted = set(refs)
        if not wanted:
            return {}
        rows = self._connection.execute(
            stored_items().where(
                t.item.c.platform.in_({ref.platform for ref in wanted}),
                t.item.c.kind.in_({ref.kind for ref in wanted}),
                t.item.c.native_id.in_({ref.native_id for ref in wanted}),
            )
        )
        found = [stored_item(row) for row in rows]
        return {item.ref: item for item in found if item.ref in wanted}

    def get(self, item_id: int) -> StoredItem:
        """One item that is known to be there."""
        return self.get_all([item_id])[item_id]

    def get_all(self, item_ids: Sequence[int]) -> dict[int, StoredItem]:
        """Items that are known to be there, by their ids."""
        rows = self._connection.execute(stored_items().where(t.item.c.id.in_(item_ids)))
        return {row.id: stored_item(row) for row in rows}

    def _insert(
        self, items: Sequence[Item], at: datetime, baseline_before: datetime, newcomers: bool
    ) -> dict[ItemRef, StoredItem]:
        if not items:
            return {}
        rows = []
        for item in items:
            created = created_at(item)
            baseline = newcomers if isinstance(item, Newcomer) else created < baseline_before
            rows.append(item_row(item, at, created, baseline))
        ids = self._connection.scalars(
            sa.insert(t.item).returning(t.item.c.id, sort_by_parameter_order=True), rows
        ).all()
        readings = self._connection.scalars(
            sa.insert(t.reading).returning(t.reading.c.id, sort_by_parameter_order=True),
            [reading_row(item_id, item, at) for item_id, item in zip(ids, items, strict=True)],
        ).all()
        pairs = zip(ids, readings, strict=True)
        self._point_at(list(pairs))
        return {
            item.ref: StoredItem(
                item_id,
                item.ref,
                item.account,
                reading_id,
                digest(item),
                bool(row["baseline"]),
                Presence.PRESENT,
                item.hidden if isinstance(item, Comment) else None,
                item.can_hide if isinstance(item, Comment) else None,
                None,
            )
            for item_id, reading_id, item, row in zip(ids, readings, items, rows, strict=True)
        }

    def _point_at(self, pairs: Sequence[tuple[int, int]]) -> None:
        self._connection.execute(
            sa.update(t.item)
            .where(t.item.c.id == sa.bindparam("item"))
            .values(reading_id=sa.bindparam("reading")),
            [{"item": item_id, "reading": reading_id} for item_id, reading_id in pairs],
        )

    def _reread(self, stored: StoredItem, item: Item, at: datetime) -> StoredItem:
        """A changed digest: a new reading, or an earlier one come back; either is judged anew."""
        reading_id = self._connection.scalar(
            sa.select(t.reading.c.id).where(
                t.reading.c.item_id == stored.id,
                t.reading.c.digest.in_(both(self._key, digest(item))),
            )
        )
        row = reading_row(stored.id, item, at)
        baseline = stored.baseline and isinstance(item, Newcomer)  # words of others come anew
        self._connection.execute(
            sa.update(t.reading).where(t.reading.c.item_id == stored.id).values(waiting=False)
        )
        if reading_id is None:
            reading_id = insert_one(self._connection, t.reading, row)
        else:
            self._connection.execute(
                sa.update(t.reading)
                .where(t.reading.c.id == reading_id)
                .values(waiting=row["waiting"], attempts=0)
            )
            # Words that were purged and are written again are judged again, so they are needed.
            self._connection.execute(
                sa.update(t.reading)
                .where(t.reading.c.id == reading_id, t.reading.c.salt == "")
                .values({name: row[name] for name in _COME_BACK})
            )
        self._connection.execute(
            sa.update(t.item)
            .where(t.item.c.id == stored.id)
            .values(reading_id=reading_id, baseline=baseline, presence=Presence.PRESENT)
        )
        return self.get(stored.id)

    def asks_to_follow(self, item_id: int) -> bool:
        """Whether somebody was met asking to follow, and not as a follower since."""
        since = {
            row.edge: row.first_seen_at
            for row in self._connection.execute(
                sa.select(t.sighting.c.edge, t.sighting.c.first_seen_at).where(
                    t.sighting.c.item_id == item_id,
                    t.sighting.c.edge.in_([Edge.FOLLOWER, Edge.FOLLOW_REQUEST]),
                )
            )
        }
        asked, followed = since.get(Edge.FOLLOW_REQUEST), since.get(Edge.FOLLOWER)
        return asked is not None and (followed is None or followed < asked)

    def _unseen_edges(self, pairs: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
        if not pairs:
            return []
        rows = self._connection.execute(
            sa.select(t.sighting.c.item_id, t.sighting.c.edge).where(
                t.sighting.c.item_id.in_({item_id for item_id, _ in pairs})
            )
        )
        seen = {(row.item_id, row.edge) for row in rows}
        return [pair for pair in pairs if pair not in seen]

    def _note_sightings(self, pairs: Sequence[tuple[int, str]], at: datetime) -> None:
        if pairs:
            self._connection.execute(
                sa.insert(t.sighting),
                [{"item_id": i, "edge": edge, "first_seen_at": at} for i, edge in pairs],
            )

    def _note_visibility(
        self, pairs: Sequence[tuple[StoredItem, Item]], at: datetime, read_at: datetime
    ) -> tuple[tuple[StoredItem, ...], tuple[StoredItem, ...]]:
        hidden, unhidden = [], []
        for stored, item in pairs:
            if not isinstance(item, Comment) or (stored.observed_at or read_at) > read_at:
                continue
            can_hide = item.can_hide
            if item.account != stored.account:
                if can_hide and not stored.can_hide:
                    self._move(stored, item.account)
                else:
                    can_hide = None  # what this account may do with it is not what its own may
            seen = Observation(item.ref, Presence.PRESENT, item.hidden, can_hide)
            change = self.observe(stored, seen, at)
            if change is True:
                hidden.append(stored)
            elif change is False:
                unhidden.append(stored)
        return tuple(hidden), tuple(unhidden)

    def observe(self, stored: StoredItem, seen: Observation, at: datetime) -> bool | None:
        """Note what the platform says now; returns the new `hidden` where it changed, else None.

        Writes only where something changed, so that a quiet poll costs nothing.
        """
        changes: dict[str, object] = {}
        if seen.presence is not Presence.UNKNOWN and seen.presence is not stored.presence:
            changes["presence"] = seen.presence
        if seen.can_hide is not None and seen.can_hide != stored.can_hide:
            changes["can_hide"] = seen.can_hide
        turned = seen.hidden is not None and seen.hidden != bool(stored.hidden)
        if seen.hidden is not None and seen.hidden != stored.hidden:
            changes["hidden"] = seen.hidden
        if changes:
            self._connection.execute(
                sa.update(t.item).where(t.item.c.id == stored.id).values(**changes, observed_at=at)
            )
        return seen.hidden if turned else None

    def _move(self, stored: StoredItem, account: str) -> None:
        """Two of the school's accounts see one comment: it belongs to the one that can hide it.

        It is judged again, since the other one may have been refused.
        """
        self._connection.execute(
            sa.update(t.item).where(t.item.c.id == stored.id).values(account=account)
        )
        self._connection.execute(
            sa.update(t.reading)
            .where(t.reading.c.id == stored.reading_id)
            .values(waiting=True, attempts=0)
        )

    def mark_observed(self, item_ids: Sequence[int], at: datetime) -> None:
        """Note that these were looked at, so that the next round looks at others first."""
        self._connection.execute(
            sa.update(t.item).where(t.item.c.id.in_(item_ids)).values(observed_at=at)
        )

    def to_look_at_again(self, account: str, since: datetime, limit: int) -> list[StoredItem]:
        """Items with a case that are still there, longest unobserved first."""
        recent = sa.select(t.case.c.item_id).where(t.case.c.opened_at >= since)
        query = (
            stored_items()
            .where(
                t.item.c.id.in_(recent),
                t.item.c.account == account,
                t.item.c.kind == ItemKind.COMMENT,
                t.item.c.presence == Presence.PRESENT,
            )
            .order_by(t.item.c.observed_at.is_not(None), t.item.c.observed_at)
            .limit(limit)
        )
        return [stored_item(row) for row in self._connection.execute(query)]


_COME_BACK = ("digest", "text", "salt", "attachments", "seen_at")


def _edge(item: Item) -> str:
    return "" if isinstance(item, OwnPost) else item.edge
