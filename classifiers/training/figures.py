"""Figures with what they are worth: shares and areas under the curve, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_SEED = 20261122
_DRAWS = 1000
Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval and the number of texts behind it."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}] n={self.count}"


def auc(truth: Numbers, scores: Numbers) -> float:
    """Area under the ROC curve, by ranks; ties count half. NaN where one class is missing."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]
    positive = truth > 0.5
    yes, no = int(positive.sum()), int((~positive).sum())
    if not yes or not no:
        return float("nan")
    return float((ranks[positive].sum() - yes * (yes + 1) / 2) / (yes * no))


def roc_auc(truth: Sequence[float], scores: Sequence[float]) -> Figure:
    """Area under the curve; texts are drawn again."""
    one, two = np.asarray(truth, dtype=float), np.asarray(scores, dtype=float)
    return _figure(
        len(one), auc(one, two), lambda drawn: auc(one[drawn], two[drawn]), range(len(one))
    )


def share(hits: Sequence[bool], voices: Sequence[str] = ()) -> Figure:
    """How many of all; whole voices are drawn again where they are given."""
    values = np.asarray(hits, dtype=float)
    if not len(values):
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    return _figure(
        len(values),
        float(values.mean()),
        lambda drawn: float(values[drawn].mean()),
        voices or range(len(values)),
    )


def _figure(
    count: int, value: float, again: Callable[[Any], float], units: Sequence[object]
) -> Figure:
    chance = np.random.default_rng(_SEED)
    if isinstance(units, range):
        draws = [again(chance.integers(0, count, count)) for _ in range(_DRAWS)]
    else:
        named = np.asarray(units)
        members = [np.flatnonzero(named == name) for name in dict.fromkeys(units)]
        draws = [
            again(
                np.concatenate([members[i] for i in chance.integers(0, len(members), len(members))])
            )
            for _ in range(_DRAWS)
        ]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Figure(value, float(low), float(high), count)
