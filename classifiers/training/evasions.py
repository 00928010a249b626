"""What people do to words that they want past a filter; each a function from text to text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_LONG = re.compile(r"[A-Za-z]{4,}")
_LEET = str.maketrans("oieasOIEAS", "0134501345")
_LOOK_ALIKES = str.maketrans("aeopcyxiAEOPCXBHKMT", "аеорсухіАЕОРСХВНКМТ")
_WIDE = str.maketrans(
    {chr(code): chr(code + 0xFEE0) for code in (*range(0x41, 0x5B), *range(0x61, 0x7B))}
)


def _each(text: str, change: Callable[[str], str]) -> str:
    """Every second word of four letters or more, as writers do it."""
    counted = iter(range(len(text)))
    return _LONG.sub(lambda m: change(m.group()) if next(counted) % 2 == 0 else m.group(), text)


def _starred(word: str) -> str:
    place = next((i for i in range(1, len(word) - 1) if word[i].lower() in "aeiou"), 1)
    return f"{word[:place]}*{word[place + 1 :]}"


def _swapped(word: str) -> str:
    """Two letters in the wrong order."""
    return word[0] + word[2] + word[1] + word[3:]


EVASIONS: Mapping[str, Callable[[str], str]] = {
    "leet": lambda text: _each(text, lambda word: word.translate(_LEET)),
    "spacing": lambda text: _each(text, " ".join),
    "dots": lambda text: _each(text, ".".join),
    "look-alike letters": lambda text: _each(text, lambda word: word.translate(_LOOK_ALIKES)),
    "full-width": lambda text: _each(text, lambda word: word.translate(_WIDE)),
    "zero-width": lambda text: _each(text, "\u200b".join),
    "asterisks": lambda text: _each(text, _starred),
    "stretching": lambda text: _each(text, lambda word: word[:-1] + word[-1] * 4),
    "typing errors": lambda text: _each(text, _swapped),
    "capitals": str.upper,
}
