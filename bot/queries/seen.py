"""The access rule in SQL: what `bot.access` says of one case, as conditions on rows.

A list or a count that filtered afterwards would leak by its length, so the rule is part of every
query. A test holds these conditions and `bot.access` together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bot.access import DPO_KINDS, GRAVE, NO_CONTENT, SAFEGUARDING, CaseView, Viewer
from bot.log import Event
from bot.model import EffectKind, EffectStatus, ItemKind, Kind, Role
from bot.store import Store
from bot.store import tables as t
from bot.store.authors import accused_by_then, restrictions_of

_VIEWERS = 256
"""Building a condition takes longer than asking it, and one page asks some twenty times: it is kept
for so many viewers and roles.
"""


@contextmanager
def looking(store: Store) -> Iterator[sa.Connection]:
    """A short read. Take all rows before it ends: an open one stops the writers."""
    with store.read() as uow:
        yield uow.connection


def cases_with_items() -> sa.Join:
    """What every condition here speaks of: a case and its item."""
    return t.case.join(t.item, t.item.c.id == t.case.c.item_id)


def may_see(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows for which `access.may_see` holds."""
    return _seen_as(viewer, frozenset(Role))


def may_see_text(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows for which `access.may_see_text` holds: only these may be searched or grouped."""
    return _seen_as(viewer, viewer.roles - NO_CONTENT)


def knows_what_was_found(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows of which they may know what the machine suspects (queries/cases.py, by name)."""
    return sa.and_(not_excluded(viewer), sa.or_(_told(viewer.roles), may_see_trail(viewer)))


def may_see_trail(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows for which `access.may_see_trail` holds."""
    return sa.and_(
        _seen_as(viewer, _READING),
        sa.or_(~_told(SAFEGUARDING), _seen_as(viewer, SAFEGUARDING)),
    )


def may_settle(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows for which `access.may_decide` holds of allowing (or, of a newcomer, approving).

    The officer may hide whatever there is; that alone does not make a case wait for the officer.
    """
    return sa.and_(not_excluded(viewer), may_settle_if_seen(viewer))


@lru_cache(maxsize=_VIEWERS)
def may_settle_if_seen(viewer: Viewer) -> sa.ColumnElement[bool]:
    """`may_settle` of rows that this viewer is known to see."""
    reading = viewer.roles - NO_CONTENT
    officers = reading & {Role.COMMUNICATIONS_OFFICER}
    # A database looks at these in turn: first what is true of most cases.
    return sa.and_(
        ~_barred(viewer),
        sa.or_(
            sa.and_(
                ~_told(SAFEGUARDING),
                sa.or_(_told(reading), _stands_in(viewer, _READING), _seen_as(viewer, officers)),
            ),
            _told(reading & SAFEGUARDING),
            _stands_in(viewer, SAFEGUARDING),
            sa.and_(_told(officers), *(~holds(kind) for kind in sorted(GRAVE))),
        ),
    )


def links_are_theirs(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows of `case_step` but links to cases that this viewer must not know of."""
    seen = (
        sa.exists()
        .select_from(cases_with_items())
        .where(t.case.c.id == t.case_step.c.linked_case_id, may_see(viewer))
        .correlate(t.case_step)
    )
    return sa.or_(t.case_step.c.linked_case_id.is_(None), seen)


def steps_are_theirs(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows of `author_step` but those that others took about who by then had accused them."""
    step = t.author_step.c
    told = accused_by_then(viewer.person_key, step.platform, step.author_id, step.at)
    return sa.or_(step.person == viewer.person_key, ~told)


def restrictions_are_theirs(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows of `restriction`, joined with case and item, that they may know of; likewise."""
    return restrictions_of(viewer.person_key)


def entries_are_theirs(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows of `log_entry` but those that write down such a link or such a step."""
    steps = (
        sa.exists()
        .where(
            t.log_entry.c.event == Event.STEP,
            t.author_step.c.at == t.log_entry.c.at,
            ~steps_are_theirs(viewer),
        )
        .correlate(t.log_entry)
    )
    return ~steps & ~(
        sa.exists()
        .where(
            t.log_entry.c.event.in_([Event.NOTED, Event.ADDED]),
            t.case_step.c.case_id == t.log_entry.c.case_id,
            t.case_step.c.at == t.log_entry.c.at,
            ~links_are_theirs(viewer),
        )
        .correlate(t.log_entry)
    )


# It was hidden or deleted, by whomever: as the platform shows it, or as it was once confirmed.
ACTED_ON: sa.ColumnElement[bool] = sa.or_(
    sa.func.coalesce(t.item.c.hidden, sa.false()),
    sa.exists()
    .where(
        t.effect.c.case_id == t.case.c.id,
        t.effect.c.kind.in_([EffectKind.HIDE, EffectKind.DELETE]),
        t.effect.c.status == EffectStatus.CONFIRMED,
    )
    .correlate(t.case),
)

_READING = frozenset(Role) - NO_CONTENT
_PUBLIC: sa.ColumnElement[bool] = t.item.c.kind != ItemKind.REPORT
_CHEAP = frozenset({Role.COMMUNICATIONS_OFFICER, Role.DSL})
"""Whose rule is one column: a database looks at it first."""


@lru_cache(maxsize=_VIEWERS)
def _seen_as(viewer: Viewer, roles: frozenset[Role]) -> sa.ColumnElement[bool]:
    """Whether they see it as one of these roles: the disjunction that bot/access.py spells."""
    held = viewer.roles & roles
    by_rule = {
        Role.COMMUNICATIONS_OFFICER: _PUBLIC,
        Role.HEADTEACHER: ACTED_ON,
        Role.DSL: t.case.c.child,
        Role.DPO: sa.or_(*(holds(kind) for kind in sorted(DPO_KINDS))),
    }
    ways = [
        *(rule for role, rule in by_rule.items() if role in held and role in _CHEAP),
        _told(held),
        _stands_in(viewer, roles),
        *(rule for role, rule in by_rule.items() if role in held and role not in _CHEAP),
    ]
    return sa.and_(not_excluded(viewer), sa.or_(*ways))


def _told(roles: Iterable[Role]) -> sa.ColumnElement[bool]:
    wanted = set(roles)
    if not wanted:
        return sa.false()
    return (
        sa.exists()
        .where(t.case_audience.c.case_id == t.case.c.id, t.case_audience.c.role.in_(wanted))
        .correlate(t.case)
    )


def _stands_in(viewer: Viewer, roles: Iterable[Role]) -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(
            t.stand_in.c.case_id == t.case.c.id,
            t.stand_in.c.person == viewer.person_key,
            t.stand_in.c.role.in_(set(roles)),
        )
        .correlate(t.case)
    )


def not_excluded(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The rows that do not accuse this viewer."""
    return ~(
        sa.exists()
        .where(
            t.case_exclusion.c.case_id == t.case.c.id,
            t.case_exclusion.c.person == viewer.person_key,
        )
        .correlate(t.case)
    )


def _barred(viewer: Viewer) -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(t.case_barred.c.case_id == t.case.c.id, t.case_barred.c.person == viewer.person_key)
        .correlate(t.case)
    )


def holds(kind: Kind) -> sa.ColumnElement[bool]:
    """Whether the JSON list of kinds holds this one; as text, which every database can do."""
    return sa.cast(t.case.c.kinds, sa.String).like(f'%"{kind}"%')


def views_of(connection: sa.Connection, rows: Iterable[Any]) -> dict[int, CaseView]:
    """What access needs to know, by case id.

    Each row has `id`, `kinds`, `child`, `item_kind` and `acted_on`, as `VIEW_COLUMNS` gives them.
    """
    rows = list(rows)
    ids = [row.id for row in rows]
    audience = _gather(connection, t.case_audience.c.role, t.case_audience.c.case_id, ids)
    excluded = _gather(connection, t.case_exclusion.c.person, t.case_exclusion.c.case_id, ids)
    barred = _gather(connection, t.case_barred.c.person, t.case_barred.c.case_id, ids)
    stand_ins: dict[int, list[tuple[str, Role]]] = {}
    for row in connection.execute(sa.select(t.stand_in).where(t.stand_in.c.case_id.in_(ids))):
        stand_ins.setdefault(row.case_id, []).append((row.person, Role(row.role)))
    return {
        row.id: CaseView(
            audience=frozenset(Role(role) for role in audience.get(row.id, ())),
            excluded=frozenset(excluded.get(row.id, ())),
            kinds=frozenset(Kind(kind) for kind in row.kinds),
            child=row.child,
            item_kind=ItemKind(row.item_kind),
            public=row.item_kind != ItemKind.REPORT,
            acted_on=bool(row.acted_on),
            barred=frozenset(barred.get(row.id, ())),
            stand_ins=frozenset(stand_ins.get(row.id, ())),
        )
        for row in rows
    }


VIEW_COLUMNS = (
    t.case.c.id,
    t.case.c.kinds,
    t.case.c.child,
    t.item.c.kind.label("item_kind"),
    ACTED_ON.label("acted_on"),
)


def _gather(
    connection: sa.Connection,
    value: sa.ColumnElement[str],
    case_id: sa.ColumnElement[int],
    ids: list[int],
) -> dict[int, list[str]]:
    gathered: dict[int, list[str]] = {}
    for row in connection.execute(sa.select(case_id, value).where(case_id.in_(ids))):
        gathered.setdefault(row[0], []).append(row[1])
    return gathered
