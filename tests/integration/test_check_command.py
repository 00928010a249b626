"""`schoolgate check` between `init` and the day on which everything fits."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import program_log
from bot.bootstrap import open_store
from bot.checks import settings_findings
from bot.cli.main import app
from bot.errors import DataError, Problem
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
    assert "`schoolgate connect x`" in output
    assert output.count("settings: accounts.x") == 1, "one thing is missing, not four"


def test_every_problem_comes_with_what_to_do() -> None:
    problems = [Problem("mail.security", "must be one of three"), Problem("x", "is away; look")]
    first, second = settings_findings(problems)
    assert (first.message, first.do) == ("must be one of three", "Put this right in settings.toml.")
    assert (second.message, second.do) == ("is away", "Look")


@pytest.mark.parametrize("damage", [b"not a database", b"SQLite format 3\x00" + b"?" * 8000])
def test_a_database_that_cannot_be_read_is_sent_to_restore(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "schoolgate.db").write_bytes(damage)
    (tmp_path / "log.key").write_text("k" * 64)
    with pytest.raises(DataError, match=r"schoolgate restore NEWEST\.backup --data NEW"):
        open_store(tmp_path, lambda _: None)


def test_the_log_of_the_program_begins_with_its_own_words(tmp_path: Path) -> None:
    program_log.configure(tmp_path, console=False)
    try:
        open_store(tmp_path, lambda _: None).close()
        logging.getLogger("schoolgate.test").info("ours")
        (line,) = (tmp_path / program_log.FILE).read_text().splitlines()
    finally:
        program_log.configure(None, console=False)
    assert "ours" in line
