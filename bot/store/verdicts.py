"""A verdict as it is stored, and a finding as it is stored and logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Assessment, Finding, Verdict


@dataclass(frozen=True, slots=True)
class JudgedReading:
    """A verdict, with what it rests on; `held_back` says why a hide was not carried out."""

    reading_id: int
    assessment: Assessment
    verdict: Verdict
    held_back: str


def verdict_row(one: JudgedReading, at: datetime) -> dict[str, object]:
    """A verdict as a row of its table."""
    found, verdict = one.assessment, one.verdict
    return {
        "reading_id": one.reading_id,
        "at": at,
        "action": verdict.action,
        "urgency": verdict.urgency,
        "held_back": one.held_back,
        "findings": [facets(finding) for finding in found.findings],
        "signals": [[s.source, s.label, round(s.score, 4), s.start, s.end] for s in found.signals],
        "scores": {label: round(score, 4) for label, score in found.scores.items()},
        "reasons": list(verdict.reasons),
        "versions": dict(found.versions),
    }


def facets(finding: Finding) -> dict[str, object]:
    """A finding as it is stored and logged: no text, nobody's name, only keys and words of ours."""
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "target": finding.target,
        "child": finding.child,
        "aspects": sorted(finding.aspects),
    }
