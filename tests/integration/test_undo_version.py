"""A wrong version is undone: what it hid is shown again; what a person decided stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.access import Viewer
from bot.cli.main import app as command_line
from bot.cycle import read_account
from bot.errors import AdapterError
from bot.model import ItemRef, Outcome, Role
from bot.services.decide import Wish, decide
from bot.services.undo import UNDONE, count_hidden_under, undo_version
from bot.store.effects import COMMAND_LINE
from tests.house import HARMLESS, HIDES, KEY, House

ALL_ROLES = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER, Role.DSL}))
WORSE = "I will smash Mr Dunmore's face in too."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


def hidden(house: House, text: str = HIDES) -> ItemRef:
    """A comment that came and was hidden by the version now at work; a minute passes."""
    ref = house.comes(text)
    house.cycle()
    assert is_hidden(house, ref)
    house.clock.advance(minutes=1)
    return ref


def is_hidden(house: House, ref: ItemRef) -> bool | None:
    [seen] = house.platform.observe([ref])
    return seen.hidden


def undo(house: House, name: str = "keywords", version: str = "1") -> int:
    undone = undo_version(house.store, house.clock, name, version, by=COMMAND_LINE)
    house.clock.advance(minutes=1)
    return undone


def cases(house: House) -> list[tuple[str, str]]:
    return [
        (status, alarm)
        for status, alarm in house.rows("SELECT status, alarm FROM moderation_case ORDER BY id")
    ]


def effects(house: House) -> list[tuple[str, str, str]]:
    return [
        (kind, status, by)
        for kind, status, by in house.rows(
            "SELECT kind, status, asked_by FROM effect WHERE item_id IS NOT NULL ORDER BY id"
        )
    ]


def unhides_called(house: House) -> int:
    return sum(call.name == "unhide" for call in house.platform.journal)


def decides(house: House, outcome: Outcome) -> None:
    [(ref, version)] = house.rows("SELECT ref, version FROM moderation_case")
    decide(house.store, house.clock, ALL_ROLES, Wish(ref, version, outcome, "because"))
    house.clock.advance(minutes=1)


def test_what_a_version_hid_is_shown_again_and_waits_for_a_person(house: House) -> None:
    first, second = hidden(house), hidden(house, WORSE)
    assert undo(house) == 2
    assert cases(house) == [("open", UNDONE)] * 2
    assert is_hidden(house, first)  # asked for is not done
    house.cycle()
    assert not is_hidden(house, first)
    assert not is_hidden(house, second)
    assert [status for status, _ in cases(house)] == ["open"] * 2
    assert ("unhide", "confirmed", COMMAND_LINE) in effects(house)
    assert house.verify().ok


def test_the_log_says_who_undid_it_and_what_was_asked_for(house: House) -> None:
    hidden(house)
    before = len(house.events())
    undo(house)
    assert house.events()[before:] == ["decided", "asked"]


def test_a_second_undoing_finds_nothing(house: House) -> None:
    hidden(house)
    assert undo(house) == 1
    assert undo(house) == 0
    house.cycle()
    assert undo(house) == 0
    assert unhides_called(house) == 1


@pytest.mark.parametrize("outcome", [Outcome.HIDE, Outcome.UNHIDE, Outcome.DELETE])
def test_what_a_person_decided_is_left_alone(house: House, outcome: Outcome) -> None:
    hidden(house)
    decides(house, outcome)
    before = effects(house)
    assert undo(house) == 0
    assert effects(house) == before


def test_what_a_person_showed_again_on_the_platform_is_left_alone(house: House) -> None:
    ref = hidden(house)
    house.platform.set_hidden(ref, False)
    house.cycle()
    house.platform.set_hidden(ref, True)
    house.cycle()
    assert undo(house) == 0
    assert is_hidden(house, ref)


def test_a_hide_that_has_not_left_yet_is_taken_back(house: House) -> None:
    ref = house.comes(HIDES)
    read_account(house.app, "school")
    house.clock.advance(minutes=1)
    assert undo(house) == 1
    assert cases(house) == [("open", UNDONE)]
    house.cycle()
    assert effects(house) == [("hide", "cancelled", "machine")]
    assert not is_hidden(house, ref)
    assert cases(house) == [("open", UNDONE)]


def test_a_hide_whose_call_got_no_answer_may_have_happened_and_is_undone(house: House) -> None:
    ref = house.comes(HIDES)
    house.platform.fail("hide", AdapterError("no answer"))
    house.cycle()
    house.platform.set_hidden(ref, True)  # it had arrived all the same
    assert undo(house) == 1
    house.clock.advance(hours=2)
    house.cycle()
    assert not is_hidden(house, ref)


def test_another_versions_hides_stay(house: House) -> None:
    old = hidden(house)
    house.classifier.version = "2"
    new = hidden(house, WORSE)
    assert undo(house, version="2") == 1
    house.cycle()
    assert is_hidden(house, old)
    assert not is_hidden(house, new)


def test_where_a_later_version_agrees_it_stays_hidden(house: House) -> None:
    ref = hidden(house)
    house.classifier.version = "2"
    house.platform.edit(ref, WORSE)
    house.cycle()
    assert undo(house, version="1") == 0
    assert is_hidden(house, ref)
    assert undo(house, version="2") == 1


def test_rules_are_undone_by_their_version_too(house: House) -> None:
    hidden(house)
    [version] = {number for (name, number) in count_hidden_under(house.store) if name == "rules"}
    assert undo(house, "rules", version) == 1


def test_the_same_verdict_never_hides_it_again(house: House) -> None:
    ref = hidden(house)
    undo(house)
    house.cycle()
    house.platform.edit(ref, HARMLESS)
    house.cycle()
    house.platform.edit(ref, HIDES)  # the same words come back and are judged once more
    house.clock.advance(minutes=1)
    house.cycle()
    assert not is_hidden(house, ref)
    [(last,)] = house.rows("SELECT held_back FROM verdict ORDER BY id DESC LIMIT 1")
    assert last == "a person has already decided about it"


def test_new_words_of_an_undone_comment_are_judged_anew(house: House) -> None:
    ref = hidden(house)
    undo(house)
    house.cycle()
    house.platform.edit(ref, WORSE)
    house.cycle()
    assert is_hidden(house, ref)


# the command ---------------------------------------------------------------------------------


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("SCHOOLGATE_LOG_KEY", KEY.decode())
    return CliRunner()


def asked_with(house: House, *more: str) -> list[str]:
    return ["hiding", "undo", "--data", str(house.directory), *more]


def test_the_command_says_how_many_and_asks_first(house: House, run: CliRunner) -> None:
    hidden(house)
    answer = run.invoke(command_line, asked_with(house, "--version", "keywords=1"), input="n\n")
    assert answer.exit_code == 1
    assert "1 comment is hidden under keywords=1" in answer.output
    assert "Nothing was changed." in answer.output
    assert undo(house) == 1


def test_the_command_undoes_once_it_is_told_to(house: House, run: CliRunner) -> None:
    hidden(house)
    answer = run.invoke(command_line, asked_with(house, "--version", "keywords=1", "--yes"))
    assert answer.exit_code == 0
    assert "1 comment is being made visible again" in answer.output
    assert effects(house)[-1] == ("unhide", "pending", COMMAND_LINE)


def test_a_mistyped_version_is_told_what_there_is(house: House, run: CliRunner) -> None:
    hidden(house)
    answer = run.invoke(command_line, asked_with(house, "--version", "keyword=1"))
    assert answer.exit_code == 0
    assert "Nothing is hidden under keyword=1" in answer.output
    assert "keywords=1: 1" in answer.output


@pytest.mark.parametrize("version", ["school", "=1", "school="])
def test_a_version_without_name_or_number_is_refused(
    house: House, run: CliRunner, version: str
) -> None:
    answer = run.invoke(command_line, asked_with(house, "--version", version))
    assert answer.exit_code == 2
    assert "NAME=VERSION" in answer.output
