"""Names and classes: who in a text may be a child or a private person.

A name alone says little. The signals are `name.first`, `name.full`, `name.own` (a writer's own
child) and `who.class`; what follows from them together is decided in `bot.findings`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.model import Signal
from bot.rules.phrases import read_table
from bot.text import Normalised

_CLASS = re.compile(
    r"(?<![\w£$.,:/-])(?:"
    r"(?:years?|yr|y)[ -]?(?:[1-9]|1[0-3])(?:\.?[a-z])?|year (?:one|two|three|four|five|six)"
    r"|class (?:[1-9][a-z]?|of (?:mr|mrs|miss|ms) [a-z]+)|[1-6][abcefhjlmnqrtwy]"
    r"|p[1-7]"
    r"|(?:mr|mrs|miss|ms)\.? [a-z]+'?s'? class|[a-z]+ class(?= )"
    r")(?![\w%£'/-]|:\d)"
)
_RECEPTION = re.compile(r"\b(?:in|from|for|of|to) (?:reception|nursery|foundation|eyfs)\b")
_NOT_CLASS = re.compile(
    r"[1-6](?:st|nd|rd|th|am|pm|ft|in|kg|km|cm|mm|lb|oz|hr|hrs|yo|yr|mo|ml|gb|tb|mb|dp|pl|yd|pt|"
    r"up|es)|y2k$"
    r"|(?:the|a|this|that|what|first|world|high|working|middle|upper|dance|swimming|my|your|his|"
    r"her|their|our|whole|same|each|every|any|in|of|best|great|fitness|yoga|business|next|art|music|"
    r"cookery|no|all|to|cooking|pe|maths|english|after|before|during|another|one|spin|exercise|"
    r"zumba|karate|antenatal|baby|extra|science|history|french|other|which|and|wrong|second|is|top|"
    r"bottom|social|for|with|at|absolute|pure|total|real|sheer|proper|be|was|old|new|full|"
    r"small) class$"
)
_CAPITALISED = r"[A-Z][a-zà-öø-ÿ]{1,24}(?:[-'’][A-Z]?[a-zà-öø-ÿ]{1,24}){0,2}"
_TWO = re.compile(rf"(?<![\w@#'’])({_CAPITALISED}) +({_CAPITALISED})(?![\w])")
_PLAIN_TWO = re.compile(r"(?<![\w@#'.])(?=([a-z][a-z'-]{1,24}) ([a-z][a-z'-]{1,24})(?!\w))")
_PLAIN_WORD = re.compile(r"(?<![\w@#.])[a-z][a-z-]{1,24}(?='s\b|(?![\w']))")
_OWN = re.compile(
    r"(?<!\w)(?:my|our|me)(?: (?:own|little|beautiful|gorgeous|youngest|eldest|oldest|lovely|"
    r"clever|amazing|wee|big|brave|poor|darling|special|sweet|baby|autistic|dear|twins?))*"
    r"(?: (?:son|daughter|boy|girl|lad|lass|child|grandson|granddaughter|nephew|niece|stepson|"
    r"stepdaughter|godson|goddaughter|bairn|grandchild|twin|twins|kids|children|boys|girls|man|"
    r"princess|brother|sister|one))?,? ([a-z][a-z'-]{1,24})(?!\w)"
)
_TITLED = re.compile(r"(?:\b(?:mr|mrs|miss|ms|mx|dr|sir|auntie|aunty|uncle|nanny|saint|st)\.? ?)$")
_GOES_ON = re.compile(r" (?:in|from|has|is|was|had|got|and|hit) |'s ")
_BEFORE_A_CLASS = re.compile(r",? (?:is |was |who is )?(?:in|from|of|\(|at) ?(?:class )?$")


@cache
def _lists() -> dict[str, frozenset[str]]:
    table = read_table(Path(__file__).with_name("names.txt").read_text("utf-8"))
    return {name: frozenset("".join(lines).split("|")) for name, lines in table.items()}


def classes(text: Normalised) -> list[Signal]:
    """Classes and years: "3B", "Year 4", "Mrs Bramley's class", "in Reception"."""
    return [
        _signal("who.class", text, *match.span())
        for pattern in (_CLASS, _RECEPTION)
        for match in pattern.finditer(text.plain)
        if not _NOT_CLASS.fullmatch(match.group())
    ]


def names(text: Normalised, class_spans: list[Signal]) -> list[Signal]:
    """First and full names, as far as lists and capital letters tell."""
    original = text.original
    lists = _lists()
    shouting = sum(map(str.isupper, original)) * 2 > sum(map(str.isalpha, original))
    found: list[Signal] = []
    if not shouting:
        starts = {signal.start for signal in class_spans}
        for match in _TWO.finditer(original):
            first, last = match.group(1).lower(), match.group(2).lower().replace("’", "'")
            if first + " " + last in lists["public"] or last in lists["no_surname"]:
                continue
            if _TITLED.search(original[max(0, match.start() - 8) : match.start()].lower()):
                continue
            if last in lists["first"] and first not in lists["first"]:
                continue  # "Poor Alfie"
            known = first in lists["first"] or first in lists["ambiguous"]
            between = original[match.end() : match.end() + 24]
            if known or _leads_to_a_class(between, match.end(), starts):
                found.append(Signal("rules", "name.full", 1.0, *match.span()))
    for match in _PLAIN_TWO.finditer(text.plain):
        first, last = match.group(1), match.group(2)
        if (
            first in lists["first"]
            and last in lists["last"]
            and f"{first} {last}" not in lists["public"]
        ):
            ambiguous = first in lists["ambiguous"] or last in lists["no_surname"]
            if not ambiguous and not _TITLED.search(text.plain[: match.start()][-8:]):
                found.append(_signal("name.full", text, match.start(), match.end(2)))
    found += _first_names(text, lists, shouting)
    found += [
        _signal("name.own", text, *match.span(1))
        for match in _OWN.finditer(text.plain)
        if _is_name(text, match.span(1), lists)
    ]
    return found


def _leads_to_a_class(between: str, at: int, starts: set[int]) -> bool:
    return any(
        at <= start <= at + 20 and _BEFORE_A_CLASS.fullmatch(between[: start - at].lower())
        for start in starts
    )


def _first_names(
    text: Normalised, lists: dict[str, frozenset[str]], shouting: bool
) -> list[Signal]:
    found = []
    for match in _PLAIN_WORD.finditer(text.plain):
        word = match.group()
        if word not in lists["first"] and word not in lists["ambiguous"]:
            continue
        if _TITLED.search(text.plain[max(0, match.start() - 8) : match.start()]):
            continue
        if word in lists["ambiguous"]:
            at = text.offsets[match.start()]
            before = text.original[max(0, at - 4) : at].rstrip()
            after = text.plain[match.end() : match.end() + 6]
            opens = (not before or before[-1] in ".!?\n") and not _GOES_ON.match(after)
            if shouting or opens or not text.original[at : at + 1].isupper():
                continue
        found.append(_signal("name.first", text, *match.span()))
    return found


def _is_name(text: Normalised, span: tuple[int, int], lists: dict[str, frozenset[str]]) -> bool:
    word = text.plain[span[0] : span[1]].removesuffix("'s")
    if word in lists["first"] and word not in lists["ambiguous"]:
        return True
    capital = text.original[text.offsets[span[0]] :][:1].isupper()
    return capital and word in lists["ambiguous"]


def _signal(label: str, text: Normalised, start: int, end: int) -> Signal:
    return Signal("rules", label, 1.0, *text.span(start, end))
