"""The records of the log: one for each case, with all that this viewer may know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot import access
from bot.access import CaseView, Viewer
from bot.model import EffectKind, ItemKind, Outcome
from bot.queries.cases import knows_what_was_found, reason_for, safeguarding_beside
from bot.queries.seen import VIEW_COLUMNS, cases_with_items, links_are_theirs, views_of
from bot.retention import RetentionClass, RetentionSettings, class_of
from bot.store import tables as t
from bot.store.digests import is_sealed


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One intention towards the platform; `by` is empty where it is not this viewer's to know."""

    kind: str
    status: str
    by: str
    asked_at: datetime
    accepted_at: datetime | None
    confirmed_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody decided or did about it: `what` is an outcome, or a step."""

    what: str
    by: str
    words: str
    at: datetime
    linked_ref: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told by letter; `at` is None until the mail server took it."""

    person: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One hold; `released_at` is None while it stands."""

    reason: str
    by: str
    at: datetime
    decide_by: datetime
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that staff put in. `digest` is the SHA-256 of its bytes; purged ones have no more."""

    ref: str
    name: str
    media_type: str
    size: int
    digest: str
    purged: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One case as the log's record. `text` is None where it is not this viewer's to read, and empty
    where it was purged or there were no words; `with_whom` says whose notes and outcome it is.
    """

    case_id: int
    ref: str
    view: CaseView
    item_kind: ItemKind
    status: str
    urgency: str
    occurred_at: datetime
    seen_at: datetime
    logged_at: datetime
    closed_at: datetime | None
    platform: str
    account: str
    post_id: str
    native_id: str
    permalink: str
    author_name: str
    author_handle: str
    author_id: str
    digest: str
    text: str | None
    facts: Mapping[str, str]
    findings: Sequence[Mapping[str, Any]]
    action: str
    held_back: str
    versions: Mapping[str, str]
    with_whom: tuple[str, ...]
    effects: tuple[EffectLine, ...]
    decisions: tuple[Said, ...]
    steps: tuple[Said, ...]
    told: tuple[Told, ...]
    holds: tuple[HoldLine, ...]
    files: tuple[FileLine, ...]
    purges: tuple[Said, ...]
    retention: RetentionClass
    kept_until: datetime | None

    @property
    def outcome(self) -> str:
        """What was decided last; empty where nothing was, or it is not this viewer's to know."""
        return self.decisions[-1].what if self.decisions else ""


def records_of(
    connection: sa.Connection, viewer: Viewer, rules: RetentionSettings, case_ids: Sequence[int]
) -> list[Record]:
    """The records of these cases, in this order; those that the viewer may not see are left out."""
    newest = (
        sa.select(sa.func.max(t.verdict.c.id))
        .where(t.verdict.c.reading_id == t.case.c.reading_id)
        .correlate(t.case)
        .scalar_subquery()
    )
    rows = connection.execute(
        sa.select(
            *VIEW_COLUMNS,
            *(t.case.c[name].label(f"case_{name}") for name in _OF_CASE),
            *(c for c in t.item.c if c.name not in {"id", "kind"}),
            t.reading.c.digest,
            t.reading.c.text,
            *(t.verdict.c[name] for name in ("findings", "action", "held_back", "versions")),
        )
        .select_from(
            cases_with_items()
            .join(t.reading, t.reading.c.id == t.case.c.reading_id)
            .outerjoin(t.verdict, t.verdict.c.id == newest)
        )
        .where(t.case.c.id.in_(case_ids))
    ).all()
    views = views_of(connection, rows)
    beside = _Beside(
        connection, viewer, [row.id for row in rows], [row.case_item_id for row in rows]
    )
    found = {
        row.id: _record(row, viewer, views[row.id], rules, beside)
        for row in rows
        if access.may_see_text(viewer, views[row.id])
    }
    return [found[one] for one in case_ids if one in found]


_OF_CASE = ("ref", "item_id", "status", "urgency", "opened_at", "closed_at")


class _Beside:
    """What hangs on the cases of one page, gathered with one query each."""

    def __init__(
        self,
        connection: sa.Connection,
        viewer: Viewer,
        case_ids: Sequence[int],
        item_ids: Sequence[int],
    ) -> None:
        self._connection = connection
        linked = t.case.alias()
        told = (
            sa.select(t.notice.c.case_id, t.notice.c.person, t.effect.c.accepted_at)
            .join(t.effect, t.effect.c.letter_id == t.notice.c.letter_id)
            .where(t.notice.c.case_id.in_(case_ids))
            .order_by(t.notice.c.id)
        )
        steps = (
            sa.select(t.case_step, sa.func.coalesce(linked.c.ref, "").label("linked_ref"))
            .outerjoin(linked, linked.c.id == t.case_step.c.linked_case_id)
            .where(t.case_step.c.case_id.in_(case_ids), links_are_theirs(viewer))
            .order_by(t.case_step.c.at, t.case_step.c.id)
        )
        files = (
            sa.select(
                *(c for c in t.upload.c if c.name != "content"),
                (sa.func.length(t.upload.c.content) == 0).label("purged"),
            )
            .where(t.upload.c.item_id.in_(item_ids))
            .order_by(t.upload.c.id)
        )
        self.effects = self._by("case_id", _all_of(t.effect, t.effect.c.case_id, case_ids))
        self.decisions = self._by("case_id", _all_of(t.decision, t.decision.c.case_id, case_ids))
        self.holds = self._by("case_id", _all_of(t.hold, t.hold.c.case_id, case_ids))
        self.purges = self._by("item_id", _all_of(t.purge, t.purge.c.item_id, item_ids))
        self.steps = self._by("case_id", steps)
        self.told = self._by("case_id", told)
        self.files = self._by("item_id", files)

    def _by(self, key: str, query: sa.Select[Any]) -> dict[int, list[Any]]:
        gathered: dict[int, list[Any]] = {}
        for row in self._connection.execute(query):
            gathered.setdefault(row._mapping[key], []).append(row)
        return gathered


def _all_of(table: sa.Table, column: sa.ColumnElement[int], ids: Sequence[int]) -> sa.Select[Any]:
    return sa.select(table).where(column.in_(ids)).order_by(table.c.id)


def _record(
    row: Any, viewer: Viewer, view: CaseView, rules: RetentionSettings, beside: _Beside
) -> Record:
    trail = access.may_see_trail(viewer, view)
    decided = beside.decisions.get(row.id, [])
    which = class_of(view, Outcome(decided[-1].outcome) if decided else None)
    knows = knows_what_was_found(viewer, view)
    return Record(
        case_id=row.id,
        ref=row.case_ref,
        view=view,
        item_kind=ItemKind(row.item_kind),
        status=row.case_status,
        urgency=row.case_urgency,
        occurred_at=row.created_at,
        seen_at=row.first_seen_at,
        logged_at=row.case_opened_at,
        closed_at=row.case_closed_at,
        platform=row.platform,
        account=row.account,
        post_id=row.post_id,
        native_id=row.native_id,
        permalink=row.permalink,
        author_name=row.author_name,
        author_handle=row.author_handle,
        author_id=row.author_id,
        digest="" if is_sealed(row.digest) else row.digest,
        text=row.text,
        facts=row.facts if trail else {},
        findings=(row.findings or ()) if knows else (),
        action=(row.action or "") if knows else "",
        held_back=(row.held_back or "") if knows else "",
        versions=(row.versions or {}) if knows else {},
        with_whom=tuple(safeguarding_beside(viewer, view)),
        effects=tuple(_effect(one, trail) for one in beside.effects.get(row.id, [])),
        decisions=tuple(
            Said(r.outcome, r.person, reason_for(viewer, view, r), r.at) for r in decided
        )
        if trail
        else (),
        steps=tuple(
            Said(r.step, r.person, r.text, r.at, r.linked_ref, r.role or "")
            for r in beside.steps.get(row.id, [])
        )
        if trail
        else (),
        told=tuple(Told(r.person, r.accepted_at) for r in beside.told.get(row.id, []))
        if trail
        else (),
        holds=tuple(
            HoldLine(r.reason, r.placed_by, r.placed_at, r.decide_by, r.released_at)
            for r in beside.holds.get(row.id, [])
        ),
        files=tuple(
            FileLine(r.ref, r.name, r.media_type, r.size, r.digest, bool(r.purged))
            for r in beside.files.get(row.case_item_id, [])
        ),
        purges=tuple(
            Said(r.what, r.by, r.why, r.at) for r in beside.purges.get(row.case_item_id, [])
        ),
        retention=which,
        kept_until=rules.ends(which, row.case_closed_at) if row.case_closed_at else None,
    )


def _effect(row: Any, trail: bool) -> EffectLine:
    return EffectLine(
        EffectKind(row.kind),
        row.status,
        row.asked_by if trail else "",
        row.asked_at,
        row.accepted_at,
        row.confirmed_at,
        row.why,
    )
