"""The phrase book of this product: every table under `bot/rules/tables`, read once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.rules.language import english
from bot.rules.phrases import PhraseBook, Table, Words, read_table

_TABLES = Path(__file__).parent / "tables"


@cache
def book() -> PhraseBook:
    """The phrase book; reading it takes a tenth of a second, once."""
    tables = dict(_tables())
    words = Words(tables.pop("words"))
    return PhraseBook((tables[name] for name in sorted(tables)), words)


def is_ordinary(word: str) -> bool:
    """Whether a word stands in a phrase of ours, or holds English together: likely no name."""
    return word in _ordinary()


@cache
def _ordinary() -> frozenset[str]:
    lines = (line for table in _tables().values() for lines in table.values() for line in lines)
    return english() | {word for line in lines for word in re.findall(r"[a-z']+", line)}


@cache
def _tables() -> dict[str, Table]:
    return {file.stem: read_table(file.read_text("utf-8")) for file in _TABLES.glob("*.txt")}
