"""Who stands in for whom, and what became of a letter: by when, answered by whom, chased."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "stand_in",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_stand_in_case_id_moderation_case"),
        ),
        sa.PrimaryKeyConstraint("case_id", "person", "role", name=op.f("pk_stand_in")),
    )
    # Column by column: a table made anew would lose what points to it.
    for column in (
        sa.Column("ref", sa.String()),
        sa.Column("template", sa.String(), nullable=False, server_default="escalation"),
        sa.Column("period", sa.String(), nullable=False, server_default=""),
        sa.Column("answer_by", Instant()),
        sa.Column("acknowledged_at", Instant()),
        sa.Column("acknowledged_by", sa.String(), nullable=False, server_default=""),
        sa.Column("how", sa.String(), nullable=False, server_default=""),
        sa.Column("chased_at", Instant()),
    ):
        op.add_column("letter", column)
    op.create_index("uq_letter_ref", "letter", ["ref"], unique=True)
    op.create_index("ix_letter_period", "letter", ["template", "period", "person"])
    op.create_index(
        "ix_letter_unanswered",
        "letter",
        ["answer_by"],
        sqlite_where=sa.text("acknowledged_at IS NULL AND chased_at IS NULL"),
    )
    op.add_column("notice", sa.Column("role", sa.String(), nullable=False, server_default=""))
    op.add_column("notice", sa.Column("rung", sa.Integer(), nullable=False, server_default="0"))
