"""A school's own wording that cannot be used stops the start, and is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.checks import Severity, wording_findings
from bot.cli.main import app
from bot.cli.run import run
from bot.errors import SettingsError
from bot.settings import default_settings_text


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "settings.toml"
    account = '[accounts.school]\nadapter = "memory"\npoll_minutes = 10\n'
    file.write_text(default_settings_text() + "\n" + account, encoding="utf-8")
    return file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "letters" / "daily"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("The day at {{ scool }}", encoding="utf-8")
    return tmp_path / "data"


def test_an_unknown_placeholder_stops_the_start_and_is_named(settings: Path, data: Path) -> None:
    with pytest.raises(SettingsError) as stopped:
        run(data, settings, once=True)
    assert "daily/subject.txt" in str(stopped.value)
    assert "scool" in str(stopped.value)


def test_check_names_it_too_and_is_content_once_it_is_mended(data: Path) -> None:
    [found] = wording_findings(data)
    assert found.severity is Severity.ERROR
    assert "scool" in found.message
    (data / "letters" / "daily" / "subject.txt").write_text("The day at {{ school }}")
    assert list(wording_findings(data)) == []


def test_the_command_for_letters_ends_with_one_and_names_the_file(data: Path) -> None:
    ran = CliRunner().invoke(app, ["letters", "check", "--data", str(data)])
    assert ran.exit_code == 1
    assert "daily/subject.txt" in ran.output


def test_words_that_letters_share_stop_the_start_as_those_of_one_letter_do(
    settings: Path, data: Path
) -> None:
    (data / "letters" / "daily" / "subject.txt").unlink()
    (data / "letters" / "_bulletin.txt").write_text("The {{ span }} at {{ scool }}: {{ link }}")
    with pytest.raises(SettingsError) as stopped:
        run(data, settings, once=True)
    ran = CliRunner().invoke(app, ["letters", "check", "--data", str(data)])
    assert ran.exit_code == 1
    for said in (str(stopped.value), ran.output):
        assert "_bulletin.txt" in said
        assert "scool" in said
