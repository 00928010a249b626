"""The tables. Their history is in bot/migrations; a test holds the two together.

Times are stored in UTC. Enumerations are stored as their words, so that the file can be read
without this program. Nothing here knows what a row is for: the modules beside it do.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class Instant(sa.TypeDecorator[datetime]):
    """An aware UTC datetime; naive ones are refused rather than guessed at."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


class Words(sa.TypeDecorator[str]):
    """Text from outside: what no database can hold (lone surrogates, NUL) becomes U+FFFD."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return (
            value.replace("\0", "\ufffd")
            .encode("utf-8", "surrogatepass")
            .decode("utf-8", "replace")
        )


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    sa.Index(None, "status", "baseline", "urgency_rank", "opened_at"),
    sa.Index(None, "opened_at"),
    sa.Index(None, "status", "opened_at"),
    sa.Index(None, "status", "urgency_rank", "opened_at"),
    sa.Index(None, "status", "closed_at"),
    sa.Index(None, "author_key", "status"),
    sa.Index(None, "likeness", "status"),
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
)

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
    sa.Index("ix_effect_due", "channel", "due_at", sqlite_where=sa.text(_ACTIVE)),
    sa.Index(None, "kind", "asked_by", "asked_at"),
)

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

addition = sa.Table(
    "addition",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.ForeignKey("moderation_case.id"), nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("words", Words, nullable=False),
    sa.Column("salt", sa.String, nullable=False),
    sa.Column("linked_case_id", sa.ForeignKey("moderation_case.id")),
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
