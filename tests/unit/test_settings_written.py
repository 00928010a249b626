"""settings.toml as `schoolgate init` writes it: the example's notes, the school's answers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.settings import default_settings_text, load, section_problems, written

PEOPLE = [
    {"key": "a", "name": "Ann Head", "email": "a@h.sch.uk", "roles": ["headteacher"]},
    {"key": "b", "name": "Bo Off", "email": "b@h.sch.uk", "roles": ["communications_officer"]},
    {"key": "c", "name": "Cy Safe", "email": "c@h.sch.uk", "roles": ["dsl"]},
    {"key": "d", "name": "Di Chair", "email": "d@h.sch.uk", "roles": ["chair_of_governors"]},
]
ANSWERS: dict[str, Any] = {
    "school": {"name": "Hilltop", "email_domain": "h.sch.uk"},
    "people": PEOPLE,
    "calendar": {"holidays": ["2026-12-21/2027-01-01"], "school_day": ["08:10", "16:00"]},
    "accounts": {"x": {"adapter": "x", "poll_minutes": 10, "handle": "Hilltop"}},
    "mail": {"mailer": "smtp", "sender": "g@h.sch.uk", "host": "smtp.h.sch.uk"},
    "backup": {"folder": "//nas/backups"},
    "web": {"public_url": "https://gate.h.sch.uk", "host": "0.0.0.0"},
}


def test_all_answers_are_in_it_and_all_notes_are_kept(tmp_path: Path) -> None:
    text = written(ANSWERS)
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    settings = load(file, environ={})
    assert settings.school.name == "Hilltop"
    assert [p.key for p in settings.people] == ["a", "b", "c", "d"]
    assert settings.accounts[0].options == {"handle": "Hilltop"}
    assert settings.mail is not None
    assert settings.backup.folder == "//nas/backups"
    assert settings.web.public_url == "https://gate.h.sch.uk"
    notes = {line for line in default_settings_text().splitlines() if line.startswith("# ")}
    lost = [line for line in notes - set(text.splitlines()) if "=" not in line]
    assert [line for line in lost if not line.startswith(("# Copy this", "# [mail]"))] == []
    assert "rossmore" not in "\n".join(
        line for line in text.splitlines() if line and not line.startswith("#")
    )


@given(st.text(min_size=1, max_size=40).filter(lambda t: t.strip()))
def test_any_name_comes_back_as_it_was_typed(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    text = written({"school": {"name": name}})
    assert tomllib.loads(text)["school"]["name"] == name


@pytest.mark.parametrize("wrong", [{"policy": {}}, {"school": {"colour": "red"}}, {"mail": []}])
def test_what_is_not_asked_for_cannot_be_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        written(wrong)


def test_a_step_is_told_its_own_problems_only() -> None:
    wrong = {"school": {"name": "", "email_domain": "no domain"}, "people": []}
    assert {p.path for p in section_problems(wrong, {"school"})} == {
        "school.name",
        "school.email_domain",
    }
    assert section_problems(ANSWERS, set(ANSWERS)) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name = Hilltop", "text stands in quotation marks; put one"),
        ('name = "Hilltop', "quotation mark is missing"),
        ("name = “Hilltop”", "curly quotation marks"),
        ('folder = "C:\\Users\\x"', "write / in its place"),
        ("enabled = True", "true and false, in small letters"),
        ('name: "Hilltop"', "not with a colon"),
        ("[school", "bracket is not closed"),
        ('name = "a"\nname = "b"', "stands twice"),
        ("[a]\n[a]", "stands twice"),
    ],
)
def test_a_slip_of_the_pen_is_named_for_what_it_is(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"[school]\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        load(file, environ={})
