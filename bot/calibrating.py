"""What people's decisions say about the machine's verdicts: shares, and lines that would cost less.

Pure arithmetic. Nothing here changes a line: it is proposed, and a person writes it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt

from bot.model import Action

Lines = tuple[float, float]
"""Mild from, serious from: never the larger one first."""

ENOUGH = 20
"""So many decisions about a kind before anything is proposed for it."""

FEWEST = 5
"""Fewer decisions than this make no percentage."""

_Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations
_MOSTLY = 0.8

MISSED_LOOK = 5
"""What it costs that nobody looked at what somebody should have seen, in needless looks."""

WRONG_HIDE = 5
"""What it costs to hide what should have stayed visible, in hides that waited for a person."""

_STEPS = tuple(step / 100 for step in range(5, 96))  # nothing is proposed that switches a kind off


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with its 95 % interval (Wilson's), all from 0 to 1."""

    value: float
    low: float
    high: float

    @property
    def nearly_always(self) -> bool:
        """Whether it is four in five or more, even allowing for chance."""
        return self.low >= _MOSTLY


def share(part: int, whole: int) -> Share | None:
    """The share of a part in a whole; None where the whole is too small for a percentage."""
    if whole < FEWEST:
        return None
    value, noise = part / whole, _Z * _Z / whole
    middle = (value + noise / 2) / (1 + noise)
    reach = _Z * sqrt(value * (1 - value) / whole + noise / (4 * whole)) / (1 + noise)
    return Share(value, max(0.0, middle - reach), min(1.0, middle + reach))


@dataclass(frozen=True, slots=True)
class Example:
    """One comment of which a person said what should have been done.

    `kind` is how sure the machine was that it holds the kind, `serious` that it is grave; 0 to 1.
    """

    kind: float
    serious: float
    should: Action


def propose(examples: Sequence[Example], now: Lines) -> Lines:
    """The lines that would have cost least, the nearest to those of `now` among equals.

    From the first line on a person looks, from the second on it is hidden. One more comment that
    should have been hidden never moves a line up, one that should have been left never down.
    """
    lines = sorted({*now, *_STEPS})
    looks = ((_cost_of_looking(examples, line), abs(line - now[0]), line) for line in lines)
    # For each line of hiding, the best line of looking that is not above it.
    *_, mild, serious = min(
        (
            look + _cost_of_hiding(examples, line),
            away + abs(line - now[1]),
            mild,
            line,
        )
        for line, (look, away, mild) in zip(lines, accumulate(looks, min), strict=True)
    )
    return mild, serious


def cost(examples: Iterable[Example], lines: Lines) -> int:
    """What these lines cost: needless looks count 1, and all else in them."""
    examples = list(examples)
    return _cost_of_looking(examples, lines[0]) + _cost_of_hiding(examples, lines[1])


def _cost_of_looking(examples: Iterable[Example], line: float) -> int:
    return sum(
        (one.should is Action.ALLOW)
        if one.kind >= line
        else MISSED_LOOK * (one.should is not Action.ALLOW)
        for one in examples
    )


def _cost_of_hiding(examples: Iterable[Example], line: float) -> int:
    return sum(
        WRONG_HIDE * (one.should is not Action.HIDE)
        if one.serious >= line
        else (one.should is Action.HIDE)
        for one in examples
    )
