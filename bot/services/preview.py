"""Judge what is stored again with other settings, and change nothing: what would they do?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.findings.scored import LINE
from bot.judging import assess, unscored
from bot.model import Action, Assessment, Finding, Kind, Policy, Text
from bot.plugins import PluginFailure, answer_of
from bot.policy import judge
from bot.ports import Classifier, Clock
from bot.settings import Settings
from bot.store import Store
from bot.store.previews import Preview, Previewed, bin_of
from bot.store.readings import JudgedBefore

_BATCH = 64


def preview(
    store: Store,
    clock: Clock,
    settings: Settings,
    classifiers: Sequence[Classifier],
    *,
    name: str,
    days: int | None = None,
    judged: Callable[[int], object] = lambda _: None,
) -> None:
    """Judge every stored comment again and keep the answers in place of the last preview.

    `name` is what the settings are called, `days` how far back to go; `judged` is called after each
    batch with how many are done. Cases, verdicts, effects and log are left as they are. Reads are
    short and nothing is open while a classifier works, so the daemon may run. Idempotent.
    """
    at = clock.now()
    since = datetime.min.replace(tzinfo=UTC) if days is None else at - timedelta(days=days)
    kept: list[Previewed] = []
    versions: dict[str, str] = {}
    last = 0
    while True:
        with store.read() as uow:
            batch = uow.readings.judged(after=last, since=since, limit=_BATCH)
        if not batch:
            break
        for before, assessment in zip(batch, _assess(batch, settings, classifiers), strict=True):
            versions.update(assessment.versions)
            kept.append(_compared(before, assessment, settings.policy))
        last = batch[-1].reading.reading_id
        judged(len(kept))
    scored = {kind for one in kept for kind in one.bins}
    lines = {kind: _line(kind, settings.policy) for kind in Kind if kind in scored}
    with store.begin() as uow:
        uow.previews.keep(Preview(at, name, days, versions, lines), kept)
        uow.commit()


def _assess(
    batch: Sequence[JudgedBefore], settings: Settings, classifiers: Sequence[Classifier]
) -> list[Assessment]:
    """The batch at once; where that fails one by one, and what fails alone is *unscored*."""
    texts = [Text(one.reading.text, one.reading.context) for one in batch]
    hung = [one.reading.attachments for one in batch]
    together = partial(assess, texts, hung, classifiers, settings.policy, explain=False)
    try:
        return answer_of("classifier", together)
    except PluginFailure:
        if len(batch) == 1:
            return [unscored(texts[0], hung[0], settings.policy)]
        return [a for one in batch for a in _assess([one], settings, classifiers)]


def _compared(before: JudgedBefore, now: Assessment, policy: Policy) -> Previewed:
    verdict = judge(now, policy)
    changed: frozenset[Kind] = frozenset()
    if verdict.action.rank > before.action.rank:
        changed = _carriers(now.findings, verdict.action, policy)
    elif verdict.action.rank < before.action.rank:
        changed = _carriers(before.findings, before.action, policy)
    return Previewed(
        reading_id=before.reading.reading_id,
        before=before.action,
        after=verdict.action,
        changed=changed,
        kinds=frozenset(finding.kind for finding in now.findings),
        child=any(finding.child for finding in now.findings),
        told=verdict.told,
        excluded=verdict.excluded,
        bins=_bins(now.scores),
    )


def _carriers(findings: Sequence[Finding], action: Action, policy: Policy) -> frozenset[Kind]:
    """The kinds that alone would lead to this action; all of them where none would (any more: it
    is asked of the policy that is tried, the only one that is known here).

    So a complaint is not counted as hidden because an insult stood beside it.
    """
    kinds = frozenset(finding.kind for finding in findings)
    alone = {
        kind: judge(Assessment(tuple(f for f in findings if f.kind is kind)), policy).action
        for kind in kinds
    }
    return frozenset(kind for kind in kinds if alone[kind] is action) or kinds


def _bins(scores: Mapping[str, float]) -> dict[Kind, int]:
    found = {kind: scores.get(f"kind.{kind}", scores.get(kind)) for kind in Kind}
    return {kind: bin_of(score) for kind, score in found.items() if score is not None}


def _line(kind: Kind, policy: Policy) -> float:
    """From which score a kind counts as found."""
    mild, _serious = policy.thresholds.get(kind, LINE)
    return mild
