"""A small language for tables of phrases, and the book that finds them quickly.

The tables stand in `bot/rules/tables/*.txt`: `[label]`, then phrases, one a line. A phrase is a
line of slots, matched word by word on plain text (`bot.text`):

    i'll|gonna kill|hurt you|him|<staff>

`a|b` either word; `going_to` several words as one; `so?` may be missing; `threat*` any ending;
`#` a number of one or two digits; `<staff>` a class of words from `tables/words.txt`; `..` up to
three words of the same sentence between, `...` up to eight; `^` the start of a sentence; `$` among
the words of a slot its end; `!` before a slot: none of its words follows. An apostrophe may be
left out.

A phrase is tried only where a word starts, just before its rarest slot's words, and its expression
is compiled the first time a text holds one: so a thousand phrases cost next to nothing, and a long
text its length.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from bot.model import Signal
from bot.text import RUN_TOGETHER, Normalised, spell_out

Table = Mapping[str, Sequence[str]]
"""Label → phrases."""

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_TITLE = re.compile(r"^(mr|mrs|ms|dr)(?=\[)")
_START = re.compile(r"\A|(?<!\w)(?:([a-z0-9]+)|[^\s.,])")
_RUN = re.compile(r"[a-z0-9]+")
_SIGN = re.compile(r"[^\x00-\x7f]")
_BETWEEN = r"[^\w.!?]{1,6}"
_SENTENCE_START = r"(?:\A|(?<=[.!?\n])|(?<=[.!?\n] ))[^\w.!?]*"
_SENTENCE_END = r"(?=[^\w.!?]*(?:[.!?\n]|\Z))"
_KEPT = frozenset(
    {"we'll", "he'll", "she'll", "we're", "i'd"}
)  # other words without the apostrophe
_GAPS = {"..": 3, "...": 8}
_STEM = 4  # letters by which a word with any ending is looked up
ENOUGH = 40  # matches of one phrase, signals of one label, in one text; more says nothing new
_ELIDED = 2  # "t'lass" is looked up by "lass" and starts with "t'"
_REACH = 150  # characters that a phrase may stretch to either side of its rarest word


def read_table(text: str) -> dict[str, list[str]]:
    """Take a table file apart: `# ` begins a comment, `[label]` a section."""
    table: dict[str, list[str]] = {}
    section: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = table.setdefault(line[1:-1], [])
        elif line and not line.startswith("# "):
            section.append(line)
    return table


class Words:
    """The classes of words that phrases share, and the words too common to look up by."""

    def __init__(self, table: Table) -> None:
        self._classes = {name: "".join(lines).split("|") for name, lines in table.items()}
        self.common = frozenset(self._classes["common"])

    def open(self, slot: str) -> list[str]:
        """The words of a slot, classes opened."""
        words: list[str] = []
        for word in slot.split("|"):
            inner = self._classes[word[1:-1]] if word.startswith("<") else None
            words += [word] if inner is None else self.open("|".join(inner))
        return words


@dataclass(frozen=True)
class Phrase:
    """One line of a table; compiled when it is first needed."""

    label: str
    line: str
    words: Words

    @cached_property
    def needles(self) -> frozenset[str]:
        """Words of which a text must hold at least one for the phrase to be in it."""
        _, best = self._rarest_slot
        return best | {word.replace("'", "") for word in best}

    @cached_property
    def reach(self) -> int:
        """How many characters before one of its needles the phrase can begin."""
        until, _ = self._rarest_slot
        slots = self.line.split()[: until + 1]
        if any(slot in _GAPS for slot in slots):
            return _REACH
        words = (self.words.open(slot.removesuffix("?")) for slot in slots if slot[0] != "!")
        return min(_REACH, sum(max(map(_length, choice)) for choice in words))

    @cached_property
    def openings(self) -> frozenset[str]:
        """The letters and digits with which the phrase can begin; none where anything may."""
        found: set[str] = set()
        for slot in self.line.split():
            for word in self.words.open(slot.removesuffix("?")):
                part = RUN_TOGETHER.sub(r"\g<0>'", word.split("_")[0])
                begins = _RUN.match(part)
                if slot == "^" or begins is None or part[begins.end() :][:1] in ("*", "#"):
                    return frozenset()
                found |= {begins.group(), *_RUN.findall(part.replace("'", ""))[:1]}
            if slot[-1] != "?":
                break
        return frozenset(found)

    @cached_property
    def _rarest_slot(self) -> tuple[int, frozenset[str]]:
        """Which slot a phrase is looked up by, and its words."""
        candidates: list[tuple[int, frozenset[str]]] = []
        for place, slot in enumerate(self.line.split()):
            if slot in ("^", "$", *_GAPS) or slot[0] == "!" or slot[-1] == "?":
                continue
            words = [self._rarest(word) for word in self.words.open(slot)]
            if all(words):
                candidates.append((place, frozenset(words)))
        if not candidates:
            raise ValueError(f"the phrase {self.line!r} needs one slot of whole words")
        common = self.words.common
        return min(candidates, key=lambda one: (len(one[1] & common), len(one[1])))

    def _rarest(self, word: str) -> str:
        parts = [part for part in map(_needle, re.split("[_-]", word)) if part]
        return min(parts, key=lambda p: (p in self.words.common, -len(p)), default="")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The phrase as a regular expression over plain text; bounded, so linear."""
        parts: list[str] = []
        first = True
        for slot in self.line.split():
            if slot == "^":
                parts.append(_SENTENCE_START)
                continue
            if slot in _GAPS:
                parts.append(rf"(?:{_BETWEEN}[\w']+){{0,{_GAPS[slot]}}}?")
                continue
            words = self.words.open(slot.removeprefix("!").removesuffix("?"))
            choice = "|".join(_expression(word) for word in sorted(words, key=len, reverse=True))
            part = rf"(?:{choice})(?!\w)"
            if first:
                part = rf"(?<!\w){part}"
                parts.append(rf"(?:{part}{_BETWEEN})?" if slot[-1] == "?" else part)
                first = slot[-1] == "?"
                continue
            part = _BETWEEN + part
            if "$" in words:
                part = rf"(?:{part}|{_SENTENCE_END})"
            if "is" in words and self.label.startswith("allegation"):
                part = rf"(?:{part}|'s(?!\w))"  # "the head's a thief"
            if slot[0] == "!":
                part = rf"(?!{part})"
            parts.append(f"(?:{part})?" if slot[-1] == "?" else part)
        return re.compile("".join(parts))


def _expression(word: str) -> str:
    if word == "$":
        return r"(?!)"  # the end of a sentence is no word
    spelt = "_".join(RUN_TOGETHER.sub(r"\g<0>'", part) for part in word.split("_"))
    escaped = re.escape(spelt).replace("_", r"[^\w.!?]{1,3}")
    if word.split("_")[0] not in _KEPT:
        escaped = escaped.replace("'", "'?")
    escaped = _TITLE.sub(r"\1\\.?", escaped)
    return escaped.replace(r"\*", r"\w*").replace(r"\#", r"\d{1,2}")


def _length(word: str) -> int:
    """How many characters a word of a slot can take with what stands between it and the next."""
    return len(word) + 2 * word.count("_") + (30 if word.endswith("*") else 0) + 10


def _needle(part: str) -> str:
    """How a text's words show that this part of a phrase may be in it; "" where they cannot."""
    stem = part.removesuffix("*")
    if part.isascii() and not _WORD.fullmatch(stem):
        return ""
    if stem == part:
        return part
    return f"{stem[:_STEM]}*" if len(stem) >= _STEM else ""


class PhraseBook:
    """Many tables behind one look-up by word.

    A label `not:x` excuses: whatever label begins with `x` and overlaps it does not count.
    """

    def __init__(self, tables: Iterable[Table], words: Words) -> None:
        self._by_needle: dict[str, list[Phrase]] = defaultdict(list)
        for table in tables:
            for label, lines in table.items():
                for line in lines:
                    phrase = Phrase(label, line, words)
                    for needle in phrase.needles:
                        self._by_needle[needle].append(phrase)

    def find(self, text: Normalised, beside: Normalised | None = None) -> list[Signal]:
        """Every phrase in a text, as signals whose spans are those of the original.

        Where the text was already searched in another form, `beside`, only what stands near
        words that this one does not have is looked at.
        """
        text = spell_out(text)
        known = frozenset(_WORD.findall(spell_out(beside).plain)) if beside else frozenset()
        starts: dict[int, str | None] = {
            match.start(): match.group(1) for match in _START.finditer(text.plain)
        }
        order = list(starts)
        found = [
            Signal("rules", phrase.label, 1.0, start, end)
            for phrase, places in self._candidates(text.plain, known)
            for start, end in islice(_matches(phrase, text.plain, places, starts, order), ENOUGH)
        ]
        excused = _excused(found, len(text.plain))
        return [
            _at_original(signal, text)
            for signal in found
            if not signal.label.startswith("not:")
            and not any(
                signal.label.startswith(what) and 1 in places[signal.start : signal.end]
                for what, places in excused.items()
            )
        ]

    def _candidates(self, plain: str, known: frozenset[str]) -> Iterator[tuple[Phrase, list[int]]]:
        """The phrases that may be in a text, and where; near words that are not known."""
        words = [(match.group(), match.start()) for match in _WORD.finditer(plain)]
        new = [start for word, start in words if word not in known] if known else []
        places: dict[str, list[int]] = defaultdict(list)
        for word, start in words:
            if known and not _any_within(new, start, _REACH):
                continue
            for form in _forms(word) & self._by_needle.keys():
                places[form].append(start)
        if not plain.isascii() and not known:
            for match in _SIGN.finditer(plain):
                if match.group() in self._by_needle:
                    places[match.group()].append(match.start())
        by_phrase: dict[int, tuple[Phrase, list[int]]] = {}
        for form, starts in places.items():
            for phrase in self._by_needle[form]:
                by_phrase.setdefault(id(phrase), (phrase, []))[1].extend(starts)
        yield from by_phrase.values()


def _any_within(places: Sequence[int], place: int, reach: int) -> bool:
    """Whether any of some ascending places is near this one."""
    at = bisect_left(places, place - reach)
    return at < len(places) and places[at] <= place + reach


def _forms(word: str) -> set[str]:
    """How a word of a text may be spelt as a needle."""
    forms = {word}
    if "'" in word:
        forms |= {*word.split("'"), word.replace("'", "")}
    return forms | {f"{form[:_STEM]}*" for form in forms}


def _matches(
    phrase: Phrase,
    plain: str,
    needles: list[int],
    starts: Mapping[int, str | None],
    order: Sequence[int],
) -> Iterator[tuple[int, int]]:
    """Where a phrase stands: tried only where a word that may open it starts, as far before its
    needles as it can begin.
    """
    end = tried = -1
    for needle in sorted(needles):
        first = bisect_left(order, max(needle - phrase.reach, end, tried + 1))
        for start in order[first : bisect_right(order, needle + _ELIDED)]:
            tried = start
            if start < end or (phrase.openings and starts[start] not in phrase.openings):
                continue
            match = phrase.pattern.match(plain, start, start + 2 * _REACH)
            if match:
                end = match.end()
                yield match.span()


def _excused(found: Iterable[Signal], size: int) -> dict[str, bytearray]:
    """What is excused, by the beginning of its label, and at which characters (1) of the text."""
    excused: dict[str, bytearray] = {}
    for signal in found:
        if signal.label.startswith("not:"):
            places = excused.setdefault(signal.label[4:], bytearray(size))
            places[signal.start : signal.end] = b"\1" * (signal.end - signal.start)
    return excused


def _at_original(signal: Signal, text: Normalised) -> Signal:
    start, end = text.span(signal.start, signal.end)
    return Signal(signal.source, signal.label, signal.score, start, end)
