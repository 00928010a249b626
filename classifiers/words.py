"""A text as the model reads it: made plain, with emoji spelt out. The same in training and use."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.text import normalise, unmask
from classifiers.spelling import Spelling

_PICTURE = re.compile("[\U0001f300-\U0001faff☀-➿⬀-⯿]")


@lru_cache(maxsize=4096)
def _name(picture: str) -> str:
    return f" {unicodedata.name(picture, '').lower()} "


def forms(text: str, spelling: Spelling) -> tuple[str, ...]:
    """The text made plain and, where it differs, with disguises undone ("1d10t", "l o s e r")."""
    light = normalise(text)
    both = dict.fromkeys(spelling.mended(form) for form in (light.plain, unmask(light).plain))
    return tuple(_PICTURE.sub(lambda match: _name(match.group()), form) for form in both)
