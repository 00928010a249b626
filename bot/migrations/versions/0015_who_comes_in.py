"""Why somebody is restricted apart from the officer's words; the baseline's choice; counts."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0015"
down_revision = "0011"

# As the words stood in front of the officer's own until now.
_WHY = {
    "under_age": "Under age, or a pupil",
    "staff": "A member of staff: advised not to follow",
    "business": "Business or spam",
    "unknown": "Nobody knows who it is",
    "other": "Another reason",
}


def upgrade() -> None:
    op.add_column("restriction", sa.Column("why", sa.String(), nullable=False, server_default=""))
    restriction = sa.table("restriction", sa.column("why"), sa.column("reason"))
    for why, words in _WHY.items():
        op.execute(
            restriction.update()
            .where(restriction.c.reason.startswith(f"{words}.", autoescape=True))
            .values(why=why)
        )
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
