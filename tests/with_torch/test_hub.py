"""The classifier “hub” with tiny models that these tests make themselves."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertModel,
    TextClassificationPipeline,
)

from bot.errors import PluginError, SettingsError
from bot.judging import assess
from bot.model import Policy, Text
from bot.ports import Classifier, Context, Options
from classifiers.hub import HubClassifier, read_options
from classifiers.labels import GENERAL
from classifiers.lexicon import LexiconClassifier
from tests.contract.classifier_contract import ClassifierContract, assert_alike
from tests.with_torch.hub_server import COMMIT, HubServer
from tests.with_torch.tiny_model import edit_config, tiny_bert, tiny_gpt2

MAPPING = {"toxic": "toxicity", "rude": "insult"}
WORDS = ("hello there", "you are an idiot", "lovely concert", "ring me", "")


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with several labels at once; not to be changed."""
    return tiny_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture
def own(bert: Path, tmp_path: Path) -> Path:
    """A copy of it to be spoilt."""
    copy: Path = shutil.copytree(bert, tmp_path / "own")
    return copy


def loaded(folder: Path, labels: dict[str, str] = MAPPING, **more: object) -> HubClassifier:
    return HubClassifier(read_options({"model": str(folder), "labels": labels, **more}))


def refusal(folder: Path) -> str:
    with pytest.raises(PluginError) as refused:
        loaded(folder)
    assert str(folder) in str(refused.value)
    return str(refused.value)


class TestHubContract(ClassifierContract):
    @pytest.fixture
    def classifier(self, bert: Path) -> Classifier:
        return loaded(bert)

    @pytest.fixture
    def known_options(self, bert: Path) -> Options:
        return {"model": str(bert), "labels": MAPPING, "batch": 3}


# --- scores ----------------------------------------------------------------------------------


def pipeline_scores(folder: Path, words: str) -> dict[str, float]:
    """What the `transformers` pipeline says of a short text."""
    make_model: Any = AutoModelForSequenceClassification
    make_tokenizer: Any = AutoTokenizer
    make_pipeline: Any = TextClassificationPipeline
    judge = make_pipeline(
        model=make_model.from_pretrained(folder), tokenizer=make_tokenizer.from_pretrained(folder)
    )
    return {one["label"]: one["score"] for one in judge(words, top_k=None)}


@pytest.mark.parametrize("problem", ["multi_label_classification", None])
def test_scores_are_those_of_the_transformers_pipeline(problem: str | None, tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path, problem_type=problem)
    given = loaded(folder).score([Text(words) for words in WORDS])
    for words, scores in zip(WORDS, given, strict=True):
        theirs = pipeline_scores(folder, words)
        assert scores == pytest.approx(
            {"toxicity": theirs["toxic"], "insult": theirs["rude"]}, abs=1e-3
        )


def test_the_answers_of_a_model_with_one_label_a_text_add_up_to_one(tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path, problem_type="single_label_classification")
    mapping = {"toxic": "toxicity", "rude": "insult", "kind": "spam"}
    for scores in loaded(folder, mapping).score([Text(words) for words in WORDS]):
        assert math.isclose(sum(scores.values()), 1, abs_tol=1e-3)


def test_the_answers_of_a_model_with_several_labels_a_text_do_not(bert: Path) -> None:
    mapping = {"toxic": "toxicity", "rude": "insult", "kind": "spam"}
    sums = [
        sum(scores.values())
        for scores in loaded(bert, mapping).score([Text(words) for words in WORDS])
    ]
    assert not all(math.isclose(total, 1, abs_tol=0.01) for total in sums)


def test_a_model_with_a_single_label_is_not_always_sure(tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path, labels=("toxic",), problem_type=None)
    given = loaded(folder, {"toxic": "toxicity"}).score([Text(words) for words in WORDS])
    assert len({scores["toxicity"] for scores in given}) > 1


def test_labels_that_settings_do_not_map_are_left_out(bert: Path) -> None:
    [scores] = loaded(bert, {"rude": "insult"}).score([Text("you are an idiot")])
    assert set(scores) == {"insult"}


def test_of_two_labels_that_mean_the_same_the_worse_counts(bert: Path) -> None:
    texts = [Text(words) for words in WORDS]
    apart = loaded(bert).score(texts)
    together = loaded(bert, {"toxic": "toxicity", "rude": "toxicity"}).score(texts)
    assert [one["toxicity"] for one in together] == [max(one.values()) for one in apart]


def test_the_worst_window_of_a_long_text_counts(bert: Path) -> None:
    classifier = loaded(bert)
    filler, worst = "ring " * 24, "idiot " * 24
    calm, bad = classifier.score([Text(filler), Text(worst)])
    label = max(calm, key=lambda name: bad[name] - calm[name])
    assert bad[label] > calm[label] + 0.01, "the two have to differ for this test to say anything"
    [long] = classifier.score([Text(filler * 20 + worst * 3 + filler * 20)])
    assert long[label] >= bad[label] - 0.05


def test_words_beyond_the_first_window_are_read(bert: Path) -> None:
    texts = [Text("hello " * 60 + end) for end in ("concert", "idiot " * 20)]
    one, other = loaded(bert).score(texts)
    assert one != other


@pytest.mark.parametrize("sign", ["[SEP]", "[CLS]", "[PAD]", "[MASK]"])
def test_a_sign_of_the_model_written_by_a_stranger_is_only_words(bert: Path, sign: str) -> None:
    classifier = loaded(bert)
    [(_, window)] = classifier._windows([Text(f"you {sign} idiot")])
    signs = classifier._tokenizer.convert_tokens_to_ids(["[CLS]", "[SEP]", "[PAD]", "[MASK]"])
    assert [ids for ids in window["input_ids"] if ids in signs] == signs[:2]


def test_what_a_text_answers_changes_nothing(bert: Path) -> None:
    alone, answering = loaded(bert).score([Text("hello"), Text("hello", "you are an idiot")])
    assert alone == answering


def test_the_size_of_a_batch_changes_no_score(bert: Path) -> None:
    texts = [Text(words * repeat) for words in WORDS for repeat in (1, 3, 90)]
    assert_alike(loaded(bert, batch=1).score(texts), loaded(bert, batch=7).score(texts))


def test_a_model_without_padding_reads_texts_one_by_one(tmp_path: Path) -> None:
    classifier = loaded(tiny_gpt2(tmp_path), {"LABEL_1": "toxicity"})
    texts = [Text(words) for words in WORDS]
    assert_alike(classifier.score(texts), [classifier.score([text])[0] for text in texts])


def test_it_votes_beside_another_and_the_worse_counts(bert: Path) -> None:
    text = Text("you are an idiot")
    voters: list[Classifier] = [LexiconClassifier(), loaded(bert)]
    [assessment] = assess([text], [()], voters, Policy(rows=()), explain=False)
    given = [voter.score([text])[0] for voter in voters]
    for label in MAPPING.values():
        assert assessment.scores[label] == max(scores[label] for scores in given)
    assert assessment.versions[voters[1].name] == voters[1].version


# --- names and versions ----------------------------------------------------------------------


def test_a_model_in_a_folder_is_named_by_it(bert: Path) -> None:
    assert loaded(bert).name == f"hub:{bert}"


def test_other_weights_or_another_config_are_another_version(own: Path, bert: Path) -> None:
    first = loaded(bert).version
    assert loaded(own).version == first
    edit_config(own, note="changed")
    second = loaded(own).version
    shutil.copyfile(
        tiny_bert(own.parent / "b", seed=8) / "model.safetensors", own / "model.safetensors"
    )
    assert len({first, second, loaded(own).version}) == 3


# --- what is refused -------------------------------------------------------------------------


def test_a_label_that_the_model_does_not_have_is_named_with_those_it_has(bert: Path) -> None:
    with pytest.raises(SettingsError) as wrong:
        loaded(bert, {"toxic": "toxicity", "Rude": "insult"})
    [problem] = wrong.value.problems
    assert problem.path == "labels.Rude"
    assert "toxic, kind, rude" in problem.message


def test_weights_that_could_hold_a_program_are_never_read(own: Path) -> None:
    (own / "model.safetensors").rename(own / "pytorch_model.bin")
    assert "safetensors" in refusal(own)


def test_a_program_that_comes_with_a_model_is_never_run(own: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (own / "evil.py").write_text(f"open({str(ran)!r}, 'w')\nclass Evil: pass\n")
    edit_config(
        own,
        model_type="evil",
        auto_map={
            "AutoConfig": "evil.Evil",
            "AutoModelForSequenceClassification": "evil.Evil",
        },
    )
    assert "cannot be loaded" in refusal(own)
    assert not ran.exists()


def _headless(folder: Path) -> None:
    body: Any = BertModel
    body.from_pretrained(folder).save_pretrained(folder)


def test_a_model_whose_answers_were_never_trained_is_refused(own: Path) -> None:
    _headless(own)
    assert "no trained classifier" in refusal(own)


def test_a_model_that_gives_figures_instead_of_labels_is_refused(own: Path) -> None:
    edit_config(own, problem_type="regression")
    assert "no trained classifier" in refusal(own)


def _write(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


def _cut_short(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-40])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "config.json").unlink(),
        _write("config.json", "{"),
        _write("config.json", "[]"),
        lambda folder: edit_config(folder, model_type="nonsense"),
        lambda folder: edit_config(folder, hidden_size="wide"),
        lambda folder: edit_config(folder, hidden_size=32),
        _write("model.safetensors", ""),
        _cut_short,
        lambda folder: (folder / "tokenizer.json").unlink(),
        _write("tokenizer.json", "{"),
        _write("tokenizer.json", '{"version": "1.0", "added_tokens": [], "model": {"type": "?"}}'),
    ],
    ids=[
        "no config",
        "config is no JSON",
        "config is a list",
        "unknown kind",
        "wrong type",
        "another shape",
        "no weights",
        "weights cut short",
        "no tokenizer",
        "tokenizer is no JSON",
        "tokenizer of an unknown kind",
    ],
)
def test_a_damaged_model_is_refused_with_its_name(
    own: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(own)
    assert "cannot be loaded" in refusal(own)


def test_a_tokenizer_that_transformers_would_make_up_is_refused(own: Path) -> None:
    (own / "tokenizer.json").unlink()
    (own / "tokenizer_config.json").unlink()
    assert "without its own tokenizer" in refusal(own)


def test_the_tokenizer_of_another_model_is_refused(own: Path) -> None:
    path = own / "tokenizer.json"
    tokenizer = json.loads(path.read_text("utf-8"))
    words = tokenizer["model"]["vocab"]
    words["surplus"] = len(words)
    path.write_text(json.dumps(tokenizer), "utf-8")
    assert "that of another model" in refusal(own)


# --- the Hub ---------------------------------------------------------------------------------

ON_HUB = {"model": "rossmore/tiny", "revision": COMMIT, "labels": MAPPING}


@pytest.fixture
def hub(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A Hub with `own`, and an empty cache on this machine."""
    server = HubServer("rossmore/tiny", own)
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        server.address + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    yield server
    server.close()


def from_hub(context: Context, **changes: object) -> HubClassifier:
    return HubClassifier.from_options({**ON_HUB, **changes}, context)


@pytest.mark.parametrize("revision", [COMMIT, "v1"])
def test_the_first_start_fetches_a_model_and_later_ones_ask_nobody(
    hub: HubServer, bert: Path, revision: str, context: Context
) -> None:
    first = from_hub(context, revision=revision)
    assert (first.name, first.version) == ("hub:rossmore/tiny", revision)
    assert hub.files_asked() >= {"config.json", "model.safetensors", "tokenizer.json"}
    hub.asked.clear()
    again = from_hub(context, revision=revision)
    assert hub.asked == []
    texts = [Text(words) for words in WORDS]
    assert_alike(again.score(texts), loaded(bert).score(texts))


def test_only_what_is_safe_is_fetched(hub: HubServer, own: Path, context: Context) -> None:
    for name in ("pytorch_model.bin", "evil.py", "model.onnx"):
        (own / name).write_bytes(b"not to be read")
    from_hub(context)
    assert {Path(name).suffix for name in hub.files_asked()} <= {".json", ".safetensors"}


def test_a_fetch_that_was_cut_off_is_finished_at_the_next_start(
    hub: HubServer, own: Path, context: Context, tmp_path: Path
) -> None:
    from_hub(context)
    [weights] = (tmp_path / "cache").rglob("snapshots/*/model.safetensors")
    weights.unlink()
    hub.asked.clear()
    from_hub(context)
    assert hub.files_asked() == {"model.safetensors"}


def test_a_model_that_the_hub_does_not_have_is_named(hub: HubServer, context: Context) -> None:
    with pytest.raises(PluginError, match="no model “rossmore/none” that is open"):
        from_hub(context, model="rossmore/none", revision="v1")


def test_a_revision_that_the_hub_does_not_have_is_named(hub: HubServer, context: Context) -> None:
    with pytest.raises(PluginError, match="no revision “v9” of “rossmore/tiny”"):
        from_hub(context, revision="v9")


def test_a_hub_out_of_order_is_said(hub: HubServer, context: Context) -> None:
    hub.out_of_order = True
    with pytest.raises(PluginError, match="could not be fetched"):
        from_hub(context, revision="v1")


def test_no_internet_is_said_with_what_to_do(hub: HubServer, context: Context) -> None:
    hub.close()
    with pytest.raises(PluginError, match="Check the internet connection"):
        from_hub(context, revision="v1")


def test_our_labels_may_all_be_mapped(tmp_path: Path) -> None:
    folder = tiny_bert(tmp_path, labels=tuple(f"their {label}" for label in GENERAL))
    classifier = loaded(folder, {f"their {label}": label for label in GENERAL})
    [scores] = classifier.score([Text("hello")])
    assert set(scores) == set(GENERAL)
    assert torch.is_grad_enabled(), "what is set for a model stays with it"
