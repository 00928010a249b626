"""Notes and reports by hand, each kept in one way; what nobody judged yet leaves the index."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    with op.batch_alter_table("case_step") as batch:
        batch.add_column(sa.Column("salt", sa.String(), nullable=True))
        batch.add_column(sa.Column("linked_case_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_case_step_linked_case_id_moderation_case"),
            "moderation_case",
            ["linked_case_id"],
            ["id"],
        )
    # What the log has of a text is proved with its salt: until now a step's was its case's
    # reference, and so was that of what somebody reported about a person.
    op.execute(
        "UPDATE case_step SET salt = CASE WHEN text = '' THEN '' ELSE "
        "(SELECT ref FROM moderation_case WHERE id = case_id) END"
    )
    op.execute(
        "INSERT INTO case_step (case_id, step, person, text, salt, linked_case_id, at) "
        'SELECT case_id, kind, "by", words, salt, linked_case_id, at FROM addition ORDER BY id'
    )
    op.drop_table("addition")
    with op.batch_alter_table("case_step") as batch:
        batch.alter_column("salt", existing_type=sa.String(), nullable=False)
    op.execute(
        "UPDATE reading SET salt = "
        "(SELECT ref FROM moderation_case WHERE item_id = reading.item_id) "
        "WHERE text <> '' AND item_id IN "
        "(SELECT c.item_id FROM moderation_case c JOIN item i ON i.id = c.item_id "
        "WHERE i.kind = 'report' AND i.account = '')"
    )
    op.execute(
        "UPDATE item SET account = 'by hand', facts = coalesce("
        "(SELECT json_object('entered by', json_extract(CAST(e.body AS TEXT), '$.by')) "
        "FROM log_entry e JOIN moderation_case c ON c.id = e.case_id "
        "WHERE c.item_id = item.id AND e.event = 'entered'), '{}') "
        "WHERE kind = 'report' AND account = ''"
    )
    op.execute(
        "CREATE TEMPORARY TABLE anew AS SELECT c.id FROM moderation_case c "
        "JOIN reading r ON r.item_id = c.item_id WHERE r.id <> c.reading_id "
        "AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.reading_id = r.id)"
    )
    op.execute("DELETE FROM search WHERE rowid IN (SELECT id FROM anew)")
    op.execute(
        "INSERT INTO search (rowid, words, author, link) SELECT c.id, "
        "(SELECT coalesce(group_concat(r.text, char(10)), '') FROM reading r "
        "WHERE r.item_id = i.id AND (r.id = c.reading_id "
        "OR EXISTS (SELECT 1 FROM verdict v WHERE v.reading_id = r.id))), "
        "i.author_name || ' ' || i.author_handle, i.permalink "
        "FROM moderation_case c JOIN item i ON i.id = c.item_id "
        "WHERE c.id IN (SELECT id FROM anew)"
    )
    op.execute("DROP TABLE anew")
    op.execute("INSERT INTO search (search) VALUES ('optimize')")
