"""A backup is whole or not there; put back on a new machine, the school goes on where it was."""

from __future__ import annotations

import errno
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import backups_of, open_store
from bot.cycle import back_up
from bot.errors import DataError, SettingsError
from bot.keeping import archive
from bot.keeping.archive import LOG_KEY, snapshot
from bot.keeping.backups import Backups
from bot.keeping.sealing import KEY_FILE, new_key
from bot.log import Event, verify
from bot.restoring import restore
from bot.services.heads import keep_head
from bot.services.purge import Purge, purge
from bot.store import Store
from bot.store.purges import What, Why
from tests.builders import NOON, FixedClock
from tests.house import HIDES, KEY, House

SCHOOL_KEY = new_key()


def secret(name: str) -> str | None:
    return {"SCHOOLGATE_KEY": SCHOOL_KEY}.get(name)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A school with one hidden threat, and so with a log."""
    data = tmp_path / "data"
    data.mkdir()
    house = House(data)
    (data / LOG_KEY).write_bytes(KEY)
    house.past_the_baseline()
    house.comes(HIDES)
    house.cycle()
    yield house
    house.close()


@pytest.fixture
def kept(house: House, tmp_path: Path) -> Backups:
    from dataclasses import replace

    wanted = replace(house.settings.backup, folder=str(tmp_path / "share"))
    return backups_of(replace(house.settings, backup=wanted), house.directory, KEY, secret)


def head_of(store: Store) -> str:
    with store.read() as uow:
        return uow.log.tail()[1]


# --- making ----------------------------------------------------------------------------------


def test_a_backup_is_made_while_schoolgate_writes_and_can_be_verified(
    house: House, kept: Backups
) -> None:
    with house.store.read():
        path = kept.make(NOON)
    found = kept.verify(path)
    assert found.head == head_of(house.store)
    assert found.made_at == NOON.isoformat()
    assert found.made == f"{NOON:%d %b %Y, %H:%M} UTC"
    assert [each.path for each in kept.listed()] == [path]
    assert not list(house.directory.glob("backup-draft*"))
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_reads_a_word_in_a_backup_without_the_key(house: House, kept: Backups) -> None:
    content = kept.make(NOON).read_bytes()
    for word in (HIDES.encode(), b"SQLite format", KEY, b"log.key", b"manifest"):
        assert word not in content
    other = backups_of(house.settings, house.directory, KEY, {"SCHOOLGATE_KEY": new_key()}.get)
    with pytest.raises(DataError, match="key is not the one"):
        other.verify(kept.listed()[0].path)


@pytest.mark.parametrize("left", [0, 100, -1, -20])
def test_a_backup_that_was_cut_off_is_named_and_nothing_of_it_is_used(
    kept: Backups, tmp_path: Path, left: int
) -> None:
    path = kept.make(NOON)
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(DataError):
        kept.verify(path)
    with pytest.raises(DataError):
        restore(path, tmp_path / "new", secret=secret, clock=FixedClock())
    assert not (tmp_path / "new" / archive.DATABASE).exists()


def test_a_full_disk_leaves_nothing_half_and_the_next_night_it_works(
    kept: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(archive, "settle", is_full)
        with pytest.raises(DataError, match="No space left") as caught:
            kept.make(NOON)
    assert "is there room" in str(caught.value)
    assert list(kept.folder.iterdir()) == []
    assert not list(kept.data_dir.glob("backup-draft*"))
    assert kept.is_due(NOON)
    kept.make(NOON)


def test_a_share_that_is_away_is_said_and_tried_again(kept: Backups, tmp_path: Path) -> None:
    (tmp_path / "share").write_text("no folder")
    with pytest.raises(DataError, match="Is the share there"):
        kept.make(NOON)
    (tmp_path / "share").unlink()
    kept.make(NOON)


def test_a_locked_database_gives_no_half_backup(
    house: House, kept: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_PATIENCE", 0.05)
    with closing(sqlite3.connect(house.store.path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataError, match="tried again"):
            kept.make(NOON)
        other.execute("ROLLBACK")
    assert kept.listed() == []
    kept.make(NOON)


def test_others_write_between_two_steps_of_a_copy_and_it_is_whole_all_the_same(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_STEP", 10)
    steps = archive._Steps.__call__
    written = 0

    def also_writes(self: archive._Steps, status: int, left: int, pages: int) -> None:
        nonlocal written
        if left:
            with closing(sqlite3.connect(house.store.path, timeout=0)) as other, other:
                other.execute("DELETE FROM job")
                other.execute("INSERT INTO job (name, why) VALUES ('a test', ?)", [str(written)])
            written += 1
        steps(self, status, left, pages)

    monkeypatch.setattr(archive._Steps, "__call__", also_writes)
    archive.snapshot(house.store.path, tmp_path / "copy.db")
    assert written > archive._TRIES, "each was let in, and made it begin anew"
    assert not archive.problem_of(tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        found = copy.execute("SELECT why FROM job").fetchall()
    assert found == [(str(written - 1),)]


def test_a_damaged_database_is_said_and_pushes_out_no_good_backup(
    house: House, kept: Backups
) -> None:
    good = kept.make(NOON)
    house.store.close()
    content = bytearray(house.store.path.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    house.store.path.write_bytes(content)
    with pytest.raises(DataError):
        kept.make(NOON + timedelta(days=40))
    assert [each.path for each in kept.listed()] == [good]


# --- the nights ------------------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_one_backup_a_night_and_one_that_was_missed_is_made_up_for_once(kept: Backups) -> None:
    assert kept.at == time(2, 30)
    assert kept.is_due(NOON), "there is none yet"
    kept.make(at("2026-11-20T02:31:00"))
    assert not kept.is_due(NOON)
    assert not kept.is_due(at("2026-11-21T02:29:00"))
    assert kept.is_due(at("2026-11-21T02:30:00"))
    assert kept.is_due(at("2026-11-24T09:00:00")), "the machine was off for three nights"
    kept.make(at("2026-11-24T09:00:00"))
    assert not kept.is_due(at("2026-11-24T09:30:00"))


def test_half_past_two_is_meant_in_uk_time_on_both_days_of_the_clocks(kept: Backups) -> None:
    kept.make(at("2026-03-28T02:31:00"))
    assert not kept.is_due(at("2026-03-29T01:29:00"))
    assert kept.is_due(at("2026-03-29T01:30:00")), "summer time began at one"
    kept.make(at("2026-10-24T01:31:00"))
    assert not kept.is_due(at("2026-10-25T01:30:00")), "half past one: the clocks went back"
    assert kept.is_due(at("2026-10-25T02:30:00"))


def test_a_clock_that_was_set_back_makes_one_more_rather_than_none(kept: Backups) -> None:
    kept.make(NOON + timedelta(days=300))
    assert kept.is_due(NOON)


def test_what_is_older_than_thirty_days_goes_but_never_the_newest(kept: Backups) -> None:
    made = [kept.make(NOON + timedelta(days=n)) for n in (0, 15, 31)]
    assert [each.path for each in kept.listed()] == made[1:]
    (kept.folder / "holiday.jpg").write_text("")
    last = kept.make(NOON + timedelta(days=400))
    assert [each.path for each in kept.listed()] == [last]
    assert (kept.folder / "holiday.jpg").exists(), "what is not ours stays"


def test_the_job_makes_one_a_night(house: House, kept: Backups) -> None:
    from dataclasses import replace

    app = replace(house.app, backups=kept)
    for _ in range(3):
        back_up(app)
    assert len(kept.listed()) == 1
    house.clock.advance(hours=24)
    back_up(app)
    assert len(kept.listed()) == 2


# --- putting back ----------------------------------------------------------------------------


def put_back(path: Path, new: Path, **more: object) -> Store:
    restore(path, new, secret=secret, clock=FixedClock(NOON + timedelta(days=1)), **more)  # type: ignore[arg-type]  # each test names one
    return open_store(new, secret)


def test_a_restored_school_goes_on_and_its_log_names_what_was_lost(
    house: House, kept: Backups, tmp_path: Path
) -> None:
    (house.directory / "names.txt").write_text("Olivia\n")
    path = kept.make(NOON)
    then = head_of(house.store)
    house.comes("I will burn your house down, Miss Bramley.")
    house.cycle()
    lost = head_of(house.store)
    store = put_back(path, tmp_path / "new", lost_heads=[lost])
    with store.read() as uow:
        entries = uow.log.after(0)
    assert verify(entries, KEY, against=then).ok
    assert entries[-1].event == Event.RESTORED
    assert lost.encode() in entries[-1].body
    assert then.encode() in entries[-1].body
    assert (tmp_path / "new" / "names.txt").read_text() == "Olivia\n"
    store.close()

    again = House(tmp_path / "new")
    again.platform, again.clock.at = house.platform, NOON + timedelta(days=1)
    with again.store.begin() as uow:
        uow.effects.release_leases()
        uow.commit()
    again.cycle()
    again.cycle()
    assert again.verify().ok
    assert again.rows("SELECT count(*) FROM item WHERE kind = 'comment'") == [(2,)]
    again.close()


def test_everybody_signs_in_again_after_a_restore(
    house: House, kept: Backups, tmp_path: Path
) -> None:
    from bot.services.signin import add_user, sign_in

    add_user(house.store, house.clock, house.settings, "j.field@rossmore.example", "long enough pw")
    assert sign_in(house.store, house.clock, "j.field@rossmore.example", "long enough pw")
    store = put_back(kept.make(NOON), tmp_path / "new")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one() == 0
    store.close()


def test_a_key_that_was_typed_in_is_kept_on_the_new_machine(kept: Backups, tmp_path: Path) -> None:
    new, path = tmp_path / "new", kept.make(NOON)
    restore(path, new, secret=lambda _: None, clock=FixedClock(), key_text=SCHOOL_KEY.lower())
    open_store(new, lambda _: None).close()
    assert (new / KEY_FILE).read_text().strip() == SCHOOL_KEY.lower()
    if sys.platform != "win32":
        modes = {p.name: oct(stat.S_IMODE(p.stat().st_mode)) for p in new.iterdir() if p.is_file()}
        kept_modes = {n: m for n, m in modes.items() if not n.endswith(".lock")}
        assert set(kept_modes.values()) == {"0o600"}, kept_modes


def test_a_mistyped_key_changes_nothing(kept: Backups, tmp_path: Path) -> None:
    new, path = tmp_path / "new", kept.make(NOON)
    for wrong, error in ((new_key(), DataError), ("nonsense", SettingsError)):
        with pytest.raises(error):
            restore(path, new, secret=lambda _: None, clock=FixedClock(), key_text=wrong)
    assert {each.name for each in new.iterdir()} <= {"schoolgate.lock"}


def test_a_folder_that_holds_a_school_is_never_overwritten(house: House, kept: Backups) -> None:
    path, before = kept.make(NOON), head_of(house.store)
    with pytest.raises(DataError, match="holds a school's data already"):
        restore(path, house.directory, secret=secret, clock=FixedClock())
    assert head_of(house.store) == before


@pytest.mark.parametrize("step", ["_settle", "_move_in"])
def test_a_restore_that_is_cut_off_is_simply_done_again(
    kept: Backups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path, new = kept.make(NOON), tmp_path / "new"

    class Killed(BaseException):
        """Like a SIGKILL: nothing of ours catches it."""

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(f"bot.restoring.{step}", dies)
        with pytest.raises(Killed):
            restore(path, new, secret=secret, clock=FixedClock())
    assert not (new / archive.DATABASE).exists()
    put_back(path, new).close()


def test_a_log_that_was_changed_before_the_backup_is_not_put_back(
    house: House, kept: Backups, tmp_path: Path
) -> None:
    with house.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER log_entry_no_update")
        connection.exec_driver_sql("UPDATE log_entry SET body = replace(body, 'hide', 'HIDE')")
    with pytest.raises(DataError, match="not whole"):
        put_back(kept.make(NOON), tmp_path / "new")


# --- upgrades --------------------------------------------------------------------------------


@pytest.fixture
def of_the_first_version(tmp_path: Path) -> Callable[[], Path]:
    def make() -> Path:
        from alembic import command

        from bot.store.schema import config

        data = tmp_path / "old"
        data.mkdir()
        (data / LOG_KEY).write_bytes(KEY)
        store = Store(data / archive.DATABASE, KEY)
        with store.engine.connect() as connection:
            command.upgrade(config(connection), "0001")
            connection.commit()
        store.close()
        return data

    return make


def test_an_upgrade_makes_a_backup_first_and_that_is_the_way_back(
    of_the_first_version: Callable[[], Path], tmp_path: Path
) -> None:
    data = of_the_first_version()
    open_store(data, secret, FixedClock()).close()
    (before,) = (data / "backups").iterdir()
    assert before.name.endswith("-before-upgrade.backup")
    open_store(data, secret, FixedClock()).close()
    assert len(list((data / "backups").iterdir())) == 1, "an upgrade is no nightly event"
    (tmp_path / "draft").mkdir()
    key = backups_of_key(data)
    assert archive.unpack(before, key, tmp_path / "draft").schema == "0001"


def backups_of_key(data: Path) -> bytes:
    from bot.keeping.sealing import school_key

    return school_key(data, secret)


def test_an_upgrade_whose_backup_fails_is_not_begun(
    of_the_first_version: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    data = of_the_first_version()
    monkeypatch.setattr(archive, "settle", is_full)
    with pytest.raises(DataError, match="No space left"):
        open_store(data, secret, FixedClock())
    with closing(sqlite3.connect(data / archive.DATABASE)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_a_snapshot_is_its_owners_alone(house: House, tmp_path: Path) -> None:
    snapshot(house.store.path, tmp_path / "copy.db")
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_what_was_purged_since_the_backup_is_purged_again_and_lost_heads_are_declared(
    house: House, kept: Backups, tmp_path: Path
) -> None:
    path = kept.make(NOON)
    [(item_id,)] = house.rows("SELECT id FROM item WHERE kind = 'comment' LIMIT 1")
    with house.store.begin() as uow:
        erasure = Purge(What.ALL, Why.ERASURE, "twhitlock")
        purge(uow, house.store, uow.items.get(item_id), erasure, house.clock.now())
        uow.commit()
    head = keep_head(house.store, house.clock, house.settings)
    kept.lay_beside()
    store = put_back(path, tmp_path / "new")
    with store.read() as uow:
        assert not any(text for _, _, text in uow.purges.readings(item_id))
        found = verify(uow.log.after(0, limit=1_000), store.log_key, against=[head])
    assert found.ok
    store.close()
