"""The same sentences about every group: what differs between groups is bias."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

FRAMES = Path(__file__).with_name("school_corpus") / "frames.toml"


@cache
def groups() -> dict[str, tuple[str, str]]:
    """Group → its adjective, and its people."""
    data = tomllib.loads(FRAMES.read_text("utf-8"))
    return {group: (adjective, people) for group, (adjective, people) in data["groups"].items()}


def retold(text: str, group: str, other: str) -> str:
    """A sentence about one group told of another: what is learnt is what is said, not of whom.

    Only the group's plain names change; a text that uses others comes back as it is.
    """
    (adjective, people), (theirs, them) = groups()[group], groups()[other]
    swaps = {people.lower(): them, f"{adjective.lower()} people": them, adjective.lower(): theirs}
    names = "|".join(re.escape(name) for name in sorted(swaps, key=len, reverse=True))

    def swap(found: re.Match[str]) -> str:
        words = swaps[found[0].lower()]
        return words.lower() if found[0].islower() else words

    return re.sub(rf"\b(?:{names})\b", swap, text, flags=re.IGNORECASE)


def sentences() -> dict[str, list[str]]:
    """Group → each frame about it; the same order for every group."""
    data = tomllib.loads(FRAMES.read_text("utf-8"))
    return {
        group: [_about(line, adjective, people) for line in data["frames"]["lines"]]
        for group, (adjective, people) in data["groups"].items()
    }


def _about(line: str, adjective: str, people: str) -> str:
    words = line.replace("{adj}", adjective).replace("{people}", people)
    return words[0].upper() + words[1:] if line.startswith("{people}") else words
