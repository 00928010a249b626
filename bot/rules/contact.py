"""Telephone numbers, e-mail addresses, homes and vehicles; the writer's own and the school's not.

`data.phone` and the like are somebody's; `data.own` is the writer's own or an office's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.model import Signal
from bot.text import Normalised

# A British number in any spacing, Ofcom's drama range 07700 900000-900999 included, which
# PhoneNumberMatcher misses (stack.md); "o" typed for nought.
_PHONE = re.compile(
    r"(?<![\w£$.,/+-])(?:\+44|0044|[0o])[ ().-]{0,3}(?:\(0\))?(?:[\do][ ().-]{0,2}){9,10}(?![\w])"
)
_PUBLIC_NUMBER = re.compile(r"0?(?:800|808|300|303|330|333|344|345|370|371|845|870|116|500)")
_EMAIL = re.compile(r"(?<![\w.])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?!\w)")
_OFFICIAL = re.compile(
    r"(?:\.sch\.uk|\.gov\.uk|\.ac\.uk|\.nhs\.uk|\.police\.uk)$|^(?:office|admin|info|"
    r"enquiries|school|head|reception|pta|hello|contact|bookings|support)@"
)
_POSTCODE = re.compile(
    r"(?<!\w)(?:a[bl]|b[abdhlnrst]?|c[abfhmortvw]|d[adeghlnty]|e[cnhx]?|f[ky]|g[luy]?|h[adgprsux]|"
    r"i[gmpv]|k[atwy]|l[adelnsu]?|m[ekl]?|n[egnprw]?|o[lx]|p[aehlor]|r[ghm]|s[aegklmnoprstwy]?|"
    r"t[adfnqrsw]|ub|w[acdfnrsv]?|yo|ze)\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}(?!\w)"
)
_STREET = re.compile(
    r"(?<![\w£$.:/-])(?:flat \d{1,3}[a-z]?,? )?(\d{1,4}[a-e]?),? ((?:[a-z][a-z']{1,30}\s){1,3})"
    r"(?:street|road|"
    r"avenue|close|lane|drive|crescent|terrace|gardens|grove|place|court|mews|rise|walk|st|rd|ave|"
    r"cres|way|row|hill|green|view|croft|fold|garth)(?!\w)"
)
_NOT_A_STREET = re.compile(
    r"\b(?:minutes?|mins?|cars?|metres?|mph|kids?|children|miles?|people|years?|yrs|more|times|"
    r"hours?|hrs|houses|down|along|the|our|your|this|that|was|were|and|for|with|from|weeks?|days?|"
    r"months?|yards|feet|parents|buses|lanes|of|pupils|families|pounds|of|off|away|later|from|"
    r"big|new|main|busy|their|his|her|its|has|have|are|is|can|drivers?|million|thousand|other|to|in|at|on|by|is|it|or|we|he|she|they|you|my|be|so|pm|am)\b"
)
_PLATE = re.compile(
    r"(?<!\w)(?:[a-hj-pr-y][a-y]\d{2} ?[a-hj-pr-z]{3}|[a-hj-npr-y]\d{1,3} ?[a-hj-pr-y]{3})(?!\w)"
)
_PLATE_SHOWN = re.compile(r"[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]\d{1,3} ?[A-Z]{3}|[a-z]{2}\d{2}[a-z]{3}")
_VEHICLE = re.compile(
    r"\b(?:reg|registration|plate|car|van|bmw|audi|ford|fiesta|focus|corsa|astra|golf|polo|vw|merc|"
    r"mercedes|range rover|rover|driver|driving|parked|parking|vehicle|suv|4x4|motor|kia|nissan|"
    r"qashqai|toyota|yaris|honda|mini|tesla|transit|motorbike|seat|skoda|jeep|volvo|vauxhall|"
    r"hyundai|"
    r"peugeot|renault|clio|citroen|mazda|lexus|jaguar|taxi|silver|blue|black|white|red|grey|"
    r"lights on)\b"
)
_OWN = re.compile(
    r"\b(?:(?:call|ring|text|phone|message|whatsapp|email|contact|reach|get|dm|inbox) (?:me|"
    r"us)\b|my "
    r"(?:number|mobile|email|phone|car|reg|van|address|house)\b|i'?m on\b|my own\b|"
    r"our (?:number|email)\b|"
    r"me on\b|us on\b|us at\b|me at\b)[^.!?\n]{0,40}$"
)
_OFFICE = re.compile(
    r"\b(?:office|school|council|nhs|helpline|nspcc|childline|samaritans|police|crimestoppers|gp|"
    r"surgery|reception|pta|library|church|camhs|mind|venue|hall|shop|centre|parentpay|"
    r"taxi firm|hotline|"
    r"club|nursery|breakfast club|leisure|museum|zoo|theatre|booking line|bookings|"
    r"box office)\b[^.!?\n]{0,40}$"
)
_HOME = re.compile(
    r"\b(?:lives?|living|home|house|address|flat|find (?:him|her|them|you)|go round|round to|knock|"
    r"doorstep|where (?:he|she|they)|his|her|their|number|stays?|moved|dad'?s|mum'?s|family)\b"
)


def contact_details(text: Normalised) -> list[Signal]:
    """Everything in a text by which a person could be rung up, written to or found."""
    return [
        Signal("rules", label, 1.0, *text.span(start, end))
        for label, start, end in (
            *_numbers(text.plain),
            *_mails(text.plain),
            *_homes(text.plain),
            *_vehicles(text),
        )
    ]


def _numbers(plain: str) -> Iterator[tuple[str, int, int]]:
    for match in _PHONE.finditer(plain):
        digits = re.sub(r"\D", "", match.group().replace("o", "0"))
        national = digits.removeprefix("0044").removeprefix("44").lstrip("0")
        if not 9 <= len(national) <= 10 or len(set(national)) < 3:
            continue
        own = _own(plain, match.start()) or _PUBLIC_NUMBER.match(national)
        yield ("data.own" if own else "data.phone", *match.span())


def _mails(plain: str) -> Iterator[tuple[str, int, int]]:
    for match in _EMAIL.finditer(plain):
        own = _own(plain, match.start()) or _OFFICIAL.search(match.group())
        yield ("data.own" if own else "data.email", *match.span())


def _homes(plain: str) -> Iterator[tuple[str, int, int]]:
    for match in _STREET.finditer(plain):
        if _NOT_A_STREET.search(match.group(2)) or match.group(2).split()[0] in (
            "mile",
            "th",
            "nd",
        ):
            continue
        yield (_home(plain, match.start(), match.end()), *match.span())
    for match in _POSTCODE.finditer(plain):
        yield (_home(plain, match.start(), match.end()), *match.span())


def _home(plain: str, start: int, end: int) -> str:
    if _own(plain, start):
        return "data.own"
    around = plain[max(0, start - 60) : end + 40]
    return "data.home" if _HOME.search(around) else "data.place"


def _vehicles(text: Normalised) -> Iterator[tuple[str, int, int]]:
    for match in _PLATE.finditer(text.plain):
        start, end = text.span(*match.span())
        around = text.plain[max(0, match.start() - 50) : match.end() + 50]
        if _PLATE_SHOWN.fullmatch(text.original[start:end]) and _VEHICLE.search(around):
            own = _own(text.plain, match.start())
            yield ("data.own" if own else "data.vehicle", *match.span())


def _own(plain: str, start: int) -> bool:
    before = plain[max(0, start - 60) : start]
    return bool(_OWN.search(before) or _OFFICE.search(before))
