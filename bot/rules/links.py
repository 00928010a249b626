"""Links: shortened, look-alike and cheap addresses; the words around them count elsewhere."""

from __future__ import annotations

import re

from bot.model import Signal
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


def links(text: Normalised) -> list[Signal]:
    """Links as `link`; of those that want a look `link.short`, `.cheap` or `.lookalike`."""
    if "." not in text.plain:
        return []
    found = []
    for match in _LINK.finditer(text.plain):
        address = match.group()
        host = re.sub(r"^\w+://", "", address)
        host = re.split(r"[/?#]", host, maxsplit=1)[0]
        if "://" not in address and not address.startswith("www.") and "/" not in address:
            bare = host.rsplit(".", 1)[-1]
            if bare in (
                "me",
                "to",
                "us",
                "work",
                "help",
                "link",
                "today",
                "life",
                "fun",
                "live",
                "it",
                "page",
                "store",
                "win",
                "club",
                "world",
                "app",
                "top",
                "support",
                "email",
            ):
                continue  # "see you then.me too": a missing space, not an address
        found.append(_signal("link", text, match))
        if _TRUE_BRAND.search(host):
            continue
        if _BRAND.search(host) or "xn--" in host:
            found.append(_signal("link.lookalike", text, match))
        elif _SHORT.search(host):
            found.append(_signal("link.short", text, match))
        elif _CHEAP.search(host):
            found.append(_signal("link.cheap", text, match))
    return found


def _signal(label: str, text: Normalised, match: re.Match[str]) -> Signal:
    return Signal("rules", label, 1.0, *text.span(*match.span()))
