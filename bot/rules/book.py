"""The phrase book of this product: every table under `bot/rules/tables`, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.rules.phrases import PhraseBook, Words, read_table

_TABLES = Path(__file__).parent / "tables"


@cache
def book() -> PhraseBook:
    """The phrase book; reading it takes a tenth of a second, once."""
    tables = {file.stem: read_table(file.read_text("utf-8")) for file in _TABLES.glob("*.txt")}
    words = Words(tables.pop("words"))
    return PhraseBook((tables[name] for name in sorted(tables)), words)
