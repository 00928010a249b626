"""Whether letters were answered: acknowledged by their readers, or chased up the ladder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.model import CaseStatus, Kind, Role, Urgency
from bot.store import tables as t

Rows = Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One open case of a letter that nobody has answered in time."""

    letter_id: int
    case_id: int
    role: Role
    urgency: Urgency
    rung: int


@dataclass(frozen=True, slots=True)
class PossibleBreach:
    """A case that may have to be reported within 72 hours of `since`."""

    case_id: int
    case_ref: str
    since: datetime


class Answers:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def waiting(self, person: str, *, case_id: int = 0, ref: str = "") -> list[int]:
        """The letters to this person that tell of the case (or have this reference), unanswered."""
        about = t.letter.c.ref == ref
        if case_id:
            told = sa.select(t.notice.c.letter_id).where(
                t.notice.c.case_id == case_id,
                t.notice.c.person == person,
                t.notice.c.letter_id.is_not(None),
            )
            about = t.letter.c.id.in_(told)
        return list(
            self._connection.scalars(
                sa.select(t.letter.c.id).where(
                    t.letter.c.person == person, t.letter.c.acknowledged_at.is_(None), about
                )
            )
        )

    def acknowledge(self, letter_ids: Sequence[int], *, by: str, how: str, at: datetime) -> None:
        """Their reader knows. `by` is who says so."""
        self._connection.execute(
            sa.update(t.letter)
            .where(t.letter.c.id.in_(letter_ids), t.letter.c.acknowledged_at.is_(None))
            .values(acknowledged_at=at, acknowledged_by=by, how=how)
        )

    def cases_of(self, letter_ids: Sequence[int]) -> Rows:
        """The cases that these letters tell of: id and public reference."""
        rows = self._connection.execute(
            sa.select(t.case.c.id, t.case.c.ref)
            .join(t.notice, t.notice.c.case_id == t.case.c.id)
            .where(t.notice.c.letter_id.in_(letter_ids))
            .distinct()
            .order_by(t.case.c.id)
        )
        return [(row.id, row.ref) for row in rows]

    def overdue(self, at: datetime) -> tuple[list[int], list[Unanswered]]:
        """The letters whose time is up, and what in them still waits for somebody.

        A case waits no longer once anybody who was told of it in the same role has answered.
        """
        late = (
            t.letter.c.answer_by <= at,
            t.letter.c.acknowledged_at.is_(None),
            t.letter.c.chased_at.is_(None),
        )
        ids = list(self._connection.scalars(sa.select(t.letter.c.id).where(*late)))
        if not ids:
            return [], []
        other, answered = t.notice.alias("other"), t.letter.alias("answered")
        heard = (
            sa.exists()
            .where(
                other.c.case_id == t.notice.c.case_id,
                other.c.role == t.notice.c.role,
                other.c.letter_id == answered.c.id,
                answered.c.acknowledged_at.is_not(None),
            )
            .correlate(t.notice)
        )
        rows = self._connection.execute(
            sa.select(t.notice)
            .join(t.case, t.case.c.id == t.notice.c.case_id)
            .where(
                t.notice.c.letter_id.in_(ids),
                t.notice.c.role != "",
                t.case.c.status == CaseStatus.OPEN,
                ~heard,
            )
            .order_by(t.notice.c.id)
        )
        return ids, [
            Unanswered(row.letter_id, row.case_id, Role(row.role), Urgency(row.urgency), row.rung)
            for row in rows
        ]

    def mark_chased(self, letter_ids: Sequence[int], at: datetime) -> None:
        """Whoever comes next was told."""
        self._connection.execute(
            sa.update(t.letter).where(t.letter.c.id.in_(letter_ids)).values(chased_at=at)
        )

    def overdue_now(self, letter_id: int, at: datetime) -> None:
        """It was refused for good: waiting for its reader is waiting for nobody."""
        self._connection.execute(
            sa.update(t.letter)
            .where(t.letter.c.id == letter_id, t.letter.c.answer_by.is_not(None))
            .values(answer_by=at)
        )

    def possible_breaches(self, kinds: Iterable[Kind]) -> list[PossibleBreach]:
        """Open cases of these kinds that the data protection officer was told of."""
        rows = self._connection.execute(
            sa.select(t.case.c.id, t.case.c.ref, t.case.c.kinds, t.case.c.opened_at)
            .join(t.case_audience, t.case_audience.c.case_id == t.case.c.id)
            .where(
                t.case_audience.c.role == Role.DPO,
                t.case.c.status == CaseStatus.OPEN,
                ~t.case.c.baseline,
            )
            .order_by(t.case.c.id)
        )
        return [
            PossibleBreach(row.id, row.ref, row.opened_at)
            for row in rows
            if set(kinds) & set(row.kinds)
        ]

    def last_written(self, template: str, person: str) -> datetime | None:
        """When this person was last written a letter of this sort."""
        found: datetime | None = self._connection.scalar(
            sa.select(sa.func.max(t.letter.c.composed_at)).where(
                t.letter.c.template == template, t.letter.c.person == person
            )
        )
        return found

    def told_of(self, case_id: int) -> set[str]:
        """The keys of everybody who was or will be told of a case."""
        return set(
            self._connection.scalars(
                sa.select(t.notice.c.person).where(t.notice.c.case_id == case_id)
            )
        )

    def tried(self, case_ids: Iterable[int]) -> list[tuple[str, datetime]]:
        """The roles that letters about these cases went to, and when: oldest first, each once."""
        rows = self._connection.execute(
            sa.select(t.notice.c.role, sa.func.min(t.letter.c.composed_at).label("at"))
            .join(t.letter, t.letter.c.id == t.notice.c.letter_id)
            .where(t.notice.c.case_id.in_(set(case_ids)), t.notice.c.role != "")
            .group_by(t.notice.c.role, t.notice.c.rung)
            .order_by(sa.text("at"))
        )
        return [(row.role, row.at) for row in rows]
