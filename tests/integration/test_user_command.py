"""`schoolgate user` as a technician or a script runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from bot.settings import default_settings_text

EMAIL = "j.field@rossmore.example"
PASSWORD = "correct horse battery"


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A folder with the settings of a school that can send letters."""
    mail = '\n[mail]\nmailer = "memory"\nsender = "gate@rossmore.example"\n'
    (tmp_path / "settings.toml").write_text(default_settings_text() + mail, encoding="utf-8")
    return tmp_path


def user(school: Path, *words: str, stdin: str | None = None) -> Result:
    where = ["--data", str(school / "data")]
    if words[0] != "disable":
        where += ["--settings", str(school / "settings.toml")]
    return CliRunner().invoke(app, ["user", *words, *where], input=stdin)


def test_a_user_is_added_without_a_terminal(school: Path) -> None:
    added = user(school, "add", EMAIL, stdin=f"{PASSWORD}\n")
    assert (added.exit_code, "can sign in now" in added.output) == (0, True)
    listed = user(school, "list")
    assert listed.output == (
        f"{EMAIL}: Jo Field (communications officer): can sign in, no second factor yet\n"
    )


def test_the_password_may_stand_in_a_file(school: Path) -> None:
    file = school / "password.txt"
    file.write_bytes(b"\xef\xbb\xbf" + PASSWORD.encode() + b"\r\n")
    assert user(school, "add", EMAIL, "--password-file", str(file)).exit_code == 0


@pytest.mark.parametrize("given", ["", "short\n"])
def test_too_short_a_password_is_refused_in_a_sentence(school: Path, given: str) -> None:
    refused = user(school, "add", EMAIL, stdin=given)
    assert refused.exit_code != 0
    assert "too short" in str(refused.exception)


def test_a_file_that_is_not_there_is_refused_in_a_sentence(school: Path) -> None:
    refused = user(school, "add", EMAIL, "--password-file", str(school / "none"))
    assert "cannot be read" in str(refused.exception)


def test_at_a_terminal_the_password_is_asked_for_twice(
    school: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.user._at_a_terminal", lambda: True)
    assert user(school, "add", EMAIL, stdin=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    unlike = user(school, "add", EMAIL, stdin=f"{PASSWORD}\nsomething else\n")
    assert "not the same" in str(unlike.exception)


def test_inviting_writes_a_letter_and_disabling_shows_in_the_list(school: Path) -> None:
    invited = user(school, "invite", EMAIL)
    assert (invited.exit_code, "3 days" in invited.output) == (0, True)
    assert "invited" in user(school, "list").output
    assert user(school, "disable", EMAIL).exit_code == 0
    assert "disabled" in user(school, "list").output
    reset = user(school, "reset", EMAIL)
    assert (reset.exit_code, "A letter" in reset.output) == (0, True)


def test_no_password_is_printed(school: Path) -> None:
    assert PASSWORD not in user(school, "add", EMAIL, stdin=f"{PASSWORD}\n").output


@pytest.mark.parametrize("command", ["list", "disable", "reset"])
def test_a_mistyped_folder_is_no_success(school: Path, command: str) -> None:
    words = [command] if command == "list" else [command, EMAIL]
    refused = user(school, *words)
    assert "no Schoolgate database" in str(refused.exception)
    assert not (school / "data").exists()
