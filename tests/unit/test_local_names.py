"""The school's own list of names: read once, used as names, and shown nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.bootstrap import with_local_names
from bot.cli.main import app
from bot.errors import SettingsError
from bot.judging import assess
from bot.local_names import local_names
from bot.model import Text
from bot.rules import signals
from bot.settings import default_settings_text
from bot.text import normalise
from tests.house import the_settings


def listed(tmp_path: Path, text: str) -> frozenset[str]:
    (tmp_path / "names.txt").write_text(text, "utf-8")
    return local_names(tmp_path)


def test_without_a_list_there_are_no_names(tmp_path: Path) -> None:
    assert local_names(tmp_path) == frozenset()


def test_names_are_read_one_a_line_and_notes_are_left_out(tmp_path: Path) -> None:
    text = "\ufeff# Year 4\nZahra-Lou\n\nBear  # Bartholomew\n  Zoë   O'Brien \n"
    assert listed(tmp_path, text) == {"zahra-lou", "bear", "zoe o'brien"}


@pytest.mark.parametrize(
    "line", ["07700 900123", "q", "a,b", "one two three four five six", "n" * 99]
)
def test_what_is_no_name_is_said_by_its_line_and_not_by_its_words(
    tmp_path: Path, line: str
) -> None:
    # What was long in one letter is made short before it is looked at: so many different ones.
    line = line if line[0] != "n" else "nm" * 60
    with pytest.raises(SettingsError, match=r"names\.txt, line 2: is no name; write one") as caught:
        listed(tmp_path, f"Bear\n{line}\n")
    assert line not in str(caught.value)


def test_a_list_in_another_encoding_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_bytes("Zoë".encode("latin-1"))
    with pytest.raises(SettingsError, match="not saved as UTF-8"):
        local_names(tmp_path)


def test_a_list_that_is_a_folder_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "names.txt").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        local_names(tmp_path)


NAMES = frozenset({"zahra-lou", "bear", "kaizen", "tobi adeyemi-kralova"})


@pytest.mark.parametrize(
    ("text", "label", "spot"),
    [
        ("zahra-lou is lovely", "name.first", "zahra-lou"),
        ("well done Bear!", "name.first", "Bear"),
        ("nobody likes kaizen", "name.first", "kaizen"),
        ("Kaizen P in 3B", "name.first", "Kaizen P"),
        ("it was tobi adeyemi-kralova", "name.full", "tobi adeyemi-kralova"),
        ("it was TOBI ADEYEMI-KRALOVA", "name.full", "TOBI ADEYEMI-KRALOVA"),
        ("Kaizen Whitstable did it", "name.full", "Kaizen Whitstable"),
        ("our Kaizen loved it", "name.own", "Kaizen"),
    ],
)
def test_a_name_of_the_list_counts_as_a_childs(text: str, label: str, spot: str) -> None:
    found = signals(normalise(text), names=NAMES)
    assert spot in [text[one.start : one.end] for one in found if one.label == label]
    without = [text[o.start : o.end] for o in signals(normalise(text)) if o.label == label]
    assert spot not in without


@pytest.mark.parametrize("text", ["bear in mind the car park", "Bear with us", "a teddy bear"])
def test_a_nickname_that_is_a_word_needs_its_capital(text: str) -> None:
    labels = {one.label for one in signals(normalise(text), names=NAMES)}
    assert not labels & {"name.first", "name.full", "name.own"}


def test_the_daemons_settings_hold_the_list_and_their_words_do_not(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Kaizen\n", "utf-8")
    settings = with_local_names(the_settings(), tmp_path)
    assert settings.policy.names == {"kaizen"}
    assert "kaizen" not in repr(settings)
    (judged,) = assess([Text("nobody likes kaizen")], [()], [], settings.policy)
    assert "name.first" in {one.label for one in judged.signals}
    assert "kaizen" not in str(judged)


def answer_to(text: str, *options: str) -> dict[str, object]:
    given = json.dumps({"text": text})
    result = CliRunner().invoke(app, ["judge", *options], input=given)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert isinstance(answer, dict)
    return answer


def test_judge_takes_the_list_of_a_data_folder(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Kaizen\n", "utf-8")
    # The rules alone: the model takes what stands before "in 3B" for a name without any list.
    settings = default_settings_text().replace('[classifiers.school]\nclassifier = "school"\n', "")
    (tmp_path / "settings.toml").write_text(settings, "utf-8")
    alone = ("--settings", str(tmp_path / "settings.toml"))
    text = "is kaizen in 3B tomorrow or in the hall"
    with_list = answer_to(text, *alone, "--data", str(tmp_path))
    without = answer_to(text, *alone)
    assert with_list["kinds"]
    assert not without["kinds"]
    assert not list(tmp_path.glob("*.db"))
