"""Kept free for what “letters” needs: nothing yet."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing to change."""
