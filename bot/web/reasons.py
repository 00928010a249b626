"""A reason as it is given on a page: chips to tick, and words of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form

from bot.web.decision_words import CHIPS

Chips = Annotated[list[str], Form()]


def in_full(chips: Sequence[str], words: str) -> str:
    """The chips that there are, then what was written: as it stands in the log for good."""
    ticked = "; ".join(chip for chip in CHIPS if chip in chips)
    return ". ".join(part for part in (ticked, words.strip()) if part)
