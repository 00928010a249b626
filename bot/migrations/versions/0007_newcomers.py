"""Who comes in: what was billed, what is put off, who is restricted, the register, the steps."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant, Words

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("poll") as batch:
        batch.add_column(sa.Column("billed", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "vetting",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("later_until", Instant(), nullable=True),
        sa.Column("passed_to", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_vetting_case_id_moderation_case")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_vetting")),
    )
    op.create_table(
        "restriction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("effect_id", sa.Integer(), nullable=True),
        sa.Column("said_by", sa.String(), server_default="", nullable=False),
        sa.Column("said_at", Instant(), nullable=True),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("checks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(), server_default="", nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("end_effect_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("reminded_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_restriction_case_id_moderation_case")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_restriction_item_id_item")),
        sa.ForeignKeyConstraint(
            ["effect_id"], ["effect.id"], name=op.f("fk_restriction_effect_id_effect")
        ),
        sa.ForeignKeyConstraint(
            ["end_effect_id"], ["effect.id"], name=op.f("fk_restriction_end_effect_id_effect")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
        sa.UniqueConstraint("ref", name=op.f("uq_restriction_ref")),
    )
    op.create_index(op.f("ix_restriction_case_id"), "restriction", ["case_id"])
    op.create_index(op.f("ix_restriction_item_id"), "restriction", ["item_id"])
    op.create_table(
        "parent_register",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parent_register")),
        sa.UniqueConstraint("platform", "handle", name=op.f("uq_parent_register_platform_handle")),
    )
    op.create_index(op.f("ix_parent_register_expires_on"), "parent_register", ["expires_on"])
    op.create_table(
        "author_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_step")),
    )
    op.create_index(
        op.f("ix_author_step_platform_author_id"), "author_step", ["platform", "author_id"]
    )
