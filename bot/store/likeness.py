"""A key that two comments share when they say the same in almost the same letters; pure."""

from __future__ import annotations

import re
from hashlib import sha256

from bot.text import normalise, unmask

_ADDRESSES = re.compile(r"https?://\S+|www\.\S+|@\w+", re.IGNORECASE)
_APART = re.compile(r"[\W\d_]+")
_FEWEST_LETTERS = 8


def likeness(text: str) -> str | None:
    """None where there are too few letters to resemble anything ("no", "ok!!").

    Case, look-alike and stretched letters, punctuation, figures, emoji, links and mentions do not
    count: those are what changes when the same words are sent round.
    """
    plain = unmask(normalise(_ADDRESSES.sub(" ", text))).plain
    words = " ".join(word for word in _APART.split(plain) if word)
    if len(words.replace(" ", "")) < _FEWEST_LETTERS:
        return None
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]
