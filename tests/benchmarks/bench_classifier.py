"""Speed of the bundled model, printed as figures and a ratio; nothing is asserted.

uv run python tests/benchmarks/bench_classifier.py

The ratio is against a BERT-base (random weights) in the `transformers` pipeline on the same texts
and cores; that needs torch:

uv run --isolated --extra torch python tests/benchmarks/bench_classifier.py
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.model import Text  # noqa: E402
from classifiers.onnx import BUNDLED, SchoolClassifier  # noqa: E402
from classifiers.training.corpus import read  # noqa: E402

TEXTS = 256
BATCH = 64  # as the pipeline of the product hands them over
TURNS = 3


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def school_texts() -> list[str]:
    """Comments of the corpus, spread over all its voices."""
    lines = [line.text for line in read()]
    return lines[:: len(lines) // TEXTS][:TEXTS]


def resident() -> float:
    """Megabytes of this process now."""
    status = Path("/proc/self/status").read_text()
    return int(next(o for o in status.splitlines() if o.startswith("VmRSS")).split()[1]) / 1024


def loaded() -> SchoolClassifier:
    made: list[SchoolClassifier] = []
    before = resident()
    seconds = timed(lambda: made.append(SchoolClassifier()))
    print(f"load time with imports: {seconds:.1f} s (aim: 2 at most)")
    made[0].score([Text("Lovely concert")])
    print(f"resident memory: {resident():.0f} MB (aim: 350 at most), before it {before:.0f} MB")
    return made[0]


def seconds_for(score: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Of several turns over all texts the middle one."""

    def once() -> None:
        for begin in range(0, len(texts), BATCH):
            score(texts[begin : begin + BATCH])

    score(texts[:BATCH])
    return median(timed(once) for _ in range(TURNS))


def bert_base() -> Callable[[Sequence[str]], object]:
    """BERT-base with random weights and the bundled model's tokenizer in the pipeline."""
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        PreTrainedTokenizerFast,
        TextClassificationPipeline,
    )

    torch.set_num_threads(os.cpu_count() or 1)
    make_tokenizer: Any = PreTrainedTokenizerFast  # transformers ships untyped
    make_network: Any = BertForSequenceClassification
    make_pipeline: Any = TextClassificationPipeline
    tokenizer = make_tokenizer(
        tokenizer_file=str(BUNDLED / "tokenizer.json"),
        pad_token="[PAD]",
        model_max_length=512,
    )
    make_config: Any = BertConfig
    network = make_network(make_config(num_labels=6)).eval()
    pipeline = make_pipeline(model=network, tokenizer=tokenizer, framework="pt", device="cpu")

    def score(texts: Sequence[str]) -> object:
        return pipeline(list(texts), batch_size=16, truncation=True, top_k=None)

    return score


def main() -> None:
    print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {TEXTS} comments of the corpus"
    )
    texts = school_texts()
    school = loaded()
    ours = seconds_for(lambda given: school.score([Text(one) for one in given]), texts)
    print(f"school model: {len(texts) / ours:,.0f} texts/s")
    alone = timed(lambda: [school.score([Text(one)]) for one in texts[:50]]) / 50
    print(f"one text alone: {alone * 1000:.1f} ms")
    if find_spec("torch") is None:
        print("BERT-base: not measured, torch is not installed (the extra schoolgate[torch])")
        return
    theirs = seconds_for(bert_base(), texts)
    print(
        f"BERT-base in the pipeline: {len(texts) / theirs:,.0f} texts/s; the school model is "
        f"{theirs / ours:.1f} times as fast (aim: 8 at least)"
    )


if __name__ == "__main__":
    main()
