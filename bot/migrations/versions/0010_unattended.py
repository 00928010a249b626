"""Kept free for what “unattended” needs: nothing yet."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing to change."""
