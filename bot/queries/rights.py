"""Everything that is held on one person, for the data protection officer who answers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.access import Viewer, may_find_person
from bot.errors import NotAllowed
from bot.model import ItemKind
from bot.queries.seen import looking
from bot.store import Store
from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One item that a person wrote, or that names them (`theirs` is then False).

    `texts` are its wordings that are still there, `decisions` what people decided, as (outcome,
    day); `held`: it is on hold.
    """

    item_id: int
    platform: str
    kind: ItemKind
    author: str
    handle: str
    permalink: str
    written_at: datetime
    texts: tuple[str, ...]
    case_ref: str
    kinds: tuple[str, ...]
    decisions: tuple[tuple[str, datetime], ...]
    held: bool
    theirs: bool


def find_person(store: Store, viewer: Viewer, handle: str) -> list[HeldItem]:
    """All that is held on whoever has this handle, name or number: newest first.

    Cases that accuse the viewer are left out, as everywhere. Raises NotAllowed.
    """
    if not may_find_person(viewer):
        raise NotAllowed("Only the data protection officer looks for all that is held on a person.")
    wanted = handle.strip().lstrip("@").casefold()
    if not wanted:
        return []
    theirs = sa.or_(
        sa.func.lower(t.item.c.author_handle) == wanted,
        sa.func.lower(t.item.c.author_name) == wanted,
        t.item.c.author_id == wanted,
        sa.and_(t.item.c.kind == ItemKind.NEWCOMER, t.item.c.native_id == wanted),
    )
    named = sa.exists().where(
        t.reading.c.item_id == t.item.c.id,
        sa.func.instr(sa.func.lower(t.reading.c.text), wanted) > 0,
    )
    kept_from = sa.exists().where(
        t.case_exclusion.c.case_id == t.case.c.id,
        t.case_exclusion.c.person == viewer.person_key,
    )
    standing = sa.exists().where(t.hold.c.case_id == t.case.c.id, t.hold.c.released_at.is_(None))
    query = (
        sa.select(
            t.item,
            t.case.c.id.label("case_id"),
            sa.func.coalesce(t.case.c.ref, "").label("case_ref"),
            t.case.c.kinds,
            standing.label("held"),
            theirs.label("theirs"),
        )
        .select_from(t.item.outerjoin(t.case, t.case.c.item_id == t.item.c.id))
        .where(sa.or_(theirs, named), t.item.c.kind != ItemKind.OWN_POST, ~kept_from)
        .order_by(t.item.c.created_at.desc(), t.item.c.id.desc())
    )
    with looking(store) as connection:
        rows = connection.execute(query).all()
        return [_held(connection, row) for row in rows]


def _held(connection: sa.Connection, row: Any) -> HeldItem:
    texts: Sequence[str] = connection.scalars(
        sa.select(t.reading.c.text)
        .where(t.reading.c.item_id == row.id, t.reading.c.text != "")
        .order_by(t.reading.c.id)
    ).all()
    decided = connection.execute(
        sa.select(t.decision.c.outcome, t.decision.c.at)
        .where(t.decision.c.case_id == row.case_id)
        .order_by(t.decision.c.id)
    )
    return HeldItem(
        row.id,
        row.platform,
        ItemKind(row.kind),
        row.author_name,
        row.author_handle,
        row.permalink,
        row.created_at,
        tuple(texts),
        row.case_ref,
        tuple(row.kinds or ()),
        tuple((one.outcome, one.at) for one in decided),
        bool(row.held),
        bool(row.theirs),
    )
