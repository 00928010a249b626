"""The school corpus as values (school_corpus/GUIDE.md says how it is written and labelled)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bot.model import Aspect, Finding, Kind, Severity, Target
from classifiers.training.labels import NEVER_SERIOUS

LINES = Path(__file__).with_name("school_corpus") / "lines"

_SEVERITY = {"s": Severity.SERIOUS, "m": Severity.MILD}
_TARGET = {**{target.value: target for target in Target}, "head": Target.HEADTEACHER}
_FINDING = re.compile(r"([a-z_]+)/([sm])/([a-z]+)((?:/c|\+[a-z_]+)*)$")
OK, FAIR = "ok", "fair"


class CorpusError(ValueError):
    """A line of the corpus that cannot be read; names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who writes: the unit by which the corpus is split."""

    name: str
    who: str
    platform: str
    dialect: str
    language: str


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled comment. `fair` marks criticism that has to stay visible."""

    text: str
    findings: tuple[Finding, ...]
    voice: Voice
    file: str = ""
    context: str = ""
    fair: bool = False
    tags: frozenset[str] = frozenset()


def read(directory: Path = LINES) -> list[Line]:
    """The whole corpus, in the order of its files. Raises CorpusError for the first bad line."""
    return [line for path in sorted(directory.glob("*.tsv")) for line in read_file(path)]


def read_file(path: Path) -> Iterator[Line]:
    """One voice. Raises CorpusError."""
    first, *rest = path.read_text("utf-8").splitlines() or [""]
    voice = _voice(first, path)
    for number, raw in enumerate(rest, start=2):
        if raw.strip() and not raw.startswith("#"):
            try:
                yield replace(_line(raw, voice), file=path.stem)
            except ValueError as problem:
                raise CorpusError(f"{path.name}, line {number}: {problem}") from None


def _voice(header: str, path: Path) -> Voice:
    pairs = (field.partition(":") for field in header.lstrip("# ").split("|"))
    given = {name.strip(): value.strip() for name, _, value in pairs if value.strip()}
    missing = {"voice", "who", "platform", "dialect", "language"} - set(given)
    if missing:
        raise CorpusError(f"{path.name}, line 1: without {', '.join(sorted(missing))}")
    return Voice(
        given["voice"], given["who"], given["platform"], given["dialect"], given["language"]
    )


def _line(raw: str, voice: Voice) -> Line:
    columns = [column.strip() for column in raw.rstrip("\t").split("\t")]
    if not 2 <= len(columns) <= 4:
        raise ValueError("two to four columns are expected, with tab characters between them")
    labels, text, context, tags = [*columns, "", ""][:4]
    if not text:
        raise ValueError("there is no text")
    words = [label.strip() for label in labels.split(";") if label.strip()]
    findings = tuple(_finding(word) for word in words if word not in (OK, FAIR))
    if not words or (OK in words and len(words) > 1):
        raise ValueError(f"“{labels}” is no label")
    return Line(
        text=text.replace("\\n", "\n"),
        findings=findings,
        voice=voice,
        context=context.replace("\\n", "\n"),
        fair=FAIR in words or (bool(findings) and {f.kind for f in findings} == {Kind.COMPLAINT}),
        tags=frozenset(tags.split()),
    )


def _finding(word: str) -> Finding:
    match = _FINDING.match(word)
    if match is None:
        raise ValueError(f"“{word}” is no finding")
    kind, severity, target = Kind(match[1]), _SEVERITY[match[2]], match[3]
    if target not in _TARGET:
        raise ValueError(f"“{target}” is no target")
    if kind in NEVER_SERIOUS and severity is Severity.SERIOUS:
        raise ValueError(f"{kind} is never serious")
    aspects = frozenset(Aspect(name) for name in re.findall(r"\+([a-z_]+)", match[4]))
    child = "/c" in match[4] or _TARGET[target] is Target.PUPIL
    return Finding(kind, severity, _TARGET[target], child, aspects)
