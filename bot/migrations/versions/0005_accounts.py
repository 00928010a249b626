"""Second factors, recovery codes, invitations; a session knows how many factors were proved."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("user_account", sa.Column("totp", sa.String(), nullable=True))
    op.add_column("user_account", sa.Column("totp_step", sa.Integer(), nullable=True))
    op.add_column("user_account", sa.Column("invitation_hash", sa.String(), nullable=True))
    op.add_column("user_account", sa.Column("invited_until", Instant(), nullable=True))
    op.create_index(
        op.f("ix_user_account_invitation_hash"), "user_account", ["invitation_hash"], unique=True
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.add_column("session", sa.Column("factors", sa.Integer(), nullable=False, server_default="1"))
