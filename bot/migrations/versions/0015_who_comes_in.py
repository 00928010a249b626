"""The choice to decide only about newcomers from now on; how many follow, by day."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "newcomers_only",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_newcomers_only")),
    )
    op.create_table(
        "follower_count",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "day", name=op.f("pk_follower_count")),
    )
