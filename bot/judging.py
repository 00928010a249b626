"""From text to assessment to answer: the one pipeline of the daemon and of `schoolgate judge`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.model import Assessment, Attachment, Policy, Text
from bot.ports import Classifier


class Answer(NamedTuple):
    """One line of `schoolgate judge`'s output, without its line end; `ok` is False for an error."""

    line: str
    ok: bool


def assess(
    texts: Sequence[Text],
    attachments: Sequence[Sequence[Attachment]],
    classifiers: Sequence[Classifier],
    policy: Policy,
) -> list[Assessment]:
    """Judge a batch: one Assessment for each text, same order.

    `attachments` has one (maybe empty) sequence for each text. Nothing is stored or sent. Whatever
    a classifier raises comes through: the caller stands at the plug-in boundary and retries, and
    gives up with `unscored`. Raises AdapterError where a classifier's answer makes no sense.
    """
    raise NotImplementedError


def unscored(text: Text, attachments: Sequence[Attachment], policy: Policy) -> Assessment:
    """What the rules alone find, and that no classifier answered: never passed as clean."""
    raise NotImplementedError


def judge_line(line: str, classifiers: Sequence[Classifier], policy: Policy) -> Answer:
    """Answer one JSON line of `schoolgate judge`; what is not valid gives an error, no exception.
    """
    raise NotImplementedError


def judge_lines(
    lines: Iterable[str], classifiers: Sequence[Classifier], policy: Policy
) -> Iterator[Answer]:
    """Answer JSON lines one by one, in order, a batch at a time; the output is pure ASCII."""
    raise NotImplementedError
