"""The people of settings.toml in a text, by name or by how parents speak of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.model import Person, Role, Signal
from bot.text import Normalised, insert, normalise

_TITLES = r"(?:mr|mrs|miss|ms|mx|dr|sir)\.?"
_TITLED = re.compile(r"(?<!\w)(mr|mrs|miss|ms|mx|dr)\.?\s+([a-z][a-z'-]{0,24})(?![\w@$])")
_HAS_TITLE = re.compile(rf"{_TITLES}\s|the |our |[a-z]+ (?:of|in|on) ")
_WORD = re.compile(r"(?<![\w@#])[a-z][a-z-]{3,24}(?!\w)")
_MERELY_TOLD = re.compile(
    r"\b(?:told|tell|telling|asked|ask|asking|emailed|email|spoke to|speak to|speaking to|"
    r"spoken to|"
    r"reported (?:it |this |him |her )?to|report (?:it |this )?to|complained to|wrote to|rang|"
    r"raised it "
    r"with|raised this with|informed|let|contacted|meeting with|met with|thank|thanks to|"
    r"thankfully)"
    r"(?: our| the| poor| lovely)? ?$"
)
_HEADTEACHER = ("headteacher", "headmistress", "headmaster")
_MISSPELT = 5  # letters from which a name is still known with one of them wrong


@dataclass(frozen=True, slots=True)
class _Known:
    """How one person is spoken of; `titles` are those that parents are known to use, `rarest`
    words of which a text that names them holds one.
    """

    key: str
    pattern: re.Pattern[str] | None
    rarest: frozenset[str]
    first: str
    last: str
    titles: frozenset[str]
    head: bool


def people_in(text: Normalised, people: Sequence[Person]) -> list[Signal]:
    """One signal for each mention, `value` being the person's key.

    `person` is whoever the text speaks about, `person.told` whoever was merely told of something,
    `person.maybe` who may be the headteacher: a first name, or a surname misspelt.
    """
    return _spoken_of(text, _mentions(text.plain, _known(tuple(people))))


def people_and_titles(
    text: Normalised, people: Sequence[Person]
) -> tuple[list[Signal], Normalised]:
    """`people_in`, and the text with a title before bare names: so phrases see somebody in
    "Hartley stole it".
    """
    seen = _mentions(text.plain, _known(tuple(people)))
    bare = {
        end - len(text.plain[start:end].split()[-1])
        for label, _, start, end in (*seen.named, *seen.perhaps)
        if label != "who.head" and not _HAS_TITLE.match(text.plain, start)
    }
    titled = {match.start(2) for match in _TITLED.finditer(text.plain)}
    return _spoken_of(text, seen), insert(text, [(at, "mr ") for at in sorted(bare - titled)])


class _Mentions(NamedTuple):
    """Label, key, start and end of each, by how sure it is."""

    named: list[tuple[str, str, int, int]]
    titled: list[tuple[str, str, int, int]]
    perhaps: list[tuple[str, str, int, int]]


def _mentions(plain: str, known: Sequence[_Known]) -> _Mentions:
    return _Mentions(
        list(_by_pattern(plain, known)),
        list(_by_title(plain, known)),
        list(_perhaps_the_head(plain, known)),
    )


def _spoken_of(text: Normalised, seen: _Mentions) -> list[Signal]:
    sure = {start for _, _, start, _ in seen.named}
    named = [*seen.named, *(one for one in seen.titled if one[2] not in sure)]
    taken = {place for _, _, start, end in named for place in range(start, end)}
    found = []
    for label, key, start, end in (*named, *(one for one in seen.perhaps if one[2] not in taken)):
        told = _MERELY_TOLD.search(text.plain[max(0, start - 30) : start])
        told_label = "person.told" if told and label == "person" else label
        found.append(Signal("rules", told_label, 1.0, *text.span(start, end), key))
    return found


OFFICE = "the headteacher"


def in_office(words: str, people: Sequence[Person]) -> str:
    """The words with the headteacher's names replaced by the office: so a classifier, which knows
    no names, reads of the same person under every name and in every school.
    """
    heads = {person.key for person in people if Role.HEADTEACHER in person.roles}
    pieces: list[str] = []
    done = 0
    for one in sorted(people_in(normalise(words), people), key=lambda found: found.start):
        if one.value in heads and one.label != "person.maybe" and one.start >= done:
            pieces += (words[done : one.start], OFFICE)
            done = one.end
    return "".join((*pieces, words[done:]))


def _by_pattern(plain: str, known: Sequence[_Known]) -> Iterator[tuple[str, str, int, int]]:
    for one in known:
        if one.pattern and any(word in plain for word in one.rarest):
            for match in one.pattern.finditer(plain):
                yield ("person", one.key, *match.span())


def _by_title(plain: str, known: Sequence[_Known]) -> Iterator[tuple[str, str, int, int]]:
    """ "Mrs Hartly" and "Mrs H": a misspelt name or an initial after a fitting title."""
    surnames = {one.last for one in known}
    for match in _TITLED.finditer(plain):
        title, name = match.group(1), match.group(2).removesuffix("'s")
        if name in surnames:
            continue
        for one in known:
            fits = not one.titles or title in one.titles
            if fits and (
                (len(name) == 1 and one.last.startswith(name) and (one.titles or one.head))
                or (len(one.last) >= _MISSPELT and nearly(name, one.last))
            ):
                yield ("person", one.key, *match.span())


def _perhaps_the_head(plain: str, known: Sequence[_Known]) -> Iterator[tuple[str, str, int, int]]:
    heads = [one for one in known if one.head]
    initials = {word[:1] for one in heads for word in (one.first, one.last)} | {"h"}
    for match in _WORD.finditer(plain):
        word = match.group()
        if word[0] not in initials:
            continue
        for one in heads:
            misspelt = len(one.last) >= _MISSPELT and nearly(word, one.last)
            if word in (one.first, one.last) or (misspelt and word != one.last):
                yield ("person.maybe", one.key, *match.span())
        if word not in _HEADTEACHER and any(nearly(word, office) for office in _HEADTEACHER):
            yield ("who.head", "", *match.span())


def nearly(word: str, name: str) -> bool:
    """Whether one letter is wrong, missing, too many, or two are swapped."""
    if word[:1] != name[:1] or abs(len(word) - len(name)) > 1 or word == name:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), None)
    if at is None:
        return True
    rest, other = word[at:], name[at:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]


@lru_cache(maxsize=8)
def _known(people: tuple[Person, ...]) -> tuple[_Known, ...]:
    surnames = [_plain(person.name).split()[-1] for person in people if person.name.strip()]
    known = []
    for person in people:
        ways = {_plain(words) for words in (person.name, *person.spoken_of) if words.strip()}
        patterns = [re.escape(way).replace(r"\ ", r"\s+") for way in sorted(ways, key=len)[::-1]]
        words = _plain(person.name).split()
        rarest = {max(way.split(), key=len) for way in ways}
        if words and surnames.count(words[-1]) == 1 and len(words[-1]) > 2:
            surname = re.escape(words[-1])
            rarest.add(words[-1])
            patterns.append(rf"{_TITLES}\s+{surname}")
            if len(words[-1]) > 5:
                patterns.append(surname)  # too rare a word to be anything else
        spoken = " ".join(ways).replace(".", "").split()
        known.append(
            _Known(
                person.key,
                re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)") if patterns else None,
                rarest=frozenset(rarest),
                first=words[0] if len(words) > 1 and len(words[0]) > 2 else "",
                last=words[-1] if words else "",
                titles=_titles({one for one, _ in pairwise(spoken)}),
                head=Role.HEADTEACHER in person.roles,
            )
        )
    return tuple(known)


def _titles(used: set[str]) -> frozenset[str]:
    """The titles that may be meant where these are used: parents mix up "Miss" and "Mrs"."""
    both = {"mx", "dr"}
    if used & {"mrs", "miss", "ms"}:
        return frozenset({"mrs", "miss", "ms", *both})
    return frozenset({"mr", *both}) if "mr" in used else frozenset()


def _plain(words: str) -> str:
    return normalise(words).plain.strip()
