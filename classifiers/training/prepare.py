"""Read all labelled text into one form, without near-duplicates, split by who wrote it.

    uv run python -m classifiers.training.prepare --data ../shared/data

Writes `public.jsonl` (to learn from) and `school.jsonl` (with its parts train, calibrate, test)
into the work folder and says what was left out. Same input, same output.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from bot.model import Assessment, Person, Policy
from bot.policy import judge
from bot.rules.people import in_office
from bot.settings import load
from classifiers.training.contrast import groups
from classifiers.training.corpus import Line, read
from classifiers.training.labels import school_labels
from classifiers.training.near import Known, without_duplicates
from classifiers.training.public import Example, examples, rows

WORK = Path("build/training")
TEST_SETS = ("jigsaw_wiki_test_balanced", "wiki_debias_testset", "youtoxic")
PARTS = ("train", "calibrate", "test")
_SAME_GROUP = {"women": "female", "men": "male", "old": "elderly", "gypsy_traveller": "traveller"}
_ROOT = Path(__file__).parents[2]


def part_of(line: Line) -> str:
    """A voice is wholly in one part. What one writer wrote apart from all others (`t-`), and files
    with `test` in their name, are for testing; of the others about two voices in ten are for
    calibration.
    """
    name = line.file
    if name.startswith("t-") or "test" in name:
        return "test"
    return "calibrate" if zlib.crc32(name.encode()) % 10 < 2 else "train"


def school() -> list[tuple[Line, str]]:
    """Each line of the corpus with its part; near-duplicates are left out, test lines last."""
    lines = read()
    lines.sort(key=lambda line: PARTS.index(part_of(line)), reverse=True)
    kept = without_duplicates([f"{line.text} {line.context}" for line in lines], Known(share=0.8))
    return [(lines[index], part_of(lines[index])) for index in kept]


def group_of(line: Line) -> str:
    """The group that an identity contrast is about, where others can take its place; else ""."""
    tags = (tag.removeprefix("id=").split("/")[0] for tag in line.tags if tag.startswith("id="))
    named = [_SAME_GROUP.get(tag, tag) for tag in tags]
    return next((group for group in named if group in groups()), "")


def policy() -> Policy:
    """The table of the settings that come with the product."""
    return load(_ROOT / "settings.toml", environ={}).policy


def people() -> tuple[Person, ...]:
    """The made-up staff of the settings that come with the product: the corpus speaks of them."""
    return policy().people


def public(data: Path) -> tuple[list[Example], int]:
    """The public sets without what also stands in a test set; and how many rows that were."""
    tested = Known(row["text"] for name in TEST_SETS for row in rows(data / f"{name}.jsonl.gz"))
    read_in = list(examples(data))
    clean = [one for one in read_in if not tested.like(one.text)]
    kept = list({one.text: one for one in clean}.values())  # pairs that differ in a word stay
    return kept, len(read_in) - len(kept)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="the folder of public sets; without it, ours only"
    )
    parser.add_argument("--work", type=Path, default=WORK)
    asked = parser.parse_args(arguments)
    asked.work.mkdir(parents=True, exist_ok=True)
    if asked.data:
        learnt, dropped = public(asked.data)
        _write(asked.work / "public.jsonl", (asdict(one) for one in learnt))
        print(f"public: {len(learnt)} texts, {dropped} near-duplicates left out")
        print(dict(Counter(one.source for one in learnt)))
    ours, table = school(), policy()
    staff = table.people
    _write(
        asked.work / "school.jsonl",
        (
            {
                "text": in_office(line.text, staff),
                "context": in_office(line.context, staff),
                "labels": school_labels(
                    line.findings, judge(Assessment(line.findings), table).action, fair=line.fair
                ),
                "source": "school",
                "part": part,
                "group": group_of(line),
            }
            for line, part in ours
        ),
    )
    print(f"school: {dict(Counter(part for _, part in ours))}")


def _write(path: Path, values: Iterable[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for value in values:
            out.write(json.dumps(value, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
