"""One case, with everything that this viewer may know of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot import access
from bot.access import Viewer
from bot.model import (
    EXPLANATION,
    Action,
    Attachment,
    AttachmentKind,
    CaseStatus,
    EffectKind,
    EffectStatus,
    ItemKind,
    Kind,
    Outcome,
    Presence,
    Role,
    Urgency,
)
from bot.queries.case_page import (
    Above,
    CasePage,
    Content,
    DecisionLine,
    EffectLine,
    Machine,
    RuleHit,
    Wording,
)
from bot.queries.cases import (
    edges_of,
    found_in,
    knows_what_was_found,
    name_of,
    reason_for,
    safeguarding_beside,
)
from bot.queries.offered import cannot, offered_to, platforms_cannot, will_be_hidden
from bot.queries.seen import VIEW_COLUMNS, cases_with_items, looking, may_see, views_of
from bot.store import Store
from bot.store import tables as t

_PICTURES = frozenset({AttachmentKind.PHOTO, AttachmentKind.VIDEO})


def get_case(store: Store, viewer: Viewer, ref: str) -> CasePage | None:
    """The case with this reference; None where there is none, or not for this viewer."""
    query = (
        sa.select(
            *VIEW_COLUMNS,
            *(column for column in t.case.c if column.name not in {"id", "kinds", "child"}),
            *(
                column
                for column in t.item.c
                if column.name not in {"id", "kind", "reading_id", "baseline"}
            ),
            t.item.c.reading_id.label("now_reading_id"),
        )
        .select_from(cases_with_items())
        .where(t.case.c.ref == ref, may_see(viewer))
    )
    with looking(store) as connection:
        row: Any = connection.execute(query).one_or_none()
        if row is None:
            return None
        view = views_of(connection, [row])[row.id]
        trail = access.may_see_trail(viewer, view)
        content = _content(connection, viewer, row) if access.may_see_text(viewer, view) else None
        knows = knows_what_was_found(viewer, view)
        machine = _machine(connection, row.reading_id) if knows else None
        effects = _effects(connection, row.id, named=trail)
        decisions = _decisions(connection, viewer, view, row.id) if trail else None
        never = cannot(platforms_cannot(connection), row.account, row.can_hide)
        edges = edges_of(connection, [row.item_id])
    gone = Presence(row.presence) is Presence.GONE
    return CasePage(
        ref=row.ref,
        version=row.version,
        kind=view.item_kind,
        status=CaseStatus(row.status),
        urgency=Urgency(row.urgency),
        baseline=row.baseline,
        alarm=row.alarm if trail else "",
        platform=row.platform,
        account=row.account,
        edges=edges.get(row.item_id, ()),
        written_at=row.created_at,
        opened_at=row.opened_at,
        presence=Presence(row.presence),
        hidden=row.hidden,
        with_whom=safeguarding_beside(viewer, view),
        content=content,
        machine=machine,
        effects=effects,
        decisions=decisions,
        outcomes=offered_to(
            viewer,
            view,
            hidden=will_be_hidden(row.hidden, effects[0] if effects else None),
            gone=gone,
            cannot=never,
        ),
        cannot=never,
        routed_to=Role(row.routed_to) if row.routed_to else None,
        routes=tuple(role for role in Role if access.may_route(viewer, view, role)),
        barred=viewer.person_key in view.barred,
        may_note=access.may_note(viewer, view),
    )


def _content(connection: sa.Connection, viewer: Viewer, row: Any) -> Content:
    found = connection.execute(
        sa.select(t.reading)
        .where(
            t.reading.c.item_id == row.item_id,
            sa.or_(_was_judged(), t.reading.c.id.in_([row.reading_id, row.now_reading_id])),
        )
        .order_by(t.reading.c.seen_at.desc(), t.reading.c.id.desc())
    ).all()
    readings = {reading.id: _wording(reading) for reading in found}
    shown = {row.reading_id, row.now_reading_id}
    return Content(
        author=name_of(row),
        permalink=row.permalink,
        judged=readings[row.reading_id],
        edited_at=readings[row.now_reading_id].seen_at
        if row.now_reading_id != row.reading_id
        else None,
        earlier=tuple(words for number, words in readings.items() if number not in shown),
        # A quote heads a conversation of its own: nothing stands above itself.
        post=_above(connection, viewer, row.platform, row.post_id)
        if row.post_id != row.native_id
        else None,
        parent=_above(connection, viewer, row.platform, row.parent_id)
        if row.parent_id != row.post_id
        else None,
        facts=row.facts,
        pictures_barred=Kind.EXPLOITATION in row.kinds
        and any(a.kind in _PICTURES for words in readings.values() for a in words.attachments),
    )


def _was_judged() -> sa.ColumnElement[bool]:
    return sa.exists().where(t.verdict.c.reading_id == t.reading.c.id).correlate(t.reading)


def _wording(row: Any) -> Wording:
    hung = tuple(
        Attachment(AttachmentKind(a["kind"]), a["url"], a["title"]) for a in row.attachments
    )
    return Wording(row.text, hung, row.seen_at)


def _above(
    connection: sa.Connection, viewer: Viewer, platform: str, native_id: str
) -> Above | None:
    """What stands above; None also where it is a case that this viewer may not read."""
    if not native_id:
        return None
    row: Any = connection.execute(
        sa.select(t.item, t.reading.c.text)
        .join(t.reading, t.reading.c.id == t.item.c.reading_id)
        .where(
            t.item.c.platform == platform,
            t.item.c.kind.in_([ItemKind.OWN_POST, ItemKind.COMMENT]),
            t.item.c.native_id == native_id,
            # Before that nobody knows whom it accuses.
            sa.or_(t.item.c.kind == ItemKind.OWN_POST, _was_judged()),
        )
    ).first()
    if row is None or not _may_read_item(connection, viewer, row.id):
        return None
    return Above(row.text, name_of(row), row.permalink, row.created_at)


def _may_read_item(connection: sa.Connection, viewer: Viewer, item_id: int) -> bool:
    row = connection.execute(
        sa.select(*VIEW_COLUMNS).select_from(cases_with_items()).where(t.item.c.id == item_id)
    ).one_or_none()
    return row is None or access.may_see_text(viewer, views_of(connection, [row])[row.id])


def _machine(connection: sa.Connection, reading_id: int) -> Machine | None:
    row: Any = connection.execute(
        sa.select(t.verdict)
        .where(t.verdict.c.reading_id == reading_id)
        .order_by(t.verdict.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Machine(
        row.at,
        Action(row.action),
        row.held_back,
        found_in(row.findings),
        tuple(row.reasons),
        row.scores,
        row.versions,
        tuple(sorted((s[3], s[4]) for s in row.signals if s[0] == EXPLANATION)),
        tuple(
            RuleHit(s[0], s[1], s[3], s[4])
            for s in row.signals
            if s[0] != EXPLANATION and s[0] not in row.versions.keys() - {"rules"}
        ),
    )


def _effects(connection: sa.Connection, case_id: int, *, named: bool) -> tuple[EffectLine, ...]:
    rows = connection.execute(
        sa.select(t.effect).where(t.effect.c.case_id == case_id).order_by(t.effect.c.id.desc())
    )
    return tuple(
        EffectLine(
            EffectKind(row.kind),
            EffectStatus(row.status),
            row.asked_by if named else None,
            row.asked_at,
            row.accepted_at,
            row.confirmed_at,
            row.due_at,
            row.attempts,
            row.why,
        )
        for row in rows
    )


def _decisions(
    connection: sa.Connection, viewer: Viewer, case: access.CaseView, case_id: int
) -> tuple[DecisionLine, ...]:
    rows = connection.execute(
        sa.select(t.decision)
        .where(t.decision.c.case_id == case_id)
        .order_by(t.decision.c.id.desc())
    )
    return tuple(
        DecisionLine(row.person, Outcome(row.outcome), reason_for(viewer, case, row), row.at)
        for row in rows
    )
