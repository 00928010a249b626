"""Each reason that somebody gives has a salt of its own, which goes with it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for table in ("decision", "hold"):
        op.add_column(table, sa.Column("salt", sa.String(), server_default="", nullable=False))
    # What the log has of a reason was salted with the reference of its case, which stands beside
    # it: of reasons that are in the log already, that is what proves them.
    op.execute(
        "UPDATE decision SET salt = "
        "(SELECT ref FROM moderation_case WHERE id = decision.case_id) WHERE reason <> ''"
    )
    op.execute(
        "UPDATE hold SET salt = (SELECT ref FROM moderation_case WHERE id = hold.case_id) "
        "WHERE reason <> '' OR coalesce(released_why, '') <> ''"
    )
