"""The log of inappropriate comments, and what is kept or purged beside it."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables.base import Instant, Words, metadata

log_entry = sa.Table(
    "log_entry",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("event", sa.String, nullable=False),
    sa.Column("case_id", sa.Integer, index=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("mac", sa.String, nullable=False),
)

hold = sa.Table(
    "hold",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), nullable=False, index=True),
    sa.Column("reason", Words, nullable=False),
    sa.Column("placed_by", sa.String, nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("decide_by", Instant, nullable=False),
    sa.Column("released_by", sa.String),
    sa.Column("released_at", Instant),
    sa.Column("released_why", Words),
    sa.Column("salt", sa.String, nullable=False, server_default=""),
    sa.Index(
        "uq_hold_one_standing_per_case",
        "case_id",
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    ),
)

purge = sa.Table(
    "purge",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("item_id", sa.ForeignKey("item.id"), nullable=False, index=True),
    sa.Column("what", sa.String, nullable=False),
    sa.Column("why", sa.String, nullable=False),
    sa.Column("words", Words, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

upload = sa.Table(
    "upload",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ref", sa.String, nullable=False, unique=True),
    sa.Column("item_id", sa.ForeignKey("item.id"), nullable=False, index=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("media_type", sa.String, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

rights_request = sa.Table(
    "rights_request",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ref", sa.String, nullable=False, unique=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("handle", Words, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("opened_by", sa.String, nullable=False),
    sa.Column("decision", sa.String),
    sa.Column("reason", Words),
    sa.Column("decided_by", sa.String),
    sa.Column("decided_at", Instant),
)

# The full-text index (SQLite's FTS5), one row a case under the case's own number. It is no table of
# `metadata`: only the migration can make it.
search = sa.table(
    "search",
    sa.column("rowid", sa.Integer),
    sa.column("words", sa.Text),
    sa.column("author", sa.Text),
    sa.column("link", sa.Text),
)
