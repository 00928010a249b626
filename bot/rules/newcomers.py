"""What a newcomer says of themselves: words to point at, never a judgement and never a score.

Each pointer quotes what stands in the bio, the name or the handle; a person reads it and decides.
"My year 5 wants …" is a parent, "10 years in the police" is no age. Nothing here is compared with
pupils' records, and nothing is guessed from a name or a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from enum import StrEnum

from bot.model import Person
from bot.text import Normalised, normalise


class Pointing(StrEnum):
    """What a pointer is about."""

    AGE = "age"
    SCHOOL_YEAR = "school_year"
    PUPIL = "pupil"
    PARENT = "parent"
    STAFF = "staff"
    BUSINESS = "business"
    ADULT = "adult"
    FOLLOW_BACK = "follow_back"
    LOOK_ALIKE = "look_alike"
    NEW_ACCOUNT = "new_account"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Words to look at: `where` is "bio", "name", "handle" or "facts"; `words` stand there."""

    kind: Pointing
    where: str
    words: str


@dataclass(frozen=True, slots=True)
class School:
    """What has to be known of the school: its name, handles like its own, its people's names."""

    name: str
    handles: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    age_from: int = 13


_LONGEST = 5000  # characters of a bio that are looked at: more than any platform takes
_MOST = 12

_BREAK = re.compile(r"[.|,;:/\n•·!?]")
_FAMILY = re.compile(
    r"\b(?:my|our|mums?|mam|mom|mummy|dads?|daddy|parents?|carer|nan|nanny|gran\w*|grandads?|"
    r"aunt\w*|auntie|uncle|tata|son|sons|daughters?|kids?|child|children|boys?|girls?|lads?|"
    r"little ones?|school run|homework)\b"
)
_TEACHES = re.compile(r"\b(?:teach\w*|tutor|ta|governor)\b")
_PAST = re.compile(r"\b(?:was|were|when i|back in|ex|former|past|since)\b")
_LONG_TIME = re.compile(
    r"\b(?:for|over|last|past|nearly|almost|after|than|about|married|together|sober|clean|working|"
    r"living|teaching|driving|nursing|running|here)$"
)
_YEAR = re.compile(
    r"(?<![\w£$.,:/-])(?:years?|yr|y)[ -]?(?:1[0-3]|[1-9])(?!\d)\b(?! ?(?:years?|yrs?|old|months))"
    r"|\byear (?:one|two|three|four|five|six)\b"
)
_CLASS_OF = re.compile(r"\bclass of '?(20\d\d)\b")
_AGES = (
    re.compile(
        r"(?<![\d.,£$/-])(\d{1,2}) ?-?(?:yrs?|years?|y/o|yo)\b(?: ?-?old)?"
        r"(?! (?:in|of|at|as|with|on|experience|sober|married|together|teaching|and counting))"
    ),
    re.compile(r"\bage[d:]? ?(\d{1,2})(?!\d| ?[-+–])"),
    re.compile(r"\bi'?m (\d{1,2})(?! ?(?:%|weeks|months|minutes|hours|days|stone|ft|kids|st))\b"),
    re.compile(r"(?:^|[|•·/\n,]) ?(\d{1,2}) ?(?=$|[|•·/\n,])"),
)
_BORN = re.compile(r"\bborn (?:in )?(20\d\d)\b|\bb\. ?(20\d\d)\b")
_PARENT = re.compile(
    r"\b(?:mum|mam|mummy|dad|daddy|parent|carer|nan|nanny|grandad|grandma|granny|grandparent)"
    r"(?: of| to| x ?\d)?\b|\b(?:my|our) (?:son|daughter|kids|children|boys|girls|lad)\b"
)
_NO_PARENT = re.compile(r"\b(?:my|our|your|step|foster) (?:mum|mam|mummy|dad|nan|grandad|gran)\b")
_PUPIL = re.compile(r"\b(?:pupil|student|prefect|i go)\b")
_STAFF = re.compile(
    r"\b(?:head ?teacher|deputy head|teacher|teaching assistant|senco|caretaker|governor|"
    r"works? (?:at|for)|staff)\b"
)
_BUSINESS = re.compile(
    r"\bdms? (?:for|me|open)|\blink in (?:my )?bio\b|\bpromo\w*|\bdiscount\b|\bcrypto\b|\bforex\b|"
    r"\bfinancial advice\b|\bwork from home\b|\bearn (?:£|\$|money|cash|from)|\bshop now\b|"
    r"\bbook(?:ings)? (?:now|open|via)\b|\bsales?@|\bwe (?:sell|deliver|supply)\b|"
    r"\bfree quotes?\b|\b(?:ltd|limited)\b"
)
_FOLLOW_BACK = re.compile(r"\bfollow(?:s|ing)?[ -]?back\b|\bf4f\b|\bfollow for follow\b|\bifb\b")
_ADULT = re.compile(r"\b18 ?\+|\bnsfw\b|\bonly ?fans\b|\badult (?:content|only)|🔞")
_GENERIC = frozenset(
    [
        "the",
        "of",
        "and",
        "st",
        "saint",
        "primary",
        "junior",
        "infant",
        "infants",
        "school",
        "academy",
        "c",
        "e",
        "church",
        "england",
    ]
)
_SWAPS = str.maketrans("015$|!", "olslll")
_PLUMAGE = re.compile(r"(?:official|real|uk|page|hq|\d+)$")
_NEAR = 0.88
_NEW = timedelta(days=30)


def pointers(
    name: str, handle: str, bio: str, facts: Mapping[str, str], school: School, today: date
) -> tuple[Pointer, ...]:
    """Everything to point at, in a fixed order; any Unicode, any length, any part missing."""
    text = normalise(bio[:_LONGEST])
    found = [
        *_ages(text, school.age_from, today),
        *_school_years(text, today),
        *_of_this_school(text, school),
        *_parents(text),
        *_named_like_staff(name, handle, school.people),
        *_look_alikes(name, handle, school),
        *_first(Pointing.BUSINESS, _BUSINESS, text),
        *_first(Pointing.ADULT, _ADULT, text),
        *_first(Pointing.FOLLOW_BACK, _FOLLOW_BACK, text),
        *_facts(facts, today),
    ]
    order = list(Pointing)
    unique = dict.fromkeys(sorted(found, key=lambda one: order.index(one.kind)))
    return tuple(unique)[:_MOST]


def _ages(text: Normalised, age_from: int, today: date) -> Iterator[Pointer]:
    for pattern in _AGES:
        for match in pattern.finditer(text.plain):
            before = _before(text, match.start())
            if not 5 <= int(match[1]) < age_from or _LONG_TIME.search(before.rstrip()):
                continue
            if _PAST.search(before):
                continue
            yield _pointer(_whose(before, text, match, Pointing.AGE), text, match)
    for match in _BORN.finditer(text.plain):
        age = today.year - int(match[1] or match[2])
        if 3 <= age <= age_from:
            before = _before(text, match.start())
            yield _pointer(_whose(before, text, match, Pointing.AGE), text, match)


def _school_years(text: Normalised, today: date) -> Iterator[Pointer]:
    for match in _YEAR.finditer(text.plain):
        before = _before(text, match.start())
        if not _PAST.search(before):
            yield _pointer(_whose(before, text, match, Pointing.SCHOOL_YEAR), text, match)
    for match in _CLASS_OF.finditer(text.plain):
        if int(match[1]) >= today.year:
            before = _before(text, match.start())
            yield _pointer(_whose(before, text, match, Pointing.SCHOOL_YEAR), text, match)


def _whose(before: str, text: Normalised, match: re.Match[str], own: Pointing) -> Pointing:
    """Somebody else's child, a class that one teaches, or what one says of oneself."""
    after = _BREAK.split(text.plain[match.end() : match.end() + 25])[0]
    if _TEACHES.search(before) or _TEACHES.search(after):
        return Pointing.STAFF
    if _FAMILY.search(before) or _FAMILY.search(after):
        return Pointing.PARENT
    return own


def _of_this_school(text: Normalised, school: School) -> Iterator[Pointer]:
    """Pupil or staff, in one breath with the school's own name."""
    own = re.findall(r"[a-z]+", normalise(school.name).plain)
    words = [word for word in own if word not in _GENERIC and len(word) > 3]
    if not words:
        return
    here = re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b")
    for kind, pattern in ((Pointing.PUPIL, _PUPIL), (Pointing.STAFF, _STAFF)):
        for match in pattern.finditer(text.plain):
            around = _before(text, match.start()), text.plain[match.start() : match.end() + 40]
            if _PAST.search(around[0]) or _FAMILY.search(around[0]):
                continue
            if any(here.search(part) for part in around):
                yield _pointer(kind, text, match)


def _parents(text: Normalised) -> Iterator[Pointer]:
    for match in _PARENT.finditer(text.plain):
        if not _NO_PARENT.search(text.plain[max(0, match.start() - 7) : match.end()]):
            yield _pointer(Pointing.PARENT, text, match)


def _named_like_staff(name: str, handle: str, people: Sequence[Person]) -> Iterator[Pointer]:
    """Named as the school's people are named: they themselves, a namesake, or somebody else."""
    shown, letters = _letters(name), _letters(handle)
    for person in people:
        for known in (person.name, *person.spoken_of):
            wanted = _letters(known)
            if len(wanted) < 5 or wanted.startswith("the"):
                continue
            if shown == wanted:
                yield Pointer(Pointing.STAFF, "name", name)
            if letters.startswith(wanted):
                yield Pointer(Pointing.STAFF, "handle", f"@{handle}")


def _look_alikes(name: str, handle: str, school: School) -> Iterator[Pointer]:
    """A handle or a name that one could take for one of the school's own."""
    mine = _skeleton(handle)
    for known in school.handles:
        theirs = _skeleton(known)
        if len(theirs) < 5 or not mine or handle.lower() == known.lower():
            continue
        if mine == theirs or SequenceMatcher(None, mine, theirs).ratio() >= _NEAR:
            yield Pointer(Pointing.LOOK_ALIKE, "handle", f"@{handle}")
            break
    if name and _skeleton(name) == _skeleton(school.name):
        yield Pointer(Pointing.LOOK_ALIKE, "name", name)


def _first(kind: Pointing, pattern: re.Pattern[str], text: Normalised) -> Iterator[Pointer]:
    match = pattern.search(text.plain)
    if match:
        yield _pointer(kind, text, match)


def _facts(facts: Mapping[str, str], today: date) -> Iterator[Pointer]:
    following, followers = _number(facts, "following"), _number(facts, "followers")
    if following >= 1000 and following >= 10 * followers:
        said = f"follows {following}, followed by {followers}"
        yield Pointer(Pointing.FOLLOW_BACK, "facts", said)
    try:
        joined = date.fromisoformat(facts.get("joined", ""))
    except ValueError:
        return
    if facts.get("picture") == "default" and today - joined <= _NEW:
        yield Pointer(
            Pointing.NEW_ACCOUNT, "facts", f"no picture, joined {joined.day} {joined:%B %Y}"
        )


def _number(facts: Mapping[str, str], name: str) -> int:
    value = facts.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() else 0


def _before(text: Normalised, start: int) -> str:
    """What stands before, back to the last break: one breath."""
    return _BREAK.split(text.plain[max(0, start - 40) : start])[-1]


def _pointer(kind: Pointing, text: Normalised, match: re.Match[str]) -> Pointer:
    start, end = text.span(*match.span())
    return Pointer(kind, "bio", text.original[start:end].strip(" |•·/\n,"))


def _letters(words: str) -> str:
    return "".join(re.findall(r"[a-z]", normalise(words).plain))


def _skeleton(words: str) -> str:
    """What is left when look-alike letters, digits for letters and plumage are undone."""
    plain = normalise(words).plain
    bare = "".join(re.findall(r"[a-z0-9$|!]", plain))
    bare = _PLUMAGE.sub("", bare) or bare
    return bare.translate(_SWAPS).replace("rn", "m").replace("vv", "w").replace("i", "l")
