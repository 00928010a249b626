"""The general labels that every classifier may answer; a school's own kinds come beside them."""

from __future__ import annotations

GENERAL = (
    "toxicity",
    "severe_toxicity",
    "insult",
    "profanity",
    "threat",
    "identity_attack",
    "sexual_explicit",
    "self_harm",
    "spam",
)
