"""Train the network in stages: on the public sets, then on the school corpus beside a part of them,
and once more when the corpus has grown.

    uv run --extra torch python -m classifiers.training.train --stage public --start MINILM_FOLDER
    uv run --extra torch python -m classifiers.training.train --stage school --start MINILM_FOLDER

Then `more`, `again`, `last` and `wider` the same way. Seeds are fixed. A checkpoint is written each
few minutes; the same command goes on from it. About 35, 30, 25, 26, 30 and 60 minutes (measured:
two cores of 2019, the last on one of them), a few minutes on a GPU.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from classifiers.spelling import Spelling
from classifiers.training.contrast import groups, retold
from classifiers.training.evasions import EVASIONS
from classifiers.training.labels import LABELS
from classifiers.training.network import Network
from classifiers.training.prepare import WORK
from classifiers.words import forms

_SEED = 20261122
_T = TypeVar("_T")
_TOKENS = 128  # longer texts are learnt from by their beginning; in use they are read in windows
_BATCH = 2048  # tokens in a batch
_CHECKPOINT = 300.0  # seconds
_ROUGH = 0.25
_AMONG = 1 / 6
_SHORT = 200  # characters
_RETOLD = 0.5
_ROUGHLY = ("asterisks", "typing errors", "leet", "spacing", "stretching")


@dataclass(frozen=True, slots=True)
class Stage:
    """How often each part is read, and how fast is learnt."""

    school: float
    public: dict[str, float]
    rate: float


_JIGSAW = {"jigsaw_wiki_multilabel": 2.0, "jigsaw_wiki_5k": 1.5, "jigsaw_wiki_train_benign": 1.2}
_A_LITTLE_OF_ALL = (
    {"jigsaw_wiki_multilabel": 0.5, "jigsaw_wiki_5k": 0.3, "jigsaw_wiki_train_benign": 0.3}
    | {"civil_toxic_spans": 0.15, "hatexplain": 0.1, "edos_sexism": 0.05, "implicit_hate": 0.1}
    | {"hatemoji_build": 0.3, "goemotions": 0.3, "davidson": 0.05, "identity_madlibs": 0.5}
    | {"sms_spam": 0.1, "youtube_spam": 0.1, "convabuse": 0.1, "lexicon_surge_profanity": 0.3}
)
"""So that what the public sets taught is not forgotten."""

STAGES = {
    "public": Stage(0.0, _JIGSAW, 1.5e-4),
    "school": Stage(
        6.0,
        {"jigsaw_wiki_multilabel": 2.0, "jigsaw_wiki_5k": 1.0, "jigsaw_wiki_train_benign": 1.0}
        | {"civil_toxic_spans": 0.7, "hatexplain": 0.3, "edos_sexism": 0.1, "implicit_hate": 0.2}
        | {"hatemoji_build": 0.5, "goemotions": 0.6, "davidson": 0.1, "identity_madlibs": 0.3}
        | {"sms_spam": 0.2, "youtube_spam": 0.2, "convabuse": 0.3},
        1.5e-4,
    ),
    "more": Stage(2.0, _A_LITTLE_OF_ALL, 1e-4),
    "again": Stage(3.0, _A_LITTLE_OF_ALL, 1.2e-4),
    "last": Stage(
        3.5,
        _A_LITTLE_OF_ALL | {"civil_toxic_spans": 0.2, "hatemoji_build": 0.4, "goemotions": 0.4},
        1e-4,
    ),
    "wider": Stage(
        3.5,
        _A_LITTLE_OF_ALL
        | {"jigsaw_wiki_multilabel": 0.25, "civil_toxic_spans": 0.1, "hatemoji_build": 0.2}
        | {"identity_madlibs": 0.2, "lexicon_surge_profanity": 0.1, "goemotions": 0.4},
        1e-4,
    ),
}
"""In this order. The corpus grew between them: version 2 read 7,600 lines in `school`, 16,000 in
`more`, 18,300 in `again`, and 20,300 in `last`; version 3 went on with 23,700 in `wider`.
"""

_AFTER = {"school": "public", "more": "school", "again": "more", "last": "again", "wider": "last"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as the network takes it. Unknown labels are NaN."""

    ids: list[int]
    types: list[int]
    labels: list[float]
    weight: float


def encode(values: Sequence[dict[str, Any]], tokenizer: Any, spelling: Spelling) -> list[Encoded]:
    """Texts with what they answer as a second segment."""
    first = [forms(value["text"][:2000], spelling)[0] for value in values]
    second = [
        forms(value["context"][:500], spelling)[0] if value.get("context") else ""
        for value in values
    ]
    encoded = []
    for value, words, context in zip(values, first, second, strict=True):
        pair = (words, context) if context else (words,)
        given = tokenizer(
            *pair, truncation="longest_first", max_length=_TOKENS, return_token_type_ids=True
        )
        labels = [value["labels"].get(label, math.nan) for label in LABELS]
        encoded.append(
            Encoded(given["input_ids"], given["token_type_ids"], labels, value.get("weight", 1.0))
        )
    return encoded


def padded(batch: Sequence[Encoded]) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """A batch as tensors: what the network takes, the labels, the weights."""
    longest = max(len(one.ids) for one in batch)

    def fill(rows: Sequence[Sequence[int]]) -> Tensor:
        return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])

    inputs = {
        "input_ids": fill([one.ids for one in batch]),
        "attention_mask": fill([[1] * len(one.ids) for one in batch]),
        "token_type_ids": fill([one.types for one in batch]),
    }
    labels = torch.tensor([one.labels for one in batch])
    return inputs, labels, torch.tensor([one.weight for one in batch])


def plan(stage: Stage, work: Path, tokenizer: Any, spelling: Spelling) -> list[list[Encoded]]:
    """All batches of a stage in order: each part as often as the stage says, alike lengths
    together.
    """
    chance = random.Random(_SEED)  # noqa: S311 an order, no secret
    chosen: list[Encoded] = []
    if stage.school:
        ours = [v for v in _values(work / "school.jsonl") if v["part"] == "train"]
        often = _as_often(ours, stage.school, chance)
        calm = [value["text"] for value in ours if not _says_something(value)]
        rough = [_roughened(_of_another_group(value, chance), chance) for value in often]
        chosen += encode(
            [_among_others(value, calm, chance) for value in rough], tokenizer, spelling
        )
    by_source: dict[str, list[dict[str, Any]]] = {}
    for value in _values(work / "public.jsonl"):
        by_source.setdefault(value["source"], []).append(value)
    for source, values in sorted(by_source.items()):
        share = stage.public.get(source, 1.0)
        kept = _as_often(values, share, chance)
        chosen += encode(kept, tokenizer, spelling)
    chance.shuffle(chosen)
    batches: list[list[Encoded]] = []
    for begin in range(0, len(chosen), 4096):
        batches += _batches(sorted(chosen[begin : begin + 4096], key=lambda one: len(one.ids)))
    chance.shuffle(batches)
    return batches


def _roughened(value: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """One copy in four is written as hurried or wary people write."""
    if chance.random() > _ROUGH:
        return value
    change = EVASIONS[chance.choice(_ROUGHLY)]
    return value | {"text": change(value["text"])}


def _of_another_group(value: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """One identity contrast in two is told of another group, good and bad alike."""
    if not value.get("group") or chance.random() > _RETOLD:
        return value
    other = chance.choice(sorted(groups()))
    return value | {"text": retold(value["text"], value["group"], other)}


def _says_something(value: dict[str, Any]) -> bool:
    return any(v for label, v in value["labels"].items() if label.startswith(("kind.", "fair")))


def _among_others(value: dict[str, Any], calm: list[str], chance: random.Random) -> dict[str, Any]:
    """One copy in six stands before or after something harmless: a kind word drowns no threat."""
    if chance.random() > _AMONG or len(value["text"]) > _SHORT:
        return value
    beside = [chance.choice(calm) for _ in range(chance.choice((1, 1, 2, 3)))]
    beside.insert(chance.randrange(len(beside) + 1), value["text"])
    return value | {"text": ". ".join(beside)}


def _values(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _as_often(values: list[_T], times: float, chance: random.Random) -> list[_T]:
    whole, part = divmod(times, 1)
    return values * int(whole) + chance.sample(values, int(len(values) * part))


def _batches(ordered: Sequence[Encoded]) -> Iterator[list[Encoded]]:
    batch: list[Encoded] = []
    for one in ordered:
        if batch and (len(batch) + 1) * len(one.ids) > _BATCH:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def loss_of(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy over what is known."""
    known = ~labels.isnan()
    each = nn.functional.binary_cross_entropy_with_logits(
        logits, labels.nan_to_num(), reduction="none"
    )
    return (each * known * weights.unsqueeze(1)).sum() / known.sum().clamp(min=1) * 4


def train(name: str, start: Path, work: Path) -> Path:
    """Run one stage to its end, from its checkpoint where there is one; returns the weights."""
    stage, done = STAGES[name], work / f"{name}.pt"
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(_SEED)
    make: Any = PreTrainedTokenizerFast  # it ships untyped
    tokenizer = make(tokenizer_file=str(start / "tokenizer.json"))
    batches = plan(stage, work, tokenizer, Spelling.of(start / "tokenizer.json"))
    network = Network.begin(start, len(LABELS))
    if name in _AFTER:
        before = work / f"{_AFTER[name]}.pt"
        network.load_state_dict(_widened(torch.load(before, weights_only=True), network))
    network.to(device).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=stage.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, len(batches)))
    checkpoint, begin = work / f"{name}.checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        begin = saved["step"]
    started = written = time.monotonic()
    running = 0.0
    for step, batch in enumerate(batches[begin:], begin + 1):
        inputs, labels, weights = padded(batch)
        logits = network(**{key: value.to(device) for key, value in inputs.items()})
        loss = loss_of(logits, labels.to(device), weights.to(device))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        running += (loss.item() - running) * (0.02 if step > begin + 20 else 0.3)
        if step % 20 == 0:
            left = (time.monotonic() - started) / (step - begin) * (len(batches) - step)
            print(f"{name} {step}/{len(batches)} loss {running:.3f}, {left / 60:.0f} min left")
        if time.monotonic() - written > _CHECKPOINT:
            written = time.monotonic()
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            state |= {"schedule": schedule.state_dict(), "step": step}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    torch.save(network.cpu().state_dict(), done)
    checkpoint.unlink(missing_ok=True)
    return done


def _widened(saved: dict[str, Tensor], network: Network) -> dict[str, Tensor]:
    """Weights saved before labels were added at the end: the new ones begin as the network's."""
    for name in ("answer.weight", "answer.bias"):
        fresh = network.state_dict()[name].clone()
        fresh[: len(saved[name])] = saved[name]
        saved[name] = fresh
    return saved


def _rate(step: int, steps: int) -> float:
    warm = max(1, steps // 20)
    return min(step / warm, max(0.02, (steps - step) / (steps - warm)))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--start", type=Path, required=True, help="folder of MiniLM-L6's weights")
    parser.add_argument("--work", type=Path, default=WORK)
    asked = parser.parse_args(arguments)
    print(f"written to {train(asked.stage, asked.start, asked.work)}")


if __name__ == "__main__":
    main()
