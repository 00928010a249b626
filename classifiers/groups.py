"""Doubt may not hang on which group a comment names.

Of "any other Black parents in year 2?" and "any other Irish parents in year 2?" a model trained on
what people write doubts the first. So a text that names a group is also read as if it were said of
other groups, and the doubt about it is the mean of those readings: the same for every group. The
way is that of Garg et al. 2019, "Counterfactual Fairness in Text Classification through
Robustness" (AIES), used when reading and not when training. What is plainly hate stays so: it may
well speak of one group alone.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from bot.model import Text

DOUBTS = ("kind.hate", "identity_attack", "action.act")
"""The labels that are read again; `serious.…` and `action.hide` are not."""

_READ_AS = (("Muslim", "Muslims"), ("Polish", "Polish people"), ("Asian", "Asian people"))
"""Adjective and people: one each for religion, nationality and ethnicity, and no more, as each
costs a run of the model. Chosen on the calibration voices (MODEL_CARD.md)."""

_SPELT_LARGE = ("Polish", "Poles")  # small, one polishes shoes, and tents stand on them


@cache
def _names() -> re.Pattern[str]:
    lists = tomllib.loads(Path(__file__).with_name("groups.toml").read_text("utf-8"))
    adjectives, people, things = ("|".join(lists[k]) for k in ("adjectives", "people", "things"))
    large, large_people = _SPELT_LARGE
    return re.compile(
        rf"\b(?:(?P<people>(?i:{people}|(?:{adjectives}|{large})\s+(?:people|folks?))|{large_people})"
        rf"|(?i:{adjectives})(?!\s+(?i:{things})\b)|{large})\b"
    )


def retellings(text: Text) -> tuple[Text, ...]:
    """The text as if it spoke of other groups; none where it names no group."""
    if not any(map(_names().search, (text.words, text.context))):
        return ()
    return tuple(
        Text(_retold(text.words, adjective, people), _retold(text.context, adjective, people))
        for adjective, people in _READ_AS
    )


def _retold(words: str, adjective: str, people: str) -> str:
    def swap(found: re.Match[str]) -> str:
        other = people if found["people"] else adjective
        return other if found[0][0].isupper() else other.lower()

    return _names().sub(swap, words)
