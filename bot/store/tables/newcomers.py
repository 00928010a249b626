"""Who comes in, and what a person may do about them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables.base import Instant, Words, metadata

vetting = sa.Table(
    "vetting",
    metadata,
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), primary_key=True),
    sa.Column("later_until", Instant),
    sa.Column("passed_to", sa.String, nullable=False, server_default=""),
)

restriction = sa.Table(
    "restriction",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ref", sa.String, nullable=False, unique=True),
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), nullable=False, index=True),
    sa.Column("item_id", sa.ForeignKey("item.id"), nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("until", Instant),
    sa.Column("effect_id", sa.ForeignKey("effect.id")),
    sa.Column("said_by", sa.String, nullable=False, server_default=""),
    sa.Column("said_at", Instant),
    sa.Column("checked_at", Instant),
    sa.Column("checks", sa.Integer, nullable=False, server_default="0"),
    sa.Column("confirmed_at", Instant),
    sa.Column("ended_by", sa.String, nullable=False, server_default=""),
    sa.Column("ended_at", Instant),
    sa.Column("end_effect_id", sa.ForeignKey("effect.id")),
    sa.Column("undone_at", Instant),
    sa.Column("reminded_at", Instant),
)

register = sa.Table(
    "parent_register",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("platform", sa.String, nullable=False),
    sa.Column("handle", sa.String, nullable=False),
    sa.Column("confirmed_by", sa.String, nullable=False),
    sa.Column("confirmed_on", sa.Date, nullable=False),
    sa.Column("expires_on", sa.Date, nullable=False, index=True),
    sa.UniqueConstraint("platform", "handle"),
)

newcomers_only = sa.Table(
    "newcomers_only",
    metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

follower_count = sa.Table(
    "follower_count",
    metadata,
    sa.Column("account", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("people", sa.Integer, nullable=False),
)

author_step = sa.Table(
    "author_step",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("platform", sa.String, nullable=False),
    sa.Column("author_id", sa.String, nullable=False),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("person", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "platform", "author_id"),
)
