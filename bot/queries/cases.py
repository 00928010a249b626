"""The lists: what waits, what is done, and newcomers; each with its count."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot import access
from bot.access import Viewer
from bot.model import (
    CaseStatus,
    EffectKind,
    EffectStatus,
    Kind,
    Outcome,
    Presence,
    Role,
    Severity,
    Target,
    Urgency,
)
from bot.queries.narrow import CASES, EVERYTHING, Narrow, Tab, beside_lines, narrowed, on_tab
from bot.queries.offered import cannot, fits_together, offered_to, platforms_cannot, will_be_hidden
from bot.queries.seen import VIEW_COLUMNS, cases_with_items, looking, may_see, views_of
from bot.store import Store
from bot.store import tables as t
from bot.wording import chosen_reason

PER_PAGE = 50
MOST = 500
_EXCERPT = 280
_MILD = frozenset({Outcome.ALLOW, Outcome.HIDE})
_SAFEGUARDING = (Role.DSL, Role.CHAIR_OF_GOVERNORS)


@dataclass(frozen=True, slots=True)
class Found:
    """One kind that was found, with the facets that a person needs to know."""

    kind: Kind
    severity: Severity
    target: Target
    child: bool


@dataclass(frozen=True, slots=True)
class LatestEffect:
    """The newest intention towards the platform."""

    kind: EffectKind
    status: EffectStatus


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list.

    `excerpt` and `author` are None where the viewer may not read them. `with_whom` names the
    safeguarding roles whose notes and outcome it is, where those are not the viewer's; `alarm` is
    then empty, and `found` too unless the viewer was told as well. `together`: what they may decide
    of it together with others, empty where it is to be decided alone; `claimed_by` is who else has
    it open. `same_author` and `same_words` count the others of this list that come from one hand,
    or say the same.
    """

    ref: str
    urgency: Urgency
    status: CaseStatus
    found: tuple[Found, ...]
    with_whom: tuple[Role, ...]
    excerpt: str | None
    author: str | None
    platform: str
    account: str
    written_at: datetime
    closed_at: datetime | None
    alarm: str
    hidden: bool | None
    presence: Presence
    latest: LatestEffect | None
    version: int
    together: tuple[Outcome, ...]
    claimed_by: str = ""
    same_author: int = 0
    same_words: int = 0


def list_cases(
    store: Store,
    viewer: Viewer,
    *,
    tab: Tab,
    limit: int = PER_PAGE,
    skip: int = 0,
    narrow: Narrow = EVERYTHING,
    now: datetime | None = None,
) -> list[CaseLine]:
    """One tab of the queue: most urgent first, oldest first within; what is done, newest first.

    `now` is what claims are measured against; without it nobody's claim is told.
    """
    with looking(store) as connection:
        wanted = sa.and_(on_tab(tab, viewer), narrowed(connection, viewer, narrow))
        order: tuple[sa.ColumnElement[Any], ...]
        if tab is Tab.DONE:
            order = (t.case.c.closed_at.desc(), t.case.c.id.desc())
            ids = sa.select(t.case.c.id).select_from(CASES).where(wanted).order_by(*order)
        else:
            order = (t.case.c.urgency_rank.desc(), t.case.c.opened_at, t.case.c.id)
            ids = _by_urgency(wanted, skip + limit)
        chosen = list(connection.scalars(ids.limit(limit).offset(skip)))
        query = _shown().where(t.case.c.id.in_(chosen)).order_by(*order)
        rows = connection.execute(query).all()
        views = views_of(connection, rows)
        lines = _lines(connection, viewer, rows, views)
        if tab is Tab.DONE:
            return lines
        beside = beside_lines(connection, viewer, rows, on_tab(tab, viewer), now)
    return [
        replace(
            line,
            claimed_by=beside.claims.get(row.id, "")
            if access.may_see_trail(viewer, views[row.id])
            else "",
            same_author=beside.authors.get(row.author_key, 1) - 1,
            same_words=beside.words.get(row.likeness, 1) - 1,
        )
        if line.excerpt is not None
        else line
        for row, line in zip(rows, lines, strict=True)
    ]


def lines_of(store: Store, viewer: Viewer, refs: Collection[str]) -> dict[str, CaseLine]:
    """Of these references, the cases that this viewer may see, as the lists show them."""
    with looking(store) as connection:
        query = _shown().where(t.case.c.ref.in_(refs), may_see(viewer))
        rows = connection.execute(query).all()
        lines = _lines(connection, viewer, rows, views_of(connection, rows))
    return {line.ref: line for line in lines}


def _by_urgency(wanted: sa.ColumnElement[bool], most: int) -> sa.Select[Any]:
    """The first of what is wanted, urgency by urgency: so an index serves, however many wait."""
    parts = [
        sa.select(t.case.c.id, t.case.c.urgency_rank, t.case.c.opened_at)
        .select_from(CASES)
        .where(wanted, t.case.c.urgency_rank == urgency.rank)
        .order_by(t.case.c.opened_at, t.case.c.id)
        .limit(most)
        .subquery()
        for urgency in Urgency
    ]
    all_of = sa.union_all(*(sa.select(part) for part in parts)).subquery()
    return sa.select(all_of.c.id).order_by(
        all_of.c.urgency_rank.desc(), all_of.c.opened_at, all_of.c.id
    )


def _shown() -> sa.Select[Any]:
    return sa.select(
        *VIEW_COLUMNS,
        t.case.c.ref,
        t.case.c.version,
        t.case.c.status,
        t.case.c.urgency,
        t.case.c.author_key,
        t.case.c.likeness,
        t.case.c.closed_at,
        t.case.c.alarm,
        t.item.c.platform,
        t.item.c.account,
        t.item.c.created_at,
        t.item.c.author_id,
        t.item.c.author_handle,
        t.item.c.author_name,
        t.item.c.hidden,
        t.item.c.can_hide,
        t.item.c.presence,
        sa.func.substr(t.reading.c.text, 1, _EXCERPT + 1).label("excerpt"),
        _newest_verdict().label("findings"),
        _newest_effect(t.effect.c.kind).label("effect_kind"),
        _newest_effect(t.effect.c.status).label("effect_status"),
    ).select_from(CASES)


def count_cases(store: Store, viewer: Viewer) -> dict[Tab, int]:
    """How many there are on each tab; beyond `MOST` nobody counts: one more than that is said."""
    return {tab: _count(store, on_tab(tab, viewer)) for tab in Tab}


def count_waiting(store: Store, viewer: Viewer) -> int:
    """How many cases wait for this viewer."""
    return _count(store, on_tab(Tab.YOURS, viewer))


def edges_of(connection: sa.Connection, item_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """How each of the items came into sight."""
    rows = connection.execute(
        sa.select(t.sighting.c.item_id, t.sighting.c.edge)
        .where(t.sighting.c.item_id.in_(item_ids))
        .order_by(t.sighting.c.first_seen_at, t.sighting.c.edge)
    )
    edges: dict[int, tuple[str, ...]] = {}
    for row in rows:
        edges[row.item_id] = (*edges.get(row.item_id, ()), row.edge)
    return edges


def found_in(findings: Sequence[Mapping[str, Any]] | None) -> tuple[Found, ...]:
    """A verdict's findings, as they are stored."""
    return tuple(
        Found(Kind(f["kind"]), Severity(f["severity"]), Target(f["target"]), bool(f["child"]))
        for f in findings or ()
    )


def knows_what_was_found(viewer: Viewer, view: access.CaseView) -> bool:
    """Whether they may read what the machine suspects: whoever was told, since their letter says
    it, and whoever may read the trail.
    """
    told = viewer.roles & view.audience or any(
        key == viewer.person_key for key, _ in view.stand_ins
    )
    return bool(told) or access.may_see_trail(viewer, view)


def reason_for(viewer: Viewer, case: access.CaseView, decision: Any) -> str:
    """The words of a decision as this viewer may read them."""
    outcome = Outcome(decision.outcome)
    if access.may_read_reason(viewer, case, decision.person, outcome):
        return str(decision.reason)
    return chosen_reason(decision.reason)


def safeguarding_beside(viewer: Viewer, view: access.CaseView) -> tuple[Role, ...]:
    """Whose notes and outcome it is (the DSL's, the chair's), where they are not this viewer's:
    to them it is "with the DSL", and no more (policy.md, clause 7).
    """
    if access.may_see_trail(viewer, view) or not access.may_see_text(viewer, view):
        return ()
    return tuple(role for role in _SAFEGUARDING if role in view.audience)


def name_of(row: Any) -> str:
    """How the platform names an author; empty where it withholds that."""
    handle = f"@{row.author_handle}" if row.author_handle else ""
    return " ".join(filter(None, [row.author_name, handle])) or str(row.author_id)


def _count(store: Store, where: sa.ColumnElement[bool]) -> int:
    some = sa.select(t.case.c.id).select_from(cases_with_items()).where(where).limit(MOST + 1)
    with looking(store) as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0)


def _newest_verdict() -> sa.ScalarSelect[Any]:
    return (
        sa.select(t.verdict.c.findings)
        .where(t.verdict.c.reading_id == t.case.c.reading_id)
        .order_by(t.verdict.c.id.desc())
        .limit(1)
        .correlate(t.case)
        .scalar_subquery()
    )


def _newest_effect(column: sa.ColumnElement[str]) -> sa.ScalarSelect[str]:
    return (
        sa.select(column)
        .where(t.effect.c.case_id == t.case.c.id)
        .order_by(t.effect.c.id.desc())
        .limit(1)
        .correlate(t.case)
        .scalar_subquery()
    )


def _lines(
    connection: sa.Connection,
    viewer: Viewer,
    rows: Sequence[Any],
    views: Mapping[int, access.CaseView],
) -> list[CaseLine]:
    platforms = platforms_cannot(connection)
    return [
        _line(row, viewer, views[row.id], cannot(platforms, row.account, row.can_hide))
        for row in rows
    ]


def _line(
    row: Any, viewer: Viewer, view: access.CaseView, never: frozenset[EffectKind]
) -> CaseLine:
    reads = access.may_see_text(viewer, view)
    shortened = len(row.excerpt) > _EXCERPT
    latest = (
        LatestEffect(EffectKind(row.effect_kind), EffectStatus(row.effect_status))
        if row.effect_kind
        else None
    )
    return CaseLine(
        ref=row.ref,
        urgency=Urgency(row.urgency),
        status=CaseStatus(row.status),
        found=found_in(row.findings) if knows_what_was_found(viewer, view) else (),
        with_whom=safeguarding_beside(viewer, view),
        excerpt=(row.excerpt[:_EXCERPT] + "…" * shortened) if reads else None,
        author=name_of(row) if reads else None,
        platform=row.platform,
        account=row.account,
        written_at=row.created_at,
        version=row.version,
        together=_together(row, viewer, view, latest, never),
        closed_at=row.closed_at if row.status == CaseStatus.CLOSED else None,
        alarm=row.alarm if access.may_see_trail(viewer, view) else "",
        hidden=row.hidden,
        presence=Presence(row.presence),
        latest=latest,
    )


def _together(
    row: Any,
    viewer: Viewer,
    view: access.CaseView,
    latest: LatestEffect | None,
    never: frozenset[EffectKind],
) -> tuple[Outcome, ...]:
    """Only what is theirs to settle is decided among others: hiding alone leaves it waiting."""
    if not all(access.may_decide(viewer, view, outcome) for outcome in _MILD):
        return ()
    hidden = will_be_hidden(row.hidden, latest)
    gone = row.presence == Presence.GONE
    return fits_together(offered_to(viewer, view, hidden=hidden, gone=gone, cannot=never))
