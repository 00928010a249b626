"""The migrations make exactly the tables, and the log's second lock is on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.errors import DataError
from bot.log import Event, append, verify
from bot.store import Store
from bot.store.engine import wal_is_safe
from bot.store.schema import head, upgrade
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
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    before = head(store.engine)
    upgrade(store.engine)
    assert head(store.engine) == before


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
