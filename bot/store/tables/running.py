"""How the daemon and the school’s days go."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables.base import Instant, Words, metadata

circuit = sa.Table(
    "circuit",
    metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("capability", sa.String, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant),
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("began_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("next_at", Instant),
    sa.Column("took", sa.Float, nullable=False, server_default="0"),
    sa.Column("allowed", sa.Float, nullable=False, server_default="0"),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
)

spending = sa.Table(
    "spending",
    metadata,
    sa.Column("day", sa.String, primary_key=True),
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("resource", sa.String, primary_key=True),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("reserved", sa.Integer, nullable=False),
    sa.Column("spent", sa.Integer, nullable=False),
)

trouble = sa.Table(
    "trouble",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("told_at", Instant),
)

switch = sa.Table(
    "switch",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
    sa.Column("set_by", sa.String, nullable=False),
    sa.Column("set_at", Instant, nullable=False),
)

sign_off = sa.Table(
    "sign_off",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("cover", sa.JSON, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

unsigned_day = sa.Table(
    "unsigned_day",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("told_at", Instant, nullable=False),
)

comments_on = sa.Table(
    "comments_on",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account", sa.String, nullable=False),
    sa.Column("edge", sa.String, nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("ended_by", sa.String, nullable=False, server_default=""),
    sa.Index(
        "uq_comments_on_one_open",
        "account",
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)
