"""The histogram of the command line."""

from __future__ import annotations

import pytest

from bot.cli.preview import histogram
from bot.model import Action, Kind
from bot.queries.preview import Change, KindPreview


def drawn(*bins: int, line: float = 0.5) -> list[str]:
    return list(histogram(KindPreview(Kind.ABUSE, {}, bins, line)))


def test_each_tenth_has_a_line_with_its_count_and_a_bar_as_long_as_its_share() -> None:
    lines = drawn(80, 40, 0, 0, 0, 0, 0, 0, 0, 1)
    assert len(lines) == 10
    assert [line.count("#") for line in lines] == [40, 20, 0, 0, 0, 0, 0, 0, 0, 1]
    assert lines[0].startswith("  0.0-0.1 |")
    assert lines[0].endswith("# 80")


@pytest.mark.parametrize(("line", "marked"), [(0.5, 5), (0.37, 3), (1.0, 9), (0.0, 0)])
def test_the_line_is_marked_on_the_tenth_in_which_it_lies(line: float, marked: int) -> None:
    lines = drawn(*[1] * 10, line=line)
    assert [n for n, text in enumerate(lines) if "counts from" in text] == [marked]
    assert f"counts from {line:.2f}" in lines[marked]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (Action.ALLOW, Action.ALLOW, None),
        (Action.ALLOW, Action.QUEUE, Change.NEWLY_QUEUED),
        (Action.ALLOW, Action.HIDE, Change.NEWLY_HIDDEN),
        (Action.QUEUE, Action.HIDE, Change.NEWLY_HIDDEN),
        (Action.QUEUE, Action.ALLOW, Change.NO_LONGER_QUEUED),
        (Action.HIDE, Action.QUEUE, Change.NO_LONGER_HIDDEN),
        (Action.HIDE, Action.ALLOW, Change.NO_LONGER_HIDDEN),
    ],
)
def test_every_move_has_one_name(before: Action, after: Action, change: Change | None) -> None:
    assert Change.of(before, after) is change
