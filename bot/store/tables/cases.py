"""What was judged, and what people decided about it."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables.base import Instant, Words, metadata

verdict = sa.Table(
    "verdict",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("reading_id", sa.ForeignKey("reading.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("urgency", sa.String, nullable=False),
    sa.Column("held_back", sa.String, nullable=False),
    sa.Column("findings", sa.JSON, nullable=False),
    sa.Column("signals", sa.JSON, nullable=False),
    sa.Column("scores", sa.JSON, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Index(None, "reading_id"),
)

case = sa.Table(
    "moderation_case",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ref", sa.String, nullable=False, unique=True),
    sa.Column("item_id", sa.ForeignKey("item.id"), nullable=False, unique=True),
    sa.Column("reading_id", sa.ForeignKey("reading.id"), nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("urgency", sa.String, nullable=False),
    sa.Column("urgency_rank", sa.Integer, nullable=False),
    sa.Column("kinds", sa.JSON, nullable=False),
    sa.Column("child", sa.Boolean, nullable=False),
    sa.Column("baseline", sa.Boolean, nullable=False),
    sa.Column("alarm", sa.Text, nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Column("author_key", sa.String),
    sa.Column("likeness", sa.String),
    sa.Column("routed_to", sa.String),
    sa.Column("newcomer", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "status", "baseline", "urgency_rank", "opened_at"),
    sa.Index(None, "opened_at"),
    sa.Index(None, "status", "opened_at"),
    sa.Index(None, "status", "urgency_rank", "opened_at"),
    sa.Index(None, "status", "closed_at"),
    sa.Index(None, "author_key", "status"),
    sa.Index(None, "likeness", "status"),
    sa.Index(None, "newcomer", "status", "opened_at"),
)

case_audience = sa.Table(
    "case_audience",
    metadata,
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), primary_key=True),
    sa.Column("role", sa.String, primary_key=True),
)

case_exclusion = sa.Table(
    "case_exclusion",
    metadata,
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), primary_key=True),
    sa.Column("person", sa.String, primary_key=True),
)

case_barred = sa.Table(
    "case_barred",
    metadata,
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), primary_key=True),
    sa.Column("person", sa.String, primary_key=True),
)

case_step = sa.Table(
    "case_step",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), nullable=False, index=True),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("role", sa.String),
    sa.Column("text", Words, nullable=False),
    sa.Column("salt", sa.String, nullable=False),
    sa.Column("linked_case_id", sa.ForeignKey("moderation_case.id")),
    sa.Column("at", Instant, nullable=False),
)

claim = sa.Table(
    "claim",
    metadata,
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), primary_key=True),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
)

stand_in = sa.Table(
    "stand_in",
    metadata,
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), primary_key=True),
    sa.Column("person", sa.String, primary_key=True),
    sa.Column("role", sa.String, primary_key=True),
)

decision = sa.Table(
    "decision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), nullable=False, index=True),
    sa.Column("reading_id", sa.ForeignKey("reading.id"), nullable=False, index=True),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("before", sa.JSON(none_as_null=True)),
    sa.Column("salt", sa.String, nullable=False, server_default=""),
)

preview = sa.Table(
    "preview",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("settings", sa.String, nullable=False),
    sa.Column("days", sa.Integer),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Column("lines", sa.JSON, nullable=False),
)

previewed = sa.Table(
    "previewed",
    metadata,
    sa.Column("reading_id", sa.ForeignKey("reading.id"), primary_key=True),
    sa.Column("before", sa.String, nullable=False),
    sa.Column("after", sa.String, nullable=False),
    sa.Column("changed", sa.JSON, nullable=False),
    sa.Column("kinds", sa.JSON, nullable=False),
    sa.Column("child", sa.Boolean, nullable=False),
    sa.Column("told", sa.JSON, nullable=False),
    sa.Column("excluded", sa.JSON, nullable=False),
    sa.Column("bins", sa.JSON, nullable=False),
)

sample = sa.Table(
    "sample",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ref", sa.String, nullable=False, unique=True),
    sa.Column("week", sa.String, nullable=False, index=True),
    sa.Column("reading_id", sa.ForeignKey("reading.id"), nullable=False, unique=True),
    sa.Column("drawn_at", Instant, nullable=False, index=True),
    sa.Column("should", sa.String),
    sa.Column("kind", sa.String),
    sa.Column("target", sa.String),
    sa.Column("person", sa.String),
    sa.Column("answered_at", Instant),
)
