"""Everything that is held on one person, for the data protection officer who answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.access import Viewer, may_find_person
from bot.errors import NotAllowed
from bot.model import ItemKind
from bot.queries.seen import looking, steps_are_theirs
from bot.school_calendar import start_of
from bot.store import Store
from bot.store import tables as t
from bot.store.people import HANDLE_BEFORE

_LOOKED_AT = 5_000
_AT_ONCE = 200
"""How many items one read goes through, and how many it gathers."""


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One item that a person wrote, or that names them (`theirs` is then False).

    `texts` are its wordings that are still there, `decisions` what people decided, as (outcome,
    day); `held`: it is on hold; `facts` are those on a newcomer's card.
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
    facts: tuple[tuple[str, str], ...] = ()


class Hanging(StrEnum):
    """What is kept about a person beside what they wrote."""

    RESTRICTION = "restriction"
    PUT_OFF = "put_off"
    REGISTER = "register"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class HeldBeside:
    """One thing that hangs on a person: `what` it is of its sort, and staff's words about it.

    `key` is the platform and the handle or number under which it stands by itself, and so is erased
    by itself; None where it hangs on an item and goes with that.
    """

    sort: Hanging
    platform: str
    what: str
    words: str
    at: datetime
    until: datetime | None
    key: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class HeldOn:
    """All that is held on one person."""

    items: tuple[HeldItem, ...] = ()
    beside: tuple[HeldBeside, ...] = ()

    @property
    def theirs(self) -> tuple[int, ...]:
        """The numbers of the items that they wrote, or are."""
        return tuple(item.item_id for item in self.items if item.theirs)

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Under what the rest of it stands by itself."""
        return frozenset(one.key for one in self.beside if one.key)


def find_person(store: Store, viewer: Viewer, handle: str) -> HeldOn:
    """All that is held on whoever has, or had, this handle, name or number: newest first.

    Cases that accuse the viewer are left out, as everywhere. Raises NotAllowed.
    """
    if not may_find_person(viewer):
        raise NotAllowed("Only the data protection officer looks for all that is held on a person.")
    wanted = handle.strip().lstrip("@").casefold()
    if not wanted:
        return HeldOn()
    theirs = sa.or_(
        sa.func.lower(t.item.c.author_handle) == wanted,
        sa.func.lower(t.item.c.author_name) == wanted,
        t.item.c.author_id == wanted,
        sa.and_(t.item.c.kind == ItemKind.NEWCOMER, t.item.c.native_id == wanted),
        sa.func.lower(t.item.c.facts[HANDLE_BEFORE].as_string()) == f"@{wanted}",
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
    other = t.item.alias()
    handles = sa.or_(
        sa.func.lower(other.c.author_handle) == wanted, sa.func.lower(other.c.author_name) == wanted
    )
    with looking(store) as connection:
        # Of words that went only the number may be left of their author.
        numbers = connection.execute(
            sa.select(other.c.platform, other.c.author_id)
            .where(handles, other.c.author_id != "")
            .distinct()
        ).all()
    theirs = sa.or_(
        theirs, sa.tuple_(t.item.c.platform, t.item.c.author_id).in_([tuple(n) for n in numbers])
    )
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
        .order_by(t.item.c.id.desc())
    )
    items, mine = list[HeldItem](), list[Any]()
    for rows, connection in _pages(store, query):
        items += (_held(connection, row) for row in rows)
        mine += (row for row in rows if row.theirs)
    items.sort(key=lambda one: (one.written_at, one.item_id), reverse=True)
    with looking(store) as connection:
        return HeldOn(tuple(items), tuple(_beside(connection, viewer, wanted, mine)))


def _pages(store: Store, query: sa.Select[Any]) -> Iterator[tuple[Sequence[Any], sa.Connection]]:
    """All items that fit, newest first, some of them in each read: every word is looked through,
    and a hide must not wait for that.
    """
    with looking(store) as connection:
        below = int(connection.scalar(sa.select(sa.func.max(t.item.c.id))) or 0) + 1
    while below > 1:
        floor = below - _LOOKED_AT
        page = query.where(t.item.c.id < below, t.item.c.id >= floor).limit(_AT_ONCE)
        with looking(store) as connection:
            rows = connection.execute(page).all()
            yield rows, connection
        below = rows[-1].id if len(rows) == _AT_ONCE else floor


def _beside(
    connection: sa.Connection, viewer: Viewer, wanted: str, theirs: Sequence[Any]
) -> Iterator[HeldBeside]:
    platform = {row.id: row.platform for row in theirs}
    restrictions = sa.select(t.restriction).where(t.restriction.c.item_id.in_(platform))
    for row in connection.execute(restrictions.order_by(t.restriction.c.id)):
        until = row.ended_at or row.until
        where = platform[row.item_id]
        yield HeldBeside(Hanging.RESTRICTION, where, row.kind, row.reason, row.at, until)
    vetted = (
        sa.select(t.vetting, t.case.c.item_id, t.case.c.opened_at)
        .join(t.case, t.case.c.id == t.vetting.c.case_id)
        .where(t.case.c.item_id.in_(platform))
        .order_by(t.case.c.id)
    )
    for row in connection.execute(vetted):
        where = platform[row.item_id]
        passed = row.passed_to or "later"
        yield HeldBeside(Hanging.PUT_OFF, where, passed, "", row.opened_at, row.later_until)
    registered = sa.select(t.register).where(sa.func.lower(t.register.c.handle) == wanted)
    for row in connection.execute(registered.order_by(t.register.c.id)):
        since, until = start_of(row.confirmed_on), start_of(row.expires_on)
        key = (row.platform, row.handle)
        yield HeldBeside(Hanging.REGISTER, row.platform, row.handle, "", since, until, key)
    authors = {(row.platform, row.author_id) for row in theirs if row.author_id}
    about_them = sa.or_(
        t.author_step.c.author_id == wanted,
        sa.tuple_(t.author_step.c.platform, t.author_step.c.author_id).in_(authors),
    )
    taken = sa.select(t.author_step).where(about_them, steps_are_theirs(viewer))
    for row in connection.execute(taken.order_by(t.author_step.c.id)):
        key = (row.platform, row.author_id)
        yield HeldBeside(Hanging.STEP, row.platform, row.step, "", row.at, None, key)


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
        tuple((row.facts or {}).items()) if row.theirs else (),
    )
