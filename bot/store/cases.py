"""Cases, verdicts and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from bot.model import Assessment, CaseStatus, Kind, Outcome, Role, Urgency, Verdict
from bot.store import tables as t
from bot.store.insert import insert_one


@dataclass(frozen=True, slots=True)
class StoredCase:
    """What a person has to look at. `version` grows with every change that a person must see."""

    id: int
    ref: str
    item_id: int
    reading_id: int
    status: CaseStatus
    urgency: Urgency
    kinds: frozenset[Kind]
    child: bool
    baseline: bool
    version: int
    audience: frozenset[Role]
    excluded: frozenset[str]


class Cases:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep_verdict(
        self,
        reading_id: int,
        assessment: Assessment,
        verdict: Verdict,
        *,
        held_back: str,
        at: datetime,
    ) -> None:
        """Remember what the machine made of a reading, and why nothing was hidden if so."""
        self._connection.execute(
            sa.insert(t.verdict),
            {
                "reading_id": reading_id,
                "at": at,
                "action": verdict.action,
                "urgency": verdict.urgency,
                "held_back": held_back,
                "findings": [facets(f) for f in assessment.findings],
                "signals": [
                    [s.source, s.label, round(s.score, 4), s.start, s.end]
                    for s in assessment.signals
                ],
                "scores": {label: round(score, 4) for label, score in assessment.scores.items()},
                "reasons": list(verdict.reasons),
                "versions": dict(assessment.versions),
            },
        )

    def find_by_item(self, item_id: int) -> StoredCase | None:
        """The case of an item, if it ever had one."""
        return self._one(t.case.c.item_id == item_id)

    def find_by_ref(self, ref: str) -> StoredCase | None:
        """The case with this public reference."""
        return self._one(t.case.c.ref == ref)

    def get(self, case_id: int) -> StoredCase:
        """A case that is known to be there."""
        found = self._one(t.case.c.id == case_id)
        assert found is not None
        return found

    def open(
        self,
        *,
        item_id: int,
        reading_id: int,
        urgency: Urgency,
        kinds: Iterable[Kind],
        child: bool,
        baseline: bool,
        audience: Iterable[Role],
        excluded: Iterable[str],
        at: datetime,
    ) -> StoredCase:
        """Open the item's case, or open it again for a new reading.

        Both sets only grow: who was once accused stays excluded, who was once told may still see.
        """
        known = self.find_by_item(item_id)
        values = {
            "reading_id": reading_id,
            "status": CaseStatus.OPEN,
            "urgency": urgency,
            "urgency_rank": urgency.rank,
            "kinds": sorted(kinds),
            "child": child or (known is not None and known.child),
            "baseline": baseline,
            "closed_at": None,
        }
        if known is None:
            case_id = insert_one(
                self._connection,
                t.case,
                {
                    **values,
                    "item_id": item_id,
                    "ref": token_hex(6),
                    "version": 1,
                    "opened_at": at,
                },
            )
            audience_before, excluded_before = frozenset[Role](), frozenset[str]()
        else:
            case_id = known.id
            audience_before, excluded_before = known.audience, known.excluded
            self._connection.execute(
                sa.update(t.case)
                .where(t.case.c.id == case_id)
                .values(**values, version=t.case.c.version + 1)
            )
        self._grow(t.case_audience, case_id, "role", set(audience) - audience_before)
        self._grow(t.case_exclusion, case_id, "person", set(excluded) - excluded_before)
        return self.get(case_id)

    def _grow(self, table: sa.Table, case_id: int, column: str, values: Iterable[str]) -> None:
        rows = [{"case_id": case_id, column: value} for value in sorted(values)]
        if rows:
            self._connection.execute(sa.insert(table), rows)

    def sound_alarm(self, case_id: int, sentence: str) -> None:
        """Put a plain sentence at the top of the case and open it again: a person must look."""
        self._connection.execute(
            sa.update(t.case)
            .where(t.case.c.id == case_id)
            .values(
                alarm=sentence,
                status=CaseStatus.OPEN,
                closed_at=None,
                version=t.case.c.version + 1,
            )
        )

    def quieten(self, case_id: int, at: datetime) -> None:
        """What the alarm was about is settled; a case that a person had decided is closed again."""
        decided = sa.exists().where(
            t.decision.c.case_id == t.case.c.id, t.decision.c.reading_id == t.case.c.reading_id
        )
        alarmed = (t.case.c.id == case_id) & (t.case.c.alarm != "")
        self._connection.execute(
            sa.update(t.case).where(alarmed, decided).values(status=CaseStatus.CLOSED, closed_at=at)
        )
        self._connection.execute(
            sa.update(t.case).where(alarmed).values(alarm="", version=t.case.c.version + 1)
        )

    def close(self, case_id: int, version: int, at: datetime) -> bool:
        """Close it if nobody changed it since `version`; says whether that was so."""
        result = self._connection.execute(
            sa.update(t.case)
            .where(t.case.c.id == case_id, t.case.c.version == version)
            .values(status=CaseStatus.CLOSED, closed_at=at, alarm="", version=t.case.c.version + 1)
        )
        return result.rowcount == 1

    def keep_decision(
        self,
        *,
        case_id: int,
        reading_id: int,
        person: str,
        outcome: Outcome,
        reason: str,
        at: datetime,
    ) -> None:
        """Remember what a person decided. `person` is empty for what was done on the platform."""
        self._connection.execute(
            sa.insert(t.decision),
            {
                "case_id": case_id,
                "reading_id": reading_id,
                "person": person,
                "outcome": outcome,
                "reason": reason,
                "at": at,
            },
        )

    def decided_readings(self, reading_ids: Sequence[int]) -> set[int]:
        """Those of the readings that a person decided on: they bind the machine."""
        return set(
            self._connection.scalars(
                sa.select(t.decision.c.reading_id).where(t.decision.c.reading_id.in_(reading_ids))
            )
        )

    def _one(self, where: sa.ColumnElement[bool]) -> StoredCase | None:
        row: Any = self._connection.execute(sa.select(t.case).where(where)).one_or_none()
        if row is None:
            return None
        audience = self._connection.scalars(
            sa.select(t.case_audience.c.role).where(t.case_audience.c.case_id == row.id)
        )
        excluded = self._connection.scalars(
            sa.select(t.case_exclusion.c.person).where(t.case_exclusion.c.case_id == row.id)
        )
        return StoredCase(
            row.id,
            row.ref,
            row.item_id,
            row.reading_id,
            CaseStatus(row.status),
            Urgency(row.urgency),
            frozenset(Kind(kind) for kind in row.kinds),
            row.child,
            row.baseline,
            row.version,
            frozenset(Role(role) for role in audience),
            frozenset(excluded),
        )


def facets(finding: Any) -> dict[str, object]:
    """A finding as it is stored and logged: no text, nobody's name, only keys and words of ours."""
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "target": finding.target,
        "child": finding.child,
        "aspects": sorted(finding.aspects),
    }
