"""From text to assessment to answer: the one pipeline of the daemon and of `schoolgate judge`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import NamedTuple

from bot import rules
from bot.errors import AdapterError
from bot.explaining import carried
from bot.findings import carrying, findings
from bot.model import (
    EXPLANATION,
    Action,
    Assessment,
    Attachment,
    AttachmentKind,
    Finding,
    Kind,
    Person,
    Policy,
    Role,
    Severity,
    Signal,
    Text,
)
from bot.plugins import PluginFailure, answer_of
from bot.policy import judge
from bot.ports import Classifier
from bot.rules.people import in_office
from bot.text import normalise, says_something

_BATCH = 64
_WORTH_KEEPING = 0.1  # scores below say nothing and are kept in `scores` alone
_FOR_A_PERSON = (AttachmentKind.PHOTO, AttachmentKind.VIDEO)


class Answer(NamedTuple):
    """One line of `schoolgate judge`'s output, without its line end; `ok` is False for an error."""

    line: str
    ok: bool


def assess(
    texts: Sequence[Text],
    attachments: Sequence[Sequence[Attachment]],
    classifiers: Sequence[Classifier],
    policy: Policy,
    *,
    explain: bool = True,
) -> list[Assessment]:
    """Judge a batch: one Assessment for each text, same order.

    `attachments` has one (maybe empty) sequence for each text. Nothing is stored or sent. With
    `explain`, what is not allowed has signals on the words that carried its scores. Whatever
    a classifier raises comes through: the caller stands at the plug-in boundary and retries, and
    gives up with `unscored`. Raises AdapterError where a classifier's answer makes no sense.
    """
    to_read = [_with_titles(text, hung) for text, hung in zip(texts, attachments, strict=True)]
    answers = [(one, scores_of(one, to_read, policy.people)) for one in classifiers]
    assessments = [
        _assessment(
            text, hung, [(classifier, given[index]) for classifier, given in answers], policy
        )
        for index, (text, hung) in enumerate(zip(to_read, attachments, strict=True))
    ]
    return _explained(to_read, assessments, classifiers, policy) if explain else assessments


def _explained(
    texts: Sequence[Text],
    assessments: Sequence[Assessment],
    classifiers: Sequence[Classifier],
    policy: Policy,
) -> list[Assessment]:
    def score(tries: Sequence[Text]) -> list[Mapping[str, float]]:
        given = [scores_of(classifier, tries, policy.people) for classifier in classifiers]
        return [_worst(scores) for scores in zip(*given, strict=True)]

    labels = [
        () if judge(one, policy).action is Action.ALLOW else carrying(one.findings, one.scores)
        for one in assessments
    ]
    return [
        replace(one, signals=(*one.signals, *signals))
        for one, signals in zip(
            assessments, carried(texts, assessments, labels, score), strict=True
        )
    ]


def _worst(scores: Iterable[Mapping[str, float]]) -> dict[str, float]:
    worst: dict[str, float] = {}
    for given in scores:
        for label, value in given.items():
            worst[label] = max(worst.get(label, 0.0), value)
    return worst


def unscored(text: Text, attachments: Sequence[Attachment], policy: Policy) -> Assessment:
    """What the rules alone find, and that no classifier answered: never passed as clean."""
    ruled = _assessment(_with_titles(text, attachments), attachments, [], policy)
    missing = Finding(Kind.UNSCORED, Severity.MILD)
    return replace(ruled, findings=(*ruled.findings, missing))


def _with_titles(text: Text, attachments: Sequence[Attachment]) -> Text:
    """GIFs and link previews are judged by title and address (policy.md, section 2)."""
    extra = [
        part
        for attachment in attachments
        if attachment.kind not in _FOR_A_PERSON
        for part in (attachment.title, attachment.url)
        if part and part not in text.words
    ]
    return replace(text, words="\n".join([text.words, *extra])) if extra else text


def scores_of(
    classifier: Classifier, texts: Sequence[Text], people: Sequence[Person]
) -> list[Mapping[str, float]]:
    """One classifier's answers; it knows no names and reads of the headteacher by office.

    Of dots, or of a mention alone, a classifier that was made for sentences only dreams: its answer
    counts for nothing there. Raises AdapterError where an answer makes no sense.
    """
    read = [Text(in_office(t.words, people), in_office(t.context, people)) for t in texts]
    given = list(classifier.score(read))
    whole = len(given) == len(texts) and all(
        math.isfinite(value) and 0 <= value <= 1 for scores in given for value in scores.values()
    )
    if not whole:
        raise AdapterError(
            f"The classifier “{classifier.name}” gave an answer that makes no sense: "
            "one set of scores from 0 to 1 is expected for each text. Ask whoever installed it."
        )
    return [
        scores if says_something(text.words) else {}
        for text, scores in zip(texts, given, strict=True)
    ]


def signals_of(text: Text, policy: Policy) -> tuple[list[Signal], list[Signal]]:
    """What the rules find in the words, and in what stands around them."""
    around = (
        rules.signals(normalise(text.context), policy.people, policy.names) if text.context else []
    )
    return rules.signals(normalise(text.words), policy.people, policy.names), around


def _assessment(
    text: Text,
    attachments: Sequence[Attachment],
    scored: Sequence[tuple[Classifier, Mapping[str, float]]],
    policy: Policy,
) -> Assessment:
    scores = _worst(given for _, given in scored)
    ruled, around = signals_of(text, policy)
    found = findings(ruled, scores, policy, around=around)
    if any(attachment.kind in _FOR_A_PERSON for attachment in attachments):
        found += (Finding(Kind.UNREAD_ATTACHMENT, Severity.MILD),)
    elif not normalise(text.words).plain.strip():
        # Something was written, or it would not be here, and the platform does not show it.
        found += (Finding(Kind.UNREAD, Severity.MILD),)
    return Assessment(
        findings=found,
        signals=(
            *ruled,
            *(
                Signal(classifier.name, label, value)
                for classifier, given in scored
                for label, value in given.items()
                if value >= _WORTH_KEEPING
            ),
        ),
        scores=scores,
        versions={"rules": rules.VERSION, **{c.name: c.version for c, _ in scored}},
    )


# --- schoolgate judge ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """One valid line."""

    name: object
    text: Text
    attachments: tuple[Attachment, ...]


class _Invalid(ValueError):
    """Says in one sentence what is wrong with a line; `name` is its id, if that could be read."""

    def __init__(self, message: str, name: object = None) -> None:
        super().__init__(message)
        self.name = name


def judge_lines(
    lines: Iterable[str], classifiers: Sequence[Classifier], policy: Policy
) -> Iterator[Answer]:
    """Answer JSON lines one by one, in order, a batch at a time; the output is pure ASCII.

    What is not valid gives an error line in its place.
    """
    source = iter(lines)
    while batch := list(islice(source, _BATCH)):
        read = [_read(line) for line in batch]
        asked = [one for one in read if isinstance(one, _Asked)]
        assessments = iter(_whatever_happens(asked, classifiers, policy))
        for one in read:
            if isinstance(one, _Asked):
                yield Answer(_written(_answer(one.name, next(assessments), policy)), True)
            else:
                yield Answer(_written({"id": one.name, "error": str(one)}), False)


def _whatever_happens(
    asked: Sequence[_Asked], classifiers: Sequence[Classifier], policy: Policy
) -> list[Assessment]:
    """As the daemon does it: a text on which a classifier fails is unscored, the rest unharmed."""

    def together(some: Sequence[_Asked]) -> list[Assessment]:
        texts, attachments = [one.text for one in some], [one.attachments for one in some]
        return answer_of("classifier", partial(assess, texts, attachments, classifiers, policy))

    try:
        return together(asked)
    except PluginFailure:
        if len(asked) == 1:
            return [unscored(asked[0].text, asked[0].attachments, policy)]
        return [found for one in asked for found in _whatever_happens([one], classifiers, policy)]


def _read(line: str) -> _Asked | _Invalid:
    try:
        return _asked(line)
    except _Invalid as invalid:
        return invalid


def _asked(line: str) -> _Asked:
    try:
        given = json.loads(line.removeprefix("\ufeff"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _Invalid("This line is no JSON.") from None
    if not isinstance(given, dict):
        raise _Invalid('This line is no JSON object: {"text": "…"} is expected.')
    name = given.get("id")
    if isinstance(name, bool | list | dict) or (isinstance(name, float) and math.isinf(name)):
        raise _Invalid("“id” must be a text or a number.")
    words = given.get("text")
    if not isinstance(words, str):
        raise _Invalid("“text” is missing or no text.", name)
    if not isinstance(given.get("platform"), str | None):
        raise _Invalid("“platform” must be a text.", name)
    context = _context(given.get("context"), name)
    return _Asked(name, Text(words, context), _attachments(given.get("attachment"), name))


def _no_number(word: str) -> None:
    raise ValueError(word)


def _context(given: object, name: object) -> str:
    """What a text answers: words, or several of them in a list or an object."""
    if given is None:
        return ""
    if isinstance(given, str):
        return given
    values = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(values, list) or not all(isinstance(v, str | None) for v in values):
        raise _Invalid("“context” must be a text, or a list or an object of texts.", name)
    return "\n".join(filter(None, values))


def _attachments(given: object, name: object) -> tuple[Attachment, ...]:
    if given is None:
        return ()
    if not isinstance(given, str) or given not in list(AttachmentKind):
        raise _Invalid("“attachment” must be one of photo, video, gif, link.", name)
    return (Attachment(AttachmentKind(given)),)


def _answer(name: object, assessment: Assessment, policy: Policy) -> dict[str, object]:
    verdict = judge(assessment, policy)
    return {
        "id": name,
        "action": verdict.action,
        "kinds": [
            {
                "kind": finding.kind,
                "severity": finding.severity,
                "target": finding.target,
                "child": finding.child,
            }
            for finding in assessment.findings
        ],
        "told": [role for role in Role if role in verdict.told],
        "urgency": verdict.urgency,
        "scores": {label: round(value, 4) for label, value in assessment.scores.items()},
        "reasons": list(verdict.reasons),
        "carried_by": sorted(
            [signal.start, signal.end]
            for signal in assessment.signals
            if signal.source == EXPLANATION
        ),
    }


def _written(answer: Mapping[str, object]) -> str:
    return json.dumps(answer, ensure_ascii=True, allow_nan=False)
