"""What `schoolgate calibrate` reckons with: scores beside what people said should have been done.

No words are read, and whatever case keeps anybody out is left out whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.calibrating import Example
from bot.findings.scored import severity_of
from bot.model import Action, ItemKind, Kind, Outcome, Policy
from bot.queries.agreement import (
    STOPPED,
    judged_cases,
    newest_outcome,
    newest_verdict,
    stored_finding,
    without_conflict,
)
from bot.queries.seen import looking
from bot.store import Store
from bot.store import tables as t

Scores = Mapping[str, float]

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Basis:
    """What is known of one kind's lines. `decided` counts the examples that are about this kind;
    the others are comments of the sample that hold nothing at all.
    """

    examples: tuple[Example, ...]
    decided: int


def basis(store: Store, policy: Policy, since: datetime) -> dict[Kind, Basis]:
    """Each kind's examples, from decisions and from the weekly sample, since then.

    Only what the newest classifiers judged counts: the scores of others mean something else. A
    decision is about a kind's line where that kind alone was found, and by its score; what the
    machine was wrong about altogether is an example for every kind that was found.
    """
    with looking(store) as connection:
        of_now = _newest_versions(connection)
        decided = connection.execute(_decided(since)).all()
        sampled = connection.execute(_sampled(since)).all()
    examples: dict[Kind, list[Example]] = defaultdict(list)
    for row in decided:
        if _of_classifiers(row.versions) == of_now:
            for kind in _meant(row, policy):
                examples[kind].append(_example(kind, row.scores, _should(row.outcome)))
    left: list[Scores] = []
    for row in sampled:
        if _of_classifiers(row.versions) != of_now:
            continue
        if row.kind is None:
            left.append(row.scores)
        elif _scored(Kind(row.kind), row.scores):
            kind = Kind(row.kind)
            examples[kind].append(_example(kind, row.scores, Action(row.should)))
    return {
        kind: Basis(
            (*found, *(_example(kind, s, Action.ALLOW) for s in left if _scored(kind, s))),
            len(found),
        )
        for kind, found in examples.items()
    }


def scores_since(store: Store, since: datetime) -> Iterator[Scores]:
    """The scores of every comment's newest verdict since then, in short reads."""
    after = 0
    while True:
        with looking(store) as connection:
            rows = connection.execute(_scores(since, after)).all()
        if not rows:
            return
        yield from (row.scores for row in rows)
        after = rows[-1].id


def _meant(row: Any, policy: Policy) -> set[Kind]:
    found = {stored_finding(stored).kind for stored in row.findings}
    if len(found) > 1 and row.outcome != Outcome.CLEARED:
        return set()
    return {
        kind
        for kind in found
        if _scored(kind, row.scores) and severity_of(kind, row.scores, policy.thresholds)
    }


def _should(outcome: str) -> Action:
    """What would have been right: hidden, looked at and left, or not even looked at."""
    if outcome in STOPPED:
        return Action.HIDE
    return Action.ALLOW if outcome == Outcome.CLEARED else Action.QUEUE


def _scored(kind: Kind, scores: Scores) -> bool:
    return f"kind.{kind}" in scores and f"serious.{kind}" in scores


def _example(kind: Kind, scores: Scores, should: Action) -> Example:
    return Example(scores[f"kind.{kind}"], scores[f"serious.{kind}"], should)


def _of_classifiers(versions: Mapping[str, str]) -> dict[str, str]:
    """Without the rules': they do not change what a score means."""
    return {name: version for name, version in versions.items() if name != "rules"}


def _newest_versions(connection: sa.Connection) -> dict[str, str]:
    versions = connection.scalar(
        sa.select(t.verdict.c.versions).order_by(t.verdict.c.id.desc()).limit(1)
    )
    return _of_classifiers(versions or {})


def _decided(since: datetime) -> sa.Select[Any]:
    outcome = newest_outcome()
    return (
        sa.select(
            t.verdict.c.findings,
            t.verdict.c.scores,
            t.verdict.c.versions,
            outcome.label("outcome"),
        )
        .select_from(judged_cases())
        .where(
            t.verdict.c.at >= since,
            t.item.c.kind == ItemKind.COMMENT,
            newest_verdict(),
            without_conflict(),
            outcome.is_not(None),
            ~sa.exists().where(t.sample.c.reading_id == t.reading.c.id).correlate(t.reading),
        )
    )


def _sampled(since: datetime) -> sa.Select[Any]:
    return (
        sa.select(t.sample.c.should, t.sample.c.kind, t.verdict.c.scores, t.verdict.c.versions)
        .select_from(
            t.sample.join(t.reading, t.reading.c.id == t.sample.c.reading_id)
            .join(t.verdict, t.verdict.c.reading_id == t.reading.c.id)
            .join(t.item, t.item.c.id == t.reading.c.item_id)
            .outerjoin(t.case, t.case.c.item_id == t.item.c.id)
        )
        .where(
            t.verdict.c.at >= since,
            t.sample.c.should.is_not(None),
            newest_verdict(),
            sa.or_(t.case.c.id.is_(None), without_conflict()),
        )
    )


def _scores(since: datetime, after: int) -> sa.Select[Any]:
    return (
        sa.select(t.verdict.c.id, t.verdict.c.scores)
        .select_from(
            t.verdict.join(t.reading, t.reading.c.id == t.verdict.c.reading_id)
            .join(t.item, t.item.c.id == t.reading.c.item_id)
            .outerjoin(t.case, t.case.c.item_id == t.item.c.id)
        )
        .where(
            t.verdict.c.id > after,
            t.verdict.c.at >= since,
            t.item.c.kind == ItemKind.COMMENT,
            newest_verdict(),
            sa.or_(t.case.c.id.is_(None), without_conflict()),
        )
        .order_by(t.verdict.c.id)
        .limit(_PAGE)
    )
