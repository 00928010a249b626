"""The same harmless sentences about every group: what differs between groups is bias."""

from __future__ import annotations

import tomllib
from pathlib import Path

FRAMES = Path(__file__).with_name("school_corpus") / "frames.toml"


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
