"""Questions that leave open whether a thing is so: "is it true that …?", not "why did …?"."""

from __future__ import annotations

import re

from bot.model import Signal
from bot.text import Normalised

_OPEN_QUESTION = re.compile(
    r"(?:\A|(?<=[.!?,\n])|(?<=\bso)|(?<=\band)|(?<=\bbut)) ?"
    r"(?:is|was|are|were|did|does|has|have|isn't|wasn't|didn't|hasn't|can anyone|anyone|any truth|"
    r"do you|does anyone|true that)\b[^.!?\n]{0,300}\?"
)


def questions(text: Normalised) -> list[Signal]:
    """Each question as `say.question`, over its whole sentence."""
    if "?" not in text.plain:
        return []
    return [
        Signal("rules", "say.question", 1.0, *text.span(*match.span()))
        for match in _OPEN_QUESTION.finditer(text.plain)
    ]
