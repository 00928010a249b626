"""The signature under each day, unsigned days that were told, and comments that are on."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant, Words

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("cover", sa.JSON(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
    )
    op.create_index(op.f("ix_sign_off_day"), "sign_off", ["day"])
    op.create_table(
        "unsigned_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_unsigned_day")),
    )
    op.create_table(
        "comments_on",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("edge", sa.String(), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments_on")),
    )
    open_ones = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_comments_on_one_open",
        "comments_on",
        ["account"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )
    op.create_index(op.f("ix_item_kind_created_at"), "item", ["kind", "created_at"])
