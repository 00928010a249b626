"""How an item and its reading become rows, and what a row says of an item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from bot.model import Comment, Item, ItemKind, ItemRef, Newcomer, Presence, digest_of
from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as last seen. `reading_id` names its current reading."""

    id: int
    ref: ItemRef
    account: str
    reading_id: int
    digest: str
    baseline: bool
    presence: Presence
    hidden: bool | None
    can_hide: bool | None
    observed_at: datetime | None


def created_at(item: Item) -> datetime:
    """When it was written; a newcomer, of whom no platform tells when they came, when seen."""
    return item.seen_at if isinstance(item, Newcomer) else item.created_at


def _text(item: Item) -> str:
    return item.bio if isinstance(item, Newcomer) else item.text


def digest(item: Item) -> str:
    """Of its words as they are now, with what hangs on them."""
    return digest_of(_text(item), () if isinstance(item, Newcomer) else item.attachments)


def item_row(item: Item, at: datetime, created: datetime, baseline: bool) -> dict[str, object]:
    """A row of `item`, which does not yet point at its reading."""
    comment = item if isinstance(item, Comment) else None
    author = item.author if isinstance(item, Comment | Newcomer) else None
    return {
        "platform": item.ref.platform,
        "kind": item.ref.kind,
        "native_id": item.ref.native_id,
        "scope": item.ref.account,
        "account": item.account,
        "created_at": created,
        "first_seen_at": at,
        "author_id": author.native_id if author else "",
        "author_handle": author.handle if author else "",
        "author_name": author.name if author else "",
        "post_id": comment.post_id if comment else "",
        "parent_id": comment.parent_id if comment else "",
        "permalink": item.permalink,
        "facts": dict(item.facts) if isinstance(item, Newcomer) else {},
        "baseline": baseline,
        "presence": Presence.PRESENT,
        "hidden": comment.hidden if comment else None,
        "can_hide": comment.can_hide if comment else None,
    }


def reading_row(item_id: int, item: Item, at: datetime) -> dict[str, object]:
    """A row of `reading`; only comments wait to be judged."""
    hung = () if isinstance(item, Newcomer) else item.attachments
    return {
        "item_id": item_id,
        "digest": digest(item),
        "salt": token_hex(16),
        "text": _text(item),
        "attachments": [{"kind": a.kind, "url": a.url, "title": a.title} for a in hung],
        "seen_at": at,
        "waiting": isinstance(item, Comment),
    }


def stored_items() -> sa.Select[Any]:
    """The query for what `stored_item` reads; narrow it."""
    return sa.select(t.item, t.reading.c.digest).join(
        t.reading, t.reading.c.id == t.item.c.reading_id
    )


def ref_of(row: Any) -> ItemRef:
    """The name of an item from its row, or from one that was joined to it."""
    return ItemRef(row.platform, ItemKind(row.kind), row.native_id, row.scope)


def stored_item(row: Any) -> StoredItem:
    """An item from a row of `stored_items`."""
    return StoredItem(
        row.id,
        ref_of(row),
        row.account,
        row.reading_id,
        row.digest,
        row.baseline,
        Presence(row.presence),
        row.hidden,
        row.can_hide,
        row.observed_at,
    )
