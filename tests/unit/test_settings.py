"""settings.toml: a fresh file works, and a wrong one says everything that is wrong at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.errors import SettingsError
from bot.model import Action, Kind, Role, Urgency
from bot.settings import HidingMode, Settings, default_settings_text, load, secret_reader
from bot.settings.secrets import environment_problems

OWN = """
[school]
name = "Our School"
email_domain = "our.example"

[accounts]

[[people]]
key = "all"
name = "Ann Other"
email = "a.other@our.example"
roles = ["communications_officer", "headteacher", "dsl"]

[[people]]
key = "chair"
name = "Bo Chair"
email = "chair@our.example"
roles = ["chair_of_governors"]
"""
"""The shortest file that a school can have."""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def example() -> dict[str, Any]:
    return tomllib.loads(default_settings_text())


def with_changes(**overrides: object) -> Settings:
    """The example file with these sections laid over it."""
    return load(None, environ={}, overrides=overrides)


def problems(overrides: Mapping[str, object]) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(None, environ={}, overrides=overrides)
    found: dict[str, str] = {}
    for problem in caught.value.problems:
        found[problem.path] = f"{found.get(problem.path, '')}{problem.message}\n"
    return found


def problem_in_file(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path, environ={})
    return str(caught.value)


# --- what a file gives ----------------------------------------------------------------------


def test_the_example_file_is_valid_and_safe() -> None:
    settings = load(None, environ={})
    assert settings.accounts == ()
    assert settings.mail is None
    assert settings.hiding.mode is HidingMode.OBSERVE
    assert not any(settings.hiding.may_hide(kind) for kind in Kind)
    assert settings.web.host == "127.0.0.1"
    assert settings.letters.digest_at == time(15, 45)
    assert settings.policy.people == settings.people
    assert {role for person in settings.people for role in person.roles} == set(Role)


def test_the_switched_off_examples_of_the_file_work_once_switched_on(tmp_path: Path) -> None:
    example = r"^# (\[(?:(?:accounts|classifiers)\.\w+|(?:alarm_)?mail)\]$|\w+ = )"
    on = re.sub(example, r"\1", default_settings_text(), flags=re.MULTILINE)
    path = tmp_path / "settings.toml"
    path.write_text(on, encoding="utf-8")
    settings = load(path, environ={})
    assert [(account.name, account.adapter) for account in settings.accounts] == [
        ("x", "x"),
        ("facebook", "facebook"),
    ]
    assert settings.mail is not None
    assert settings.mail.options["host"] == "smtp.rossmore.example"
    assert [one.classifier for one in settings.classifiers] == ["school", "lexicon", "hub"]


def test_a_short_file_is_completed_from_the_example_but_never_with_its_people(own: Path) -> None:
    settings = load(own, environ={})
    assert [person.key for person in settings.people] == ["all", "chair"]
    assert settings.school.name == "Our School"
    assert settings.policy.rows == load(None, environ={}).policy.rows
    assert settings.classifiers == load(None, environ={}).classifiers


def test_a_section_that_a_school_shortens_keeps_the_other_keys(own: Path) -> None:
    own.write_text(OWN + '[letters]\ndigest_at = "08:30"\n', encoding="utf-8")
    letters = load(own, environ={}).letters
    assert (letters.digest_at, letters.urgent_minutes) == (time(8, 30), 30)


def test_a_schools_classifiers_replace_those_of_the_example(own: Path) -> None:
    own.write_text(OWN + '[classifiers.mine]\nclassifier = "hub"\nmodel = "x"\n', encoding="utf-8")
    [classifier] = load(own, environ={}).classifiers
    assert (classifier.name, classifier.options) == ("mine", {"model": "x"})


def test_hiding_may_be_switched_on_for_one_kind() -> None:
    hiding = with_changes(hiding={"kinds": {"threat": "hide"}}).hiding
    assert hiding.may_hide(Kind.THREAT)
    assert not hiding.may_hide(Kind.ABUSE)


def test_observing_may_be_kept_for_one_kind() -> None:
    hiding = with_changes(hiding={"mode": "hide", "kinds": {"hate": "observe"}}).hiding
    assert not hiding.may_hide(Kind.HATE)
    assert hiding.may_hide(Kind.ABUSE)


def test_further_keys_of_an_account_are_the_adapters_options() -> None:
    [account] = with_changes(accounts={"x": {"adapter": "x", "handle": "us"}}).accounts
    assert (account.poll_minutes, account.options) == (10, {"handle": "us"})


def test_an_account_that_is_switched_off_is_not_there() -> None:
    accounts = {"x": {"adapter": "x", "enabled": False}}
    assert with_changes(accounts=accounts).accounts == ()


def test_a_row_needs_only_what_it_adds() -> None:
    row = next(r for r in load(None, environ={}).policy.rows if r.told == {Role.DSL})
    assert (row.action, row.urgency) == (Action.QUEUE, Urgency.ROUTINE)


def test_the_web_address_loses_its_last_slash() -> None:
    web = with_changes(web={"public_url": "https://box.our.example/gate/"}).web
    assert web.public_url == "https://box.our.example/gate"


def test_a_file_that_notepad_saved_is_read(own: Path) -> None:
    own.write_bytes(b"\xef\xbb\xbf" + OWN.replace("\n", "\r\n").encode())
    assert load(own, environ={}).school.name == "Our School"


# --- what is wrong, and what to write -------------------------------------------------------


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    people = example()["people"]
    people[0]["email"] = "nobody"
    wrong = {
        "web": {"port": 0},
        "policy": {"thresholds": {"threat": [0.9, 0.1]}},
        "accounts": {"x": {"adapter": "x", "poll_minuts": 5}},
        "people": people,
        "scool": {},
    }
    assert list(problems(wrong)) == [
        "people[1 jfield].email",
        "accounts.x.poll_minuts",
        "web.port",
        "policy.thresholds.threat",
        "scool",
    ]


@pytest.mark.parametrize(
    ("overrides", "path", "words"),
    [
        ({"scool": {}}, "scool", "did you mean school?"),
        ({"web": {"adress": "x"}}, "web.adress", "the keys here are host, port, public_url"),
        ({"web": {"prot": 8000}}, "web.prot", "did you mean port?"),
        (
            {"accounts": {"x": {"adapter": "x", "poll_minuts": 5}}},
            "accounts.x.poll_minuts",
            "did you mean poll_minutes?",
        ),
        (
            {"accounts": {"x": {}}},
            "accounts.x.adapter",
            'is missing; write the platform, such as "x"',
        ),
        ({"accounts": {"x": 3}}, "accounts.x", "write a line [accounts.x]"),
        ({"accounts": {"X Y": {"adapter": "x"}}}, "accounts.X Y", "write small letters"),
        (
            {"accounts": {"x": {"adapter": "x", "poll_minutes": "5"}}},
            "accounts.x.poll_minutes",
            'cannot be "5"; write a number of minutes, such as 10',
        ),
        (
            {"accounts": {"x": {"adapter": "x", "enabled": "yes"}}},
            "accounts.x.enabled",
            "write true or false",
        ),
        (
            {"accounts": {"x": {"adapter": "x", "poll_minutes": float("nan")}}},
            "accounts.x.poll_minutes",
            "write a number of minutes",
        ),
        ({"mail": {"mailer": "smtp", "sender": "us"}}, "mail.sender", "is no e-mail address"),
        (
            {"mail": {"mailer": "smtp", "sendr": "a@b.example"}},
            "mail.sendr",
            "did you mean sender?",
        ),
        (
            {"classifiers": {"words": {"clasifier": "x"}}},
            "classifiers.words.clasifier",
            "classifier?",
        ),
        ({"hiding": {"mode": "hid"}}, "hiding.mode", "did you mean hide?"),
        ({"hiding": {"kinds": {"thret": "hide"}}}, "hiding.kinds.thret", "did you mean threat?"),
        (
            {"hiding": {"kinds": {"threat": "on"}}},
            "hiding.kinds.threat",
            "write one of: observe, hide",
        ),
        ({"hiding": {"breaker_per_hour": True}}, "hiding.breaker_per_hour", "cannot be true"),
        ({"letters": {"digest_at": "01:30"}}, "letters.digest_at", "the clocks change"),
        ({"letters": {"digest_at": "25:00"}}, "letters.digest_at", 'such as "15:45"'),
        ({"letters": {"digest_at": 15}}, "letters.digest_at", "is no time of day"),
        ({"letters": {"urgent_minutes": 0}}, "letters.urgent_minutes", "from 1 to 720"),
        ({"web": {"port": 70000}}, "web.port", "from 1 to 65535"),
        ({"web": {"public_url": "our.example"}}, "web.public_url", "is no address of a web page"),
        ({"web": {"public_url": "http://x:y"}}, "web.public_url", "is no address of a web page"),
        (
            {"policy": {"thresholds": {"hate": [0.8, 0.5]}}},
            "policy.thresholds.hate",
            "the smaller first",
        ),
        (
            {"policy": {"thresholds": {"hate": [0.5, 2]}}},
            "policy.thresholds.hate[2]",
            "cannot be 2",
        ),
        ({"policy": {"thresholds": {"hate": [0.5]}}}, "policy.thresholds.hate[2]", "is missing"),
        ({"school": {"email_domain": "@us"}}, "school.email_domain", 'such as "rossmore.example"'),
        ({"people": []}, "people", "nobody is headteacher"),
        ({"people": 3}, "people", "write a [[people]] section"),
        ({"policy": {"rows": []}}, "policy.rows", "has no row for threat"),
        ({"policy": {"rows": 3}}, "policy.rows", "write rows in brackets"),
    ],
)
def test_a_wrong_value_is_named_with_its_path_and_what_to_write(
    overrides: Mapping[str, object], path: str, words: str
) -> None:
    assert words in problems(overrides)[path]


@pytest.mark.parametrize(
    ("person", "change", "path", "words"),
    [
        (1, {"roles": ["hedteacher"]}, "people[2 mhartley].roles[1]", "did you mean headteacher?"),
        (1, {"roles": "dsl"}, "people", "nobody is headteacher"),
        (1, {"email": ""}, "people[2 mhartley].email", "is no e-mail address"),
        (
            1,
            {"roles": ["headteacher", "chair_of_governors"]},
            "people[2 mhartley].roles",
            "cannot be both",
        ),
        (1, {"key": "jfield"}, "people[2 jfield].key", "belongs to two people"),
        (1, {"key": "Mrs H"}, "people[2 Mrs H].key", "small letters"),
        (
            1,
            {"email": "J.Field@rossmore.example"},
            "people[2 mhartley].email",
            "could reach the other",
        ),
        (1, {"spoken_of": ["H"]}, "people[2 mhartley].spoken_of[1]", "names of two letters"),
        (1, {"spoken_of": "Mrs H"}, "people[2 mhartley].spoken_of", "in brackets"),
        (1, {"nmae": "x"}, "people[2 mhartley].nmae", "did you mean name?"),
    ],
)
def test_a_wrong_person_is_named_with_their_place_and_key(
    person: int, change: Mapping[str, object], path: str, words: str
) -> None:
    people = example()["people"]
    people[person].update(change)
    assert words in problems({"people": people})[path]


def test_a_day_may_stand_without_quotation_marks(own: Path) -> None:
    own.write_text(f"{OWN}\n[calendar]\nholidays = [2026-11-20]\n", encoding="utf-8")
    assert not load(own, environ={}).calendar.is_school_day(date(2026, 11, 20))


def test_a_day_with_an_hour_is_no_day() -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert "is no date" in problems({"calendar": {"holidays": [moment]}})["calendar.holidays[1]"]


def test_whoever_has_a_role_needs_an_address() -> None:
    people = example()["people"]
    del people[4]["email"]
    found = problems({"people": people})
    assert "whoever is chair_of_governors gets letters" in found["people[5 ndasgupta].email"]


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"kind": "thret"}, "policy.rows[1 thret].kind", "did you mean threat?"),
        ({"target": "pupils"}, "policy.rows[1 threat].target[1]", "did you mean pupil?"),
        ({"told": ["head"]}, "policy.rows[1 threat].told[1]", "write one of: communications"),
        ({"urgency": "none"}, "policy.rows[1 threat].urgency", 'cannot be "none"'),
        ({"child": "true"}, "policy.rows[1 threat].child", "without quotation marks"),
        ({"action": "allow"}, "policy.rows[1 threat]", "leave told and urgency out"),
        ({"sevrity": "mild"}, "policy.rows[1 threat].sevrity", "did you mean severity?"),
    ],
)
def test_a_wrong_row_is_named_with_its_place_and_kind(
    change: Mapping[str, object], path: str, words: str
) -> None:
    rows = example()["policy"]["rows"]
    rows[0].update(change)
    assert words in problems({"policy": {"rows": rows}})[path]


def test_a_kind_without_a_row_is_a_problem() -> None:
    rows = [row for row in example()["policy"]["rows"] if row["kind"] != "spam"]
    assert "has no row for spam" in problems({"policy": {"rows": rows}})["policy.rows"]


@pytest.mark.parametrize("section", ["school", "people", "accounts"])
def test_what_is_the_schools_own_never_comes_from_the_example(section: str, own: Path) -> None:
    pieces = re.split(r"(?m)^(?=\[)", OWN)
    kept = [piece for piece in pieces if not re.match(rf"\[+{section}\]", piece)]
    own.write_text("".join(kept), encoding="utf-8")
    assert problem_in_file(own).startswith(f"{section}: is missing; write a")


@pytest.mark.parametrize("key", ["password", "access_token", "app_secret", "api_key"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(key: str) -> None:
    found = problems({"accounts": {"x": {"adapter": "x", key: "s3same"}}})
    assert "must not stand in this file" in found[f"accounts.x.{key}"]
    assert "s3same" not in str(found)


def test_the_name_of_a_secret_is_no_secret() -> None:
    settings = with_changes(accounts={"x": {"adapter": "x", "secret_prefix": "X_TWO"}})
    assert settings.accounts[0].options == {"secret_prefix": "X_TWO"}


def test_a_slip_in_the_spelling_of_toml_is_found_by_line_and_column(own: Path) -> None:
    own.write_text("[web]\nhost = box\n", encoding="utf-8")
    message = problem_in_file(own)
    assert "line 2, column 8" in message
    assert "quotation marks" in message


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "does not exist" in problem_in_file(tmp_path / "none.toml")


def test_a_folder_in_place_of_the_file_says_so(tmp_path: Path) -> None:
    assert "cannot be read" in problem_in_file(tmp_path)


def test_a_file_in_another_encoding_says_so(own: Path) -> None:
    own.write_bytes(OWN.encode("utf-16"))
    assert "choose UTF-8" in problem_in_file(own)


# --- the environment ------------------------------------------------------------------------


def test_a_mistyped_variable_of_ours_is_found_beside_the_other_problems() -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, environ={"SCHOOLGATE_DATE": "/srv"}, overrides={"scool": {}})
    assert {problem.path for problem in caught.value.problems} == {"SCHOOLGATE_DATE", "scool"}
    assert "did you mean SCHOOLGATE_DATA?" in str(caught.value)


def test_known_variables_and_those_of_others_are_left_alone() -> None:
    environ = {"SCHOOLGATE_DATA": "/srv", "SCHOOLGATE_LOG_KEY_FILE": "/k", "X_ACCESS_TOKEN": "t"}
    assert environment_problems(environ) == []


def test_a_secret_is_read_from_the_environment() -> None:
    assert secret_reader({"TOKEN": " kept as it is "})("TOKEN") == " kept as it is "


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_is_read_from_a_file_without_its_last_newline(tmp_path: Path, end: str) -> None:
    path = tmp_path / "token"
    path.write_bytes(f"s3same {end}".encode())
    assert secret_reader({"TOKEN_FILE": str(path)})("TOKEN") == "s3same "


def test_a_secret_that_is_not_set_is_none() -> None:
    assert secret_reader({"TOKEN": ""})("TOKEN") is None


def test_a_secret_that_is_set_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TOKEN_FILE; keep one"):
        secret_reader({"TOKEN": "a", "TOKEN_FILE": "b"})("TOKEN")


def test_a_secret_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        secret_reader({"TOKEN_FILE": str(tmp_path / "none")})("TOKEN")


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("\n")
    with pytest.raises(SettingsError, match="is empty"):
        secret_reader({"TOKEN_FILE": str(path)})("TOKEN")
