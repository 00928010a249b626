"""Find the model's own lines on the voices kept for it, and write them into its config.

    uv run python -m classifiers.training.calibrate

A line is the raw score at which a label counts; the classifier rescales so that it reads 0.5. What
is made as small as possible is the cost of all verdicts by the product's own rules and table, going
from label to label until nothing gets better. The held-out voices are not looked at.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.findings import findings
from bot.findings.scored import ACT, HIDE
from bot.judging import scores_of, signals_of
from bot.model import Action, Assessment, Policy, Signal, Text, Verdict
from bot.policy import judge
from bot.settings import load
from classifiers.lexicon import LexiconClassifier
from classifiers.onnx import BUNDLED, Lines, SchoolClassifier, rescaled
from classifiers.training.corpus import Line
from classifiers.training.evaluate import Judge, about_the_head
from classifiers.training.labels import KINDS, NEVER_SERIOUS
from classifiers.training.prepare import school
from classifiers.training.sealing import seal

_ROOT = Path(__file__).parents[2]
_GRID = (0.03, 0.05, 0.08, 0.12, 0.17, 0.23, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

_PAIRS = tuple(
    (lower, upper)
    for lower in (0.03, 0.08, 0.15, 0.25, 0.35, 0.5, 0.6, 0.7)
    for upper in (0.3, 0.45, 0.6, 0.75, 0.85, 0.93, 0.98)
    if lower < upper
)
"""Of what is made of a whole text: the line below which it speaks against, and above which for."""

_COST: Mapping[tuple[Action, Action], float] = {
    (Action.HIDE, Action.QUEUE): 1.0,
    (Action.HIDE, Action.ALLOW): 2.5,
    (Action.QUEUE, Action.HIDE): 1.0,
    (Action.QUEUE, Action.ALLOW): 1.0,
    (Action.ALLOW, Action.QUEUE): 1.0,
    (Action.ALLOW, Action.HIDE): 15.0,
}
"""What a verdict costs, by what it should be and what it is: hiding what is harmless is worst."""
_FAIR_HIDDEN = 30.0
_TOLD_TOO_FEW = 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """One line with everything that does not depend on the lines being sought."""

    line: Line
    wanted: Verdict
    ruled: Sequence[Signal]
    around: Sequence[Signal]
    raw: Mapping[str, float]
    words: Mapping[str, float]


def gather(folder: Path, part: str, policy: Policy) -> list[Case]:
    """All lines of one part with raw scores."""
    model, words = SchoolClassifier(folder, raw=True), LexiconClassifier()
    lines = [line for line, where in school() if where == part]
    texts = [Text(line.text, line.context) for line in lines]
    raw, listed = (scores_of(each, texts, policy.people) for each in (model, words))
    return [
        Case(line, Judge.wanted(policy, line), *signals_of(text, policy), *scored)
        for line, text, *scored in zip(lines, texts, raw, listed, strict=True)
    ]


def verdict_of(case: Case, lines: Lines, policy: Policy) -> Verdict:
    """What the product would do with these lines."""
    scores = dict(rescaled(case.raw, lines))
    for label, value in case.words.items():
        scores[label] = max(scores.get(label, 0.0), value)
    return judge(Assessment(findings(case.ruled, scores, policy, around=case.around)), policy)


def cost_of(case: Case, given: Verdict) -> float:
    """What one verdict costs."""
    wanted = case.wanted
    cost = _COST.get((wanted.action, given.action), 0.0)
    if case.line.fair and given.action is Action.HIDE:
        cost += _FAIR_HIDDEN
    if given.action is not Action.ALLOW and not wanted.told <= given.told:
        cost += _TOLD_TOO_FEW
    return cost


def search(
    cases: Sequence[Case], policy: Policy, rounds: int = 2
) -> dict[str, float | list[float]]:
    """The cheapest lines, label by label; a label moves only texts on which it says something."""
    whole = [HIDE, ACT]
    labels = [
        *(f"serious.{kind}" for kind in KINDS if kind not in NEVER_SERIOUS),
        *(f"kind.{kind}" for kind in KINDS),
    ]
    best: dict[str, float | list[float]] = dict.fromkeys(labels, 0.4)
    best |= {label: [0.3, 0.8] for label in whole}
    costs = [cost_of(case, verdict_of(case, best, policy)) for case in cases]
    for _ in range(rounds):
        for label in [*whole, *labels, *whole]:
            touched = [
                i for i, case in enumerate(cases) if case.raw.get(label, 0.0) >= min(_GRID) / 2
            ]
            tried = {}
            for line in _PAIRS if label in whole else _GRID:
                lines = best | {label: list(line) if isinstance(line, tuple) else line}
                tried[line] = [
                    cost_of(cases[i], verdict_of(cases[i], lines, policy)) for i in touched
                ]
            # Of equally good lines the one nearest to where it stands.
            chosen = min(tried, key=lambda line: (round(sum(tried[line]), 3), _off(line)))
            best[label] = list(chosen) if isinstance(chosen, tuple) else chosen
            for i, cost in zip(touched, tried[chosen], strict=True):
                costs[i] = cost
        print(f"cost {sum(costs):.1f} over {len(cases)} lines")
    return best


def _off(line: float | tuple[float, float]) -> float:
    lower, upper = line if isinstance(line, tuple) else (line, line)
    return abs(lower - 0.4) + abs(upper - 0.4)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=BUNDLED)
    asked = parser.parse_args(arguments)
    policy = load(_ROOT / "settings.toml", environ={}).policy
    cases = gather(asked.model, "calibrate", policy)
    lines = search(cases, policy)
    head = [case for case in cases if about_the_head(case.line)]
    print({label: line for label, line in lines.items() if line != 0.4}, len(head))
    path = asked.model / "config.json"
    config = json.loads(path.read_text("utf-8"))
    config["thresholds"] = lines
    path.write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    seal(asked.model)


if __name__ == "__main__":
    main()
