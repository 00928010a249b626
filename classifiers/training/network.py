"""The network: a small BERT, what its last layer says on the whole and at its loudest, one layer
of answers. Needs the extra `[torch]`.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel


class Network(nn.Module):
    """Token ids → one logit for each label."""

    def __init__(self, body: BertModel, labels: int) -> None:
        super().__init__()
        self.body = body
        self.drop = nn.Dropout(0.1)
        self.answer = nn.Linear(2 * body.config.hidden_size, labels)

    @classmethod
    def begin(cls, start: Path, labels: int) -> Network:
        """From pre-trained weights (safetensors) in a local folder."""
        body = BertModel.from_pretrained(start, add_pooling_layer=False, use_safetensors=True)
        return cls(body, labels)

    @classmethod
    def empty(cls, start: Path, labels: int) -> Network:
        """The same shape without weights, to be filled from a checkpoint."""
        return cls(BertModel(BertConfig.from_pretrained(start), add_pooling_layer=False), labels)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """All of shape (batch, tokens) → (batch, labels)."""
        states = self.body(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        loudest = (states + (mask - 1) * 1e4).max(1).values
        return self.answer(self.drop(torch.cat([mean, loudest], dim=-1)))
