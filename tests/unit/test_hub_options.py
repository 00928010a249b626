"""The classifier “hub” before any model is loaded: its settings, and what it says without torch."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.errors import PluginError, SettingsError
from bot.ports import Context, Options
from classifiers.hub import HubClassifier, read_options

COMMIT = "4d6c22e74ba2fdd26bc4f7238f50766b045a0d94"
HUB = {"model": "unitary/toxic-bert", "revision": COMMIT, "labels": {"toxic": "toxicity"}}


@pytest.fixture
def folder(tmp_path: Path) -> Options:
    """Options with a model that lies in a folder."""
    return {"model": str(tmp_path), "labels": {"toxic": "toxicity"}}


def problems_of(options: Options) -> dict[str, str]:
    with pytest.raises(SettingsError) as wrong:
        read_options(options)
    return {problem.path: problem.message for problem in wrong.value.problems}


def without(options: Options, key: str) -> Options:
    return {name: value for name, value in options.items() if name != key}


def test_a_model_of_the_hub_is_named_with_its_revision() -> None:
    wish = read_options(HUB)
    assert (wish.model, wish.revision, wish.folder) == ("unitary/toxic-bert", COMMIT, None)
    assert wish.labels == {"toxic": "toxicity"}


def test_a_model_in_a_folder_has_no_revision(folder: Options, tmp_path: Path) -> None:
    assert read_options(folder).folder == tmp_path
    assert "remove it" in problems_of({**folder, "revision": COMMIT})["revision"]


def test_a_folder_may_lie_below_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toxic").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_options({**without(HUB, "revision"), "model": "~/toxic"}).folder == (
        tmp_path / "toxic"
    )


def test_sixteen_texts_go_at_once_unless_settings_say_otherwise() -> None:
    assert read_options(HUB).batch == 16
    assert read_options({**HUB, "batch": 4}).batch == 4


def test_without_a_revision_the_message_speaks_of_the_hub_and_of_the_folder_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    problems = problems_of(without(HUB, "revision"))
    assert set(problems) == {"revision"}
    assert "Hugging Face Hub" in problems["revision"]
    assert str(tmp_path / "unitary" / "toxic-bert") in problems["revision"]


@pytest.mark.parametrize("moving", ["main", "master", "HEAD"])
def test_a_revision_that_moves_is_refused(moving: str) -> None:
    assert "commit hash or a tag" in problems_of({**HUB, "revision": moving})["revision"]


@pytest.mark.parametrize(
    "path", ["/srv/no/such/folder", "./toxic", "../toxic", "a/b/c", "C:\\toxic", "~/nowhere/at/all"]
)
def test_what_can_only_be_a_folder_has_to_be_there(path: str) -> None:
    problems = problems_of({**HUB, "model": path})
    assert set(problems) == {"model"}
    assert "no such folder" in problems["model"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"")
    assert set(problems_of({**without(HUB, "revision"), "model": str(file)})) == {"model"}


@pytest.mark.parametrize("model", [None, "", " ", 7, ["a"], "a\0b"])
def test_a_model_is_a_path_or_a_name(model: object) -> None:
    assert set(problems_of({**HUB, "model": model})) == {"model"}


def test_all_wrong_settings_are_named_at_once() -> None:
    problems = problems_of(
        {"modle": "x", "revision": 7, "labels": {"toxic": "tox"}, "batch": "many", "zzz": 1}
    )
    assert set(problems) == {"modle", "zzz", "revision", "labels.toxic", "batch"}
    assert problems["modle"] == "did you mean model?"
    assert "known are model, revision, labels, batch" in problems["zzz"]


@pytest.mark.parametrize("batch", [0, -1, 16.0, "16", True, 1025])
def test_a_batch_is_a_whole_number_of_texts(batch: object) -> None:
    assert set(problems_of({**HUB, "batch": batch})) == {"batch"}


@pytest.mark.parametrize("labels", [None, {}, [], "toxic", ["toxic"]])
def test_the_mapping_is_a_table_with_something_in_it(labels: object) -> None:
    assert 'toxic = "toxicity"' in problems_of({**HUB, "labels": labels})["labels"]


@pytest.mark.parametrize("ours", ["tox", "Toxicity", "", 1, None, ["toxicity"], "kind.threat"])
def test_a_label_that_is_not_ours_is_named_by_its_path(ours: object) -> None:
    problems = problems_of({**HUB, "labels": {"toxic": "toxicity", "hate": ours}})
    assert set(problems) == {"labels.hate"}
    assert "severe_toxicity" in problems["labels.hate"]


def test_without_torch_the_message_says_what_to_install(
    folder: Options, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    with pytest.raises(PluginError, match=r'pip install "schoolgate\[torch\]"'):
        HubClassifier.from_options(folder, context)


def test_wrong_settings_are_said_before_torch_is_asked_for(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SettingsError):
        HubClassifier.from_options({**HUB, "batch": 0}, context)
