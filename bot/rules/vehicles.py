"""Vehicle registrations, where words around them speak of a vehicle or of its plate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.text import Normalised

_CURRENT = r"[a-hj-pr-y][a-y] ?(?:0[1-9]|[1-3]\d|5[1-9]|[6-8]\d)[ -]?[a-hj-pr-z]{3}"
_PREFIX = r"[a-hj-npr-y]\d{1,3}[ -]?[a-hj-pr-y]{3}"
_SUFFIX = r"[a-hj-pr-y]{3}[ -]?\d{1,3}[a-hj-npr-y]"
_IRISH = r"[a-z]?[iz][a-z]{1,2}[ -]?\d{3,4}|[a-z]{1,2}[iz][ -]?\d{3,4}"
_PLATE = re.compile(rf"(?<![\w£#@/-])(?:{_CURRENT}|{_PREFIX}|{_SUFFIX}|{_IRISH})(?![\w-])")
_CLEAR = re.compile(rf"{_CURRENT}")
# In capitals, or of the present style written as one word: "ab12cde".
_SHOWN = re.compile(r"[^a-z]+|[a-z]{2}\d{2}[a-z]{3}")
_WORDS = (
    "ks|sats?|pe|year|top|the|and|for|car|van|bus|see|her|his|was|has|you|our|are|not|all|new|old|"
    "one|two|get|got|day|mum|dad|nan|kid|boy|out|off|who|how|why|now|yes|any|can|did|say|pls|plz|"
    "ask|use|via|per|but|yrs|num|reg|age|at|to|in|on|of|or|by|up|my|we|it|is|so|no|go|gbp|min|hrs|"
    "mph|pm|am"
)
_NO_PLATE = re.compile(rf"[yp][1-9] .*|(?:{_WORDS})[ -]?\d.*|.*\d (?:{_WORDS})")
_VEHICLE = re.compile(
    r"\b(?:reg|registration|plate|plates|car|cars|van|bmw|audi|ford|fiesta|focus|corsa|astra|golf|"
    r"polo|vw|merc|mercedes|range rover|rover|driver|driving|parked|parking|parks|vehicle|suv|4x4|"
    r"motor|kia|nissan|juke|qashqai|toyota|yaris|honda|mini|tesla|transit|motorbike|seat|skoda|"
    r"jeep|volvo|vauxhall|hyundai|peugeot|renault|clio|citroen|mazda|lexus|jaguar|taxi|silver|blue|"
    r"black|white|red|grey|green|yellow|kuga|fiat|picasso|tiguan|landrover|discovery|insignia|"
    r"lights on)\b"
)
_REG = re.compile(r"\b(?:reg|registration|(?:number )?plates?|number)\b[^.!?\n]{0,20}$")


def vehicles(text: Normalised) -> Iterator[tuple[int, int]]:
    """The span of each registration in the plain text: present, prefix, suffix and Irish styles."""
    for match in _PLATE.finditer(text.plain):
        start, end = text.span(*match.span())
        plate = match.group()
        clear = _CLEAR.fullmatch(plate)
        if not clear and _NO_PLATE.fullmatch(plate):
            continue
        before = text.plain[max(0, match.start() - 50) : match.start()]
        named = _REG.search(before) is not None
        if named and clear:
            yield match.span()
            continue
        around = before + " " + text.plain[match.end() : match.end() + 50]
        if _SHOWN.fullmatch(text.original[start:end]) and _VEHICLE.search(around):
            yield match.span()
