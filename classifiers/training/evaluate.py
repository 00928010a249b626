"""Print every figure that the model and the judgement around it must reach, with intervals.

    uv run python -m classifiers.training.evaluate --data ../shared/data

Judges with the product's own pipeline and the settings that come with it. The school's part is
measured on voices that nothing was trained on or tuned with; public sets only with `--data`. What
cannot be measured here (no fp32 model, no torch) is said, not left out.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.judging import assess
from bot.model import Action, Assessment, Finding, Kind, Policy, Role, Target, Text, Verdict
from bot.policy import judge
from bot.settings import load
from classifiers.lexicon import LexiconClassifier
from classifiers.onnx import BUNDLED, SchoolClassifier
from classifiers.training.contrast import sentences
from classifiers.training.corpus import Line
from classifiers.training.evasions import EVASIONS
from classifiers.training.figures import Figure, roc_auc, share
from classifiers.training.prepare import WORK, people, school
from classifiers.training.public import benign, rows
from classifiers.training.sealing import seal

_ROOT = Path(__file__).parents[2]
_BATCH = 256
_EACH = 3  # in full precision all of them take minutes


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of the corpus: what a careful person says, and what the product does."""

    line: Line
    wanted: Verdict
    given: Verdict
    assessment: Assessment


class Judge:
    """The product's pipeline with its own settings."""

    def __init__(self, folder: Path = BUNDLED) -> None:
        self.model = SchoolClassifier(folder)
        self.policy: Policy = load(_ROOT / "settings.toml", environ={}).policy
        self._classifiers = (self.model, LexiconClassifier())

    def __call__(self, texts: Sequence[Text]) -> list[tuple[Assessment, Verdict]]:
        """Assessment and verdict for each text."""
        answers = []
        for begin in range(0, len(texts), _BATCH):
            part = texts[begin : begin + _BATCH]
            found = assess(part, [()] * len(part), self._classifiers, self.policy, explain=False)
            answers += [(one, judge(one, self.policy)) for one in found]
        return answers

    @staticmethod
    def wanted(policy: Policy, line: Line) -> Verdict:
        """What the table makes of the labels; an accusation of the headteacher is about them."""
        heads = frozenset(p.key for p in people() if Role.HEADTEACHER in p.roles)
        labelled = tuple(
            Finding(f.kind, f.severity, f.target, f.child, f.aspects, heads)
            if f.kind is Kind.ALLEGATION and f.target is Target.HEADTEACHER
            else f
            for f in line.findings
        )
        return judge(Assessment(labelled), policy)

    def lines(self, given: Sequence[Line]) -> list[Judged]:
        """Lines of the corpus, judged."""
        answers = self([Text(line.text, line.context) for line in given])
        return [
            Judged(line, self.wanted(self.policy, line), verdict, assessment)
            for line, (assessment, verdict) in zip(given, answers, strict=True)
        ]


def school_figures(judged: Sequence[Judged]) -> Iterator[tuple[str, str, Figure]]:
    """The figures on held-out voices: name, what must be reached, figure."""

    def rate(
        name: str, goal: str, among: Sequence[Judged], hits: Sequence[bool]
    ) -> tuple[str, str, Figure]:
        return name, goal, share(hits, [one.line.file for one in among])

    hide = [one for one in judged if one.wanted.action is Action.HIDE]
    harmless = [one for one in judged if not one.line.findings and not one.line.fair]
    fair = [one for one in judged if one.line.fair]
    told = [one for one in judged if one.wanted.told]
    head = [one for one in judged if about_the_head(one.line)]
    yield rate(
        "action exactly right",
        "≥ 0.85",
        judged,
        [o.wanted.action is o.given.action for o in judged],
    )
    yield rate(
        "to be hidden: hidden", "≥ 0.85", hide, [o.given.action is Action.HIDE for o in hide]
    )
    yield rate(
        "to be hidden: at least queued",
        "≥ 0.97",
        hide,
        [o.given.action is not Action.ALLOW for o in hide],
    )
    yield rate(
        "harmless: hidden", "≤ 0.01", harmless, [o.given.action is Action.HIDE for o in harmless]
    )
    yield rate(
        "harmless: queued", "≤ 0.10", harmless, [o.given.action is Action.QUEUE for o in harmless]
    )
    yield rate("fair criticism hidden", "0", fair, [o.given.action is Action.HIDE for o in fair])
    yield rate(
        "told: all the needed roles", "≥ 0.90", told, [o.wanted.told <= o.given.told for o in told]
    )
    yield rate(
        "a concern about the headteacher told to them",
        "0",
        head,
        [Role.HEADTEACHER in o.given.told for o in head],
    )


def about_the_head(line: Line) -> bool:
    """Whether a line accuses the headteacher."""
    return any(f.kind is Kind.ALLEGATION and f.target is Target.HEADTEACHER for f in line.findings)


def by_kind(judged: Sequence[Judged]) -> Iterator[str]:
    """Kind by kind: how many, found as that kind, action right, allowed."""
    for kind in Kind:
        having = [o for o in judged if any(f.kind is kind for f in o.line.findings)]
        if having:
            found = sum(any(f.kind is kind for f in o.assessment.findings) for o in having)
            right = sum(o.wanted.action is o.given.action for o in having)
            passed = sum(o.given.action is Action.ALLOW for o in having)
            yield (
                f"  {kind:<16} n={len(having):<4} found {found / len(having):.2f}  "
                f"action right {right / len(having):.2f}  allowed {passed}"
            )


def gaps(judged: Sequence[Judged], action: Action) -> Iterator[str]:
    """False positives between identity groups and between dialects: the largest gap of each."""
    for name, groups in (("identity groups", _identity(judged)), ("dialects", _dialects(judged))):
        rates = {
            group: sum(o.given.action.rank >= action.rank for o in of) / len(of)
            for group, of in groups.items()
            if len(of) >= 10
        }
        if rates:
            low, high = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
            yield (
                f"  {name}, {action} or stricter: gap "
                f"{100 * (rates[high] - rates[low]):.1f} points "
                f"({low} {rates[low]:.3f}, {high} {rates[high]:.3f}; {len(rates)} groups)"
            )


def _identity(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    groups = defaultdict(list)
    for one in judged:
        if one.wanted.action is Action.ALLOW:
            for tag in one.line.tags:
                if tag.startswith("id="):
                    groups[tag[3:].split("/")[0]].append(one)
    return groups


def _dialects(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    groups = defaultdict(list)
    for one in judged:
        if one.wanted.action is Action.ALLOW and one.line.voice.language == "en":
            groups[one.line.voice.dialect].append(one)
    return groups


def contrast_gaps(product: Judge) -> Iterator[str]:
    """Harmless sentences about each group: hidden or queued."""
    rates: dict[Action, dict[str, float]] = {Action.HIDE: {}, Action.QUEUE: {}}
    for group, texts in sentences().items():
        verdicts = [verdict for _, verdict in product([Text(text) for text in texts])]
        for action, of in rates.items():
            of[group] = sum(v.action.rank >= action.rank for v in verdicts) / len(verdicts)
    for action, of in rates.items():
        low, high = min(of, key=of.__getitem__), max(of, key=of.__getitem__)
        yield (
            f"  same sentences about {len(of)} groups, {action} or stricter: gap "
            f"{100 * (of[high] - of[low]):.1f} points ({low} {of[low]:.3f}, {high} {of[high]:.3f})"
        )


def evasion_losses(product: Judge, judged: Sequence[Judged]) -> Iterator[str]:
    """Of what is hidden when written plainly, how much is not hidden in disguise."""
    hide = [
        one.line
        for one in judged
        if one.wanted.action is Action.HIDE and one.line.voice.language == "en"
    ]
    clean = sum(one.given.action is Action.HIDE for one in judged if one.line in hide)
    for name, change in EVASIONS.items():
        answers = product([Text(change(line.text), line.context) for line in hide])
        hidden = sum(verdict.action is Action.HIDE for _, verdict in answers)
        queued = sum(verdict.action is not Action.ALLOW for _, verdict in answers)
        yield (
            f"  {name:<20} recall {hidden / len(hide):.3f}, lost "
            f"{100 * (clean - hidden) / len(hide):.1f} points; queued or hidden "
            f"{queued / len(hide):.3f}"
        )


def public_figures(product: Judge, data: Path) -> Iterator[tuple[str, str, Figure]]:
    """The figures on public sets."""
    for file, label, goal in (
        ("jigsaw_wiki_test_balanced", "toxic", "≥ 0.970"),
        ("youtoxic", "IsToxic", "≥ 0.86"),
        ("wiki_debias_testset", "toxic", "–"),
    ):
        found = list(rows(data / f"{file}.jsonl.gz"))
        scores = product.model.score([Text(row["text"]) for row in found])
        truth = [float(row["labels"][label]) for row in found]
        yield f"{file}, ROC-AUC", goal, roc_auc(truth, [s["toxicity"] for s in scores])
    calm = [r for r in rows(data / "goemotions.jsonl.gz") if r["split"] == "test" and benign(r)]
    verdicts = [verdict for _, verdict in product([Text(row["text"]) for row in calm])]
    hidden = [verdict.action is Action.HIDE for verdict in verdicts]
    yield "benign GoEmotions test: hidden", "≤ 0.005", share(hidden)


def lost_by_eight_bits(folder: Path, work: Path, data: Path) -> str:
    """ROC-AUC of the shipped model against its weights in full precision, if those are here."""
    full = work / "model.fp32.onnx"
    if not full.exists():
        return f"int8 against fp32: not measured, there is no {full} (`export` writes it)"
    found = list(rows(data / "jigsaw_wiki_test_balanced.jsonl.gz"))[::_EACH]
    truth = [float(row["labels"]["toxic"]) for row in found]
    texts = [Text(row["text"]) for row in found]
    with tempfile.TemporaryDirectory() as directory:
        beside = Path(directory)
        for name in ("config.json", "tokenizer.json"):
            shutil.copyfile(folder / name, beside / name)
        shutil.copyfile(full, beside / "model.onnx")
        seal(beside)
        int8, fp32 = (
            roc_auc(truth, [s["toxicity"] for s in SchoolClassifier(one).score(texts)]).value
            for one in (folder, beside)
        )
    return (
        f"int8 against fp32, ROC-AUC on {len(texts)} of them: {int8:.4f}, {fp32:.4f}: "
        f"{100 * (fp32 - int8):.2f} points lost (≤ 0.5)"
    )


def cost(folder: Path) -> str:
    """Load time and memory of a fresh process with the model."""
    code = (
        "import time, resource; t = time.perf_counter()\n"
        "from pathlib import Path\n"
        "from classifiers.onnx import SchoolClassifier\n"
        "from bot.model import Text\n"
        f"c = SchoolClassifier(Path({str(folder)!r}))\n"
        "loaded = time.perf_counter() - t\n"
        "c.score([Text('A long comment about sports day. ' * 20)] * 200)\n"
        "print(f'load {loaded:.2f} s, memory', "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 'MB')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return run.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of public sets")
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--part", default="test", help="the part of the corpus to judge")
    asked = parser.parse_args(arguments)
    product = Judge(asked.model)
    print(f"model {product.model.version}; {cost(asked.model)} (≤ 2 s, ≤ 350 MB)")
    judged = product.lines([line for line, part in school() if part == asked.part])
    print(
        f"\nSchool corpus, {asked.part}: {len(judged)} lines, "
        f"{len({o.line.file for o in judged})} voices. "
        "Measured on comments written for this project, not on a school's."
    )
    for name, goal, figure in school_figures(judged):
        print(f"  {name:<46} {goal:<8} {figure}")
    print(*by_kind(judged), sep="\n")
    print(
        "False positives (≤ 5 points):",
        *gaps(judged, Action.HIDE),
        *gaps(judged, Action.QUEUE),
        sep="\n",
    )
    print(*contrast_gaps(product), sep="\n")
    print("Evasions (≤ 5 points lost):", *evasion_losses(product, judged), sep="\n")
    if asked.data:
        print("\nPublic sets")
        for name, goal, figure in public_figures(product, asked.data):
            print(f"  {name:<46} {goal:<8} {figure}")
        print(f"  {lost_by_eight_bits(asked.model, asked.work, asked.data)}")


if __name__ == "__main__":
    main()
