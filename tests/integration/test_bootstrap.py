"""The composition root refuses what cannot work, by name and in plain words."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bot.bootstrap import build_app, build_plugins, open_store, sole_owner
from bot.errors import AlreadyRunning, DataError, PluginError, SettingsError
from bot.plugins import PluginFailure, answer_of, load_class, make
from bot.ports import Context
from bot.settings import AccountSettings, MailSettings, Settings
from tests.builders import FixedClock
from tests.house import the_settings


def nothing(_: str) -> None:
    return None


def with_account(adapter: str, options: dict[str, object]) -> Settings:
    account = AccountSettings("one", adapter, 5, options)
    return replace(the_settings(), accounts=(account,))


def test_a_plug_in_that_is_not_installed_stops_the_start_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"asks for “myspace”.*Installed are: .*facebook"):
        build_plugins(
            with_account("myspace", {}), clock=FixedClock(), data_dir=tmp_path, secret=nothing
        )


def test_every_wrong_option_of_every_plug_in_is_named_at_once(tmp_path: Path) -> None:
    settings = replace(
        with_account("memory", {"page_siz": 3}),
        mail=MailSettings("smtp", "a@b.example", {"hots": "x"}),
    )
    with pytest.raises(SettingsError) as caught:
        build_plugins(settings, clock=FixedClock(), data_dir=tmp_path, secret=nothing)
    paths = [problem.path for problem in caught.value.problems]
    assert "accounts.one.page_siz" in paths
    assert any(path.startswith("mail") for path in paths)


def test_a_missing_token_is_said_without_a_traceback_and_says_where_it_belongs(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingsError, match="FACEBOOK_PAGE_TOKEN"):
        build_plugins(
            with_account("facebook", {"page_id": "1"}),
            clock=FixedClock(),
            data_dir=tmp_path,
            secret=nothing,
        )


def test_whatever_a_plug_in_raises_becomes_one_failure_without_its_words() -> None:
    def breaks() -> None:
        raise ZeroDivisionError("somebody's comment")

    with pytest.raises(PluginFailure) as caught:
        answer_of("classifier", breaks)
    assert "ZeroDivisionError" in str(caught.value)
    assert "somebody's comment" not in str(caught.value)


def test_a_built_in_is_a_plug_in_like_any_other() -> None:
    assert load_class("adapters", "memory").__name__ == "MemoryAdapter"


def test_the_logs_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    open_store(tmp_path, nothing).close()
    key = tmp_path / "log.key"
    first = key.read_text()
    open_store(tmp_path, nothing).close()
    assert key.read_text() == first
    assert len(first) == 64
    if sys.platform != "win32":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_database_without_its_key_is_not_opened_with_a_new_one(tmp_path: Path) -> None:
    open_store(tmp_path, nothing).close()
    (tmp_path / "log.key").unlink()
    with pytest.raises(DataError, match="Put the key back"):
        open_store(tmp_path, nothing)


def test_the_key_may_come_from_the_environment(tmp_path: Path) -> None:
    store = open_store(tmp_path, {"SCHOOLGATE_LOG_KEY": "k"}.get)
    store.close()
    assert store.log_key == b"k"
    assert not (tmp_path / "log.key").exists()


def test_the_data_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with sole_owner(data), pytest.raises(AlreadyRunning), sole_owner(data):
        pass
    with sole_owner(tmp_path / "data"):
        pass


def test_a_data_folder_that_cannot_be_made_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be used"), sole_owner(tmp_path / "file"):
        pass


def test_a_start_gives_back_what_a_killed_process_held(
    tmp_path: Path, an_interrupted_hide: Callable[[Path], None]
) -> None:
    an_interrupted_hide(tmp_path)
    app = build_app(the_settings(), clock=FixedClock(), data_dir=tmp_path, secret=nothing)
    with app.store.begin() as uow:
        row = uow.connection.exec_driver_sql("SELECT leased_until FROM effect").fetchone()
    app.close()
    assert row is not None
    assert row[0] is None


@pytest.fixture
def an_interrupted_hide() -> Callable[[Path], None]:
    def leave(directory: Path) -> None:
        store = open_store(directory, nothing)
        with store.begin() as uow:
            uow.connection.exec_driver_sql(
                "INSERT INTO effect (kind, status, channel, asked_by, urgency_rank, asked_at, "
                "due_at, leased_until) VALUES ('hide', 'claimed', 'one', 'machine', 1, "
                "'2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', "
                "'2026-11-20 18:00:00.000000')"
            )
            uow.commit()
        store.close()

    return leave


@pytest.mark.parametrize("room", ["bot", "adapters", "classifiers"])
def test_no_other_distribution_lies_over_a_room(room: str) -> None:
    """The names are generic: PyPI has an `adapters`. (A checkout itself is not listed at all.)"""
    assert set(packages_distributions().get(room, [])) <= {"schoolgate"}


class Clumsy:
    """A stranger's plug-in that trips over its own table."""

    @classmethod
    def from_options(cls, options: object, context: object) -> Clumsy:
        raise KeyError("words of a stranger")


def test_a_plug_in_that_trips_over_its_table_is_named_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.plugins.load_class", lambda _group, _name: Clumsy)
    context = Context(FixedClock(), nothing, tmp_path)
    with pytest.raises(PluginError, match=r"“clumsy” could not be started \(KeyError\)") as caught:
        make("classifiers", "clumsy", {}, context)
    assert "stranger" not in str(caught.value)
