"""The migrations make exactly the tables, and the log's second lock is on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.errors import DataError
from bot.log import Event, append, verify
from bot.store import Store
from bot.store.engine import wal_is_safe
from bot.store.schema import config, head, upgrade
from bot.store.tables import metadata
from tests.builders import NOON


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "schoolgate.db", b"key")
    upgrade(store.engine)
    yield store
    store.close()


def test_the_migrations_make_the_tables_that_the_program_uses(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            # The full-text index keeps tables of its own, which are SQLite's business.
            connection,
            opts={"include_name": lambda name, *_: not str(name).startswith("search")},
        )
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    before = head(store.engine)
    upgrade(store.engine)
    assert head(store.engine) == before


def test_a_database_of_the_first_version_keeps_all_its_rows(tmp_path: Path) -> None:
    old = Store(tmp_path / "old.db", b"key")
    with old.engine.connect() as connection:
        command.upgrade(config(connection), "0001")
        connection.exec_driver_sql(
            "INSERT INTO switch (name, value, set_by, set_at) "
            "VALUES ('hiding_stopped', 'on', 'jfield', '2026-11-20 12:00:00.000000')"
        )
        connection.exec_driver_sql(
            "INSERT INTO item (id, platform, kind, native_id, scope, account, created_at, "
            "first_seen_at, author_id, author_handle, author_name, post_id, parent_id, permalink, "
            "facts, baseline, reading_id, presence) VALUES (1, 'x', 'comment', '7', '', 'x', "
            "'2026-11-20 12:00:00', '2026-11-20 12:00:00', '', '', '', '', '', '', '{}', 0, 3, "
            "'present')"
        )
        connection.exec_driver_sql(
            "INSERT INTO reading (id, item_id, digest, salt, text, attachments, seen_at, waiting) "
            "VALUES (3, 1, 'd', 's', 'Lovely.', '[]', '2026-11-20 12:00:00', 0)"
        )
        connection.commit()
    with old.begin() as uow:
        append(uow.log, b"key", at=NOON, event=Event.JUDGED, facts={"case": "abc"})
        uow.commit()
    before = _rows(old)
    upgrade(old.engine)
    after = _rows(old)
    with old.read() as uow:
        assert verify(uow.log.after(0), b"key").ok
    locked = pytest.raises(sa.exc.IntegrityError, match="only ever added to")
    with old.begin() as uow, locked:
        uow.connection.exec_driver_sql("DELETE FROM log_entry")
    old.close()
    assert {table: after[table] for table in before} == before
    assert sum(map(len, before.values())) == 4


def _rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every table's rows but Alembic's own."""
    with store.engine.connect() as connection:
        names = [n for n in sa.inspect(connection).get_table_names() if n != "alembic_version"]
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]
            for name in names
        }


def test_a_database_of_a_newer_version_is_refused_in_plain_words(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DataError, match="newer version"):
        upgrade(store.engine)


@pytest.mark.parametrize("change", ["UPDATE log_entry SET event = 'gone'", "DELETE FROM log_entry"])
def test_the_database_refuses_to_change_the_log(store: Store, change: str) -> None:
    with store.begin() as uow:
        append(uow.log, b"key", at=NOON, event=Event.JUDGED, facts={})
        uow.commit()
    with store.begin() as uow, pytest.raises(sa.exc.IntegrityError, match="only ever added to"):
        uow.connection.exec_driver_sql(change)


@pytest.mark.parametrize(
    "damage",
    ["body = 'no bytes'", "at = 'never'", "event = 'nonsense'", "mac = 'é'", "body = x'ff'"],
)
def test_whatever_is_done_to_an_entry_is_named_and_never_breaks_the_proof(
    store: Store, damage: str
) -> None:
    with store.begin() as uow:
        append(uow.log, b"key", at=NOON, event=Event.JUDGED, facts={})
        uow.connection.exec_driver_sql("DROP TRIGGER log_entry_no_update")
        uow.connection.exec_driver_sql(f"UPDATE log_entry SET {damage}")
        assert verify(uow.log.after(0), b"key").bad_seq == 1


def test_the_schema_keeps_one_active_effect_per_item(store: Store) -> None:
    with store.engine.connect() as connection:
        sql = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'uq_effect_one_active_per_item'"
        ).scalar_one()
    assert "UNIQUE" in sql
    assert "'pending', 'claimed', 'accepted'" in sql


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_wal_is_used_only_where_its_bug_is_fixed(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_a_unit_of_work_that_is_left_without_commit_leaves_nothing(store: Store) -> None:
    with store.begin() as uow:
        append(uow.log, b"key", at=NOON, event=Event.JUDGED, facts={})
    with store.read() as uow:
        assert uow.log.after(0) == []


def test_an_error_of_the_database_holds_nobodys_words(store: Store) -> None:
    with store.begin() as uow, pytest.raises(sa.exc.SQLAlchemyError) as caught:
        uow.connection.execute(
            sa.text("INSERT INTO nowhere VALUES (:text)"), {"text": "a secret comment"}
        )
    assert "secret comment" not in str(caught.value)
