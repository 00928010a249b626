"""Kept free for what “evidence” needs: nothing yet."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nothing to change."""
