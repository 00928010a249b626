"""`schoolgate user` as a technician or a script runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.bootstrap import open_store
from bot.cli.main import app
from bot.log import Event, verify_rows
from bot.services.signin import sign_in
from bot.settings import default_settings_text
from bot.store.log_entries import BEFORE_ALL
from tests.builders import FixedClock

EMAIL = "j.field@rossmore.example"
PASSWORD = "correct horse battery"


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A folder with the settings of a school that can send letters."""
    mail = '\n[mail]\nmailer = "memory"\nsender = "gate@rossmore.example"\n'
    (tmp_path / "settings.toml").write_text(default_settings_text() + mail, encoding="utf-8")
    return tmp_path


def user(school: Path, *words: str) -> Result:
    where = ["--data", str(school / "data"), "--settings", str(school / "settings.toml")]
    return CliRunner().invoke(app, ["user", *words, *where], input=f"{PASSWORD}\n")


def changes(school: Path) -> list[tuple[str, str]]:
    """What the log says of sign-ins: what was done, and by whom as the machine calls them."""
    store = open_store(school / "data", lambda _name: None)
    try:
        with store.read() as uow:
            entries = uow.log.after(BEFORE_ALL)
        found = [json.loads(one.body) for one in entries if one.event == Event.USER_CHANGED]
        assert verify_rows(store.log_rows(), store.log_key).ok
    finally:
        store.close()
    return [(one["change"], one["login"]) for one in found]


@pytest.fixture(autouse=True)
def _okafor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who is signed in at the machine."""
    monkeypatch.setattr("getpass.getuser", lambda: "okafor")


def test_adding_writes_a_letter_and_disabling_shows_in_the_list(school: Path) -> None:
    added = user(school, "add", EMAIL)
    assert (added.exit_code, "3 days" in added.output) == (0, True)
    assert user(school, "list").output == (
        f"{EMAIL}: Jo Field (communications officer): invited, no second factor yet\n"
    )
    assert user(school, "disable", EMAIL).exit_code == 0
    assert "disabled" in user(school, "list").output
    reset = user(school, "reset", EMAIL)
    assert (reset.exit_code, "A letter" in reset.output) == (0, True)


def test_every_change_is_in_the_log_with_who_was_at_the_machine(school: Path) -> None:
    for command in ("add", "reset", "disable", "disable"):
        user(school, command, EMAIL)
    assert changes(school) == [("invited", "okafor"), ("reset", "okafor"), ("disabled", "okafor")]


@pytest.mark.parametrize("command", ["add", "reset"])
def test_no_password_is_taken_for_anybody(school: Path, command: str) -> None:
    user(school, "add", EMAIL)
    done = user(school, command, EMAIL)
    assert done.exit_code == 0
    store = open_store(school / "data", lambda _name: None)
    try:
        assert sign_in(store, FixedClock(), EMAIL, PASSWORD) is None
    finally:
        store.close()
    assert user(school, command, EMAIL, "--password-file", "x").exit_code == 2


def test_without_mail_nobody_is_let_in_and_the_sentence_says_why(school: Path) -> None:
    (school / "settings.toml").write_text(default_settings_text(), encoding="utf-8")
    refused = user(school, "add", EMAIL)
    assert refused.exit_code != 0
    assert "[mail]" in str(refused.exception)


def test_a_machine_that_knows_no_login_lets_in_all_the_same(
    school: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert user(school, "add", EMAIL).exit_code == 0


@pytest.mark.parametrize("command", ["list", "disable", "reset"])
def test_a_mistyped_folder_is_no_success(school: Path, command: str) -> None:
    words = [command] if command == "list" else [command, EMAIL]
    refused = user(school, *words)
    assert "no Schoolgate database" in str(refused.exception)
    assert not (school / "data").exists()
