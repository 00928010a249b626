"""The weekly sample of allowed comments."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", Instant(), nullable=False),
        sa.Column("should", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name=op.f("fk_sample_reading_id_reading")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
        sa.UniqueConstraint("reading_id", name=op.f("uq_sample_reading_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_sample_ref")),
    )
    op.create_index(op.f("ix_sample_week"), "sample", ["week"])
    op.create_index(op.f("ix_sample_drawn_at"), "sample", ["drawn_at"])
