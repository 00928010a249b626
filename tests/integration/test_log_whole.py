"""Whatever is done to a small log, `verify` finds it and names the first bad entry."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from alembic import command
from typer.testing import CliRunner

from bot.cli.main import app
from bot.log import BEGINNING, Entry, Event, append, seal, verify
from bot.services.heads import keep_head, kept_heads
from bot.services.restored import declare_restored
from bot.store import Store
from bot.store.engine import wal_is_safe
from bot.store.log_entries import BEFORE_ALL
from bot.store.schema import config, upgrade
from tests.builders import NOON, FixedClock
from tests.house import House, the_settings

KEY = b"key"
THE_REST = "at, event, case_id, body, mac"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "schoolgate.db", KEY)
    upgrade(store.engine)
    yield store
    store.close()


def write(store: Store, *events: Event) -> None:
    for number, event in enumerate(events):
        with store.begin() as uow:
            facts = {"case": f"c{number}"}
            at = NOON + timedelta(minutes=number)
            append(uow.log, KEY, at=at, event=event, case_id=number or None, facts=facts)
            uow.commit()


def together(store: Store, *events: Event) -> None:
    """The same in one transaction."""
    with store.begin() as uow:
        for event in events:
            append(uow.log, KEY, at=NOON, event=event, facts={})
        uow.commit()


def read(store: Store) -> list[Entry]:
    with store.read() as uow:
        return uow.log.after(BEFORE_ALL)


def unlocked(store: Store, *statements: str) -> None:
    """Somebody who owns the file takes the lock off and changes it."""
    with store.engine.begin() as connection:
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS log_entry_no_{verb}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def three(store: Store) -> None:
    write(store, Event.JUDGED, Event.ASKED, Event.CONFIRMED)


def test_every_single_byte_of_every_chained_field_is_watched(store: Store) -> None:
    three(store)
    whole = read(store)
    tried = 0
    for number, entry in enumerate(whole):
        for field in ("body", "mac"):
            stored = getattr(entry, field)
            old = stored if isinstance(stored, bytes) else stored.encode()
            for at in range(len(old)):
                for mask in (1, 32, 128):
                    new = bytearray(old)
                    new[at] ^= mask
                    bad = [*whole]
                    if field == "body":
                        bad[number] = replace(entry, body=bytes(new))
                    else:
                        bad[number] = replace(entry, mac=new.decode("latin-1"))
                    assert verify(bad, KEY).bad_seq == number + 1
                    tried += 1
    assert tried > 1_000


def test_every_single_character_of_every_column_is_watched(store: Store) -> None:
    three(store)
    columns = {"at": "2026-11-20 12:01:00.000000", "event": "asked"}
    unlocked(store)
    for column, stored in columns.items():
        for at, letter in enumerate(stored):
            other = stored[:at] + chr(ord(letter) ^ 1) + stored[at + 1 :]
            with store.begin() as uow:
                uow.connection.exec_driver_sql(
                    f"UPDATE log_entry SET {column} = ? WHERE seq = 2", (other,)
                )
                assert verify(uow.log.after(BEFORE_ALL), KEY).bad_seq == 2
    for case_id in ("2", "NULL", "'1x'"):
        with store.begin() as uow:
            uow.connection.exec_driver_sql(
                f"UPDATE log_entry SET case_id = {case_id} WHERE seq = 2"
            )
            assert verify(uow.log.after(BEFORE_ALL), KEY).bad_seq == 2
    assert verify(read(store), KEY).ok


def test_every_cut_is_found_against_the_head(store: Store) -> None:
    three(store)
    whole = read(store)
    for start in range(4):
        for end in range(start + 1, 4):
            left = whole[:start] + whole[end:]
            assert not verify(left, KEY, against=whole[-1].mac).ok
            renumbered = [replace(entry, seq=n) for n, entry in enumerate(left, 1)]
            assert not verify(renumbered, KEY, against=whole[-1].mac).ok


@pytest.mark.parametrize(
    ("damage", "seq", "story"),
    [
        (["UPDATE log_entry SET body = replace(body, 'c1', 'c9') WHERE seq = 2"], 2, "edited"),
        (["DELETE FROM log_entry WHERE seq = 2"], 2, "missing"),
        (
            [
                "DELETE FROM log_entry WHERE seq = 1",
                "UPDATE log_entry SET seq = seq - 1 WHERE seq = 2",
                "UPDATE log_entry SET seq = seq - 1 WHERE seq = 3",
            ],
            1,
            "missing or was moved",
        ),
        (
            [
                "UPDATE log_entry SET seq = 9 WHERE seq = 2",
                "UPDATE log_entry SET seq = 2 WHERE seq = 3",
                "UPDATE log_entry SET seq = 3 WHERE seq = 9",
            ],
            2,
            "moved",
        ),
        (
            [f"INSERT INTO log_entry SELECT 4, {THE_REST} FROM log_entry WHERE seq = 1"],
            4,
            "put in",
        ),
        (
            [f"INSERT INTO log_entry SELECT -5, {THE_REST} FROM log_entry WHERE seq = 1"],
            1,
            "put in",
        ),
    ],
    ids=["edited", "deleted", "renumbered", "reordered", "inserted", "before the first"],
)  # fmt: skip
def test_the_first_bad_entry_is_named_with_its_story(
    store: Store, damage: list[str], seq: int, story: str
) -> None:
    three(store)
    unlocked(store, *damage)
    found = verify(read(store), KEY)
    assert found.bad_seq == seq
    assert story in found.problem


def test_entries_of_the_first_version_still_verify_and_are_still_watched() -> None:
    content = {"seq": 1, "at": NOON.isoformat(), "event": "judged", "case_id": 7, "case": "abc"}
    body = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    old = Entry(1, NOON, "judged", 7, body, seal(KEY, BEGINNING, body))
    assert verify([old], KEY).ok
    assert verify([replace(old, case_id=8)], KEY).bad_seq == 1


def test_no_body_tells_its_number_or_its_case(store: Store) -> None:
    three(store)
    bodies = [json.loads(entry.body) for entry in read(store)]
    assert all({"seq", "case_id"}.isdisjoint(body) for body in bodies)
    assert len({body["place"] for body in bodies}) == 3


# the head elsewhere


def test_a_log_that_was_cut_short_is_found_by_the_head_that_was_written_down(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    three(house.store)
    keep_head(house.store, house.clock, house.settings)
    keep_head(house.store, house.clock, house.settings)
    heads = kept_heads(tmp_path, house.settings)
    assert len(heads) == 1
    unlocked(house.store, "DELETE FROM log_entry WHERE seq = 3")
    found = verify(read(house.store), KEY, against=heads)
    assert not found.ok
    assert "cut off" in found.problem
    house.close()


def test_the_head_is_written_to_a_second_place_too(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    settings = the_settings()
    second = tmp_path / "server" / "heads.jsonl"
    settings = replace(settings, retention=replace(settings.retention, head_file=str(second)))
    house = House(tmp_path, settings)
    write(house.store, Event.JUDGED)
    head = keep_head(house.store, house.clock, settings)
    (tmp_path / "heads.jsonl").unlink()
    assert kept_heads(tmp_path, settings) == [head]
    house.close()


def test_an_older_backup_verifies_only_with_the_declared_entry(tmp_path: Path) -> None:
    """The heads outlive the database: what was lost is known, and has to be declared."""
    clock, settings = FixedClock(), the_settings()
    later, backup = tmp_path / "data", tmp_path / "backup"
    for folder in (later, backup):
        folder.mkdir()
    for folder, events in ((backup, 2), (later, 4)):
        store = Store(folder / "schoolgate.db", KEY)
        upgrade(store.engine)
        write(store, *[Event.JUDGED] * events)
        if folder is later:
            keep_head(store, clock, settings)
        store.close()
    (later / "schoolgate.db").write_bytes((backup / "schoolgate.db").read_bytes())
    restored = Store(later / "schoolgate.db", KEY)
    heads = kept_heads(later, settings)
    assert not verify(read(restored), KEY, against=heads).ok
    declare_restored(restored, clock, made_at="", lost_heads=heads, reason="The disk broke.")
    found = verify(read(restored), KEY, against=heads)
    assert found.ok
    assert found.restores == (NOON,)
    assert not verify(read(restored), KEY, against="0" * 63 + "1").ok
    restored.close()


def test_the_command_says_what_is_wrong_and_ends_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOLGATE_LOG_KEY", "a key for tests")
    house = House(tmp_path)
    write_with_house(house)
    run = CliRunner()
    good = run.invoke(app, ["log", "verify", "--data", str(tmp_path)])
    assert (good.exit_code, "is whole: 2 entries" in good.output) == (0, True)
    assert (
        run.invoke(app, ["log", "verify", "--data", str(tmp_path), "--against", "f" * 64]).exit_code
        == 1
    )
    unlocked(house.store, "DELETE FROM log_entry WHERE seq = 1")
    bad = run.invoke(app, ["log", "verify", "--data", str(tmp_path)])
    assert bad.exit_code == 1
    assert "entry 1 is missing" in bad.output
    house.close()


def write_with_house(house: House) -> None:
    for event in (Event.SWITCHED, Event.SWITCHED):
        with house.store.begin() as uow:
            append(uow.log, house.store.log_key, at=NOON, event=event, facts={})
            uow.commit()


# writers, and what stops them


def test_eight_writers_at_once_leave_ten_thousand_entries_and_no_gap(store: Store) -> None:
    def writes(name: str) -> None:
        for turn in range(25):
            with store.begin() as uow:
                for number in range(50):
                    facts = {"by": name, "turn": turn, "number": number}
                    append(uow.log, KEY, at=NOON, event=Event.ADDED, facts=facts)
                uow.commit()

    writers = [Thread(target=writes, args=(f"writer {n}",)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with store.read() as uow:
        found = verify(uow.log.after(BEFORE_ALL, limit=20_000), KEY)
    assert found.ok
    assert found.entries == 10_000


def test_on_a_full_disk_nothing_is_written_by_half_and_the_step_can_be_done_again(
    store: Store,
) -> None:
    three(store)

    def room(pages: int) -> None:
        # The pool hands out one connection after the other's use, and it is always the same one.
        with store.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    room(1)  # SQLite reads it as: no larger than it is
    with pytest.raises(sa.exc.OperationalError, match="full"):
        together(store, *[Event.JUDGED] * 200)
    room(1_000_000)
    before = read(store)
    assert verify(before, KEY).ok
    assert len(before) == 3
    write(store, Event.CONFIRMED)
    after = read(store)
    assert verify(after, KEY).ok
    assert len(after) == len(before) + 1


def test_a_step_that_breaks_leaves_no_entry_of_what_it_had_done(store: Store) -> None:
    three(store)

    def breaks() -> None:
        with store.begin() as uow:
            append(uow.log, KEY, at=NOON, event=Event.JUDGED, facts={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert len(read(store)) == 3


def test_a_locked_database_takes_nothing_by_half_and_the_step_can_be_done_again(
    store: Store,
) -> None:
    three(store)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # somebody writes
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            together(store, Event.JUDGED, Event.ASKED)
        other.execute("ROLLBACK")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM log_entry").fetchone()  # somebody reads for too long
        refused = not wal_is_safe()
        with pytest.raises(sa.exc.OperationalError, match="locked") if refused else nullcontext():
            together(store, Event.JUDGED, Event.ASKED)
        other.execute("ROLLBACK")
    assert len(read(store)) == (3 if refused else 5)
    write(store, Event.CONFIRMED)
    assert verify(read(store), KEY).ok
    assert len(read(store)) == (4 if refused else 6)


def test_the_lock_survives_every_migration(tmp_path: Path) -> None:
    store = Store(tmp_path / "old.db", KEY)
    with store.engine.connect() as connection:
        command.upgrade(config(connection), "0001")
        connection.commit()
    upgrade(store.engine)
    write(store, Event.JUDGED)
    for change in ("UPDATE log_entry SET event = 'gone'", "DELETE FROM log_entry"):
        with store.begin() as uow, pytest.raises(sa.exc.IntegrityError, match="only ever added"):
            uow.connection.exec_driver_sql(change)
    store.close()
