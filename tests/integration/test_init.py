"""`schoolgate init` as a technician meets it: asked, stopped half-way, and gone on with."""

from __future__ import annotations

import json
import stat
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from bot.errors import DataError
from bot.settings import load, written
from tests.unit.test_settings_written import ANSWERS

SCHOOL = ["Hilltop Primary", "hilltop.sch.uk", "http://gate:8000"]
PEOPLE = [
    *("Ann Head", "", "Mrs Head, the head", "Bob Off", "", ""),
    *("Cy Safe", "", "", "n", "Di Chair", "", "", "", "Bob Off", ""),
    *("Eve Teacher", "Miss T", ""),
]
CALENDAR = ["2026-12-21/2027-01-01, 2027-02-15", "", ""]
ACCOUNTS = ["@Hilltop", ""]
KEEPING = ["/mnt/nas", "Pat Officer", ""]


def init(folder: Path, lines: list[str], *more: str) -> Result:
    where = ["--settings", str(folder / "settings.toml"), "--data", str(folder / "data")]
    return CliRunner().invoke(app, ["init", *where, *more], input="\n".join(lines) + "\n")


def test_six_steps_write_a_file_that_schoolgate_can_start_with(tmp_path: Path) -> None:
    mail = ["127.0.0.1", "none", "", ""]
    result = init(
        tmp_path, [*SCHOOL, *PEOPLE, *CALENDAR, *ACCOUNTS, *mail, *KEEPING, "ict@h.sch.uk"]
    )
    assert result.exit_code == 0, result.output + repr(result.exception)
    settings = load(tmp_path / "settings.toml", environ={})
    roles = {p.key: sorted(p.roles) for p in settings.people}
    assert roles == {
        "ahead": ["headteacher"],
        "boff": ["communications_officer", "ict_technician"],
        "csafe": ["dsl"],
        "dchair": ["chair_of_governors"],
        "eteacher": [],
    }
    assert settings.retention.decided_by == "Pat Officer"
    assert settings.people[0].email == "a.head@hilltop.sch.uk"
    assert settings.web.host == "0.0.0.0"
    assert not settings.calendar.is_school_day(date(2027, 2, 15))
    assert "The test letter could not be sent" in result.output, "nothing listens on port 25"
    assert not (tmp_path / "settings.toml.draft").exists()


def test_stopped_half_way_it_goes_on_at_the_next_step(tmp_path: Path) -> None:
    stopped = init(tmp_path, [*SCHOOL, "Ann Head"])
    assert stopped.exit_code != 0
    assert not (tmp_path / "settings.toml").exists()
    draft = tmp_path / "settings.toml.draft"
    if sys.platform != "win32":
        assert stat.S_IMODE(draft.stat().st_mode) == 0o600
    assert "What you answered is kept" in stopped.output
    result = init(tmp_path, [*PEOPLE[1:], *CALENDAR, *ACCOUNTS, "", *KEEPING])
    assert "step 2" in result.output
    assert result.exit_code == 0, result.output
    assert load(tmp_path / "settings.toml", environ={}).school.name == "Hilltop Primary"


WHOLE = [*SCHOOL, *PEOPLE, *CALENDAR, *ACCOUNTS, "", *KEEPING]


@pytest.mark.parametrize("stop", [1, 6, 14, len(WHOLE) - 1])
def test_stopped_after_any_answer_no_answer_is_asked_for_again(tmp_path: Path, stop: int) -> None:
    (tmp_path / "once").mkdir()
    init(tmp_path / "once", WHOLE)
    assert init(tmp_path, WHOLE[:stop]).exit_code != 0
    result = init(tmp_path, WHOLE[stop:])
    assert result.exit_code == 0, result.output + repr(result.exception)
    at_once = (tmp_path / "once" / "settings.toml").read_text("utf-8")
    assert (tmp_path / "settings.toml").read_text("utf-8") == at_once
    assert not (tmp_path / "settings.toml.draft").exists()


def test_one_wrong_holiday_asks_for_the_holidays_again_and_for_nothing_else(tmp_path: Path) -> None:
    wrong = ["2026-13-21/2027-01-01", "2027-01-01/2026-12-21", *CALENDAR]
    result = init(tmp_path, [*SCHOOL, *PEOPLE, *wrong, *ACCOUNTS, "", *KEEPING])
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert "2026-13-21/2027-01-01" in result.output
    assert "ends before it begins" in result.output
    assert result.output.count("3 of 6") == 1
    assert result.output.count("When does the school open") == 1


def test_one_wrong_address_asks_for_that_address_again_and_for_nobody_else(tmp_path: Path) -> None:
    wrong = ["Ann Head", "ann at home", *PEOPLE[1:]]
    result = init(tmp_path, [*SCHOOL, *wrong, *CALENDAR, *ACCOUNTS, "", *KEEPING])
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert '"ann at home" is no e-mail address' in result.output
    assert result.output.count("Headteacher: name") == 1


def test_a_draft_that_cannot_be_read_is_said_and_left_alone(tmp_path: Path) -> None:
    draft = tmp_path / "settings.toml.draft"
    draft.write_text("nonsense")
    result = init(tmp_path, WHOLE)
    assert isinstance(result.exception, DataError)
    assert "Take it away" in str(result.exception)
    assert draft.read_text() == "nonsense"


def test_what_does_not_fit_is_said_and_only_that_is_asked_again(tmp_path: Path) -> None:
    wrong = ["Hilltop Primary", "no domain"]
    result = init(tmp_path, [*wrong, *SCHOOL[1:], *PEOPLE, *CALENDAR, *ACCOUNTS, "", *KEEPING])
    assert "what stands behind the @" in result.output
    assert result.output.count("1 of 6") == 1
    assert result.exit_code == 0, result.output


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("mine")
    result = init(tmp_path, SCHOOL)
    assert result.exit_code != 0
    assert (tmp_path / "settings.toml").read_text() == "mine"


def test_with_answers_in_a_file_nothing_is_asked(tmp_path: Path) -> None:
    full = tmp_path / "answers.toml"
    whole = tomllib.loads(written({**ANSWERS, "mail": {"mailer": "memory", "sender": "a@b.uk"}}))
    keep = {key: whole[key] for key in ANSWERS}
    lines = [
        f"{section}.{json.dumps(key)} = {_toml(value)}"
        for section, table in keep.items()
        if isinstance(table, dict) and section != "accounts"
        for key, value in table.items()
    ]
    lines.append('accounts.x = {adapter = "x", handle = "Hilltop"}')
    people = ["\n[[people]]"] * len(keep["people"])
    for number, person in enumerate(keep["people"]):
        people[number] += "".join(f"\n{k} = {_toml(v)}" for k, v in person.items())
    full.write_text("\n".join([*lines, *people]), encoding="utf-8")
    result = init(tmp_path, [], "--answers", str(full))
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert "A test letter is on its way to b@h.sch.uk" in result.output


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("wrong", ["[school]\nname = 3", "[policy]\nrows = []", "nonsense"])
def test_answers_that_do_not_fit_write_nothing(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "answers.toml").write_text(wrong)
    result = init(tmp_path, [], "--answers", str(tmp_path / "answers.toml"))
    assert result.exit_code != 0
    assert not (tmp_path / "settings.toml").exists()


def test_a_slip_in_one_answer_asks_that_one_again_and_no_other(tmp_path: Path) -> None:
    calendar = ["2026-12-21 / 2027-01-01", "8.30", "08:30", ""]
    accounts = ["our school!", "@Hilltop", "https://facebook.com/hilltop", "100000000000001"]
    mail = ["http://mail:25", "127.0.0.1", "magic", "none", "", ""]
    lines = [*SCHOOL, *PEOPLE, *calendar, *accounts, *mail, *KEEPING, "ict@h.sch.uk"]
    result = init(tmp_path, lines)
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert "“8.30” does not fit: hours, a colon and minutes" in result.output
    assert result.output.count("3 of 6") == 1
    settings = load(tmp_path / "settings.toml", environ={})
    assert not settings.calendar.is_school_day(date(2026, 12, 22))
    assert {a.name: a.options for a in settings.accounts} == {
        "x": {"handle": "Hilltop"},
        "facebook": {"page_id": "100000000000001"},
    }
    assert settings.mail is not None
    assert settings.mail.options["security"] == "none"


def test_a_folder_for_backups_must_say_where_it_begins(tmp_path: Path) -> None:
    keeping = ["backups", *KEEPING]
    result = init(tmp_path, [*SCHOOL, *PEOPLE, *CALENDAR, *ACCOUNTS, "", *keeping])
    assert "from which disk or share" in result.output
    assert result.exit_code == 0, result.output
    assert load(tmp_path / "settings.toml", environ={}).backup.folder == "/mnt/nas"
