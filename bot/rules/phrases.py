"""A small language for tables of phrases, and the book that finds them quickly.

The tables stand in `bot/rules/tables/*.txt`: `[label]`, then phrases, one a line. A phrase is a line of slots, matched word by word on plain text (`bot.text`):

    i'll|gonna kill|hurt you|him|<staff>

`a|b` either word; `going_to` several words as one; `so?` may be missing; `threat*` any ending;
`#` a number of one or two digits; `<staff>` a class of words from `tables/words.txt`; `..` up to
three words of the same sentence between, `...` up to eight; `^` the start and `$` the end of a
sentence; `!` before a word: not followed by it. An apostrophe may always be left out.

A phrase is tried only on texts that hold one of its rarest slot's words, and its expression is
compiled the first time that happens: so hundreds of phrases cost next to nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice


from bot.model import Signal
from bot.text import Normalised

Table = Mapping[str, Sequence[str]]
"""Label → phrases."""


def read_table(text: str) -> dict[str, list[str]]:
    """Take a table file apart: `# ` begins a comment, `[label]` a section."""
    table: dict[str, list[str]] = {}
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = table.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("# "):
            section.append(line)
    return table


_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_TITLE = re.compile(r"^(mr|mrs|ms|dr)(?=\[)")
_BETWEEN = r"[^\w.!?]{1,6}"
_GAPS = {"..": 3, "...": 8}
_ENOUGH = 40  # matches of one phrase in one text; more says nothing new


def _expression(word: str) -> str:
    escaped = re.escape(word).replace("_", r"[^\w.!?]{1,3}").replace("'", "'?")
    escaped = _TITLE.sub(r"\1\\.?", escaped)
    return escaped.replace(r"\*", r"\w*").replace(r"\#", r"\d{1,2}")


@dataclass(frozen=True)
class Phrase:
    """One line of a table."""

    label: str
    line: str

    @cached_property
    def needles(self) -> frozenset[str]:
        """Words of which a text must hold at least one for the phrase to be in it."""
        best: frozenset[str] | None = None
        for slot in self.line.split():
            if slot in ("^", "$", *_GAPS) or slot[0] == "!" or slot[-1] == "?":
                continue
            words = _classes_opened(slot)
            if not all(any(map(str.isalnum, _plain_parts(word))) for word in words):
                continue
            rare = frozenset(_rarest(word) for word in words)
            if best is None or _cost(rare) < _cost(best):
                best = rare
        if best is None:
            raise ValueError(f"the phrase {self.line!r} needs one slot of whole words")
        return best | {word.replace("'", "") for word in best}

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The phrase as a regular expression over plain text; bounded, so linear."""
        parts: list[str] = []
        joined = True  # whether the next slot follows without a gap of its own
        for slot in self.line.split():
            if slot == "^":
                parts.append(r"(?:\A|(?<=[.!?\n])|(?<=[.!?\n] ))[^\w.!?]*")
                continue
            if slot == "$":
                parts.append(r"(?=[^\w.!?]*(?:[.!?\n]|\Z))")
                continue
            if slot in _GAPS:
                parts.append(rf"(?:{_BETWEEN}[\w']+){{0,{_GAPS[slot]}}}?")
                continue
            optional = slot[-1] == "?"
            barred = slot[0] == "!"
            words = _classes_opened(slot.strip("?!"))
            choice = "|".join(map(_expression, sorted(words, key=len, reverse=True)))
            part = rf"(?:{choice})(?!\w)"
            if barred:
                parts.append(rf"(?!{_BETWEEN}{part})")
            elif joined and optional:
                parts.append(rf"(?:(?<!\w){part}{_BETWEEN})?")
                continue
            elif joined:
                parts.append(rf"(?<!\w){part}")
            elif optional:
                parts.append(rf"(?:{_BETWEEN}{part})?")
            else:
                parts.append(rf"{_BETWEEN}{part}")
            joined = False
        return re.compile("".join(parts))


def _plain_parts(word: str) -> list[str]:
    return [part.replace("'", "") for part in word.split("_") if not {"#", "*"} & set(part)]


def _rarest(word: str) -> str:
    parts = [part for part in word.split("_") if not {"#", "*"} & set(part)]
    return min(parts, key=lambda part: (part in COMMON, -len(part)))


def _cost(words: frozenset[str]) -> tuple[int, int]:
    return sum(word in COMMON for word in words), len(words)


class PhraseBook:
    """Many tables behind one look-up by word.

    A label `not:x` excuses: whatever label begins with `x` and overlaps it does not count.
    """

    def __init__(self, tables: Iterable[Table]) -> None:
        self._by_needle: dict[str, list[Phrase]] = defaultdict(list)
        for table in tables:
            for label, lines in table.items():
                for line in filter(None, map(str.strip, lines.splitlines())):
                    phrase = Phrase(label, line)
                    for needle in phrase.needles:
                        self._by_needle[needle].append(phrase)

    def find(self, text: Normalised) -> list[Signal]:
        """Every phrase in a text, as signals whose spans are those of the original."""
        found = [
            Signal("rules", phrase.label, 1.0, match.start(), match.end())
            for phrase in self._candidates(text.plain)
            for match in islice(phrase.pattern.finditer(text.plain), _ENOUGH)
        ]
        excuses = [signal for signal in found if signal.label.startswith("not:")]
        return [
            _at_original(signal, text)
            for signal in found
            if not signal.label.startswith("not:") and not _excused(signal, excuses)
        ]

    def _candidates(self, plain: str) -> Iterator[Phrase]:
        words = set(_WORD.findall(plain))
        words |= {word.split("'")[0] for word in words if "'" in word}
        hits = self._by_needle.keys() & words
        return iter(dict.fromkeys(phrase for word in hits for phrase in self._by_needle[word]))


def _excused(signal: Signal, excuses: Iterable[Signal]) -> bool:
    return any(
        signal.label.startswith(excuse.label[4:])
        and excuse.start < signal.end
        and signal.start < excuse.end
        for excuse in excuses
    )


def _at_original(signal: Signal, text: Normalised) -> Signal:
    start, end = text.span(signal.start, signal.end)
    return Signal(signal.source, signal.label, signal.score, start, end)
