"""Which cases are about a newcomer: their number stands on every page, so it needs an index."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "moderation_case",
        sa.Column("newcomer", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute(
        "UPDATE moderation_case SET newcomer = true "
        "WHERE item_id IN (SELECT id FROM item WHERE kind = 'newcomer')"
    )
    op.create_index(
        op.f("ix_moderation_case_newcomer_status_opened_at"),
        "moderation_case",
        ["newcomer", "status", "opened_at"],
    )
