"""What language and letters a text is in: what nobody here can read is never passed as clean."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from bot.rules.phrases import read_table

_LATIN_WORD = re.compile(r"[a-zà-öø-ÿąćęłńóśźżăâîșțşţčšžğıŵŷëñ']+")
_ENOUGH_WORDS = 3
_LONG = 14


@cache
def _languages() -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    """English, and all others."""
    table = read_table(Path(__file__).with_name("languages.txt").read_text("utf-8"))
    languages = {name: frozenset(" ".join(lines).split()) for name, lines in table.items()}
    return languages.pop("english"), tuple(languages.values())


def english() -> frozenset[str]:
    """The words that hold English together, with its dialects and short spellings."""
    return _languages()[0]


def readable(text: str) -> bool:
    """Whether a text is in letters and in a language that somebody here can read: English.

    Short texts, names, numbers and emoji are given the benefit of the doubt: word lists and rules
    see them. Linear in length; only the first 4,000 characters are looked at.
    """
    sample = unicodedata.normalize("NFKC", text[:4000])
    if not sample.isascii() and not _in_our_letters(sample):
        return False
    words = [word.strip("'") for word in _LATIN_WORD.findall(_without_names(sample).lower())]
    words = [word for word in words if word]
    if len(words) < _ENOUGH_WORDS:
        return True
    ours, others = _languages()
    english = sum(word.replace("'", "") in ours for word in words)
    other = max(sum(word in language for word in words) for language in others)
    if other >= 2 and other * 3 >= len(words) and other > english:
        return False
    if other >= 3 and other > english * 2:
        return False
    # A long text without any of the words that hold English together is no English, or no text.
    return len(words) < _LONG or english * 25 >= len(words)


def _in_our_letters(sample: str) -> bool:
    letters = [char for char in sample if char.isalpha()]
    strange = sum(not _is_latin(char) for char in letters)
    lost = sum(char == "\ufffd" or "\ud800" <= char <= "\udfff" for char in sample)
    few = lost * 5 <= len(sample) and strange * 10 <= len(letters) * 4
    return few and not _has_foreign_words(sample)


def _without_names(text: str) -> str:
    """Handles, links and words with a capital inside a sentence say nothing about a language."""
    text = re.sub(r"[@#]\S+|https?://\S+", " ", text)
    return re.sub(r"(?<=[a-z,] )[A-Z][a-z]+", " ", text)


def _has_foreign_words(text: str) -> bool:
    """Three or more whole words in other letters: a sentence that nobody here can read."""
    return sum(not any(map(_is_latin, word)) for word in re.findall(r"[^\W\d_]{2,}", text)) >= 3


def _is_latin(char: str) -> bool:
    return char < "\u0250" or "\u1e00" <= char <= "\u1eff" or char in "ªº"
