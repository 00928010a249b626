"""The commands about keeping and handing out, as a person types them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from typer.testing import CliRunner, Result

from bot.cli.main import app
from bot.errors import NotAllowed
from bot.services import signin
from bot.settings import default_settings_text
from tests.builders import an_author
from tests.web.pages_stage import AN_INSULT, PASSWORD, School


@dataclass
class Desk:
    school: School
    folder: Path

    def types(self, *words: str, said: str = f"{PASSWORD}\n") -> Result:
        # Each command has its own --data, after its name and arguments.
        settings = str(self.folder / "settings.toml")
        options = ["--data", str(self.folder), "--settings", settings]
        return CliRunner().invoke(app, [*words, *options], input=said)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(signin, "_passwords", lambda: quick)
    monkeypatch.setenv("SCHOOLGATE_LOG_KEY", "a key for tests")
    alone = default_settings_text().replace("second_factor = true", "second_factor = false")
    (tmp_path / "settings.toml").write_text(alone, "utf-8")
    school = School(tmp_path)
    for email in ("j.field@rossmore.example", "dpo@rossmore.example"):
        signin.add_user(school.store, school.clock, school.settings, email, PASSWORD)
    school.comes("You useless cow", AN_INSULT, author=an_author(handle="samporter"))
    yield Desk(school, tmp_path)
    school.store.close()


def test_a_search_asks_for_a_password_and_shows_what_the_role_may_see(desk: Desk) -> None:
    found = desk.types("log", "search", "useless", "--user", "j.field@rossmore.example")
    assert "You useless cow" in found.output
    wrong = desk.types("log", "search", "cow", "--user", "j.field@rossmore.example", said="no\n")
    assert isinstance(wrong.exception, NotAllowed)
    assert "cow" not in wrong.output


def test_the_log_is_exported_into_a_new_file(desk: Desk, tmp_path: Path) -> None:
    to = tmp_path / "out.json"
    done = desk.types("log", "export", "--user", "j.field@rossmore.example", "--to", str(to))
    assert done.exit_code == 0
    assert json.loads(to.read_text())["records"][0]["text"] == "You useless cow"
    assert to.stat().st_mode & 0o077 == 0


def test_a_dry_run_shows_and_changes_nothing(desk: Desk) -> None:
    before = (desk.folder / "schoolgate.db").read_bytes()
    shown = desk.types("retain", "--dry-run", said="")
    assert "would go" in shown.output
    assert "Tom Whitlock" in shown.output
    assert (desk.folder / "schoolgate.db").read_bytes() == before


def test_the_dpo_finds_hands_out_and_erases_what_is_held_on_one_person(
    desk: Desk, tmp_path: Path
) -> None:
    dpo = ("--user", "dpo@rossmore.example")
    assert "1 written by them" in desk.types("rights", "find", "@samporter", *dpo).output
    out = tmp_path / "answer"
    desk.types("rights", "export", "@samporter", *dpo, "--to", str(out))
    assert "You useless cow" in (out / "own-data.json").read_text()
    opened = desk.types("rights", "open", "erasure", "samporter", *dpo).output
    [ref] = re.findall(r"Request (\w+):", opened)
    assert "days left" in desk.types("rights", "list", *dpo).output
    done = desk.types("rights", "answer", ref, "granted", *dpo, "--reason", "They asked.")
    assert "1 items were erased" in done.output
    assert b"useless" not in (desk.folder / "schoolgate.db").read_bytes()


def test_the_privacy_notice_is_written_from_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    text = default_settings_text().replace("unflagged_days = 30", "unflagged_days = 21")
    accounts = '[accounts]\n[accounts.x]\nadapter = "x"\nhandle = "RossmorePrimary"\n'
    file.write_text(text.replace("[accounts]\n", accounts, 1), "utf-8")
    words = ["privacy", "--settings", str(file), "--to", str(tmp_path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    notice = (tmp_path / "privacy-notice.md").read_text("utf-8")
    for expected in ("RossmorePrimary", "21 days", "Tom Whitlock", "25 years", "Rossmore Primary"):
        assert expected in notice
    for name in ("privacy-notice", "dpia"):
        assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert "{{" not in (tmp_path / f"{name}.md").read_text("utf-8")
