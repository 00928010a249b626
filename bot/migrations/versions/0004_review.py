"""Kept free for what “review” needs: nothing yet."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing to change."""
