"""Claims, steps, who is barred from deciding, and what cases are grouped by."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant, Words

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for name in ("author_key", "likeness", "routed_to"):
        op.add_column("moderation_case", sa.Column(name, sa.String(), nullable=True))
    op.add_column("decision", sa.Column("before", sa.JSON(none_as_null=True), nullable=True))
    for columns in (
        ("status", "opened_at"),
        ("status", "urgency_rank", "opened_at"),
        ("status", "closed_at"),
        ("author_key", "status"),
        ("likeness", "status"),
    ):
        op.create_index(
            op.f(f"ix_moderation_case_{'_'.join(columns)}"), "moderation_case", list(columns)
        )
    # Who wrote it is known of the cases that are there; what resembles what, of new ones only.
    op.execute(
        "UPDATE moderation_case SET author_key = (SELECT platform || ':' || author_id FROM item "
        "WHERE item.id = item_id AND author_id <> '' AND item.kind = 'comment')"
    )
    op.create_table(
        "case_barred",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_case_barred_case_id_moderation_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "person", name=op.f("pk_case_barred")),
    )
    op.create_table(
        "case_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("text", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_case_step_case_id_moderation_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
    )
    op.create_index(op.f("ix_case_step_case_id"), "case_step", ["case_id"])
    op.create_table(
        "claim",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_claim_case_id_moderation_case")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_claim")),
    )
