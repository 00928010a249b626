"""What people do around a decision: claims, steps, and the way back from a decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from bot.model import CaseStatus, Kind, Outcome, Role, Step, Urgency
from bot.store import tables as t
from bot.store.insert import insert_one


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """The newest decision of a case. `before` is None where it cannot be withdrawn."""

    id: int
    person: str
    outcome: Outcome
    at: datetime
    before: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody has a case open before them."""

    person: str
    since: datetime
    until: datetime


class Steps:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    # claims -------------------------------------------------------------------------------------

    def claim_of(self, case_id: int) -> Claim | None:
        """Who claimed it last, expired or not."""
        row = self._connection.execute(
            sa.select(t.claim).where(t.claim.c.case_id == case_id)
        ).one_or_none()
        return Claim(row.person, row.since, row.until) if row else None

    def claim(self, case_id: int, person: str, *, since: datetime, until: datetime) -> None:
        """Write down who has it open, in place of whoever had."""
        self.release(case_id)
        values = {"case_id": case_id, "person": person, "since": since, "until": until}
        self._connection.execute(sa.insert(t.claim), values)

    def release(self, case_id: int) -> None:
        """Nobody has it open any more."""
        self._connection.execute(sa.delete(t.claim).where(t.claim.c.case_id == case_id))

    # steps --------------------------------------------------------------------------------------

    def keep(
        self,
        step: Step,
        *,
        case_id: int,
        person: str,
        text: str,
        at: datetime,
        role: Role | None = None,
        linked_case_id: int | None = None,
    ) -> str:
        """Remember what somebody did about a case without deciding it; it is never changed.

        Returns the salt under which the log has the digest of its words.
        """
        salt = token_hex(16)
        insert_one(
            self._connection,
            t.case_step,
            {
                "case_id": case_id,
                "step": step,
                "person": person,
                "role": role,
                "text": text,
                "salt": salt,
                "linked_case_id": linked_case_id,
                "at": at,
            },
        )
        return salt

    def route(self, case_id: int, roles: Iterable[Role], *, waits_for: Role | None) -> None:
        """Let these roles see the case for good; from now on it waits for one of them alone."""
        for role in sorted(roles):
            self._add(t.case_audience, case_id, "role", role)
        self._change(case_id, routed_to=waits_for)

    def open_again(self, case_id: int) -> None:
        """Somebody has to look at it once more."""
        self._change(case_id, status=CaseStatus.OPEN, closed_at=None)

    def suspect(self, case_id: int, kinds: Iterable[Kind], urgency: Urgency) -> None:
        """A person found what the machine did not: these kinds, of a child."""
        self._change(
            case_id,
            kinds=sorted(kinds),
            child=True,
            urgency=urgency,
            urgency_rank=urgency.rank,
        )

    def bar(self, case_id: int, people: Iterable[str]) -> None:
        """These people may not decide it: it contests what they decided."""
        for person in sorted(people):
            self._add(t.case_barred, case_id, "person", person)

    def deciders(self, case_id: int) -> frozenset[str]:
        """Who has decided on this case; without what was done on the platform."""
        found = self._connection.scalars(
            sa.select(t.decision.c.person).where(
                t.decision.c.case_id == case_id, t.decision.c.person != ""
            )
        )
        return frozenset(found)

    def deciders_against(self, case_id: int) -> frozenset[str]:
        """Who hid or deleted another comment by the author of this case's comment."""
        author = sa.select(t.case.c.author_key).where(t.case.c.id == case_id).scalar_subquery()
        found = self._connection.scalars(
            sa.select(t.decision.c.person)
            .join(t.case, t.case.c.id == t.decision.c.case_id)
            .where(
                t.case.c.author_key == author,
                t.decision.c.outcome.in_([Outcome.HIDE, Outcome.DELETE]),
                t.decision.c.person != "",
            )
        )
        return frozenset(found)

    # the way back -------------------------------------------------------------------------------

    def standing(self, case_id: int) -> dict[str, Any]:
        """How a case stands, as `restore` wants it."""
        row: Any = self._connection.execute(
            sa.select(
                t.case.c.status, t.case.c.closed_at, t.case.c.alarm, t.case.c.routed_to
            ).where(t.case.c.id == case_id)
        ).one()
        closed = row.closed_at.isoformat() if row.closed_at else None
        return {**row._mapping, "closed_at": closed}

    def restore(self, case_id: int, before: Mapping[str, Any]) -> None:
        """Let a case stand as it did; an alarm that sounded since goes on sounding."""
        closed = before["closed_at"]
        alarms = [before["alarm"], self.standing(case_id)["alarm"]]
        lines = dict.fromkeys(line for alarm in alarms for line in alarm.split("\n") if line)
        self._change(
            case_id,
            status=before["status"],
            alarm="\n".join(lines),
            routed_to=before["routed_to"],
            closed_at=datetime.fromisoformat(closed) if closed else None,
        )

    def newest_decision(self, case_id: int) -> StoredDecision | None:
        """What was decided last."""
        row = self._connection.execute(
            sa.select(t.decision)
            .where(t.decision.c.case_id == case_id)
            .order_by(t.decision.c.id.desc())
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        return StoredDecision(row.id, row.person, Outcome(row.outcome), row.at, row.before)

    def withdraw(self, decision_id: int) -> None:
        """It was never decided; that it was, and was withdrawn, stays in the log."""
        self._connection.execute(sa.delete(t.decision).where(t.decision.c.id == decision_id))

    def _change(self, case_id: int, **values: object) -> None:
        self._connection.execute(
            sa.update(t.case)
            .where(t.case.c.id == case_id)
            .values(version=t.case.c.version + 1, **values)
        )

    def _add(self, table: sa.Table, case_id: int, column: str, value: str) -> None:
        known = self._connection.scalar(
            sa.select(table.c.case_id).where(table.c.case_id == case_id, table.c[column] == value)
        )
        if known is None:
            self._connection.execute(sa.insert(table), {"case_id": case_id, column: value})
