"""Kept free for what “accounts” needs: nothing yet."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing to change."""
