"""What training rests on: padding says nothing, and what is unknown teaches nothing."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertModel

from classifiers.training.labels import LABELS
from classifiers.training.network import Network
from classifiers.training.train import Encoded, loss_of, padded


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(7)
    body: Any = BertModel
    config = BertConfig(
        vocab_size=50,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    network = Network(body(config, add_pooling_layer=False), len(LABELS))
    network.eval()
    return network


def encoded(ids: list[int], labels: dict[str, float] | None = None, weight: float = 1) -> Encoded:
    return Encoded(
        ids, [0] * len(ids), [(labels or {}).get(label, math.nan) for label in LABELS], weight
    )


def test_padding_changes_no_answer(network: Network) -> None:
    short, long = encoded([2, 7, 9, 3]), encoded([2, *range(5, 25), 3])
    inputs, _, _ = padded([short, long])
    alone, _, _ = padded([short])
    with torch.inference_mode():
        assert torch.allclose(network(**inputs)[0], network(**alone)[0], atol=1e-5)


def test_a_batch_is_as_long_as_its_longest_text() -> None:
    inputs, labels, weights = padded([encoded([2, 7, 3]), encoded([2, 3], weight=0.5)])
    assert inputs["input_ids"].tolist() == [[2, 7, 3], [2, 3, 0]]
    assert inputs["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert labels.shape == (2, len(LABELS))
    assert weights.tolist() == [1, 0.5]


def test_unknown_labels_teach_nothing() -> None:
    known = {"toxicity": 1.0, "kind.abuse": 0.0}
    _, labels, weights = padded([encoded([2, 3], known)])
    logits = torch.zeros((1, len(LABELS)), requires_grad=True)
    loss_of(logits, labels, weights).backward()
    assert logits.grad is not None
    taught = {LABELS[int(i)] for i in logits.grad[0].nonzero()}
    assert taught == set(known)
    assert logits.grad[0][LABELS.index("toxicity")] < 0 < logits.grad[0][LABELS.index("kind.abuse")]


def test_a_batch_in_which_nothing_is_known_has_no_loss() -> None:
    _, labels, weights = padded([encoded([2, 3])])
    assert loss_of(torch.ones((1, len(LABELS))), labels, weights) == 0


def test_a_text_counts_by_its_weight() -> None:
    losses = []
    for weight in (1.0, 0.5):
        _, labels, weights = padded([encoded([2, 3], {"toxicity": 1.0}, weight)])
        losses.append(float(loss_of(torch.zeros((1, len(LABELS))), labels, weights)))
    assert losses[1] == pytest.approx(losses[0] / 2)
