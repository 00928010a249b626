"""How often people agreed with the machine, kind by kind (policy.md, "Hiding is earned")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.access import NO_CONTENT, Viewer, may_answer_sample
from bot.calibrating import ENOUGH, Share, share
from bot.hiding import KIND_SWITCH, switched
from bot.model import (
    Action,
    Aspect,
    Assessment,
    Finding,
    ItemKind,
    Kind,
    Outcome,
    Policy,
    Role,
    Severity,
    Target,
)
from bot.policy import judge
from bot.queries.seen import cases_with_items, looking, may_see, may_see_trail
from bot.settings import Settings
from bot.store import Store
from bot.store import tables as t
from bot.store.effects import COMMAND_LINE

DAYS = 90
"""How far back the report goes, unless told otherwise."""

STOPPED = frozenset({Outcome.HIDE, Outcome.DELETE})
"""What people decide about a comment that should not have stayed."""


@dataclass(slots=True)
class Tally:
    """What people made of one kind's comments: hidden or deleted, left visible, not decided."""

    stopped: int = 0
    left: int = 0
    undecided: int = 0

    @property
    def decided(self) -> int:
        return self.stopped + self.left

    @property
    def total(self) -> int:
        return self.decided + self.undecided

    @property
    def share(self) -> Share | None:
        """How many of the decided ones were stopped; None where they are too few to say."""
        return share(self.stopped, self.decided)


@dataclass(slots=True)
class KindAgreement:
    """One kind: what the machine hid or would have hidden, and what it only queued.

    `with_others` are comments whose outcome is the DSL's or the chair's, and so not counted here.
    """

    kind: Kind
    hides_already: bool
    hidden: Tally = field(default_factory=Tally)
    queued: Tally = field(default_factory=Tally)
    with_others: int = 0

    @property
    def could_hide(self) -> bool:
        """Whether people agreed so often that hiding could be switched on; never done by itself."""
        agreed = self.hidden.share
        enough = self.hidden.decided >= ENOUGH
        return enough and not self.hides_already and agreed is not None and agreed.nearly_always


@dataclass(frozen=True, slots=True)
class Missed:
    """Of what was left up and a person looked at by chance: how much should have been stopped."""

    looked_at: int
    missed: int

    @property
    def share(self) -> Share | None:
        return share(self.missed, self.looked_at)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The report. `missed` is None for whoever does not see the weekly sample."""

    since: datetime
    kinds: tuple[KindAgreement, ...]
    missed: Missed | None


def agreement(
    store: Store, settings: Settings, viewer: Viewer, now: datetime, days: int = DAYS
) -> Agreement:
    """What this viewer may know of it.

    The officer sees every public comment. Anybody else's report holds what they were told of: what
    they see only because it was hidden in the end would make agreement look better than it is.
    Whatever is kept from a viewer is not counted anywhere, and outcomes that are the DSL's or the
    chair's are not told apart.
    """
    seen = may_see(viewer)
    if Role.COMMUNICATIONS_OFFICER not in viewer.roles:
        seen = sa.and_(seen, _told(viewer.roles - NO_CONTENT))
    sampled = sa.or_(t.case.c.id.is_(None), may_see(viewer)) if may_answer_sample(viewer) else None
    since = now - timedelta(days=days)
    return _report(store, settings, since, seen, may_see_trail(viewer), sampled)


def agreement_figures(
    store: Store, settings: Settings, now: datetime, days: int = DAYS
) -> Agreement:
    """The same for the command line, where nobody has signed in: figures of the whole school.

    A comment from which anybody is kept is left out altogether, under each of its kinds.
    """
    open_to_all = without_conflict()
    sampled = sa.or_(t.case.c.id.is_(None), open_to_all)
    since = now - timedelta(days=days)
    return _report(store, settings, since, open_to_all, sa.true(), sampled)


def without_conflict() -> sa.ColumnElement[bool]:
    """Cases that accuse nobody, so that figures about them betray no concern about anyone."""
    return ~sa.exists().where(t.case_exclusion.c.case_id == t.case.c.id).correlate(t.case)


def newest_verdict() -> sa.ColumnElement[bool]:
    """The rows of `verdict` that no later one of the same reading replaced."""
    later = t.verdict.alias()
    return ~(
        sa.exists()
        .where(later.c.reading_id == t.verdict.c.reading_id, later.c.id > t.verdict.c.id)
        .correlate(t.verdict)
    )


def newest_outcome() -> sa.ScalarSelect[str]:
    """What a person decided last about the reading; NULL where nobody did."""
    return (
        sa.select(t.decision.c.outcome)
        .where(
            t.decision.c.reading_id == t.reading.c.id,
            t.decision.c.person != COMMAND_LINE,  # undoing a version is no judgement of a comment
        )
        .order_by(t.decision.c.id.desc())
        .limit(1)
        .correlate(t.reading)
        .scalar_subquery()
    )


def judged_cases() -> sa.Join:
    """Verdicts with the case, item and reading that they are about."""
    return (
        cases_with_items()
        .join(t.reading, t.reading.c.item_id == t.item.c.id)
        .join(t.verdict, t.verdict.c.reading_id == t.reading.c.id)
    )


def _told(roles: Iterable[Role]) -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(t.case_audience.c.case_id == t.case.c.id, t.case_audience.c.role.in_(set(roles)))
        .correlate(t.case)
    )


def _report(
    store: Store,
    settings: Settings,
    since: datetime,
    seen: sa.ColumnElement[bool],
    theirs: sa.ColumnElement[bool],
    sampled: sa.ColumnElement[bool] | None,
) -> Agreement:
    outcome = newest_outcome()
    query = (
        sa.select(
            t.verdict.c.action,
            t.verdict.c.findings,
            outcome.label("outcome"),
            theirs.label("theirs"),
        )
        .select_from(judged_cases())
        .where(
            t.verdict.c.at >= since,
            t.verdict.c.action != Action.ALLOW,
            t.item.c.kind == ItemKind.COMMENT,
            newest_verdict(),
            seen,
            # Nobody is asked about the baseline or about words that were changed since.
            sa.or_(
                outcome.is_not(None),
                sa.and_(~t.case.c.baseline, t.case.c.reading_id == t.reading.c.id),
            ),
        )
    )
    with looking(store) as connection:
        rows = connection.execute(query).all()
        missed = _missed(connection, since, sampled) if sampled is not None else None
    with store.read() as uow:
        hiding = switched(settings.hiding, uow.state.switches(KIND_SWITCH))
    kinds: dict[Kind, KindAgreement] = {}
    for row in rows:
        for kind, action in _asked_for(row.action, row.findings, settings.policy).items():
            one = kinds.setdefault(kind, KindAgreement(kind, hiding.may_hide(kind)))
            if row.theirs:
                _count(one.hidden if action is Action.HIDE else one.queued, row.outcome)
            else:
                one.with_others += 1
    return Agreement(since, tuple(kinds[kind] for kind in Kind if kind in kinds), missed)


def _count(tally: Tally, outcome: str | None) -> None:
    if outcome is None:
        tally.undecided += 1
    elif outcome in STOPPED:
        tally.stopped += 1
    else:
        tally.left += 1


def _missed(connection: sa.Connection, since: datetime, sampled: sa.ColumnElement[bool]) -> Missed:
    rows = connection.scalars(
        sa.select(t.sample.c.should)
        .select_from(
            t.sample.join(t.reading, t.reading.c.id == t.sample.c.reading_id)
            .join(t.item, t.item.c.id == t.reading.c.item_id)
            .outerjoin(t.case, t.case.c.item_id == t.item.c.id)
        )
        .where(t.sample.c.drawn_at >= since, t.sample.c.should.is_not(None), sampled)
    ).all()
    return Missed(len(rows), sum(should != Action.ALLOW for should in rows))


def _asked_for(
    action: str, findings: Iterable[Mapping[str, Any]], policy: Policy
) -> dict[Kind, Action]:
    """What each kind by itself asks for under the school's table; never more than was judged."""
    of_kind: dict[Kind, list[Finding]] = defaultdict(list)
    for stored in findings:
        found = stored_finding(stored)
        of_kind[found.kind].append(found)
    most = Action(action)
    asked = {
        kind: min(judge(Assessment(tuple(found)), policy).action, most, key=lambda a: a.rank)
        for kind, found in of_kind.items()
    }
    return {kind: action for kind, action in asked.items() if action is not Action.ALLOW}


def stored_finding(stored: Mapping[str, Any]) -> Finding:
    """A finding as a verdict keeps it; whom it accuses stands with the case."""
    return Finding(
        Kind(stored["kind"]),
        Severity(stored["severity"]),
        Target(stored["target"]),
        bool(stored["child"]),
        frozenset(Aspect(aspect) for aspect in stored["aspects"]),
    )
