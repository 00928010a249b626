"""A classifier of words: a list, who is meant nearby, and nothing learnt.

Quick, explainable and literal. It knows what a word is worth (classifiers/lexicon_en.toml) and
looks around it: a word at somebody weighs more than one at nobody, one at the writer or one that is
only reported weighs less. It does not understand sentences; a trained model is to stand beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Self

import ahocorasick

from bot.errors import Problem, SettingsError
from bot.model import Scores, Text
from bot.ports import Context, Options
from bot.text import Normalised, normalise, unmask

LABELS = (
    "toxicity",
    "insult",
    "profanity",
    "threat",
    "identity_attack",
    "sexual_explicit",
    "self_harm",
    "spam",
)


@dataclass(frozen=True, slots=True)
class _Worth:
    """What one list's words score: at somebody, at nobody, and where it is only reported."""

    label: str
    aimed: float
    loose: float
    reported: float


_WORTH = {
    ("profanity", "aimed"): _Worth("profanity", 0.9, 0.9, 0.6),
    ("profanity", "strong"): _Worth("profanity", 0.6, 0.6, 0.5),
    ("profanity", "mild"): _Worth("profanity", 0.2, 0.2, 0.1),
    ("insult", "strong"): _Worth("insult", 0.9, 0.6, 0.4),
    ("insult", "mild"): _Worth("insult", 0.6, 0.25, 0.2),
    ("identity_attack", "slur"): _Worth("identity_attack", 0.95, 0.95, 0.6),
    ("identity_attack", "contested"): _Worth("identity_attack", 0.6, 0.3, 0.3),
    ("sexual_explicit", "strong"): _Worth("sexual_explicit", 0.9, 0.6, 0.5),
    ("sexual_explicit", "topic"): _Worth("sexual_explicit", 0.55, 0.55, 0.45),
    ("sexual_explicit", "mild"): _Worth("sexual_explicit", 0.4, 0.3, 0.2),
    ("threat", "strong"): _Worth("threat", 0.9, 0.9, 0.6),
    ("self_harm", "strong"): _Worth("self_harm", 0.7, 0.7, 0.6),
    ("spam", "strong"): _Worth("spam", 0.85, 0.85, 0.5),
}

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_STAR = re.compile(r"(?<![\w*])[a-z]{1,8}(?:[*#%•✱_]{1,8}[a-z]{0,8}){1,3}(?![\w*#%•✱_])")
_STARS = re.compile(r"[*#%•✱_]+")
_SENTENCE = re.compile(r"[.!?\n]+")
_MYSELF = re.compile(
    r"\b(?:i'?m|i am|i was|i feel|i felt|i look|i looked|we'?re|we are|me being|made me (?:feel|"
    r"look)|makes me|"
    r"call me|am i|i've been|ive been|silly me|me a|myself|my own|i must be|i sound|"
    r"i'?d be)\b[^.!?]{0,30}$"
)
_REPORTED = re.compile(
    r"\b(?:call(?:ed|s|ing)?|sa(?:id|ys|ying)|told|telling|shout(?:ed|ing|s)|word|words|term|"
    r"language|using|used|uses|"
    r"hear|heard|hears|wrote|written|screamed|screaming|spat|named|being|saw|seen|texted|"
    r"messaged|the phrase|quote)\b"
    r"[^.!?]{0,60}$"
)
_BANTER = re.compile(
    r"[😂🤣😆😅😜😝😉😘🥰❤💕]|\b(?:lol|haha\w*|lmao|only joking|just kidding|jk|love you|love ya)\b"
)
_LAUGHED_OFF = 0.35
_LONGEST_REST = 40  # characters of a word behind the part of it that is on a list


@dataclass(frozen=True, slots=True)
class _Hit:
    worth: _Worth | None  # None: innocent
    start: int
    end: int


class _Lists:
    """The word lists as one automaton."""

    def __init__(self, data: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        terms: dict[str, list[tuple[_Worth | None, bool, bool]]] = {}
        for section, lists in data.items():
            if section in ("masked", "nearby"):
                continue
            for name, words in lists.items():
                worth = None if section == "innocent" else _WORTH[section, name]
                for word in words:
                    bare = word.strip("*").replace("'", "")
                    kind = (worth, word.startswith("*"), word.endswith("*"))
                    terms.setdefault(bare, []).append(kind)
        self._automaton = ahocorasick.Automaton()
        for term, kinds in terms.items():
            self._automaton.add_word(term, (len(term), tuple(kinds)))
        self._automaton.make_automaton()
        self._masked = tuple(data["masked"]["words"])
        self.somebody = frozenset(data["nearby"]["somebody"])

    def hits(self, plain: str) -> Iterator[_Hit]:
        """Every word of the lists in a text without apostrophes."""
        size = len(plain)
        for last, (length, kinds) in self._automaton.iter(plain):
            start, end = last - length + 1, last + 1
            opens = start == 0 or not plain[start - 1].isalnum() or not plain[start].isalnum()
            closes = end == size or not plain[end].isalnum() or not plain[last].isalnum()
            for worth, before, after in kinds:
                if (opens or before) and (closes or after):
                    yield _Hit(worth, start, end if closes else _word_end(plain, end))

    def behind_stars(self, masked: str) -> str:
        """The first word that fits "f**k"; the text itself where none does."""
        pattern = "".join(
            f"[a-z]{{{1 if len(part) < 3 else len(part) - 1},{len(part) + 1}}}"
            if _STARS.fullmatch(part)
            else part
            for part in re.split(f"({_STARS.pattern})", masked)
        )
        expression = re.compile(pattern)
        return next((word for word in self._masked if expression.fullmatch(word)), masked)


def _word_end(plain: str, end: int) -> int:
    """Where the word that goes on at `end` stops; of one without an end, no more is looked at."""
    farthest = min(len(plain), end + _LONGEST_REST)
    while end < farthest and plain[end].isalnum():
        end += 1
    return end


@cache
def _lists() -> _Lists:
    data = tomllib.loads(Path(__file__).with_name("lexicon_en.toml").read_text("utf-8"))
    return _Lists(data)


class LexiconClassifier:
    """Words → scores; bot.ports.Classifier. Looks at the words alone, never at what they answer."""

    name = "lexicon"
    version = "1"

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:  # noqa: ARG003 the port
        """There is nothing to choose. Raises SettingsError where something is chosen."""
        if options:
            raise SettingsError(
                [Problem(key, "the word list knows no options; remove it") for key in options]
            )
        return cls()

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        """One full set of LABELS for each text."""
        return [_score(text.words) for text in texts]


def _score(words: str) -> Scores:
    scores = dict.fromkeys(LABELS, 0.0)
    light = normalise(words)
    for text in {form.plain: form for form in (light, unmask(light))}.values():
        for label, value in _score_plain(text).items():
            scores[label] = max(scores[label], value)
    if scores["insult"] >= 0.8 and scores["profanity"] >= 0.5:
        scores["profanity"] = max(scores["profanity"], 0.85)  # the swearing is at somebody, then
    scores["toxicity"] = max(
        scores[label] for label in LABELS if label not in ("spam", "self_harm")
    )
    return scores


def _score_plain(text: Normalised) -> dict[str, float]:
    lists = _lists()
    plain = text.plain.replace("'", "").replace("-", " ")
    plain = _STAR.sub(lambda match: lists.behind_stars(match.group()), plain)
    hits = list(lists.hits(plain))
    innocent_until = _innocent_until(hits, len(plain))
    found: dict[str, float] = {}
    for hit in hits:
        if hit.worth is None or hit.end <= innocent_until[hit.start]:
            continue
        label = hit.worth.label
        value = _weigh(hit, hit.worth, plain)
        found[label] = max(found.get(label, 0.0), value)
    if found.get("insult") and _BANTER.search(plain) and found.get("identity_attack", 0.0) < 0.5:
        found["insult"] -= _LAUGHED_OFF
    return {label: round(value, 2) for label, value in found.items()}


def _innocent_until(hits: Sequence[_Hit], size: int) -> Sequence[int]:
    """For each place of a text how far the innocent words reach that begin there or before."""
    until = [0] * size
    for hit in hits:
        if hit.worth is None:
            until[hit.start] = max(until[hit.start], hit.end)
    return list(accumulate(until, max))


def _weigh(hit: _Hit, worth: _Worth, plain: str) -> float:
    """What a word is worth where it stands."""
    before = _SENTENCE.split(plain[max(0, hit.start - 120) : hit.start])[-1]
    after = _SENTENCE.split(plain[hit.end : hit.end + 60], maxsplit=1)[0]
    if worth.label in ("insult", "profanity", "identity_attack") and _MYSELF.search(before):
        return (
            0.3
            if worth.label == "identity_attack"
            else min(worth.loose, 0.2 if worth.label == "insult" else 0.6)
        )
    if _REPORTED.search(before):
        return worth.reported
    near = {
        *_WORD.findall(before)[-7:],
        *_WORD.findall(after)[:5],
        *_WORD.findall(plain[hit.start : hit.end]),
    }
    alone = len(plain) <= hit.end - hit.start + 12
    return worth.aimed if alone or not _lists().somebody.isdisjoint(near) else worth.loose
