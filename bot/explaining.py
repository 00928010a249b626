"""The words that carried a verdict: what the classifiers no longer see when a piece is left out.

Occlusion (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks"): every
piece of the text is left out once, and the pieces whose loss costs the finding's score most are
named. All pieces of all texts go to each classifier in one batch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.model import EXPLANATION, Assessment, Signal, Text

_WORD = re.compile(r"\S+")
_MOST_PIECES = 24
_MOST_SPANS = 4
_LEAST = 0.1  # a piece that carries less of the score tells a reader nothing
_SHARE = 0.4  # of what the strongest piece carries
_MARGIN = "…"

Score = Callable[[Sequence[Text]], Sequence[Mapping[str, float]]]


@dataclass(frozen=True, slots=True)
class _Try:
    """One text without one piece."""

    index: int
    start: int
    end: int
    text: Text


def carried(
    texts: Sequence[Text],
    assessments: Sequence[Assessment],
    labels: Sequence[Sequence[str]],
    score: Score,
) -> list[tuple[Signal, ...]]:
    """For each text, signals that span the words which carried the scores of its labels.

    `labels[i]` are the labels to be explained in `texts[i]` (none: nothing is tried). `score`
    answers a batch as the assessments were made. Offsets are into `texts[i].words`; strongest
    first, at most four a text. Each signal's label is the one whose score its words carried.
    """
    tries = [
        attempt
        for index, text in enumerate(texts)
        if labels[index]
        for attempt in _without_each_piece(index, text)
    ]
    if not tries:
        return [() for _ in texts]
    answers = score([attempt.text for attempt in tries])
    found: list[dict[tuple[int, int], Signal]] = [{} for _ in texts]
    for attempt, scores in zip(tries, answers, strict=True):
        before = assessments[attempt.index].scores
        for label in labels[attempt.index]:
            lost = max(0.0, before.get(label, 0.0) - scores.get(label, 0.0))
            span = (attempt.start, attempt.end)
            known = found[attempt.index].get(span)
            if known is None or lost > known.score:
                found[attempt.index][span] = Signal(EXPLANATION, label, round(lost, 4), *span)
    return [_strongest(list(spans.values())) for spans in found]


def _without_each_piece(index: int, text: Text) -> Iterator[_Try]:
    for start, end in _pieces(text.words):
        words = f"{text.words[:start]}{_MARGIN}{text.words[end:]}"
        yield _Try(index, start, end, Text(words, text.context))


def _pieces(words: str) -> list[tuple[int, int]]:
    """Each word, or runs of neighbouring words where there are too many."""
    spans = [match.span() for match in _WORD.finditer(words)]
    size = -(-len(spans) // _MOST_PIECES) or 1
    runs = [spans[i : i + size] for i in range(0, len(spans), size)]
    return [(run[0][0], run[-1][1]) for run in runs]


def _strongest(signals: list[Signal]) -> tuple[Signal, ...]:
    most = max((signal.score for signal in signals), default=0.0)
    if most < _LEAST:
        return ()
    kept = sorted((s for s in signals if s.score >= most * _SHARE), key=lambda s: -s.score)
    return tuple(kept[:_MOST_SPANS])
