"""Links: shortened, look-alike and cheap addresses; the words around them count elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.model import Person, Signal
from bot.rules.people import nearly
from bot.text import Normalised

_LINK = re.compile(
    r"(?<![\w@.])(?:(?:https?|hxxps?)://)?(?:[a-z0-9_-]{1,63}\.){1,5}"
    r"(?:com|org|net|uk|info|biz|xyz|top|click|live|online|site|shop|store|club|icu|ru|tk|ml|ga|"
    r"cf|gq|"
    r"buzz|vip|win|bid|loan|work|link|me|ly|gl|co|io|app|dev|tv|page|cc|su|cn|pw|rest|monster|"
    r"fun|life|"
    r"today|world|support|help|email|us|eu|to|gg|cyou|sbs|cfd|"
    r"example)(?![a-z0-9-])(?:[/?#]\S{0,300})?"
)
_SHORT = re.compile(
    r"^(?:www\.)?(?:bit\.ly|tinyurl\.com|t\.me|wa\.me|cutt\.ly|goo\.gl|is\.gd|ow\.ly|rb\.gy|"
    r"shorturl\.at|"
    r"rebrand\.ly|linktr\.ee|tiny\.cc|s\.id|bl\.ink|chat\.whatsapp\.com|discord\.gg|onlyfans\.com)$"
)
_CHEAP = re.compile(
    r"\.(?:xyz|top|click|icu|ru|tk|ml|ga|cf|gq|buzz|vip|win|bid|loan|su|pw|rest|monster|cyou|"
    r"sbs|cfd)$"
)
_BRAND = re.compile(
    r"faceb[o0]{2}k|meta(?:-|business|support|verif|secur|help)|fb-|inst[a4]gr[a4]m|tw[i1]tter|"
    r"paypa[l1]|"
    r"micr[o0]s[o0]ft|off[i1]ce-?365|parentpay|hmrc|gov-?uk|barclays|natwest|lloyds-?bank|hsbc|"
    r"roya[l1]-?mai[l1]|dpd-|evri-|amaz[o0]n|netf[l1]ix|app[l1]e-?id|whatsapp|verify|login|secure|"
    r"account|appeal|copyright|recovery|page-?help"
)
_TRUE_BRAND = re.compile(
    r"(?:^|\.)(?:facebook\.com|fb\.com|fb\.me|meta\.com|instagram\.com|twitter\.com|x\.com|"
    r"paypal\.com|"
    r"microsoft\.com|office\.com|parentpay\.com|gov\.uk|barclays\.co\.uk|natwest\.com|hsbc\.co\.uk|"
    r"royalmail\.com|amazon\.co\.uk|amazon\.com|netflix\.com|apple\.com|whatsapp\.com|dpd\.co\.uk|"
    r"evri\.com|sch\.uk|ac\.uk|nhs\.uk|org\.uk|change\.org|bbc\.co\.uk|youtube\.com|youtu\.be)$"
)


_ENDS_A_WORD = re.compile(
    r"\.(?:me|to|us|work|help|link|today|life|fun|live|it|page|store|win|club|world|app|top|"
    r"support|email)$"
)
_DOMAIN_WORD = 6  # letters from which a word of the school's domain is known when misspelt


def links(text: Normalised, people: Sequence[Person] = ()) -> list[Signal]:
    """Links as `link`; of those that want a look `link.short`, `.cheap` or `.lookalike`.

    What looks like the school's own domain is told from what stands behind the @ of its `people`.
    """
    if "." not in text.plain:
        return []
    own = {domain for one in people if (domain := one.email.rpartition("@")[2].casefold())}
    found = []
    for match in _LINK.finditer(text.plain):
        address = match.group()
        host = re.sub(r"^\w+://", "", address)
        host = re.split(r"[/?#]", host, maxsplit=1)[0]
        bare = "/" not in address and not address.startswith("www.")
        if bare and _ENDS_A_WORD.search(host):
            continue  # "see you then.me too": a missing space, not an address
        found.append(_signal("link", text, match))
        disguised = not _in_original(text, match).isascii()
        if _TRUE_BRAND.search(host) or _belongs(host, own):
            if disguised:  # letters of another script that only look like these
                found.append(_signal("link.lookalike", text, match))
        elif _BRAND.search(host) or "xn--" in host or _resembles(host, own):
            found.append(_signal("link.lookalike", text, match))
        elif _SHORT.search(host):
            found.append(_signal("link.short", text, match))
        elif _CHEAP.search(host):
            found.append(_signal("link.cheap", text, match))
    return found


def _belongs(host: str, own: set[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in own)


def _resembles(host: str, own: set[str]) -> bool:
    """Whether a word of an address is one of the school's with a letter wrong or a digit in it."""
    words = {word for domain in own for word in re.split(r"[.-]", domain)[:-1]} - _ANY_SCHOOL
    parts = [part for part in re.split(r"[.-]", host) if part not in words]
    return any(
        part.translate(_DIGITS) == word or nearly(part, word)
        for word in words
        if len(word) >= _DOMAIN_WORD
        for part in parts
    )


_ANY_SCHOOL = frozenset({"school", "primary", "academy", "infants", "juniors", "governors"})
_DIGITS = str.maketrans("01345", "oleas")


def _in_original(text: Normalised, match: re.Match[str]) -> str:
    start, end = text.span(*match.span())
    return re.split(r"(?<=[^/:])[/?#]", text.original[start:end], maxsplit=1)[0]


def _signal(label: str, text: Normalised, match: re.Match[str]) -> Signal:
    return Signal("rules", label, 1.0, *text.span(*match.span()))
