"""Tiny models as a school might bring them: random weights, a vocabulary of their own."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    PreTrainedTokenizerFast,
)

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = ("hello", "there", "lovely", "concert", "you", "are", "an", "idiot", "ring", "me", "when")
LETTERS = (*string.ascii_lowercase, *string.digits, *string.punctuation)
VOCABULARY = (*SPECIAL, *WORDS, *LETTERS, *(f"##{letter}" for letter in LETTERS))
PLACES = 34  # how many tokens a tiny BERT takes, and the two that RoBERTa would not count

_bert: Any = BertForSequenceClassification  # transformers ships untyped
_gpt2: Any = GPT2ForSequenceClassification
_fast: Any = PreTrainedTokenizerFast


def tiny_bert(
    folder: Path,
    labels: tuple[str, ...] = ("toxic", "kind", "rude"),
    problem_type: str | None = "multi_label_classification",
    seed: int = 7,
) -> Path:
    """Save a BERT with these labels; its answers are random but the same for one seed."""
    torch.manual_seed(seed)
    make_config: Any = BertConfig
    config = make_config(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=PLACES,
        id2label=dict(enumerate(labels)),
        label2id={label: column for column, label in enumerate(labels)},
        problem_type=problem_type,
        initializer_range=0.6,  # far apart, so that texts differ in their answers
    )
    _bert(config).save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return folder


def tiny_gpt2(folder: Path) -> Path:
    """Save a model that knows no padding and puts nothing around a text."""
    torch.manual_seed(7)
    bytes_only = {letter: n for n, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=bytes_only, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    _fast(tokenizer_object=tokenizer).save_pretrained(folder)
    make_config: Any = GPT2Config
    config = make_config(
        vocab_size=256,
        n_positions=64,
        n_embd=16,
        n_layer=1,
        n_head=2,
        num_labels=2,
        bos_token_id=0,
        eos_token_id=0,
        initializer_range=0.6,
    )
    _gpt2(config).save_pretrained(folder)
    return folder


def edit_config(folder: Path, **changes: object) -> None:
    """Change what a model's config.json says; None takes a key out."""
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}), "utf-8")


def _tokenizer() -> Any:
    tokenizer: Any = Tokenizer(
        models.WordPiece({word: n for n, word in enumerate(VOCABULARY)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return _fast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=PLACES,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
