"""What was read: accounts, polls and their cursors, items and their wordings."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables.base import Instant, Words, metadata

account = sa.Table(
    "account",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("first_started_at", Instant, nullable=False),
)

parking = sa.Table(
    "parking",
    metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("writes", sa.Boolean, primary_key=True),
    sa.Column("until", Instant, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

connection = sa.Table(
    "connection",
    metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("proven_at", Instant, nullable=False),
)

cursor = sa.Table(
    "cursor",
    metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("stream", sa.String, primary_key=True),
    sa.Column("high_water", sa.Text, nullable=False),
    sa.Column("resume", sa.Text, nullable=False),
)

poll = sa.Table(
    "poll",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account", sa.String, nullable=False),
    sa.Column("stream", sa.String, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Column("result", sa.String),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("seen", sa.Integer, nullable=False, server_default="0"),
    sa.Column("new", sa.Integer, nullable=False, server_default="0"),
    sa.Column("not_visible", sa.Integer, nullable=False, server_default="0"),
    sa.Column("billed", sa.Integer, nullable=False, server_default="0"),
    sa.Index(None, "account", "stream", "id"),
)

capability = sa.Table(
    "capability",
    metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("capability", sa.String, primary_key=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("proven_at", Instant, nullable=False),
)

item = sa.Table(
    "item",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("platform", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("native_id", sa.String, nullable=False),
    sa.Column("scope", sa.String, nullable=False),
    sa.Column("account", sa.String, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("first_seen_at", Instant, nullable=False),
    sa.Column("author_id", sa.String, nullable=False),
    sa.Column("author_handle", Words, nullable=False),
    sa.Column("author_name", Words, nullable=False),
    sa.Column("post_id", sa.String, nullable=False),
    sa.Column("parent_id", sa.String, nullable=False),
    sa.Column("permalink", Words, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("baseline", sa.Boolean, nullable=False),
    sa.Column("reading_id", sa.Integer),
    sa.Column("presence", sa.String, nullable=False),
    sa.Column("hidden", sa.Boolean),
    sa.Column("can_hide", sa.Boolean),
    sa.Column("observed_at", Instant),
    sa.UniqueConstraint("platform", "kind", "native_id", "scope"),
    sa.Index(None, "kind", "created_at"),
)

sighting = sa.Table(
    "sighting",
    metadata,
    sa.Column("item_id", sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("edge", sa.String, primary_key=True),
    sa.Column("first_seen_at", Instant, nullable=False),
)

reading = sa.Table(
    "reading",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("item_id", sa.ForeignKey("item.id"), nullable=False),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("salt", sa.String, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("attachments", sa.JSON, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("waiting", sa.Boolean, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("item_id", "digest"),
    sa.Index("ix_reading_waiting", "id", sqlite_where=sa.text("waiting = 1")),
)
