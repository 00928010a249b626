"""The public labelled sets, each read into our labels; what a set does not say stays unknown.

One function for each set. Licences and attributions stand in the model card.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.findings.scored import HIDE
from bot.model import Kind
from classifiers.training.labels import KINDS, NEVER_SERIOUS, TOXICITY

_SEED = 20261122


@dataclass(frozen=True, slots=True)
class Example:
    """One text to learn from: `labels` holds what is known, 0..1; the rest is masked."""

    text: str
    labels: dict[str, float]
    source: str
    context: str = ""
    weight: float = 1.0
    tags: tuple[str, ...] = field(default=())


Row = dict[str, Any]
_CLEAN = dict.fromkeys(TOXICITY, 0.0)
_NOT_SERIOUS = {f"serious.{kind}": 0.0 for kind in KINDS if kind not in NEVER_SERIOUS}


def rows(path: Path) -> Iterator[Row]:
    """One of the gzipped JSON-lines files."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _found(kind: Kind, *, yes: bool) -> dict[str, float]:
    return {f"kind.{kind}": float(yes), f"serious.{kind}": float(yes)}


def _jigsaw(row: Row) -> dict[str, float]:
    given = row["labels"]
    if "insult" not in given:
        return _CLEAN | {"spam": 0.0} if not given["toxic"] else {"toxicity": 1.0}
    return {
        "toxicity": given["toxic"],
        "severe_toxicity": given["severe_toxic"],
        "insult": given["insult"],
        "profanity": given["obscene"],
        "threat": given["threat"],
        "identity_attack": given["identity_hate"],
        **_found(Kind.ABUSE, yes=bool(given["insult"])),
        **_found(Kind.THREAT, yes=bool(given["threat"])),
    }


def _civil(row: Row) -> dict[str, float]:
    given = row["labels"]
    return {
        "toxicity": given["toxic_frac"],
        "insult": given["frac_insult"],
        "profanity": given["frac_profane_obscene"],
        "threat": given["frac_threat"],
        "identity_attack": given["frac_identity_attack"],
    }


def _hatexplain(row: Row) -> dict[str, float]:
    kind = row["labels"]["class"]
    toxic = {"normal": 0.1, "offensive": 0.8, "hatespeech": 1.0}[kind]
    return {"toxicity": toxic, "identity_attack": float(kind == "hatespeech")}


def _hatemoji(row: Row) -> dict[str, float]:
    hateful = bool(row["labels"]["hateful"])
    threat = float(row["labels"]["type"] == "threateninglanguage")
    return {
        "identity_attack": float(hateful),
        "threat": threat,
        **({"toxicity": 1.0} if hateful else {}),
        **_found(Kind.HATE, yes=hateful),
    }


def _edos(row: Row) -> dict[str, float]:
    sexist = bool(row["labels"]["sexist"])
    return {"identity_attack": float(sexist)} | ({"toxicity": 0.9} if sexist else {})


def _implicit(row: Row) -> dict[str, float]:
    kind = row["labels"]["class"]
    hateful = kind != "not_hate"
    known = {"identity_attack": {"not_hate": 0.05, "implicit_hate": 0.8}.get(kind, 1.0)}
    return known | ({"toxicity": 0.8} | _found(Kind.HATE, yes=True) if hateful else {})


def _convabuse(row: Row) -> dict[str, float]:
    given = row["labels"]
    sexual = float(given["any_sex_harassment"])
    return {"toxicity": float(given["abusive"]), "sexual_explicit": sexual}


def _davidson(row: Row) -> dict[str, float]:
    kind = row["labels"]["class"]
    toxic = {"neither": 0.05, "offensive": 0.7, "hate_speech": 1.0}[kind]
    return {"toxicity": toxic, "identity_attack": float(kind == "hate_speech")}


def _goemotions(row: Row) -> dict[str, float]:
    feelings = set(row["labels"]["emotions"].split(","))
    warm = {"admiration", "gratitude", "love", "joy", "caring", "optimism", "excitement", "relief"}
    calm = _CLEAN if feelings & warm else {"toxicity": 0.05}
    return calm | {HIDE: 0.0} | _NOT_SERIOUS


def benign(row: Row) -> bool:
    """GoEmotions without the feelings in which people swear at each other."""
    feelings = set(row["labels"]["emotions"].split(","))
    return not feelings & {"anger", "annoyance", "disgust"}


def _madlibs(row: Row) -> dict[str, float]:
    toxic = float(row["labels"]["toxic"])
    return {"toxicity": toxic} | ({} if toxic else {"identity_attack": 0.0, "kind.hate": 0.0})


def _spam(row: Row) -> dict[str, float]:
    spam = bool(row["labels"]["spam"])
    return {"spam": float(spam), "kind.spam": float(spam), "toxicity": 0.05}


def _to_learn_from(row: Row) -> bool:
    return row.get("split") not in ("test", "valid", "dev")


def _any(row: Row) -> bool:
    return bool(row["text"])


_CARRIERS = ("{}", "you {}", "what a load of {}", "{} off", "so {} today", "all this {} talk")
_WORTH = {"Mild": 0.6, "Strong": 0.85, "Severe": 0.95}


def words(folder: Path) -> Iterator[Example]:
    """The list of rude words, each in two short carriers: sets of sentences miss most of them."""
    for number, row in enumerate(rows(folder / "lexicon_surge_profanity.jsonl.gz")):
        given = row["labels"]
        category, worth = given["category_1"], _WORTH[given["severity_description"]]
        known = {"toxicity": worth}
        if "slurs" in category or "orientation" in category:
            known["identity_attack"] = worth
        if "sexual anatomy" in category:
            known["sexual_explicit"] = worth
        for carrier in (_CARRIERS[number % 6], _CARRIERS[(number // 6 + 1) % 6]):
            text = carrier.format(row["text"])
            yield Example(text, known, "lexicon_surge_profanity", weight=0.5)


@dataclass(frozen=True, slots=True)
class Set:
    """How one file is used: how many rows at most, how much each counts, which are left out."""

    file: str
    read: Callable[[Row], dict[str, float]]
    most: int
    weight: float = 1.0
    keep: Callable[[Row], bool] = _to_learn_from


SETS = (
    Set("jigsaw_wiki_multilabel", _jigsaw, 20_000),
    Set("jigsaw_wiki_5k", _jigsaw, 20_000),
    Set("jigsaw_wiki_train_benign", _jigsaw, 20_000),
    Set("civil_toxic_spans", _civil, 20_000),
    Set("hatexplain", _hatexplain, 7_000, 0.7),
    Set("hatemoji_build", _hatemoji, 6_000, keep=lambda r: r["split"] != "test"),
    Set("edos_sexism", _edos, 4_000, 0.5),
    Set("implicit_hate", _implicit, 5_000, 0.5),
    Set("convabuse", _convabuse, 3_000, 0.7),
    Set("goemotions", _goemotions, 9_000, keep=lambda r: r["split"] == "train" and benign(r)),
    Set("davidson", _davidson, 3_000, 0.3),
    Set("identity_madlibs", _madlibs, 1_500, 0.5, keep=_any),
    Set("sms_spam", _spam, 2_500, 0.7),
    Set("youtube_spam", _spam, 1_771, 0.7, keep=_any),
)


def examples(folder: Path) -> Iterator[Example]:
    """Every set, sampled with a fixed seed."""
    for one in SETS:
        kept = [row for row in rows(folder / f"{one.file}.jsonl.gz") if one.keep(row)]
        random.Random(_SEED).shuffle(kept)  # noqa: S311 a sample, no secret
        for row in kept[: one.most]:
            yield Example(row["text"], one.read(row), one.file, weight=one.weight)
    yield from words(folder)
