"""Newcomers as people who stay, change their names, leave and come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from bot.model import Edge, ItemKind, ItemRef, Newcomer, Presence
from bot.store import tables as t
from bot.store.item_rows import ref_of
from bot.store.purges import What

HANDLE_BEFORE = "handle before"
"""The fact under which an earlier handle is kept: one, the last."""

_STANDS = (Edge.FOLLOWER, Edge.FOLLOW_REQUEST)

ACCOUNT = "account"
VANISHED = "no longer shown by the platform: deleted, suspended or closed"
"""A fact of our own beside the platform's, and its name: it tells no more of this account."""


@dataclass(frozen=True, slots=True)
class MetAgain:
    """The numbers of known newcomers who are here under another handle, or are back."""

    renamed: tuple[int, ...] = ()
    returned: tuple[int, ...] = ()


class People:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def meet_again(self, people: Sequence[Newcomer], *, read_at: datetime) -> MetAgain:
        """Note of stored newcomers how the platform shows them now, and that they are there.

        Whoever was erased stays without a name. Idempotent. Facts are replaced as a whole, but for
        the earlier handle.
        """
        by_ref = {each.ref: each for each in people}
        rows = self._rows(by_ref)
        renamed, returned = [], []
        erased = self._erased([row.id for row in rows])
        for row in rows:
            if row.presence == Presence.GONE:
                returned.append(row.id)
            if row.id in erased:
                continue
            now = by_ref[ref_of(row)]
            facts = dict(now.facts)
            before = row.facts.get(HANDLE_BEFORE)
            if now.author.handle and row.author_handle not in ("", now.author.handle):
                before = f"@{row.author_handle}"
                renamed.append(row.id)
            if before:
                facts[HANDLE_BEFORE] = before
            shown = {
                "author_handle": now.author.handle or row.author_handle,
                "author_name": now.author.name or row.author_name,
                "permalink": now.permalink or row.permalink,
                "facts": facts,
            }
            if any(getattr(row, name) != value for name, value in shown.items()):
                self._set([row.id], **shown)
        self._set([row.id for row in rows], presence=Presence.PRESENT, observed_at=read_at)
        return MetAgain(tuple(renamed), tuple(returned))

    def ask_anew(self, people: Sequence[Newcomer], *, at: datetime) -> tuple[int, ...]:
        """Note how known people stand to the school now, before a page of them is stored; returns
        the numbers of those who followed before, and ask now.

        Of each edge one sighting is kept: the newest tells how they stand. Idempotent.
        """
        by_ref = {each.ref: each for each in people}
        now = {row.id: by_ref[ref_of(row)].edge for row in self._rows(by_ref)}
        sightings = self._connection.execute(
            sa.select(t.sighting.c.item_id, t.sighting.c.edge)
            .where(t.sighting.c.item_id.in_(now), t.sighting.c.edge.in_(_STANDS))
            .order_by(t.sighting.c.first_seen_at, t.sighting.c.edge == Edge.FOLLOWER)
        )
        stood = {row.item_id: row.edge for row in sightings}
        changed = [i for i, edge in now.items() if edge in _STANDS and stood.get(i, edge) != edge]
        for item_id in changed:
            self._connection.execute(
                sa.update(t.sighting)
                .where(t.sighting.c.item_id == item_id, t.sighting.c.edge == now[item_id])
                .values(first_seen_at=at)
            )
        return tuple(i for i in changed if now[i] == Edge.FOLLOW_REQUEST)

    def note_vanished(self, item_id: int) -> None:
        """The platform no longer shows this account; whoever is met again is described anew."""
        query = sa.select(t.item.c.facts).where(t.item.c.id == item_id)
        facts = self._connection.scalar(query) or {}
        self._set([item_id], presence=Presence.GONE, facts={**facts, ACCOUNT: VANISHED})

    def leave(self, account: str, *, unseen_since: datetime) -> tuple[int, ...]:
        """Mark followers whom a whole sweep, begun then, did not meet; returns their numbers."""
        seen = sa.func.coalesce(t.item.c.observed_at, t.item.c.first_seen_at)
        follows = (
            sa.exists()
            .where(
                t.sighting.c.item_id == t.item.c.id,
                t.sighting.c.edge == Edge.FOLLOWER,
            )
            .correlate(t.item)
        )
        ids = tuple(
            self._connection.scalars(
                sa.select(t.item.c.id).where(
                    t.item.c.kind == ItemKind.NEWCOMER,
                    t.item.c.account == account,
                    t.item.c.presence == Presence.PRESENT,
                    seen < unseen_since,
                    follows,
                )
            )
        )
        self._set(ids, presence=Presence.GONE)
        return ids

    def undecided_baseline(self, account: str, limit: int) -> list[int]:
        """Newcomers from before the first start who never had a case, oldest first."""
        has_case = sa.exists().where(t.case.c.item_id == t.item.c.id).correlate(t.item)
        return list(
            self._connection.scalars(
                sa.select(t.item.c.id)
                .where(
                    t.item.c.kind == ItemKind.NEWCOMER,
                    t.item.c.account == account,
                    t.item.c.baseline,
                    ~has_case,
                )
                .order_by(t.item.c.id)
                .limit(limit)
            )
        )

    def only_newcomers(self, account: str, *, by: str, at: datetime) -> bool:
        """Keep that only newcomers are decided about from now on; False where it was so already."""
        choice = t.newcomers_only
        known = sa.select(choice.c.account).where(choice.c.account == account)
        if self._connection.execute(known).first() is not None:
            return False
        self._connection.execute(sa.insert(choice), {"account": account, "person": by, "at": at})
        return True

    def count_followers(self, account: str, day: date, people: int) -> None:
        """Keep how many followed that day; a later count of the same day replaces it."""
        counts = t.follower_count
        self._connection.execute(
            sa.delete(counts).where(counts.c.account == account, counts.c.day == day)
        )
        self._connection.execute(
            sa.insert(counts), {"account": account, "day": day, "people": people}
        )

    # what is put off --------------------------------------------------------------------------

    def put_off(
        self, case_id: int, *, later_until: datetime | None = None, passed_to: str = ""
    ) -> None:
        """Keep until when somebody wants to see the case again, or who has it now."""
        self._connection.execute(sa.delete(t.vetting).where(t.vetting.c.case_id == case_id))
        self._connection.execute(
            sa.insert(t.vetting),
            {"case_id": case_id, "later_until": later_until, "passed_to": passed_to},
        )

    # the parents' register ----------------------------------------------------------------------

    def register(self, platform: str, handle: str, *, by: str, on: date, expires_on: date) -> None:
        """Note that this handle is a parent's; a second time renews it."""
        where = (t.register.c.platform == platform) & (t.register.c.handle == handle)
        self._connection.execute(sa.delete(t.register).where(where))
        self._connection.execute(
            sa.insert(t.register),
            {
                "platform": platform,
                "handle": handle,
                "confirmed_by": by,
                "confirmed_on": on,
                "expires_on": expires_on,
            },
        )

    def unregister(self, entry_id: int) -> None:
        """A parent takes their word back, or it was a mistake."""
        self._connection.execute(sa.delete(t.register).where(t.register.c.id == entry_id))

    def expire_register(self, today: date) -> int:
        """Forget what has run out; returns how many."""
        return self._connection.execute(
            sa.delete(t.register).where(t.register.c.expires_on < today)
        ).rowcount

    # steps about an author -----------------------------------------------------------------------

    def take_step(self, platform: str, author_id: str, step: str, *, by: str, at: datetime) -> None:
        """Remember that a person took one of the policy's steps."""
        self._connection.execute(
            sa.insert(t.author_step),
            {"platform": platform, "author_id": author_id, "step": step, "person": by, "at": at},
        )

    # within -------------------------------------------------------------------------------------

    def _rows(self, refs: dict[ItemRef, Newcomer]) -> Sequence[sa.Row[tuple[object, ...]]]:
        if not refs:
            return []
        rows = self._connection.execute(
            sa.select(t.item).where(
                t.item.c.kind == ItemKind.NEWCOMER,
                t.item.c.native_id.in_({ref.native_id for ref in refs}),
            )
        )
        return [row for row in rows if ref_of(row) in refs]

    def _erased(self, ids: Sequence[int]) -> set[int]:
        return set(
            self._connection.scalars(
                sa.select(t.purge.c.item_id).where(
                    t.purge.c.item_id.in_(ids), t.purge.c.what == What.ALL
                )
            )
        )

    def _set(self, ids: Sequence[int], **values: object) -> None:
        if ids:
            self._connection.execute(sa.update(t.item).where(t.item.c.id.in_(ids)).values(**values))
