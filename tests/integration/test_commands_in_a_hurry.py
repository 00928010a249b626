"""What a technician types when something is on fire: the same options wherever they are."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from bot.bootstrap import open_store
from bot.cli.main import app
from bot.settings import secret_reader


def test_hiding_stops_with_the_options_of_the_service_even_where_settings_are_broken(
    tmp_path: Path,
) -> None:
    data, broken = tmp_path / "data", tmp_path / "settings.toml"
    open_store(data, secret_reader({})).close()
    broken.write_text("nonsense", encoding="utf-8")
    where = ["--settings", str(broken), "--data", str(data)]
    for command in (["stop"], ["resume"], ["undo", "--version", "school=1"]):
        result = CliRunner().invoke(app, ["hiding", *command, *where])
        assert result.exit_code == 0, result.output + repr(result.exception)


def test_a_backup_that_is_not_there_is_said_before_the_key_is_asked_for(tmp_path: Path) -> None:
    wanted = [str(tmp_path / "none.backup"), "--data", str(tmp_path / "new")]
    result = CliRunner().invoke(app, ["restore", *wanted])
    assert result.exit_code == 2
    assert "does not exist" in " ".join(result.output.split())
    assert "key" not in result.output
