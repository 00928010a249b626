"""Text made plain for matching, with the way back to the original; pure and linear in length.

Two steps. `normalise` undoes what keyboards, fonts and encodings do (case, full-width letters,
accents, look-alike letters, invisible characters, broken encodings) and keeps digits and spacing:
rules match on it. `unmask` goes further and undoes what people do on purpose (l3et, s p a c e d,
streeetched); word lists match on that as well. Neither is ever a verdict by itself.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from confusable_homoglyphs import confusables


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in plain form. `offsets[i]` is the index in `original` of `plain[i]`.

    `offsets` has one more entry than `plain`: the length of `original`.
    """

    original: str
    plain: str
    offsets: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of `plain` into the span of `original` it was made from."""
        first = self.offsets[start]
        if end <= start:
            return first, first
        last = self.offsets[end - 1]
        while self.offsets[end] <= last and end < len(self.plain):
            end += 1
        return first, max(self.offsets[end], last + 1)


# Broken encodings and escapes whose repair is certain (ftfy's commonest cases), so that offsets
# can be kept: UTF-8 read as Windows-1252, and the entities that X puts into its texts.
_REPAIRS = {
    "â€™": "'",
    "â€˜": "'",
    "â€œ": '"',
    "â€\x9d": '"',
    "â€“": "-",
    "â€”": "-",
    "â€¦": "...",
    "Ã©": "e",
    "Ã¨": "e",
    "Ã¶": "o",
    "Ã¼": "u",
    "Â£": "£",
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&#x27;": "'",
    "&nbsp;": " ",
}
_REPAIR = re.compile("|".join(map(re.escape, _REPAIRS)))
_SUSPECT_ENCODING = re.compile("[âÃÂ&]")

_PUNCTUATION = {
    **dict.fromkeys("‘’‚‛′ʼ`´＇", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
# Letters that NFKC leaves alone though they are plain letters with a stroke.
_STROKES = dict(
    zip(
        "łŁøØđĐħĦŧŦıðÐþÞ",
        ["l", "l", "o", "o", "d", "d", "h", "h", "t", "t", "i", "d", "d", "th", "th"],
        strict=True,
    )
)


@lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    """One non-ASCII character in plain form: "" where it only decorates, never an error."""
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    if char in _STROKES:
        return _STROKES[char]
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category == "Cs":
        return "\ufffd"
    code = ord(char)
    for block in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6):  # squared, circled and flag letters
        if block <= code < block + 26:
            return chr(ord("a") + code - block)
    compatible = unicodedata.normalize("NFKD", char)
    folded = "".join(c for c in compatible if unicodedata.category(c) != "Mn").casefold()
    if len(folded) == 1 and not folded.isascii() and folded.isalpha():
        return _look_alike(folded)
    return folded


def _look_alike(char: str) -> str:
    """The Latin letter that a Greek, Cyrillic or other letter is drawn like, else itself."""
    found = confusables.is_confusable(char, greedy=True, preferred_aliases=[])
    for entry in found or ():
        for glyph in entry["homoglyphs"]:
            letter = str(glyph["c"])
            if letter.isascii() and letter.isalpha():
                return letter.casefold()
    return char


_MENTION = re.compile(r"(?<!\w)@\w+")


def says_something(text: str) -> bool:
    """Whether anything is left to judge without the accounts that are mentioned: a letter, a digit,
    an emoji. Full stops and blanks say nothing.
    """
    rest = _MENTION.sub("", text)
    return any(char.isalnum() or unicodedata.category(char) == "So" for char in rest)


def normalise(text: str) -> Normalised:
    """Make a text plain: lower case, plain letters, single spaces, no letter more than twice.

    Digits, punctuation and line ends stay. Answers any string, lone surrogates included.
    """
    result = Normalised(text, text, range(len(text) + 1))
    if _SUSPECT_ENCODING.search(text):
        result = _edit(result, _REPAIR, lambda match: _REPAIRS[match.group()])
    result = _folded(result)
    result = _edit(result, _BLANKS, lambda _match: " ")
    return _edit(result, _STRETCH, lambda match: match.group(1) * 2)


def _folded(text: Normalised) -> Normalised:
    """Case, fonts, accents and look-alikes undone, character by character."""
    if text.plain.isascii():
        return Normalised(text.original, text.plain.lower(), text.offsets)
    pieces: list[str] = []
    offsets = array("I")
    for char, offset in zip(text.plain, text.offsets, strict=False):
        plain = char.lower() if char < "\x80" else _fold(char)
        pieces.append(plain)
        if len(plain) == 1:
            offsets.append(offset)
        else:
            offsets.extend([offset] * len(plain))
    offsets.append(len(text.original))
    return Normalised(text.original, "".join(pieces), offsets)


_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_STRETCH = re.compile(r"([a-z])\1\1+")


def _edit(
    text: Normalised, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]
) -> Normalised:
    """Replace each match by something no longer than itself; offsets follow its first letters."""
    if not pattern.search(text.plain):
        return text
    pieces: list[str] = []
    offsets = array("I")
    done = 0
    for match in pattern.finditer(text.plain):
        new = replace(match)
        pieces += (text.plain[done : match.start()], new)
        offsets.extend(text.offsets[done : match.start() + len(new)])
        done = match.end()
    pieces.append(text.plain[done:])
    offsets.extend(text.offsets[done:])
    return Normalised(text.original, "".join(pieces), offsets)


RUN_TOGETHER = re.compile(
    r"(?<![\w'])(?:s?he|who|that|there|what|where)(?=s(?!\w))|(?<![\w'])(?:they|you)(?=re(?!\w))"
)
"""The words that are often written together with "is" or "are": "shes", "theyre"."""


def spell_out(text: Normalised) -> Normalised:
    """Put the apostrophe into "shes" and "youre" of a normalised text."""
    return insert(text, [(match.end(), "'") for match in RUN_TOGETHER.finditer(text.plain)])


def insert(text: Normalised, additions: Sequence[tuple[int, str]]) -> Normalised:
    """Put words into a plain text, each before the character at its place; places ascend."""
    if not additions:
        return text
    pieces: list[str] = []
    offsets = array("I")
    done = 0
    for place, words in additions:
        pieces += (text.plain[done:place], words)
        offsets.extend(text.offsets[done:place])
        offsets.extend([text.offsets[place]] * len(words))
        done = place
    pieces.append(text.plain[done:])
    offsets.extend(text.offsets[done:])
    return Normalised(text.original, "".join(pieces), offsets)


# Signs that stand for a letter inside a word: "1d10t", "sh!t", "a$$".
_LEET = str.maketrans("013457@$!|+€£", "oieastasiltel")
_LEET_WORD = re.compile(
    r"(?<![\w@#$])(?=[a-z]{0,20}[0-9@$!|+€£])[a-z0-9$][a-z0-9@$!|+€£]{0,40}[a-z0-9$](?![\w@])"
)  # no word is longer: without an end to it "a@!a@!…" would take its length squared
_NOT_LEET = re.compile(r"[a-z]{1,2}\d{1,2}|\d+[a-z]{1,2}|[a-z]+\d+|\d+|[a-z]+")
_SPACED = re.compile(r"(?<!\w)[a-z0-9@$](?:([ .\-_*])[a-z0-9@$!](?:\1[a-z0-9@$!])+)(?!\w)")
_SEPARATORS = re.compile(r"[ .\-_*]")
_PAIR = re.compile(r"([a-z])\1")


def unmask(text: Normalised) -> Normalised:
    """Undo disguises in a normalised text: spaced-out letters, signs for letters, long letters.

    Leaves classes, times and numbers ("3b", "10am", "ks2") as they are. For word lists only.
    """

    def single(match: re.Match[str]) -> str:
        stretched = text.offsets[match.end()] - text.offsets[match.start()] > len(match.group())
        return match.group(1) if stretched else match.group()

    short = _edit(text, _PAIR, single)

    def closed_up(match: re.Match[str]) -> str:
        """Where letters are spaced out, wider spaces are those between words."""
        at = short.offsets
        gaps = {i for i in range(*match.span()) if short.plain[i] == " " and at[i + 1] - at[i] > 1}
        keep = gaps if len(gaps) * 4 < len(match.group()) else set()
        letters = enumerate(match.group(), match.start())
        return "".join(c for i, c in letters if i in keep or not _SEPARATORS.fullmatch(c))

    def spelt(match: re.Match[str]) -> str:
        word = match.group()
        return word if _NOT_LEET.fullmatch(word) else word.translate(_LEET)

    return _edit(_edit(short, _SPACED, closed_up), _LEET_WORD, spelt)
