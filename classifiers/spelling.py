"""Words with stars or two letters in the wrong order, put right by the words a model knows.

"st*pid" and "sutpid" reach a small model as fragments that it never learnt from; a list of whole
words, commonest first, undoes both before it reads. A word that is on the list is never touched.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

_LETTERS = re.compile(r"[a-z]{2,}")
_STARRED = re.compile(r"(?<![\w*•✱])[a-z]{1,12}(?:[*•✱]{1,6}[a-z]{1,12}){1,4}(?![\w*•✱])")
_STARS = re.compile(r"[*•✱]+")
_WORD = re.compile(r"(?<![\w'@#.*])[a-z]{4,16}(?![\w'@.*])")
_ENDINGS = ("s", "es", "ed", "er", "ers", "ing", "in", "ly", "y", "ies", "est")


class Spelling:
    """The words that a tokenizer holds whole, in the order of how common they are, and before them
    those that people put stars into.
    """

    def __init__(
        self, common: Iterable[str], starred: Sequence[str], right: Iterable[str] = ()
    ) -> None:
        self._right = frozenset(right)
        self._rank = {word: place for place, word in enumerate([*starred, *common])}
        self._by_length: dict[int, list[str]] = {}
        for word in self._rank:
            self._by_length.setdefault(len(word), []).append(word)
        # One memory for each list: two models may be loaded side by side.
        self._unstarred = lru_cache(maxsize=8192)(self._without_stars)
        self._swapped_back = lru_cache(maxsize=65536)(self._in_order)

    @classmethod
    def of(cls, tokenizer: Path) -> Self:
        """From a WordPiece `tokenizer.json`, whose vocabulary runs from common to rare."""
        vocabulary = json.loads(tokenizer.read_text("utf-8"))["model"]["vocab"]
        ordered = sorted(vocabulary, key=vocabulary.__getitem__)
        here = Path(__file__)
        lists = tomllib.loads(here.with_name("lexicon_en.toml").read_text("utf-8"))
        right = _LETTERS.findall(here.with_name("spelt_right.txt").read_text("utf-8"))
        common = (word for word in ordered if _LETTERS.fullmatch(word))
        return cls(common, lists["masked"]["words"], right)

    def mended(self, plain: str) -> str:
        """A plain text (bot.text) with such words put right; linear in its length."""
        if _STARS.search(plain):
            plain = _STARRED.sub(lambda match: self._unstarred(match.group()), plain)
        return _WORD.sub(lambda match: self._swapped_back(match.group()), plain)

    def _without_stars(self, masked: str) -> str:
        """The commonest word that fits, a star for a letter; the word itself where none does."""
        letters = re.compile(_STARS.sub(lambda stars: "[a-z]" * len(stars.group()), masked))
        fitting = self._by_length.get(len(masked), ())
        return next((word for word in fitting if letters.fullmatch(word)), masked)

    def _in_order(self, word: str) -> str:
        """The commonest word that it becomes by swapping two neighbours; itself where none is."""
        if self._is_word(word):
            return word
        swaps = (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
        known = [swapped for swapped in swaps if swapped in self._rank]
        return min(known, key=self._rank.__getitem__, default=word)

    def _is_word(self, word: str) -> bool:
        if word in self._right or word in self._rank:
            return True
        stems = (word.removesuffix(ending) for ending in _ENDINGS)
        return any(stem in self._rank and len(stem) > 2 for stem in stems)
