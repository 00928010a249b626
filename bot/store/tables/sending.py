"""What goes out: letters and the people they are for, and effects on a platform."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables.base import Instant, metadata

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.String, nullable=False, unique=True),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("sender", sa.String, nullable=False),
    sa.Column("recipient", sa.String, nullable=False),
    sa.Column("mime", sa.LargeBinary, nullable=False),
    sa.Column("composed_at", Instant, nullable=False),
    sa.Column("ref", sa.String),
    sa.Column("template", sa.String, nullable=False, server_default="escalation"),
    sa.Column("period", sa.String, nullable=False, server_default=""),
    sa.Column("answer_by", Instant),
    sa.Column("acknowledged_at", Instant),
    sa.Column("acknowledged_by", sa.String, nullable=False, server_default=""),
    sa.Column("how", sa.String, nullable=False, server_default=""),
    sa.Column("chased_at", Instant),
    sa.Index("uq_letter_ref", "ref", unique=True),
    sa.Index("ix_letter_period", "template", "period", "person"),
    sa.Index(
        "ix_letter_unanswered",
        "answer_by",
        sqlite_where=sa.text("acknowledged_at IS NULL AND chased_at IS NULL"),
    ),
)

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), nullable=False),
    sa.Column("reading_id", sa.ForeignKey("reading.id"), nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("urgency", sa.String, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("letter_id", sa.ForeignKey("letter.id"), index=True),
    sa.Column("role", sa.String, nullable=False, server_default=""),
    sa.Column("rung", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("case_id", "reading_id", "person"),
    sa.Index("ix_notice_due", "due_at", sqlite_where=sa.text("letter_id IS NULL")),
)

_ACTIVE = "status IN ('pending', 'claimed', 'accepted')"

UNFINISHED = f"{_ACTIVE} AND NOT (kind = 'letter' AND status = 'accepted')"
"""What is still to be done of effects: a letter is never read back, so an accepted one is over.
Queries say it in these very words, or SQLite does not see that its index will do.
"""

effect = sa.Table(
    "effect",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("item_id", sa.ForeignKey("item.id"), index=True),
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), index=True),
    sa.Column("letter_id", sa.ForeignKey("letter.id"), unique=True),
    sa.Column("asked_by", sa.String, nullable=False),
    sa.Column("urgency_rank", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("leased_until", Instant),
    sa.Column("accepted_at", Instant),
    sa.Column("confirmed_at", Instant),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Index(
        "uq_effect_one_active_per_item",
        "item_id",
        unique=True,
        sqlite_where=sa.text(f"item_id IS NOT NULL AND {_ACTIVE}"),
        postgresql_where=sa.text(f"item_id IS NOT NULL AND {_ACTIVE}"),
    ),
    sa.Index("ix_effect_due", "channel", "due_at", sqlite_where=sa.text(UNFINISHED)),
    sa.Index(None, "kind", "asked_by", "asked_at"),
)
