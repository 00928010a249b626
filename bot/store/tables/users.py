"""Who signs in."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables.base import Instant, metadata

user = sa.Table(
    "user_account",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String, nullable=False, unique=True),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("password_hash", sa.String, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("disabled_at", Instant),
    sa.Column("totp", sa.String),
    sa.Column("totp_step", sa.Integer),
    sa.Column("invitation_hash", sa.String),
    sa.Column("invited_until", Instant),
    sa.Index(None, "invitation_hash", unique=True),
)

recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("user_id", sa.ForeignKey("user_account.id"), primary_key=True),
    sa.Column("code_hash", sa.String, primary_key=True),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("id_hash", sa.String, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("user_account.id"), nullable=False, index=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("last_seen_at", Instant, nullable=False),
    sa.Column("factors", sa.Integer, nullable=False, server_default="1"),
)
