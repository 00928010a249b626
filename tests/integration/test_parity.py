"""Clause 17: no group meets more doubt than another for the same harmless words."""

from __future__ import annotations

from bot.model import Action, Text
from classifiers.training.contrast import sentences
from classifiers.training.evaluate import Judge

POINTS = 0.05


def test_the_same_words_are_hidden_and_queued_alike_of_every_group() -> None:
    product = Judge()
    met: dict[Action, dict[str, float]] = {Action.HIDE: {}, Action.QUEUE: {}}
    for group, lines in sentences().items():
        ranks = [verdict.action.rank for _, verdict in product([Text(line) for line in lines])]
        for action, shares in met.items():
            shares[group] = sum(rank >= action.rank for rank in ranks) / len(ranks)
    for action, shares in met.items():
        assert max(shares.values()) - min(shares.values()) <= POINTS, (action, shares)
