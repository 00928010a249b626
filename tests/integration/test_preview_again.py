"""Other settings are tried on what is stored: everything is counted and nothing is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot.bootstrap import sole_owner
from bot.cli.main import app as command_line
from bot.model import Action, Kind
from bot.queries.preview import Change, KindPreview, PreviewFound, whole_preview
from bot.services.preview import preview
from bot.settings import Settings, default_settings_text
from bot.store.tables import metadata
from tests.builders import a_newcomer, an_own_post
from tests.house import HARMLESS, HIDES, KEY, QUEUES, House, KeywordClassifier

OURS = {"preview", "previewed"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


def previewed(
    house: House,
    labels: Mapping[str, str] | None = None,
    *,
    classifier: KeywordClassifier | None = None,
    settings: Settings | None = None,
    days: int | None = None,
) -> PreviewFound:
    """The preview with a classifier that knows these words."""
    tried = classifier or KeywordClassifier(labels)
    chosen = settings or house.settings
    preview(house.store, house.clock, chosen, [tried], name="other.toml", days=days)
    found = whole_preview(house.store)
    assert found is not None
    return found


def of_kind(found: PreviewFound, kind: Kind) -> KindPreview:
    [one] = [one for one in found.kinds if one.kind is kind]
    return one


def contents(house: House) -> dict[str, list[object]]:
    """Every row of every table that is not the preview's own."""
    with house.store.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))]
            for table in metadata.sorted_tables
            if table.name not in OURS
        }


# what is counted -------------------------------------------------------------------------------


def test_what_would_newly_be_hidden_is_counted_under_its_kind(house: House) -> None:
    house.comes(HARMLESS)
    house.comes("Nice weather")
    house.cycle()
    found = previewed(house, {"assembly": "sexual"})
    assert found.moves == {(Action.ALLOW, Action.HIDE): 1, (Action.ALLOW, Action.ALLOW): 1}
    assert (found.judged, found.changed) == (2, 1)
    assert of_kind(found, Kind.SEXUAL).changes == {Change.NEWLY_HIDDEN: 1}


def test_what_would_no_longer_be_done_is_counted_under_the_kind_of_its_verdict(
    house: House,
) -> None:
    house.classifier.labels = {"weather": "sexual", "rain": "hate"}
    house.comes("Nice weather")
    house.comes("Nice rain")
    house.comes(QUEUES)
    house.cycle()
    silent = replace(house.settings.policy, rows=())
    rows = tuple(
        replace(row, action=Action.ALLOW)
        for row in house.settings.policy.rows
        if row.kind is Kind.COMPLAINT
    )
    other = replace(house.settings, policy=replace(silent, rows=rows))
    found = previewed(house, {"rain": "profanity"}, settings=other)
    assert of_kind(found, Kind.SEXUAL).changes == {Change.NO_LONGER_HIDDEN: 1}
    assert of_kind(found, Kind.HATE).changes == {Change.NO_LONGER_HIDDEN: 1}
    assert of_kind(found, Kind.COMPLAINT).changes == {Change.NO_LONGER_QUEUED: 1}
    assert found.moves[Action.HIDE, Action.QUEUE] == 1


def test_a_complaint_is_not_counted_as_hidden_for_what_stands_beside_it(house: House) -> None:
    house.comes(QUEUES)
    house.cycle()
    found = previewed(house, {"complaint": "sexual"})
    assert of_kind(found, Kind.SEXUAL).changes == {Change.NEWLY_HIDDEN: 1}
    assert Kind.COMPLAINT not in {one.kind for one in found.kinds if one.changes}


def test_the_same_settings_change_nothing(house: House) -> None:
    for text in (HARMLESS, QUEUES, HIDES):
        house.comes(text)
    house.cycle()
    found = previewed(house)
    assert found.changed == 0
    assert found.moves == {(action, action): 1 for action in Action}


def test_scores_are_counted_in_tenths_with_the_line_of_the_settings(house: House) -> None:
    house.comes("Nice weather")
    house.comes("Nice rain")
    house.cycle()
    policy = replace(house.settings.policy, thresholds={"sexual": (0.35, 0.95)})
    found = previewed(house, {"weather": "sexual"}, settings=replace(house.settings, policy=policy))
    one = of_kind(found, Kind.SEXUAL)
    assert one.bins == (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    assert (one.line, one.line_bin) == (0.35, 3)
    assert found.moves[Action.ALLOW, Action.QUEUE] == 1


def test_a_models_own_label_counts_before_the_plain_one(house: House) -> None:
    house.comes("Nice weather")
    house.cycle()
    both = KeywordClassifier({"weather": "kind.spam", "storm": "spam"})
    assert of_kind(previewed(house, classifier=both), Kind.SPAM).bins[9] == 1


# what is judged --------------------------------------------------------------------------------


def test_only_comments_as_they_stand_now_are_judged(house: House) -> None:
    house.platform.post(an_own_post())
    house.platform.post(a_newcomer())
    edited = house.comes("The first words")
    house.comes("")
    house.cycle()
    house.platform.edit(edited, "The second words")
    house.cycle()
    house.comes("Not judged yet")
    classifier = KeywordClassifier()
    assert previewed(house, classifier=classifier).judged == 1
    assert classifier.asked == ["The second words"]


def test_days_leave_out_what_is_older(house: House) -> None:
    house.comes("Old", created_at=house.clock.now() - timedelta(days=8))
    house.comes("New")
    house.cycle()
    assert previewed(house, days=7).judged == 1
    assert previewed(house).judged == 2


def test_many_comments_are_judged_in_batches(house: House) -> None:
    for number in range(150):
        house.comes(f"Comment {number}")
    house.cycle()
    done: list[int] = []
    preview(
        house.store,
        house.clock,
        house.settings,
        [KeywordClassifier()],
        name="other.toml",
        judged=done.append,
    )
    assert done == [64, 128, 150]


def test_a_text_on_which_the_model_breaks_is_unscored_and_the_others_are_judged(
    house: House,
) -> None:
    house.comes("Nice weather")
    house.comes("Break it")
    house.cycle()
    breaks = KeywordClassifier({"weather": "sexual"})
    breaks.fails_on = {"Break it"}
    found = previewed(house, classifier=breaks)
    assert of_kind(found, Kind.UNSCORED).changes == {Change.NEWLY_QUEUED: 1}
    assert of_kind(found, Kind.SEXUAL).changes == {Change.NEWLY_HIDDEN: 1}


# what is left alone ------------------------------------------------------------------------------


def test_nothing_but_the_preview_is_written(house: House) -> None:
    for text in (HARMLESS, QUEUES, HIDES):
        house.comes(text)
    house.cycle()
    before = contents(house)
    found = previewed(house, {"assembly": "sexual", "smash": "hate"})
    assert found.changed == 1
    assert contents(house) == before


def test_a_preview_takes_the_place_of_the_last_one(house: House) -> None:
    house.comes(HARMLESS)
    house.cycle()
    assert previewed(house, {"assembly": "sexual"}).changed == 1
    assert previewed(house).changed == 0


def test_without_a_preview_there_is_none(house: House) -> None:
    assert whole_preview(house.store) is None


# the command -------------------------------------------------------------------------------------


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("SCHOOLGATE_LOG_KEY", KEY.decode())
    for text in (HARMLESS, HIDES, "What the fuck"):
        house.comes(text)
    house.cycle()
    return CliRunner()


def asked_with(house: House, *more: str, change: tuple[str, str] = ("", "")) -> list[str]:
    other = house.directory / "other.toml"
    other.write_text(default_settings_text().replace(*change), "utf-8")
    return ["preview", "--settings", str(other), "--data", str(house.directory), *more]


MILDER = (
    '{ kind = "threat", severity = "serious", action = "hide"',
    '{ kind = "threat", severity = "serious", action = "queue"',
)


def test_the_command_counts_while_schoolgate_runs(house: House, run: CliRunner) -> None:
    with sole_owner(house.directory):
        answer = run.invoke(command_line, asked_with(house, change=MILDER))
    assert answer.exit_code == 0
    assert "3 stored comments were judged again with other.toml" in answer.output
    assert "2 would be judged differently" in answer.output
    assert "Nothing has been switched on" in answer.output
    assert "counts from 0.50" in answer.output


def test_the_command_prints_nobodys_words_and_no_references(house: House, run: CliRunner) -> None:
    [(ref,)] = house.rows("SELECT ref FROM moderation_case")
    for more in ((), ("--json",)):
        answer = run.invoke(command_line, asked_with(house, *more, change=MILDER))
        assert "smash" not in answer.output
        assert "fuck" not in answer.output
        assert ref not in answer.output
        assert answer.stdout.isascii()  # a Windows console may know nothing else


def test_the_command_answers_in_json(house: House, run: CliRunner) -> None:
    answer = run.invoke(command_line, asked_with(house, "--json", "--days", "36500", change=MILDER))
    facts = json.loads(answer.stdout)
    assert (facts["judged"], facts["days"]) == (3, 36500)
    assert facts["kinds"]["threat"]["no_longer_hidden"] == 1
    assert facts["kinds"]["threat"]["counts_from"] == 0.5
    assert sum(facts["kinds"]["threat"]["bins"]) == 3
    assert {"now": "hide", "then": "queue", "comments": 1} in facts["moves"]


def test_a_folder_without_a_database_is_refused(house: House, run: CliRunner) -> None:
    asked = asked_with(house)
    asked[asked.index("--data") + 1] = str(house.directory / "elsewhere")
    answer = run.invoke(command_line, asked)
    assert answer.exit_code != 0
    assert "There is no Schoolgate database" in str(answer.exception)
