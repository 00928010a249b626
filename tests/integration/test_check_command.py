"""`schoolgate check` between `init` and the day on which everything fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.settings import written
from tests.unit.test_settings_written import ANSWERS


@pytest.fixture
def output(tmp_path: Path) -> str:
    mail = {"mailer": "smtp", "sender": "a@b.uk", "host": "mail.b.uk", "security": "magic"}
    account = {"x": {"adapter": "x", "poll_minutes": 10, "handle": "Hilltop"}}
    settings = tmp_path / "settings.toml"
    text = written({**ANSWERS, "mail": mail, "accounts": account})
    settings.write_text(text, encoding="utf-8")
    where = ["--settings", str(settings), "--data", str(tmp_path / "data")]
    result = CliRunner().invoke(app, ["check", *where])
    assert result.exit_code == 1
    return " ".join(result.output.split())


def test_a_mail_section_that_cannot_be_used_is_not_called_missing(output: str) -> None:
    assert 'must be one of "starttls", "tls", "none"' in output
    assert "the [mail] section of settings.toml cannot be used as it is" in output
    assert "has no [mail] section" not in output


def test_an_account_without_its_secrets_is_sent_to_connect(output: str) -> None:
    assert "sign in with `schoolgate connect`" in output
