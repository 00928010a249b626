"""Telephone numbers, e-mail addresses, homes and vehicles; the writer's own and the school's not.

`data.phone` and the like are somebody's; `data.own` is the writer's own or an office's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.model import Signal
from bot.rules.vehicles import vehicles
from bot.text import Normalised

# A British number in any spacing, Ofcom's drama ranges included, which PhoneNumberMatcher misses
# (stack.md); "o" typed for nought.
_PHONE = re.compile(
    r"(?<![\w£$,/+-])(?<!\d\.)(?:\+44|0044|44(?=[ ().-]{0,3}7)|[0o])[ ().-]{0,3}(?:\(0\)[ .-]?)?"
    r"(?:[\do][ ().-]{0,2}){8,9}[\do](?!\w)"
)
_NO_ZERO = re.compile(r"(?<![\w£$.,/+-])7\d{3}[ .-]?\d{3}[ .-]?\d{3}(?![\w%]|[.,]\d)")
_RINGS = re.compile(
    r"\b(?:number|num|mobile|phone|mob|tel|whatsapp|text|ring|call|dm)\b[^.!?\n]{0,25}$"
)
_DATE = re.compile(r"[0-3]?\d([ ./-])(?:0?[1-9]|1[0-2])\1(?:20\d\d|(?<! )2\d)(?!\d)")
# What follows the 0: mobiles, places, shared costs and free numbers (Ofcom's national plan).
_NATIONAL = re.compile(r"7[1-9]\d{8}|1\d{8,9}|[23]\d{9}|5[56]\d{8}|8\d{6,9}|9\d{8,9}")
_DIGIT_WORDS = {
    "zero": "0",
    "oh": "0",
    "o": "0",
    "nought": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
}
_SAID = re.compile(
    r"(?<!\w)(?:zero|oh|o|nought|0)(?:[ ,.-]{1,2}(?:(?:double|treble|triple)[ -])?"
    rf"(?:{'|'.join(_DIGIT_WORDS)}|\d{{1,11}})(?!\w)){{5,11}}"
)
_MANY = {"double": 2, "treble": 3, "triple": 3}
_PUBLIC_NUMBER = re.compile(r"0?(?:800|808|300|303|330|333|344|345|370|371|845|870|116|500)")
_EMAIL = re.compile(r"(?<![\w.])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?!\w)")
_OFFICIAL = re.compile(
    r"(?:\.sch\.uk|\.gov\.uk|\.ac\.uk|\.nhs\.uk|\.police\.uk)$|^(?:office|admin|info|"
    r"enquiries|school|head|reception|pta|hello|contact|bookings|support)@"
)
_POSTCODE = re.compile(
    r"(?<!\w)(?:a[bl]|b[abdhlnrst]?|c[abfhmortvw]|d[adeghlnty]|e[cnhx]?|f[ky]|g[luy]?|h[adgprsux]|"
    r"i[gmpv]|k[atwy]|l[adelnsu]?|m[ekl]?|n[egnprw]?|o[lx]|p[aehlor]|r[ghm]|s[aegklmnoprstwy]?|"
    r"t[adfnqrsw]|ub|w[acdfnrsv]?|yo|ze)(?:[1-9]\d?|0)"
    r"(?:(?<=[enw]1)[a-z]|(?<=c[1-4])[a-z])?"
    r"[ -]?\d[abd-hjlnp-uw-z]{2}(?!\w)"
)
_ORDINAL = re.compile(r"(?:1st|2nd|3rd|\dth)$")
_STREET = re.compile(
    r"(?<![\w£$.:/-])(?<!\d,)(?:flat \d{1,3}[a-z]?,? )?([1-9]\d{0,3}[a-e]?),? "
    r"((?:[a-z][a-z']{1,30}\s){1,3})"
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
# "4 mile lane", "20 th street": the number counts miles, or streets.
_DISTANCE_OR_ORDINAL = re.compile(r"(?:mile|th|nd)\s")
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
_THEIRS = re.compile(
    r"\b(?:her|his|their|(?:she|he)'?s) (?:own |new |old |mobile |phone |home |private |personal |"
    r"work )*(?:number|mobile|phone|email|address|house|home|flat|car|van|reg|plate)\b"
    r"[^.!?\n]{0,25}$"
)
_ADDRESS = re.compile(
    r"\b(?:post ?code|address|lives?|living|house|home|flat|road|street)\b[^.!?\n]{0,30}$"
)
_HOME = re.compile(
    r"\b(?:lives?|living|home|house|address|flat|find (?:him|her|them|you)|go round|round to|knock|"
    r"doorstep|where (?:he|she|they)|his|her|their|number|stays?|moved|dad'?s|mum'?s|family|"
    r"(?:he|she|they)(?:'?s| is|'?re| are)? at|door|doorbell)\b"
)


def contact_details(text: Normalised) -> list[Signal]:
    """Everything in a text by which a person could be rung up, written to or found."""
    return [
        Signal("rules", label, 1.0, *text.span(start, end))
        for label, start, end in (
            *_numbers(text.plain),
            *_mails(text.plain),
            *_homes(text.plain),
            *_postcodes(text),
            *(
                ("data.own" if _own(text.plain, one[0]) else "data.vehicle", *one)
                for one in vehicles(text)
            ),
        )
    ]


def _numbers(plain: str) -> Iterator[tuple[str, int, int]]:
    for start, end, digits in (*_typed(plain), *_said(plain)):
        national = digits.removeprefix("0044").removeprefix("44").lstrip("0")
        plausible = _NATIONAL.fullmatch(national) and len(set(national)) > 2
        if not plausible or "12345678" in national or _DATE.match(plain, start):
            continue
        own = _own(plain, start) or _PUBLIC_NUMBER.match(national)
        yield ("data.own" if own else "data.phone", start, end)


def _typed(plain: str) -> Iterator[tuple[int, int, str]]:
    ends = set()
    for match in _PHONE.finditer(plain):
        ends.add(match.end())
        yield (*match.span(), re.sub(r"\D", "", match.group().replace("o", "0")))
    for match in _NO_ZERO.finditer(plain):
        rings = _RINGS.search(plain, max(0, match.start() - 40), match.start())
        if rings and match.end() not in ends:
            yield (*match.span(), re.sub(r"\D", "", match.group()))


def _said(plain: str) -> Iterator[tuple[int, int, str]]:
    """Numbers in words: "oh seven seven double oh nine …"."""
    for match in _SAID.finditer(plain):
        digits, times = "", 1
        for word in re.findall(r"\w+", match.group()):
            if word in _MANY:
                times = _MANY[word]
            else:
                digits += _DIGIT_WORDS.get(word, word) * times
                times = 1
        yield (*match.span(), digits)


def _mails(plain: str) -> Iterator[tuple[str, int, int]]:
    for match in _EMAIL.finditer(plain):
        own = _own(plain, match.start()) or _OFFICIAL.search(match.group())
        yield ("data.own" if own else "data.email", *match.span())


def _homes(plain: str) -> Iterator[tuple[str, int, int]]:
    for match in _STREET.finditer(plain):
        name = match.group(2)
        if _NOT_A_STREET.search(name) or _DISTANCE_OR_ORDINAL.match(name):
            continue
        yield (_home(plain, match.start(), match.end()), *match.span())


def _postcodes(text: Normalised) -> Iterator[tuple[str, int, int]]:
    """Postcodes; in small letters only as two words or where a home is spoken of: "sw33ts"."""
    for match in _POSTCODE.finditer(text.plain):
        start, end = text.span(*match.span())
        label = _home(text.plain, *match.span())
        shown = text.original[start:end]
        sure = shown == shown.upper()
        apart = match.group()[-4] in " -" and not _ORDINAL.search(match.group())
        if sure or (
            shown == shown.lower()
            and (apart or _ADDRESS.search(text.plain, max(0, match.start() - 40), match.start()))
        ):
            yield (label, *match.span())


def _home(plain: str, start: int, end: int) -> str:
    if _own(plain, start):
        return "data.own"
    around = plain[max(0, start - 60) : end + 40]
    return "data.home" if _HOME.search(around) else "data.place"


def _own(plain: str, start: int) -> bool:
    before = plain[max(0, start - 60) : start]
    if _THEIRS.search(before):
        return False
    return bool(_OWN.search(before) or _OFFICE.search(before))
