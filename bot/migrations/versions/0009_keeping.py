"""When each account's connection ends, as the platform last said it."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """One row for each connection that has an end."""
    op.create_table(
        "connection",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("proven_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_connection")),
    )
