"""The people of settings.toml in a text, by name or by how parents speak of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.model import Person, Signal
from bot.text import Normalised, normalise

_TITLES = r"(?:mr|mrs|miss|ms|mx|dr|sir)\.?"
_MERELY_TOLD = re.compile(
    r"\b(?:told|tell|telling|asked|ask|asking|emailed|email|spoke to|speak to|speaking to|"
    r"spoken to|"
    r"reported (?:it |this |him |her )?to|report (?:it |this )?to|complained to|wrote to|rang|"
    r"raised it "
    r"with|raised this with|informed|let|contacted|meeting with|met with|thank|thanks to|"
    r"thankfully)"
    r"(?: our| the| poor| lovely)? ?$"
)


def people_in(text: Normalised, people: Sequence[Person]) -> list[Signal]:
    """One signal for each mention, `value` being the person's key.

    `person` is whoever the text speaks about, `person.told` whoever was merely told of something.
    """
    found = []
    for key, pattern in _patterns(tuple(people)):
        for match in pattern.finditer(text.plain):
            told = _MERELY_TOLD.search(text.plain[max(0, match.start() - 30) : match.start()])
            label = "person.told" if told else "person"
            start, end = text.span(*match.span())
            found.append(Signal("rules", label, 1.0, start, end, key))
    return found


@lru_cache(maxsize=8)
def _patterns(people: tuple[Person, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    surnames = [_plain(person.name).split()[-1] for person in people if person.name.strip()]
    compiled = []
    for person in people:
        ways = {_plain(words) for words in (person.name, *person.spoken_of) if words.strip()}
        patterns = [re.escape(way).replace(r"\ ", r"\s+") for way in sorted(ways, key=len)[::-1]]
        words = _plain(person.name).split()
        if words and surnames.count(words[-1]) == 1 and len(words[-1]) > 2:
            surname = re.escape(words[-1])
            patterns.append(rf"{_TITLES}\s+{surname}")
            if len(words[-1]) > 5:
                patterns.append(surname)  # too rare a word to be anything else
        if patterns:
            compiled.append((person.key, re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")))
    return tuple(compiled)


def _plain(words: str) -> str:
    return normalise(words).plain.strip()
