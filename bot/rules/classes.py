"""Classes and years: "3B", "Year 4", "Mrs Bramley's class", "Oak class", "in Kestrels"."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.model import Signal
from bot.rules.book import is_ordinary
from bot.rules.phrases import read_table
from bot.text import Normalised

_CLASS = re.compile(
    r"(?<![\w£$.,:/-])(?:"
    r"(?:years?|yr|y)[ -]?(?:[1-9]|1[0-3])(?:\.?[a-z])?|year (?:one|two|three|four|five|six)"
    r"|class (?:[1-9][a-z]?|of (?:mr|mrs|miss|ms) [a-z]+)|[1-6][abcefhjlmnqrtwy]"
    r"|p[1-7]"
    r"|(?:mr|mrs|miss|ms)\.? [a-z]+'?s'? (?:class|form|group|set)"
    r")(?![\w%£'/-]|:\d)"
)
_RECEPTION = re.compile(r"\b(?:in|from|for|of|to) (?:reception|nursery|foundation|eyfs)\b")
_NOT_CLASS = re.compile(
    r"[1-6](?:st|nd|rd|th|am|pm|ft|in|kg|km|cm|mm|lb|oz|hr|hrs|yo|yr|mo|ml|gb|tb|mb|dp|pl|yd|pt|"
    r"up|es)|y2k$"
)
# Letters that mean something else after a digit, and pairs of them: only where a class is meant.
_LETTERED = re.compile(r"(?<=\b(?:in|of|to) )[1-6][a-z]{1,2}\b|(?<=\b(?:from) )[1-6][a-z]{1,2}\b")
_NOT_LETTERED = re.compile(r"3d|2d|4k|5k|[345]g|[1-6](?:pm|am|kg|km|gb|tb|mb|cm|mm)")
_WORD = r"[a-z][a-z-]{2,20}"
_X_CLASS = re.compile(rf"(?<![\w'])({_WORD})(?:'s|s')? class(?!\w)")
_CLASS_X = re.compile(rf"(?<!\w)(?:(?:in|from|of|for|to|and) )?(class ({_WORD}))(?![\w'])")
_IN_X = re.compile(rf"(?<!\w)(in|from|to|of|for|joins?|called) (?:the )?({_WORD})(?![\w-])")
_YEAR_X = re.compile(rf"(?<![\w£$.,:/-])(?:years? |yr ?|y)?[1-6] ?({_WORD})(?![\w-])")
_GOES_ON = re.compile(
    r"'?s? (?:class|road|street|rd|st|close|lane|avenue|way|drive|park|house|court|mews|rise|"
    r"terrace|crescent|gardens?|grove|place|row|walk|hill|view|croft|fold|garth|green|trees?|"
    r"syrup|tart|wood|farm|nest|box|feeders?|hood)\b"
)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What classes are named after: some by themselves, some with "class" alone; and what not."""
    table = read_table(Path(__file__).with_name("names.txt").read_text("utf-8"))
    sections = ("class", "class beside", "no class")
    alone, beside, none = (frozenset("".join(table[name]).split("|")) for name in sections)
    return alone, alone | beside, none


def classes(text: Normalised) -> list[Signal]:
    """Every class or year that a text names, as `who.class`."""
    spans = {
        match.span()
        for pattern in (_CLASS, _RECEPTION)
        for match in pattern.finditer(text.plain)
        if not _NOT_CLASS.fullmatch(match.group())
    }
    spans |= {
        match.span()
        for match in _LETTERED.finditer(text.plain)
        if _shown(text, *match.span()).isupper() and not _NOT_LETTERED.fullmatch(match.group())
    }
    spans |= set(_named(text))
    return [Signal("rules", "who.class", 1.0, *text.span(*span)) for span in sorted(spans)]


def _named(text: Normalised) -> list[tuple[int, int]]:
    alone, known, _ = _lists()
    plain = text.plain
    found = []
    for match in _X_CLASS.finditer(plain):
        word = match.group(1)
        strange = match.end(1) + 6 == match.end() and _by_capital(text, match.start())
        if _one(word) in known or (strange and not _common(word)):
            found.append(match.span())
    for match in _CLASS_X.finditer(plain):
        word, said = match.group(2), match.start() < match.start(1)
        if _capital(text, match.start(2)) and (_one(word) in known or (said and not _common(word))):
            found.append(match.span(1))
    for match in _IN_X.finditer(plain):
        before, word = match.groups()
        one = _one(word)
        if one not in alone or _GOES_ON.match(plain, match.end()):
            continue
        many = one != word
        if (_capital(text, match.start(2)) and (many or before == "in")) or (
            many and before in ("in", "from")
        ):
            found.append(match.span(2))
    for match in _YEAR_X.finditer(plain):
        word = match.group(1)
        many = _one(word) != word
        shown = _capital(text, match.start(1)) or not many
        if _one(word) in known and shown and not _GOES_ON.match(plain, match.end()):
            found.append(match.span())
    return found


def _one(word: str) -> str:
    """ "kestrels" → "kestrel", "finches" → "finch", "foxes" → "fox"."""
    if word.endswith(("ches", "xes", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _common(word: str) -> bool:
    return word in _lists()[2] or is_ordinary(word)


def _by_capital(text: Normalised, start: int) -> bool:
    """Whether a word has a capital that its place in the sentence does not ask for."""
    return _capital(text, start) and text.plain[max(0, start - 2) : start].strip(' "(') not in (
        "",
        *".!?\n",
    )


def _capital(text: Normalised, start: int) -> bool:
    at = text.offsets[start]
    return text.original[at : at + 1].isupper()


def _shown(text: Normalised, start: int, end: int) -> str:
    first, last = text.span(start, end)
    return text.original[first:last]
