"""Letters as the pages show them: who was told of a case, what did not get through, the drill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot import access
from bot.access import DPO_KINDS, Viewer
from bot.model import CaseStatus, EffectStatus, Kind, Role, Target, Urgency
from bot.queries.cases import found_in
from bot.queries.seen import (
    VIEW_COLUMNS,
    cases_with_items,
    looking,
    may_see,
    may_see_trail,
    views_of,
)
from bot.store import Store
from bot.store import tables as t
from bot.store.letters import Undelivered
from bot.wording import plain_name

BREACH_HOURS = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One person who was, or will be, told of a case. `state` is queued, accepted or refused."""

    person: str
    role: Role | None
    rung: int
    state: str
    why: str
    written_at: datetime | None
    due_at: datetime
    answer_by: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    how: str


@dataclass(frozen=True, slots=True)
class ToldOf:
    """Who was told of a case; `breach_until` is set while the 72 hours run.

    Without `whole`, all that is here is who has not answered yet and should be rung, each once.
    """

    lines: tuple[ToldLine, ...]
    breach_until: datetime | None
    may_ring: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class LetterCase:
    """One case in a letter: what it is called, and its reference where the reader may open it."""

    what: str
    ref: str


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A letter as its reader finds it on the pages: no content."""

    ref: str
    template: str
    written_at: datetime
    urgency: Urgency
    acknowledged_at: datetime | None
    cases: tuple[LetterCase, ...]


@dataclass(frozen=True, slots=True)
class DrillLine:
    """Somebody whom the last drill wrote to."""

    person: str
    written_at: datetime
    state: str
    why: str
    acknowledged_at: datetime | None


_STATES = {
    EffectStatus.ACCEPTED: "accepted",
    EffectStatus.CONFIRMED: "accepted",
    EffectStatus.FAILED: "refused",
}


def told_of(store: Store, viewer: Viewer, ref: str) -> ToldOf | None:
    """Who was told of a case, for whoever may read its trail, and for the communications officer,
    who rings those who do not answer. None for all others.
    """
    rings = Role.COMMUNICATIONS_OFFICER in viewer.roles
    query = (
        sa.select(*VIEW_COLUMNS, t.case.c.status, t.case.c.opened_at, t.case.c.baseline)
        .select_from(cases_with_items())
        .where(t.case.c.ref == ref, may_see(viewer))
    )
    with looking(store) as connection:
        case: Any = connection.execute(query).one_or_none()
        if case is None:
            return None
        view = views_of(connection, [case])[case.id]
        trail = access.may_see_trail(viewer, view)
        if not rings and not trail:
            return None
        rows = connection.execute(
            sa.select(
                t.notice,
                t.letter.c.composed_at,
                t.letter.c.answer_by,
                t.letter.c.acknowledged_at,
                t.letter.c.acknowledged_by,
                t.letter.c.how,
                t.effect.c.status,
                t.effect.c.why,
            )
            .outerjoin(t.letter, t.letter.c.id == t.notice.c.letter_id)
            .outerjoin(t.effect, t.effect.c.letter_id == t.letter.c.id)
            .where(t.notice.c.case_id == case.id)
            .order_by(t.notice.c.id)
        ).all()
    clock = (
        case.status == CaseStatus.OPEN
        and not case.baseline
        and Role.DPO in view.audience
        and bool(DPO_KINDS & view.kinds)
    )
    lines = [_told(row) for row in rows if row.person not in view.excluded]
    if not trail:
        silent = {one.person: one for one in lines if one.written_at and not one.acknowledged_at}
        lines = list(silent.values())
    until = case.opened_at + BREACH_HOURS if clock and trail else None
    return ToldOf(tuple(lines), until, rings, trail)


def get_letter(store: Store, viewer: Viewer, ref: str) -> LetterPage | None:
    """A letter of this viewer's own, with its cases; those that by now accuse them are left out."""
    findings = (
        sa.select(t.verdict.c.findings)
        .where(t.verdict.c.reading_id == t.notice.c.reading_id)
        .order_by(t.verdict.c.id.desc())
        .limit(1)
        .correlate(t.notice)
        .scalar_subquery()
    )
    with looking(store) as connection:
        letter: Any = connection.execute(
            sa.select(t.letter, t.effect.c.urgency_rank)
            .join(t.effect, t.effect.c.letter_id == t.letter.c.id)
            .where(t.letter.c.ref == ref, t.letter.c.person == viewer.person_key)
        ).one_or_none()
        if letter is None:
            return None
        rows = connection.execute(
            sa.select(t.case.c.ref, t.case.c.kinds, findings.label("findings"))
            .select_from(cases_with_items().join(t.notice, t.notice.c.case_id == t.case.c.id))
            .where(t.notice.c.letter_id == letter.id, may_see(viewer))
            .order_by(t.case.c.urgency_rank.desc(), t.case.c.id)
        ).all()
    return LetterPage(
        ref,
        letter.template,
        letter.composed_at,
        list(Urgency)[letter.urgency_rank],
        letter.acknowledged_at,
        tuple(LetterCase(_what(row), row.ref) for row in rows),
    )


def undelivered(store: Store, viewer: Viewer) -> Sequence[Undelivered]:
    """Letters that do not get through, for whoever can do something about it: the officer, who
    rings, and the technician, who mends. Empty for all others.
    """
    if not viewer.roles & {Role.COMMUNICATIONS_OFFICER, Role.ICT_TECHNICIAN}:
        return ()
    with store.read() as uow:
        return uow.letters.undelivered(unless_about=viewer.person_key)


def last_drill(store: Store) -> tuple[DrillLine, ...]:
    """Whom the last drill wrote to, and who answered; without content, so for every role."""
    newest = (
        sa.select(t.letter.c.period)
        .where(t.letter.c.template == "drill")
        .order_by(t.letter.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    with looking(store) as connection:
        rows = connection.execute(
            sa.select(t.letter, t.effect.c.status, t.effect.c.why)
            .join(t.effect, t.effect.c.letter_id == t.letter.c.id)
            .where(t.letter.c.template == "drill", t.letter.c.period == newest)
            .order_by(t.letter.c.id)
        ).all()
    return tuple(
        DrillLine(row.person, row.composed_at, _state(row.status), row.why, row.acknowledged_at)
        for row in rows
    )


def _told(row: Any) -> ToldLine:
    return ToldLine(
        row.person,
        Role(row.role) if row.role else None,
        row.rung,
        _state(row.status),
        row.why or "",
        row.composed_at,
        row.due_at,
        row.answer_by,
        row.acknowledged_at,
        row.acknowledged_by or "",
        row.how or "",
    )


def _state(status: str | None) -> str:
    return _STATES.get(EffectStatus(status), "queued") if status else "queued"


def _what(row: Any) -> str:
    found = [plain_name(one.kind, one.target) for one in found_in(row.findings)]
    kinds = found or [plain_name(Kind(kind), Target.NONE) for kind in row.kinds]
    return " and ".join(dict.fromkeys(kinds))


def route_of(store: Store, viewer: Viewer, ref: str) -> access.CaseView | None:
    """By which roles a case goes, and who is kept from it, for whoever may read its trail."""
    query = (
        sa.select(*VIEW_COLUMNS)
        .select_from(cases_with_items())
        .where(t.case.c.ref == ref, may_see_trail(viewer))
    )
    with looking(store) as connection:
        row: Any = connection.execute(query).one_or_none()
        return views_of(connection, [row])[row.id] if row else None
