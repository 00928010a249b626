"""Intentions towards the outside, as rows that are claimed by compare-and-set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.model import ACTIVE_EFFECTS, Action, EffectKind, EffectStatus, Presence, Urgency
from bot.store import tables as t
from bot.store.insert import insert_one

MAIL = "@letters"
"""The channel of letters; all other channels are names of accounts, which hold no @."""

ALARMS = "@alarms"
"""The channel of letters that go the second way."""

MACHINE = "machine"
"""Who asked for an effect that no person decided on."""

COMMAND_LINE = "command line"
"""Who turned a switch or undid a version there: a technician, who has read no comment."""


LEASE = timedelta(minutes=5)
"""How long whoever claimed an intention has for its call."""


@dataclass(frozen=True, slots=True)
class StoredEffect:
    """One intention. `attempts` counts calls, so that a second one can look before it leaps."""

    id: int
    kind: EffectKind
    status: EffectStatus
    channel: str
    item_id: int | None
    case_id: int | None
    letter_id: int | None
    asked_by: str
    attempts: int
    asked_at: datetime
    due_at: datetime
    leased_until: datetime | None


@dataclass(frozen=True, slots=True)
class UnconfirmedHide:
    """A hide of the machine's own on which no person has decided, and the verdict it rests on."""

    effect: StoredEffect
    reading_id: int
    versions: Mapping[str, str]


class Effects:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def ask(
        self,
        kind: EffectKind,
        *,
        channel: str,
        asked_by: str,
        at: datetime,
        urgency: Urgency,
        item_id: int | None = None,
        case_id: int | None = None,
        letter_id: int | None = None,
        wait: timedelta = timedelta(0),
    ) -> int:
        """Write an intention down. The item's earlier one, if still active, is superseded first.

        It is due after `wait`: so long it can be taken back with nobody outside having seen it.
        """
        if item_id is not None:
            self._connection.execute(
                sa.update(t.effect)
                .where(t.effect.c.item_id == item_id, t.effect.c.status.in_(ACTIVE_EFFECTS))
                .values(status=EffectStatus.SUPERSEDED)
            )
        return insert_one(
            self._connection,
            t.effect,
            {
                "kind": kind,
                "status": EffectStatus.PENDING,
                "channel": channel,
                "item_id": item_id,
                "case_id": case_id,
                "letter_id": letter_id,
                "asked_by": asked_by,
                "urgency_rank": urgency.rank,
                "asked_at": at,
                "due_at": at + wait,
            },
        )

    def claim(
        self, channel: str, *, at: datetime, lease: timedelta, leaving: Iterable[str] = ()
    ) -> StoredEffect | None:
        """Take the next due intention of a channel, most urgent first, and lease it.

        `leaving`: kinds that the platform wants to be left alone with.

        A lease that ran out (its holder died) is due again. An accepted one is due to be read back.
        """
        due = (
            sa.text(t.UNFINISHED)
            & (t.effect.c.channel == channel)
            & (t.effect.c.due_at <= at)
            & (t.effect.c.leased_until.is_(None) | (t.effect.c.leased_until <= at))
            & t.effect.c.kind.not_in(list(leaving))
        )
        row = self._connection.execute(
            sa.select(t.effect)
            .where(due)
            .order_by(t.effect.c.urgency_rank.desc(), t.effect.c.due_at, t.effect.c.id)
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        status = (
            EffectStatus.ACCEPTED if row.status == EffectStatus.ACCEPTED else EffectStatus.CLAIMED
        )
        self._connection.execute(
            sa.update(t.effect)
            .where(t.effect.c.id == row.id, due)
            .values(status=status, leased_until=at + lease, attempts=t.effect.c.attempts + 1)
        )
        return self.get(row.id)

    def settle(
        self, claimed: StoredEffect, status: EffectStatus, *, at: datetime, why: str = ""
    ) -> bool:
        """Write down how it ended; False where it was superseded while the call was under way."""
        times: dict[str, object] = {}
        if status in {EffectStatus.ACCEPTED, EffectStatus.CONFIRMED}:
            times["accepted_at"] = sa.func.coalesce(t.effect.c.accepted_at, _instant(at))
        if status is EffectStatus.CONFIRMED:
            times["confirmed_at"] = at
        return self._set(claimed, status=status, leased_until=None, why=why, **times)

    def put_off(
        self,
        claimed: StoredEffect,
        status: EffectStatus,
        *,
        until: datetime,
        why: str,
        count: bool = True,
    ) -> bool:
        """Try again then. With `count` off, the try that was not made does not count."""
        attempts = claimed.attempts if count else claimed.attempts - 1
        return self._set(
            claimed, status=status, due_at=until, leased_until=None, why=why, attempts=attempts
        )

    def _set(self, claimed: StoredEffect, **values: object) -> bool:
        result = self._connection.execute(
            sa.update(t.effect)
            .where(t.effect.c.id == claimed.id, t.effect.c.status == claimed.status)
            .values(**values)
        )
        return result.rowcount == 1

    def cancel(self, effect: StoredEffect) -> None:
        """Take it back, whatever state it is in."""
        self._connection.execute(
            sa.update(t.effect)
            .where(t.effect.c.id == effect.id, t.effect.c.status.in_(ACTIVE_EFFECTS))
            .values(status=EffectStatus.CANCELLED, leased_until=None)
        )

    def of_other_channels(self, channels: Iterable[str]) -> list[StoredEffect]:
        """What is under way for accounts that are not among these."""
        rows = self._connection.execute(
            sa.select(t.effect).where(
                t.effect.c.channel.not_in({MAIL, ALARMS, *channels}),
                t.effect.c.status.in_(ACTIVE_EFFECTS),
            )
        )
        return [_effect(row) for row in rows]

    def release_leases(self) -> None:
        """Give back what a killed process held. Only for the one who knows to be alone."""
        self._connection.execute(
            sa.update(t.effect)
            .where(t.effect.c.leased_until.is_not(None))
            .values(leased_until=None)
        )

    def get(self, effect_id: int) -> StoredEffect:
        """One intention that is known to be there."""
        return self._one(t.effect.c.id == effect_id)

    def active_for(self, item_id: int) -> StoredEffect | None:
        """The item's intention that may still change something, if there is one."""
        row = self._connection.execute(
            sa.select(t.effect).where(
                t.effect.c.item_id == item_id, t.effect.c.status.in_(ACTIVE_EFFECTS)
            )
        ).one_or_none()
        return _effect(row) if row else None

    def took_away(self, case_id: int) -> bool:
        """Whether the case's comment was ever hidden or deleted by us, and that confirmed."""
        found = self._connection.execute(
            sa.select(t.effect.c.id)
            .where(
                t.effect.c.case_id == case_id,
                t.effect.c.kind.in_([EffectKind.HIDE, EffectKind.DELETE]),
                t.effect.c.status == EffectStatus.CONFIRMED,
            )
            .limit(1)
        )
        return found.first() is not None

    def hides_asked_since(self, since: datetime, asked_by: str) -> int:
        """How many hides were asked for: what the breaker counts."""
        count = self._connection.scalar(
            sa.select(sa.func.count())
            .select_from(t.effect)
            .where(
                t.effect.c.kind == EffectKind.HIDE,
                t.effect.c.asked_by == asked_by,
                t.effect.c.asked_at > since,
            )
        )
        return int(count or 0)

    def machine_hides(self) -> list[StoredEffect]:
        """The machine's own hides that are under way."""
        rows = self._connection.execute(
            sa.select(t.effect).where(
                t.effect.c.kind == EffectKind.HIDE,
                t.effect.c.asked_by == MACHINE,
                t.effect.c.status.in_(ACTIVE_EFFECTS),
            )
        )
        return [_effect(row) for row in rows]

    def unconfirmed_hides(self) -> list[UnconfirmedHide]:
        """What the machine hid, or is about to hide, and no person has decided on since.

        The verdict is the newest by which the item was to be hidden: a later version that agrees
        stands in for the one that hid it first.
        """
        standing = [*ACTIVE_EFFECTS, EffectStatus.CONFIRMED]
        newest = (
            sa.select(sa.func.max(t.effect.c.id))
            .where(t.effect.c.item_id.is_not(None), t.effect.c.status.in_(standing))
            .group_by(t.effect.c.item_id)
        )
        wanted_by = (
            sa.select(sa.func.max(t.verdict.c.id))
            .join(t.reading, t.reading.c.id == t.verdict.c.reading_id)
            .where(
                t.reading.c.item_id == t.effect.c.item_id,
                t.verdict.c.action == Action.HIDE,
                t.verdict.c.held_back == "",
            )
            .correlate(t.effect)
            .scalar_subquery()
        )
        decided = (
            sa.exists()
            .where(
                t.decision.c.case_id == t.effect.c.case_id,
                sa.or_(
                    t.decision.c.at >= t.effect.c.asked_at,
                    t.decision.c.reading_id == t.verdict.c.reading_id,
                ),
            )
            .correlate(t.effect, t.verdict)
        )
        rows = self._connection.execute(
            sa.select(t.effect, t.verdict.c.reading_id, t.verdict.c.versions)
            .join(t.item, t.item.c.id == t.effect.c.item_id)
            .join(t.verdict, t.verdict.c.id == wanted_by)
            .where(
                t.effect.c.id.in_(newest),
                t.effect.c.kind == EffectKind.HIDE,
                t.effect.c.asked_by == MACHINE,
                t.item.c.presence != Presence.GONE,
                sa.or_(t.effect.c.status.in_(ACTIVE_EFFECTS), t.item.c.hidden),
                ~decided,
            )
            .order_by(t.effect.c.id)
        )
        return [UnconfirmedHide(_effect(row), row.reading_id, row.versions) for row in rows]

    def next_due(self) -> datetime | None:
        """When the next unfinished intention is due, None where all are settled."""
        found: datetime | None = self._connection.scalar(
            sa.select(sa.func.min(t.effect.c.due_at)).where(sa.text(t.UNFINISHED))
        )
        return found

    def _one(self, where: sa.ColumnElement[bool]) -> StoredEffect:
        return _effect(self._connection.execute(sa.select(t.effect).where(where)).one())


def _instant(at: datetime) -> sa.BindParameter[datetime]:
    return sa.bindparam(None, at, type_=t.Instant)


def _effect(row: Any) -> StoredEffect:
    return StoredEffect(
        row.id,
        EffectKind(row.kind),
        EffectStatus(row.status),
        row.channel,
        row.item_id,
        row.case_id,
        row.letter_id,
        row.asked_by,
        row.attempts,
        row.asked_at,
        row.due_at,
        row.leased_until,
    )
