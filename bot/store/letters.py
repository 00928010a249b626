"""Notices, and the letters that they are gathered into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from bot.model import (
    CaseStatus,
    EffectKind,
    EffectStatus,
    Kind,
    Mail,
    Outcome,
    Presence,
    Urgency,
)
from bot.store import tables as t
from bot.store.effects import MAIL
from bot.store.insert import Gathered, insert_one

_FOR_LONG = 3  # tries

# What stands under one post is one conversation; where there is no post, each is its own.
_THREAD = sa.case(
    (t.item.c.post_id != "", t.item.c.platform + ":" + t.item.c.post_id), else_=""
).label("thread")


@dataclass(frozen=True, slots=True)
class DueNotice:
    """Somebody is to be told of a case by now; with what a letter may say of it."""

    id: int
    case_id: int
    case_ref: str
    person: str
    urgency: Urgency
    kinds: tuple[Kind, ...]
    findings: tuple[dict[str, object], ...]
    gone: bool
    hidden: bool
    hide: EffectStatus | None
    role: str
    rung: int
    author: str
    thread: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody was told of an open case already."""

    author: str
    thread: str
    kinds: frozenset[str]
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter that was refused, or that the mail server has not taken for long."""

    effect_id: int
    person: str
    template: str
    refused: bool
    why: str
    composed_at: datetime


_NOTIFY = sqlite.insert(t.notice).on_conflict_do_nothing(
    index_elements=[t.notice.c.case_id, t.notice.c.reading_id, t.notice.c.person]
)


class Letters:
    """One drawer of the store; nothing here opens or commits a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._notices = Gathered(connection, _NOTIFY)

    def notify(
        self,
        *,
        case_id: int,
        reading_id: int,
        person: str,
        urgency: Urgency,
        due_at: datetime,
        role: str = "",
        rung: int = 0,
    ) -> None:
        """Note that this person is to be told of this reading; once, however often it is called.

        `role` is whom they are told as, `rung` how far up the ladder (0: at first).
        """
        self._notices.add(
            {
                "case_id": case_id,
                "reading_id": reading_id,
                "person": person,
                "urgency": urgency,
                "due_at": due_at,
                "role": role,
                "rung": rung,
            }
        )

    def gathering(self) -> AbstractContextManager[None]:
        """Store the notices added within at once, at its end; none of these is withdrawn before."""
        return self._notices.gathering()

    def put_off(self, notice_ids: Sequence[int], until: datetime) -> None:
        """Nothing new in them: look at them again then."""
        self._connection.execute(
            sa.update(t.notice).where(t.notice.c.id.in_(notice_ids)).values(due_at=until)
        )

    def heard(self, person: str) -> list[Heard]:
        """What letters told this person of cases that are still open, but for those refused."""
        rows = self._connection.execute(
            sa.select(_THREAD, t.item.c.author_id, t.case.c.kinds, t.notice.c.urgency)
            .join(t.case, t.case.c.id == t.notice.c.case_id)
            .join(t.item, t.item.c.id == t.case.c.item_id)
            .join(t.effect, t.effect.c.letter_id == t.notice.c.letter_id)
            .where(
                t.notice.c.person == person,
                t.case.c.status == CaseStatus.OPEN,
                t.effect.c.status.not_in([EffectStatus.FAILED, EffectStatus.CANCELLED]),
            )
        )
        return [
            Heard(row.author_id, row.thread, frozenset(row.kinds), Urgency(row.urgency))
            for row in rows
        ]

    def withdraw(self, case_id: int, people: Iterable[str]) -> None:
        """Take back what these people were to be told of a case and have not been told yet."""
        self._connection.execute(
            sa.delete(t.notice).where(
                t.notice.c.case_id == case_id,
                t.notice.c.person.in_(set(people)),
                t.notice.c.letter_id.is_(None),
            )
        )

    def drop(self, notice_ids: Sequence[int]) -> None:
        """Forget notices that cannot reach anybody."""
        self._connection.execute(sa.delete(t.notice).where(t.notice.c.id.in_(notice_ids)))

    def due(self, at: datetime) -> list[DueNotice]:
        """All notices that are due and in no letter yet, most urgent first within each person."""
        newest_verdict = (
            sa.select(sa.func.max(t.verdict.c.id))
            .where(t.verdict.c.reading_id == t.notice.c.reading_id)
            .correlate(t.notice)
            .scalar_subquery()
        )
        newest_hide = (
            sa.select(sa.func.max(t.effect.c.id))
            .where(t.effect.c.case_id == t.notice.c.case_id, t.effect.c.kind == EffectKind.HIDE)
            .correlate(t.notice)
            .scalar_subquery()
        )
        confirmed = (
            sa.exists()
            .where(
                t.decision.c.case_id == t.notice.c.case_id,
                t.decision.c.outcome.in_([Outcome.HIDE, Outcome.DELETE]),
            )
            .correlate(t.notice)
        )
        rows = self._connection.execute(
            sa.select(
                t.notice,
                t.case.c.ref,
                t.case.c.kinds,
                t.verdict.c.findings,
                t.item.c.presence,
                t.item.c.hidden,
                t.item.c.author_id,
                _THREAD,
                t.effect.c.status.label("hide_status"),
                confirmed.label("confirmed"),
            )
            .join(t.case, t.case.c.id == t.notice.c.case_id)
            .join(t.item, t.item.c.id == t.case.c.item_id)
            .outerjoin(t.verdict, t.verdict.c.id == newest_verdict)
            .outerjoin(t.effect, t.effect.c.id == newest_hide)
            .where(t.notice.c.letter_id.is_(None), t.notice.c.due_at <= at)
            .order_by(t.notice.c.person, t.case.c.urgency_rank.desc(), t.notice.c.id)
        )
        return [
            DueNotice(
                row.id,
                row.case_id,
                row.ref,
                row.person,
                Urgency(row.urgency),
                tuple(Kind(kind) for kind in row.kinds),
                tuple(row.findings or ()),
                row.presence == Presence.GONE,
                bool(row.hidden),
                EffectStatus(row.hide_status) if row.hide_status else None,
                row.role,
                row.rung,
                row.author_id,
                row.thread,
                bool(row.confirmed),
            )
            for row in rows
        ]

    def next_due(self) -> datetime | None:
        """When the next untold notice is due."""
        found: datetime | None = self._connection.scalar(
            sa.select(sa.func.min(t.notice.c.due_at)).where(t.notice.c.letter_id.is_(None))
        )
        return found

    def keep(
        self,
        mail: Mail,
        *,
        person: str,
        notice_ids: Sequence[int],
        at: datetime,
        ref: str = "",
        template: str = "escalation",
        period: str = "",
        answer_by: datetime | None = None,
    ) -> int:
        """Store a letter as it will be sent, byte for byte, and what it tells of."""
        letter_id = insert_one(
            self._connection,
            t.letter,
            {
                "message_id": mail.message_id,
                "person": person,
                "sender": mail.sender,
                "recipient": mail.recipient,
                "mime": mail.mime,
                "composed_at": at,
                "ref": ref or None,
                "template": template,
                "period": period,
                "answer_by": answer_by,
            },
        )
        self._connection.execute(
            sa.update(t.notice).where(t.notice.c.id.in_(notice_ids)).values(letter_id=letter_id)
        )
        return letter_id

    def get(self, letter_id: int) -> tuple[Mail, str]:
        """A stored letter, and whom it is for."""
        row = self._connection.execute(sa.select(t.letter).where(t.letter.c.id == letter_id)).one()
        return Mail(row.message_id, row.sender, row.recipient, row.mime), row.person

    def take_back(self, letter_id: int) -> bool:
        """Whether the letter tells its reader of a case that by now accuses them.

        If so it must not go: its other notices are free for the next letter.
        """
        accused = (
            sa.select(t.notice.c.id)
            .join(t.case_exclusion, t.case_exclusion.c.case_id == t.notice.c.case_id)
            .where(
                t.notice.c.letter_id == letter_id,
                t.notice.c.person == t.case_exclusion.c.person,
            )
        )
        ids = list(self._connection.scalars(accused))
        if not ids:
            return False
        self._connection.execute(sa.delete(t.notice).where(t.notice.c.id.in_(ids)))
        self._connection.execute(
            sa.update(t.notice).where(t.notice.c.letter_id == letter_id).values(letter_id=None)
        )
        return True

    def written(self, template: str, period: str, person: str) -> bool:
        """Whether this letter of this day, week or hour was written to them already."""
        found = self._connection.execute(
            sa.select(t.letter.c.id)
            .where(
                t.letter.c.template == template,
                t.letter.c.period == period,
                t.letter.c.person == person,
            )
            .limit(1)
        )
        return found.first() is not None

    def undelivered(self, *, unless_about: str = "") -> list[Undelivered]:
        """Letters that do not get through, newest first, but for those that somebody answered.

        Whoever is `unless_about` learns nothing of letters about cases that accuse them.
        """
        kept_from = (
            sa.exists()
            .where(
                t.notice.c.letter_id == t.letter.c.id,
                t.case_exclusion.c.case_id == t.notice.c.case_id,
                t.case_exclusion.c.person == unless_about,
            )
            .correlate(t.letter)
        )
        rows = self._connection.execute(
            sa.select(t.letter, t.effect.c.id.label("effect"), t.effect.c.status, t.effect.c.why)
            .join(t.effect, t.effect.c.letter_id == t.letter.c.id)
            .where(
                t.effect.c.channel == MAIL,
                sa.or_(
                    t.effect.c.status == EffectStatus.FAILED,
                    sa.and_(
                        t.effect.c.status.in_([EffectStatus.PENDING, EffectStatus.CLAIMED]),
                        t.effect.c.attempts >= _FOR_LONG,
                    ),
                ),
                t.letter.c.acknowledged_at.is_(None),
                ~kept_from,
            )
            .order_by(t.effect.c.id.desc())
        )
        return [
            Undelivered(
                row.effect,
                row.person,
                row.template,
                row.status == EffectStatus.FAILED,
                row.why,
                row.composed_at,
            )
            for row in rows
        ]
