"""Names: who in a text may be a child or a private person.

A name alone says little. The signals are `name.first` (an initial belongs to it: "Olivia B"),
`name.full` and `name.own` (a writer's own child); what follows from them together is decided in
`bot.findings`. Names of the school's own list count wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from bot.model import Signal
from bot.rules.book import is_ordinary
from bot.rules.phrases import read_table
from bot.text import Normalised

_TOKEN = re.compile(r"(?<![\w@#'])[a-z](?:[a-z'-]{0,40}[a-z])?(?![\w@])")
_OWN = re.compile(
    r"(?<!\w)(?<!its )(?<!it's )(?:my|our|me)(?: (?:own|little|beautiful|"
    r"gorgeous|youngest|eldest|oldest|lovely|clever|amazing|wee|big|brave|poor|darling|special|sweet|baby|autistic|dear|twins?))*"
    r"( (?:son|daughter|boy|girl|lad|lass|child|grandson|granddaughter|nephew|niece|stepson|"
    r"stepdaughter|godson|goddaughter|bairn|grandchild|twin|twins|kids|children|boys|girls|man|"
    r"princess|brother|sister|one))?,? ([a-z][a-z'-]{1,24})(?!\w)"
)
_TITLED = re.compile(
    r"(?:\b(?:mr|mrs|miss|ms|mx|dr|sir|auntie|aunty|uncle|nanny|saint|st|pc|cllr|councillor|rev|prof|"
    r"barrister)\.? ?)$"
)
_CHILD = re.compile(
    r"\b(?:lad|lass|lassie|laddie|boy|girl|kid|child|bairn|wean|pupil|wee|little|young|called|named)"
    r",? $"
)
_GOES_ON = re.compile(r" (?:in|from|has|is|was|had|got|and|hit) |'s ")
_BEFORE_A_CLASS = re.compile(
    r"\.?,? ?(?:(?:is |was |who is |who's |aged \d\d? )?"
    r"(?:in|from|of|at) |\()?$"
)
_PLACE = re.compile(r" (?:street|road|lane|avenue|close|drive)\b")
_PARTICLES = frozenset({"de", "da", "dos", "van", "der", "von", "bin", "ap", "le", "la"})
_PARTS = 4  # of one name at most
_NO_INITIAL = frozenset("aiunrxy")  # "a", "I", "u", kisses: an initial only before a class


class _Word(NamedTuple):
    word: str
    start: int
    end: int
    capital: bool


class Local(NamedTuple):
    """The school's own list: single names, and whole ones by their first word."""

    first: frozenset[str]
    full: dict[str, tuple[tuple[str, ...], ...]]


@cache
def _lists() -> dict[str, frozenset[str]]:
    table = read_table(Path(__file__).with_name("names.txt").read_text("utf-8"))
    return {name: frozenset("".join(lines).split("|")) for name, lines in table.items()}


@lru_cache(maxsize=2)
def _local(given: frozenset[str]) -> Local:
    full: dict[str, tuple[tuple[str, ...], ...]] = {}
    for parts in sorted(tuple(name.split()) for name in given):
        if len(parts) > 1:
            full[parts[0]] = (parts, *full.get(parts[0], ()))
    return Local(frozenset(name.split()[0] for name in given), full)


class _Reader:
    """One text's words, and what the lists say of them."""

    def __init__(self, text: Normalised, class_spans: Sequence[Signal], local: Local) -> None:
        original = text.original
        self.text, self.plain, self.local = text, text.plain, local
        self.shouting = sum(map(str.isupper, original)) * 2 > sum(map(str.isalpha, original))
        self.inside = {place for one in class_spans for place in range(one.start, one.end)}
        self.starts = {one.start for one in class_spans}
        self.words = [
            _Word(
                match.group().removesuffix("'s"),
                match.start(),
                match.end() - 2 * match.group().endswith("'s"),
                original[text.offsets[match.start()]].isupper(),
            )
            for match in _TOKEN.finditer(text.plain)
        ]
        lists = _lists()
        self.first, self.last = lists["first"], lists["last"]
        self.ambiguous, self.stop = lists["ambiguous"], lists["no_surname"]
        self.public = lists["public"]

    def find(self) -> Iterator[Signal]:
        at = 0
        while at < len(self.words):
            word = self.words[at]
            if not (word.capital or self.known(word.word)) or self._titled(word):
                at += 1
                continue
            whole = self._whole(at)
            if whole:
                if not self._public(at, whole):
                    for one in self.words[at:whole]:
                        if self._is_first(one):
                            yield self.signal("name.first", one.start, one.end)
                    yield self.signal("name.full", word.start, self.words[whole - 1].end)
                at = whole
                continue
            end = self._with_initial(at)
            if end or self._is_first(word) or self._in_a_class(at):
                yield self.signal("name.first", word.start, end or word.end)
            at += 1

    def known(self, word: str) -> bool:
        return word in self.first or word in self.ambiguous or word in self.local.first

    def doubtful(self, word: str) -> bool:
        """Whether a known name is a word as well."""
        if word in self.first:
            return word in self.ambiguous
        return word in self.ambiguous or word in _lists()["word"] or is_ordinary(word)

    def strange(self, one: _Word) -> bool:
        """Whether a capitalised word is on none of our lists, of names or of other words."""
        return (
            one.capital
            and not self.shouting
            and len(one.word) > 1
            and one.word not in self.stop
            and not is_ordinary(one.word)
        )

    def signal(self, label: str, start: int, end: int) -> Signal:
        return Signal("rules", label, 1.0, *self.text.span(start, end))

    def _titled(self, one: _Word) -> bool:
        return bool(_TITLED.search(self.plain[max(0, one.start - 12) : one.start]))

    def _public(self, at: int, end: int) -> bool:
        first = self.words[at].word
        return any(f"{first} {one.word}" in self.public for one in self.words[at + 1 : end])

    def _next(self, at: int) -> _Word | None:
        """The word right after this one, with one blank between them."""
        if at + 1 >= len(self.words):
            return None
        here, there = self.words[at], self.words[at + 1]
        close = there.start == here.end + 1 and self.plain[here.end] == " "
        return there if close else None

    def _before_a_class(self, end: int) -> bool:
        starts = (self.text.offsets[end] + i for i in range(26))
        found = next((start for start in starts if start in self.starts), None)
        if found is None:
            return False
        between = self.text.original[self.text.offsets[end] : found].lower()
        return between != "" and bool(_BEFORE_A_CLASS.fullmatch(between))

    def _in_front(self, end: int) -> bool:
        """The same in so many words, as strange names need: "in 4C", "(4C", not "Vikings 4C"."""
        after = self.plain[end : end + 8].lstrip(" ,.")
        return self._before_a_class(end) and after.startswith(
            ("in ", "from ", "(", "of ", "is in ")
        )

    def _whole(self, at: int) -> int:
        """Where the name that begins here ends, if it is a full one; else 0."""
        return self._listed(at) or self._capitalised(at) or self._small(at)

    def _listed(self, at: int) -> int:
        for parts in self.local.full.get(self.words[at].word, ()):
            end = at + len(parts)
            rest = [self._next(place) for place in range(at, end - 1)]
            if tuple(one.word for one in rest if one) == parts[1:]:
                return end
        return 0

    def _capitalised(self, at: int) -> int:
        word = self.words[at]
        if not word.capital or self.shouting:
            return 0
        known = self.known(word.word)
        if not known and not self.strange(word):
            return 0
        end = at + 1
        while end - at < _PARTS and (one := self._next(end - 1)) and self._is_part(end, one):
            end += 1
        parts = self.words[at + 1 : end]
        if not parts or all(one.word in _PARTICLES for one in parts):
            return 0
        if self._of_the_class(parts[-1]):
            return 0
        last = parts[-1].word
        if known:
            only_a_word = word.word not in self.first and word.word not in self.local.first
            return 0 if only_a_word and last in self.first else end
        mere = len(parts) == 1 and last in self.first and last not in self.last  # "Poor Alfie"
        strange = all(
            self.strange(one)
            or one.word in _PARTICLES
            or one.word in self.last
            or one.word in self.first
            for one in parts
        )
        return end if strange and not mere and self._in_front(parts[-1].end) else 0

    def _is_part(self, at: int, one: _Word) -> bool:
        """Whether a word that follows a first name belongs to the name."""
        if one.word in _PARTICLES or len(one.word) == 1:
            then = self._next(at)
            return then is not None and then.capital and then.word not in self.stop
        common = one.word in self.stop or (is_ordinary(one.word) and one.word not in self.last)
        return one.capital and not common

    def _opens(self, one: _Word) -> bool:
        """Whether a word begins a sentence, where any word has a capital."""
        at = self.text.offsets[one.start]
        before = self.text.original[max(0, at - 4) : at].rstrip()
        return not before or before[-1] in ".!?\n"

    def _of_the_class(self, one: _Word) -> bool:
        return self.text.offsets[one.start] in self.inside

    def _small(self, at: int) -> int:
        """Names typed in small letters, as far as lists or a class tell: "olivia grace hughes"."""
        first = self.words[at].word
        if not self.known(first) or self.doubtful(first):
            return 0
        end = at + 1
        while end - at < _PARTS and (one := self._next(end - 1)):
            if one.capital != self.words[at].capital:
                return 0
            end += 1
            if one.word in self.last and one.word not in self.stop:
                return end
            if not self.known(one.word):
                common = one.word in self.stop or is_ordinary(one.word) or len(one.word) < 3
                return 0 if common or not self._before_a_class(one.end) else end
        return 0

    def _with_initial(self, at: int) -> int:
        """Where a first name with an initial ends ("Tom H", "olivia b in 3b"); else 0."""
        word, one = self.words[at], self._next(at)
        if one is None or len(one.word) != 1 or one.end - one.start != 1:
            return 0
        in_class = self._before_a_class(one.end)
        if not self.known(word.word):
            return one.end if in_class and one.capital and self._in_words(word) else 0
        if self.doubtful(word.word) and not word.capital:
            return 0
        if one.word in _NO_INITIAL:
            return one.end if in_class and one.capital and not self.shouting else 0
        return one.end if in_class or (one.capital and word.capital and not self.shouting) else 0

    def _is_first(self, one: _Word) -> bool:
        """Whether a word is a first name here: one that is a word as well needs a capital."""
        if not self.known(one.word) or self._of_the_class(one):
            return False
        if not self.doubtful(one.word):
            return True
        after = self.plain[one.end : one.end + 10]
        opens = self._opens(one) and not _GOES_ON.match(after)
        return one.capital and not opens and not self.shouting and not _PLACE.match(after)

    def _in_a_class(self, at: int) -> bool:
        """Whether a name that is on no list stands where a child's would: "wee Zuzka in 4C"."""
        word = self.words[at]
        return self._in_words(word) and self._in_front(word.end)

    def _in_words(self, word: _Word) -> bool:
        """Whether the words before say that a child is named: "wee Zuzka"."""
        before = self.plain[max(0, word.start - 12) : word.start]
        in_class = self._of_the_class(word)
        return self.strange(word) and not in_class and _CHILD.search(before) is not None


def names(
    text: Normalised, class_spans: Sequence[Signal], given: frozenset[str] = frozenset()
) -> list[Signal]:
    """First and full names, as far as lists, capital letters and the school's own list tell.

    `given` are the names of that list, in plain form (`bot.text`).
    """
    reader = _Reader(text, class_spans, _local(given))
    found = list(reader.find())
    for match in _OWN.finditer(text.plain):
        start, end = match.span(2)
        name = match.group(2).removesuffix("'s")
        one = _Word(name, start, start + len(name), text.original[text.offsets[start]].isupper())
        if reader.known(name):
            fits = not reader.doubtful(name) or one.capital
        else:
            fits = match.group(1) is not None and reader.strange(one)
        if fits:
            found.append(reader.signal("name.own", start, end))
    return found
