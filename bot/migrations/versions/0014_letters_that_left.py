"""The index of what is due no longer holds every letter that was ever sent."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_UNFINISHED = (
    "status IN ('pending', 'claimed', 'accepted') AND NOT (kind = 'letter' AND status = 'accepted')"
)


def upgrade() -> None:
    op.drop_index("ix_effect_due", "effect")
    op.create_index(
        "ix_effect_due", "effect", ["channel", "due_at"], sqlite_where=sa.text(_UNFINISHED)
    )
