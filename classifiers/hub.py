"""Any sequence classifier of `transformers`, from a folder or from the Hugging Face Hub.

Needs the extra `schoolgate[torch]`. Weights are read as safetensors only, no code of a model is
ever run, and the Hub is asked only while the model is not yet in its cache on this machine.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bot.errors import PluginError, Problem, SettingsError, did_you_mean
from bot.model import Scores, Text
from bot.ports import Context, Options
from classifiers.labels import GENERAL

_OPTIONS = ("model", "revision", "labels", "batch")
_HUB_NAME = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", re.ASCII)
_MOVING = ("main", "master", "HEAD")  # what is newest there today
_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")
_MOST = 50_000  # characters read of one text: no platform allows as many
_TOKENIZERS = frozenset({"BPE", "Unigram", "WordLevel", "WordPiece"})
_DAMAGED = (OSError, ValueError, RuntimeError, TypeError, KeyError, AttributeError, ImportError)
"""What transformers raises over files that are cut short, wrong or of an unknown kind."""
_WINDOW = 512  # tokens at most
_MULTI_LABEL = "multi_label_classification"
_FEWEST = 8  # tokens; no real model takes as few
_EXTRA = (
    "The classifier “hub” needs torch, which is not installed. "
    'Run: pip install "schoolgate[torch]" (or: uv pip install "schoolgate[torch]").'
)


@dataclass(frozen=True, slots=True)
class HubOptions:
    """One table of settings.toml, checked; `folder` is None where the model is on the Hub."""

    model: str
    folder: Path | None
    revision: str
    labels: Mapping[str, str]
    batch: int


def read_options(options: Options) -> HubOptions:
    """Check a table. Raises SettingsError with everything that is wrong in it."""
    problems = [Problem(key, _unknown(key)) for key in options if key not in _OPTIONS]
    model, folder, revision = _model(options, problems)
    labels = _labels(options.get("labels"), problems)
    batch = options.get("batch", 16)
    if isinstance(batch, bool) or not isinstance(batch, int) or not 1 <= batch <= 1024:
        problems.append(Problem("batch", "write a whole number from 1 to 1024, such as 16"))
    if problems:
        raise SettingsError(problems)
    assert isinstance(batch, int)
    return HubOptions(model, folder, revision, labels, batch)


def _unknown(key: str) -> str:
    return did_you_mean(key, _OPTIONS) or f"is not known; known are {', '.join(_OPTIONS)}"


def _model(options: Options, problems: list[Problem]) -> tuple[str, Path | None, str]:
    model, revision = options.get("model", ""), options.get("revision", "")
    if not isinstance(revision, str):
        problems.append(Problem("revision", "write a commit hash or a tag in quotation marks"))
        return "", None, ""
    if not isinstance(model, str) or not model.strip() or "\0" in model:
        example = "write the path of a folder, or a model's name on the Hugging Face Hub"
        problems.append(Problem("model", f"{example}, in quotation marks"))
        return "", None, ""
    folder = Path(model).expanduser()
    if folder.is_dir():
        if revision:
            problems.append(Problem("revision", "remove it: the model is a folder, which has none"))
        return model, folder, ""
    if not _HUB_NAME.fullmatch(model):
        problems.append(Problem("model", f"there is no such folder: {folder.absolute()}"))
    elif not revision:
        problems.append(
            Problem(
                "revision",
                f"write the commit hash or the tag of “{model}” on the Hugging Face Hub, so that "
                "it stays the same model. If a folder is meant, there is none at "
                f"{folder.absolute()}",
            )
        )
    elif revision in _MOVING:
        problems.append(
            Problem("revision", f"“{revision}” changes over time: write a commit hash or a tag")
        )
    return model, None, revision


def _labels(given: object, problems: list[Problem]) -> dict[str, str]:
    ours = f"ours are {', '.join(GENERAL)}"
    if not isinstance(given, Mapping) or not given:
        example = 'say which of the model\'s labels means which of ours: { toxic = "toxicity" }'
        problems.append(Problem("labels", f"{example}; {ours}"))
        return {}
    problems += [
        Problem(f"labels.{theirs}", f"“{name}” is no label; {ours}")
        for theirs, name in given.items()
        if name not in GENERAL
    ]
    return {str(theirs): str(name) for theirs, name in given.items()}


class HubClassifier:
    """Words → those of GENERAL that settings map; bot.ports.Classifier.

    Looks at the words alone, never at what they answer. A long text is read in windows; for each
    label the worst counts.
    """

    def __init__(self, options: HubOptions) -> None:
        """Load the model, from the Hub where it has to be.

        Raises PluginError where torch is missing or the model cannot be had or read, SettingsError
        where `labels` names one that the model does not have.
        """
        try:
            import torch
        except ImportError as error:
            raise PluginError(_EXTRA) from error
        self._torch: Any = torch
        folder = options.folder or _fetched(options.model, options.revision)
        self._tokenizer, self._network = _loaded(folder, options.model, torch.float32)
        self.name = f"hub:{options.model}"
        self.version = options.revision or _digest(folder)
        config = self._network.config
        self._columns = _columns(config.id2label, options.labels)
        self._several = config.num_labels == 1 or config.problem_type == _MULTI_LABEL
        self._window = _window(self._tokenizer, config)
        no_padding = None in (self._tokenizer.pad_token_id, getattr(config, "pad_token_id", None))
        self._batch = 1 if no_padding else options.batch

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:  # noqa: ARG003 the port
        """`model`, `revision` (for one on the Hub), `labels` (its own → ours), `batch`.

        Raises SettingsError, PluginError.
        """
        return cls(read_options(options))

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        """The mapped labels for each text, rounded to four places. Any Unicode and any length."""
        worst: list[dict[str, float]] = [dict.fromkeys(self._columns, 0.0) for _ in texts]
        windows = sorted(self._windows(texts), key=lambda window: len(window[1]["input_ids"]))
        for begin in range(0, len(windows), self._batch):
            batch = windows[begin : begin + self._batch]
            answers = self._run([inputs for _, inputs in batch])
            for (index, _), answer in zip(batch, answers, strict=True):
                for label, columns in self._columns.items():
                    found = max(answer[column] for column in columns)
                    worst[index][label] = max(worst[index][label], round(found, 4))
        return list(worst)

    def _windows(self, texts: Sequence[Text]) -> list[tuple[int, dict[str, list[int]]]]:
        """Each piece of each text: the text's index, and what the network takes."""
        if not texts:
            return []
        # An empty text must have a token, and a lone surrogate has no UTF-8.
        safe = [text.words[:_MOST].encode("utf-8", "replace").decode() or " " for text in texts]
        coded = self._tokenizer(
            safe,
            truncation=True,
            max_length=self._window,
            stride=self._window // 4,
            return_overflowing_tokens=True,
            split_special_tokens=True,  # "[SEP]" written by a stranger is a word like any other
            verbose=False,
        )
        names = [name for name in self._tokenizer.model_input_names if name in coded]
        return [
            (index, {name: coded[name][row] for name in names})
            for row, index in enumerate(coded["overflow_to_sample_mapping"])
        ]

    def _run(self, batch: Sequence[Mapping[str, list[int]]]) -> list[list[float]]:
        given = (
            self._tokenizer.pad(list(batch), return_tensors="pt")
            if len(batch) > 1
            else {name: self._torch.tensor([ids]) for name, ids in batch[0].items()}
        )
        with self._torch.inference_mode():
            logits = self._network(**given).logits
        scores = logits.sigmoid() if self._several else logits.softmax(-1)
        answers: list[list[float]] = scores.tolist()
        return answers


def _fetched(model: str, revision: str) -> Path:
    """The folder of a model in the Hub's cache, filled only where something is missing."""
    from httpx2 import HTTPError
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    def fetch(*, here_only: bool) -> Path:
        return Path(
            snapshot_download(
                model,
                revision=revision,
                allow_patterns=list(_FILES),
                ignore_patterns=["*/*"],
                local_files_only=here_only,
            )
        )

    try:
        return fetch(here_only=True)
    except LocalEntryNotFoundError:
        logging.getLogger(__name__).info("the model is fetched from the Hub")
    try:
        return fetch(here_only=False)
    except RevisionNotFoundError as error:
        raise PluginError(
            f"The Hugging Face Hub has no revision “{revision}” of “{model}”. Look it up on the "
            "model's page, under “Files and versions”."
        ) from error
    except RepositoryNotFoundError as error:
        raise PluginError(
            f"The Hugging Face Hub has no model “{model}” that is open to everybody. "
            "Check the spelling in settings.toml."
        ) from error
    except (OSError, HTTPError, ValueError, RuntimeError) as error:
        raise PluginError(
            f"The model “{model}” is not on this machine yet and could not be fetched from the "
            f"Hugging Face Hub ({type(error).__name__}). Check the internet connection and the "
            "space on the disk, and start Schoolgate again; or set “model” to a folder."
        ) from error


def _loaded(folder: Path, model: str, exactness: Any) -> tuple[Any, Any]:
    """Tokenizer and network of a folder; raises PluginError where either cannot be used."""
    for name in ("transformers", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging as their_logging

    if not list(folder.glob("*.safetensors")):
        raise PluginError(
            f"The model “{model}” has no file that ends in .safetensors. Other files of weights "
            "can hold programs and are not read: choose a model that has one."
        )
    quiet: Any = their_logging  # all three ship untyped
    quiet.disable_progress_bar()
    make_tokenizer: Any = AutoTokenizer
    make_network: Any = AutoModelForSequenceClassification
    safe = {"trust_remote_code": False, "local_files_only": True}
    try:
        _check_tokenizer(folder)
        tokenizer = make_tokenizer.from_pretrained(folder, **safe)
        network, report = make_network.from_pretrained(
            folder, use_safetensors=True, dtype=exactness, output_loading_info=True, **safe
        )
    except (*_DAMAGED, SafetensorError, StrictDataclassError) as error:
        raise PluginError(
            f"The model “{model}” cannot be loaded ({type(error).__name__}): its files are damaged "
            "or incomplete, or it is of a kind that needs another program. Choose another model."
        ) from error
    if report["missing_keys"] or network.config.problem_type == "regression":
        raise PluginError(
            f"The model “{model}” is no trained classifier of texts. Choose one whose page on the "
            "Hub says “Text Classification”."
        )
    if not any((folder / name).exists() for name in tokenizer.vocab_files_names.values()) or (
        len(tokenizer) > network.config.vocab_size
    ):  # transformers makes up an empty one, and texts would be read as noise
        raise PluginError(
            f"The model “{model}” comes without its own tokenizer, or with that of another model. "
            "Fetch all of its files again."
        )
    if not tokenizer.is_fast:
        raise PluginError(
            f"The model “{model}” cannot read long texts piece by piece: it has no tokenizer.json. "
            "Choose a model that has one."
        )
    return tokenizer, network


def _check_tokenizer(folder: Path) -> None:
    """Raises ValueError where tokenizer.json is none: the tokenizers library raises a bare
    Exception then, which could be anything.
    """
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text("utf-8")) if path.exists() else None
    model = content.get("model") if isinstance(content, dict) else None
    if path.exists() and (not isinstance(model, dict) or model.get("type") not in _TOKENIZERS):
        raise ValueError("tokenizer.json is no tokenizer")


def _columns(id2label: Mapping[int, str], labels: Mapping[str, str]) -> Mapping[str, Sequence[int]]:
    """Our label → the columns that the model answers it in; raises SettingsError."""
    theirs = {name: column for column, name in id2label.items()}
    known = ", ".join(list(theirs)[:20])
    problems = [
        Problem(f"labels.{name}", f"the model has no such label; it has: {known}")
        for name in labels
        if name not in theirs
    ]
    if problems:
        raise SettingsError(problems)
    columns: dict[str, list[int]] = {}
    for name, ours in labels.items():
        columns.setdefault(ours, []).append(theirs[name])
    return columns


def _window(tokenizer: Any, config: Any) -> int:
    """Tokens that the network takes at once; RoBERTa and its kin begin to count at two."""
    places = getattr(config, "max_position_embeddings", None) or _WINDOW + 2
    return max(_FEWEST, int(min(_WINDOW, places - 2, tokenizer.model_max_length)))


def _digest(folder: Path) -> str:
    """What a folder's version is: its config and weights in twelve characters."""
    found = hashlib.sha256()
    for path in sorted((folder / "config.json", *folder.glob("*.safetensors"))):
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:12]
