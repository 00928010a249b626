"""`schoolgate connect --paste`: whatever is pasted, only the browser's own answer is taken."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.sandbox.oauth import X_CLIENT_ID
from bot.cli import main
from bot.errors import Refused
from bot.settings import written
from tests.unit.test_settings_written import ANSWERS

NONSENSE = ["   ", "https://x.com/home", "<html><body>", "a b c", "http://[", "http://127.0.0.1"]


def connect(folder: Path, account: str, *lines: str) -> Result:
    (folder / "settings.toml").write_text(
        written(
            {
                **ANSWERS,
                "accounts": {
                    "x": {"adapter": "x", "handle": "Hilltop", "base_url": "http://127.0.0.1:9"},
                    "facebook": {
                        "adapter": "facebook",
                        "page_id": "100000000000001",
                        "base_url": "http://127.0.0.1:9",
                    },
                },
            }
        ),
        encoding="utf-8",
    )
    where = ["--settings", str(folder / "settings.toml"), "--data", str(folder / "data")]
    command = ["connect", account, *where, "--paste", "--port", "0"]
    return CliRunner().invoke(main.app, command, input="\n".join(lines) + "\n")


def nothing_is_stored(folder: Path) -> bool:
    return not (folder / "data" / "secrets.sealed").exists()


@pytest.mark.parametrize("pasted", NONSENSE)
@pytest.mark.parametrize(
    ("account", "ids"), [("x", [X_CLIENT_ID]), ("facebook", ["2600001", "app-secret"])]
)
def test_what_the_browser_never_showed_is_asked_for_again_and_then_refused(
    tmp_path: Path, account: str, ids: list[str], pasted: str
) -> None:
    result = connect(tmp_path, account, *ids, pasted, pasted, pasted)
    assert isinstance(result.exception, Refused), result.output + repr(result.exception)
    assert "Nothing was changed" in str(result.exception)
    assert result.output.count("the address begins with http://127.0.0.1:") == 3
    assert nothing_is_stored(tmp_path)


@pytest.mark.parametrize("given", ["   ", "https://developer.x.com/portal", "<div>", "my own app"])
def test_what_is_no_client_id_is_asked_for_again_and_then_refused(
    tmp_path: Path, given: str
) -> None:
    result = connect(tmp_path, "x", given, given, given)
    assert isinstance(result.exception, Refused), result.output + repr(result.exception)
    assert result.output.count("a single word without spaces") == 3
    assert nothing_is_stored(tmp_path)


def test_settings_that_are_wrong_are_said_of_connect_and_not_of_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(command: str) -> str:
        where = ["--settings", str(tmp_path / "none.toml"), "--data", str(tmp_path)]
        name = [command, "x"] if command == "connect" else [command]
        monkeypatch.setattr(sys, "argv", ["schoolgate", *name, *where])
        old = os.umask(0o077)
        with pytest.raises(SystemExit):
            main.main()
        os.umask(old)
        return capsys.readouterr().err

    assert wrong("connect").startswith("`schoolgate connect` could not do its work. Please")
    assert wrong("jobs").startswith("`schoolgate jobs` could not do its work. Please")
    assert wrong("run").startswith("Schoolgate cannot start. Please")
