"""The model that comes with Schoolgate: int8 ONNX and its tokenizer, read from one folder.

Nothing is downloaded and nothing leaves the machine. `transformers` and `onnxruntime` are imported
when the model is loaded, not before: they take a second.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from bot.errors import PluginError, Problem, SettingsError
from bot.model import Scores, Text
from bot.ports import Context, Options
from classifiers.groups import DOUBTS, retellings
from classifiers.spelling import Spelling
from classifiers.words import forms

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

READS, SERIOUS_READS = 0.5, 0.8
"""What a label's own line reads, whatever its raw score: the policy's usual thresholds."""

Lines = Mapping[str, float | list[float]]
"""The raw score at which a label counts; for what is made of a whole text, a lower and an upper."""

BUNDLED = Path(__file__).with_name("model")
SUMS = "SHA256SUMS"
SEALED = ("config.json", "model.onnx", "tokenizer.json")
_WINDOW = 128  # tokens, as in training
_STEP = 48  # tokens by which one window reaches into the next
_CONTEXT = 40  # tokens kept of what a text answers
_MOST = 50_000  # characters read of one text: no platform allows as many


@dataclass(frozen=True, slots=True)
class _Window:
    """A piece of one text as the model takes it."""

    text: int
    ids: list[int]
    types: list[int]


class SchoolClassifier:
    """Words and what they answer → the labels of `config.json`; bot.ports.Classifier.

    A long text is read in windows and a disguised one in both its forms; for each label the worst
    counts. Where a text names a group, doubt is what other groups would meet (classifiers.groups).
    """

    name = "school"

    def __init__(self, folder: Path = BUNDLED, threads: int = 0, *, raw: bool = False) -> None:
        """Load it; `raw` leaves scores as the network gives them.

        Raises PluginError with the file's name where one is missing, or is not the one that the
        model was shipped with.
        """
        check_files(folder)
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.version = str(config["version"])
        self._labels = [config["id2label"][str(i)] for i in range(len(config["id2label"]))]
        self._lines: Lines = {} if raw else config.get("thresholds", {})
        self._tokenizer = _tokenizer(folder)
        self._spelling = Spelling.of(folder / "tokenizer.json")
        self._session = _session(folder / "model.onnx", threads)
        self._start, self._end = self._tokenizer.convert_tokens_to_ids(["[CLS]", "[SEP]"])

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:  # noqa: ARG003 the port
        """`folder` (another model of the same form) and `threads` (0: as many as there are cores).

        Raises SettingsError, PluginError.
        """
        given = dict(options)
        folder, threads = given.pop("folder", str(BUNDLED)), given.pop("threads", 0)
        problems = [Problem(key, "is not known here; remove it") for key in given]
        if not isinstance(folder, str):
            problems.append(Problem("folder", "write the path of a folder in quotation marks"))
        if isinstance(threads, bool) or not isinstance(threads, int) or threads < 0:
            problems.append(Problem("threads", "write a whole number, such as 2; 0 means all"))
        if problems:
            raise SettingsError(problems)
        assert isinstance(folder, str)
        assert isinstance(threads, int)
        return cls(Path(folder), threads)

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        """All labels for each text, rounded to four places. Any Unicode and any length.

        Each window is a run of its own: int8 activations are scaled over a whole batch, so that a
        text's scores would hang on its neighbours, and a verdict could not be repeated.
        """
        scores = self._worst(texts)
        for text, given in zip(texts, scores, strict=True):
            if others := self._worst(retellings(text)):
                given |= {d: fmean(other[d] for other in others) for d in DOUBTS if d in given}
        return [rescaled(given, self._lines) for given in scores]

    def _worst(self, texts: Sequence[Text]) -> list[dict[str, float]]:
        """For each text the highest raw score of each label over its forms and windows."""
        worst = np.zeros((len(texts), len(self._labels)), dtype=np.float32)
        for window in self._windows(texts) if texts else ():
            np.maximum(worst[window.text], self._run(window), out=worst[window.text])
        return [dict(zip(self._labels, map(float, row), strict=True)) for row in worst]

    def _windows(self, texts: Sequence[Text]) -> Iterator[_Window]:
        given = [
            (index, form, text.context)
            for index, text in enumerate(texts)
            for form in forms(text.words[:_MOST], self._spelling)
        ]
        contexts = [
            forms(context[:_MOST], self._spelling)[0] if context else "" for _, _, context in given
        ]
        # "[CLS]" written by a stranger is a word like any other.
        coded = self._encode([form for _, form, _ in given])
        answered = self._encode(contexts)
        for (index, _, _), words, context in zip(given, coded, answered, strict=True):
            rest = [*context[:_CONTEXT], self._end] if context else []
            room = _WINDOW - 2 - len(rest)
            starts = range(0, max(1, len(words) - _STEP), room - _STEP)
            for start in starts if len(words) > room else (0,):
                ids = [self._start, *words[start : start + room], self._end]
                yield _Window(index, ids + rest, [0] * len(ids) + [1] * len(rest))

    def _encode(self, texts: Sequence[str]) -> list[list[int]]:
        safe = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        coded = self._tokenizer(
            safe, add_special_tokens=False, split_special_tokens=True, verbose=False
        )
        return list(coded["input_ids"])

    def _run(self, window: _Window) -> np.ndarray[Any, np.dtype[np.float32]]:
        ids = np.asarray([window.ids], dtype=np.int64)
        types = np.asarray([window.types], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        logits = self._session.run(["logits"], given)[0]
        return np.asarray(1 / (1 + np.exp(-logits[0])), dtype=np.float32)


def rescaled(scores: Scores, lines: Lines) -> dict[str, float]:
    """Scores stretched so that each label's own line reads as the policy's does, to four places:
    0.8 for what is to be hidden (`serious.…`), 0.5 for all else; of two lines the lower reads 0.5
    and the upper 0.8. Order is kept.
    """
    given = {}
    for label, value in scores.items():
        pair = lines.get(label)
        if isinstance(pair, list):
            read = np.interp(value, [0.0, *pair, 1.0], [0.0, READS, SERIOUS_READS, 1.0])
            given[label] = round(float(read), 4)
            continue
        reading = SERIOUS_READS if label.startswith("serious.") else READS
        line = reading if pair is None else pair
        if value < line:
            given[label] = round(reading * value / line, 4)
        else:
            given[label] = round(reading + (1 - reading) * (value - line) / (1 - line), 4)
    return given


def check_files(folder: Path) -> None:
    """Compare every file of a model with SHA256SUMS beside it; raises PluginError with its name."""
    try:
        given = (folder / SUMS).read_text("ascii").split()
        sums = dict(zip(given[1::2], given[::2], strict=True))
        for name in SEALED:  # one that is not in the list is no better than a damaged one
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sums.get(name):
                    raise PluginError(
                        f"{folder / name} is damaged, or is not the file that came with this "
                        "version of Schoolgate. Install Schoolgate again."
                    )
    except (OSError, ValueError) as error:
        missing = getattr(error, "filename", None) or folder / SUMS
        raise PluginError(
            f"{missing} of the classifier “school” cannot be read. Install Schoolgate again."
        ) from error


def _tokenizer(folder: Path) -> Any:
    logging.getLogger("transformers").setLevel(logging.ERROR)  # it warns that torch is not here
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers import PreTrainedTokenizerFast

    make: Any = PreTrainedTokenizerFast  # it ships untyped
    return make(tokenizer_file=str(folder / "tokenizer.json"))


def _session(path: Path, threads: int) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
