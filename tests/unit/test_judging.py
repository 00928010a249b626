"""The pipeline, and the contract of `schoolgate judge`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import AdapterError
from bot.judging import Answer, assess, judge_lines, unscored
from bot.model import (
    Action,
    Attachment,
    AttachmentKind,
    Kind,
    Policy,
    PolicyRow,
    Role,
    Scores,
    Severity,
    Text,
    Urgency,
)
from bot.ports import Classifier, Context, Options
from classifiers.lexicon import LexiconClassifier

OFFICER = frozenset({Role.COMMUNICATIONS_OFFICER})
POLICY = Policy(rows=(PolicyRow(Kind.ABUSE, Action.HIDE, Urgency.URGENT, OFFICER),))


class FakeClassifier:
    """Gives every text the same scores, and remembers what it was given."""

    name = "fake"
    version = "7"

    def __init__(self, *answers: Scores) -> None:
        self.answers = answers
        self.given: list[list[Text]] = []

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        return cls()

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        self.given.append(list(texts))
        return list(self.answers) if len(self.answers) != 1 else [self.answers[0]] * len(texts)


def judge_line(line: str, classifiers: Sequence[Classifier], policy: Policy) -> Answer:
    """The answer to a single line."""
    return next(judge_lines([line], classifiers, policy))


def answer(line: object, *classifiers: FakeClassifier) -> dict[str, Any]:
    text = line if isinstance(line, str) else json.dumps(line)
    found: dict[str, Any] = json.loads(judge_line(text, classifiers, POLICY).line)
    return found


def test_each_classifier_is_asked_once_for_a_batch_and_the_highest_score_counts() -> None:
    mild, severe = FakeClassifier({"insult": 0.5}), FakeClassifier({"insult": 0.9})
    batch = [Text("one"), Text("two")]
    found = assess(batch, [(), ()], [mild, severe], POLICY, explain=False)
    assert mild.given == [batch]
    assert [dict(one.scores) for one in found] == [{"insult": 0.9}, {"insult": 0.9}]
    assert {f.severity for one in found for f in one.findings} == {Severity.SERIOUS}


def test_an_assessment_names_the_versions_it_was_made_with() -> None:
    [one] = assess([Text("x")], [()], [FakeClassifier({})], POLICY)
    assert one.versions["fake"] == "7"
    assert one.versions["rules"]


@pytest.mark.parametrize("kind", [AttachmentKind.PHOTO, AttachmentKind.VIDEO])
def test_pictures_that_people_upload_wait_for_a_person(kind: AttachmentKind) -> None:
    [one] = assess([Text("Lovely")], [[Attachment(kind)]], [FakeClassifier({})], POLICY)
    assert [finding.kind for finding in one.findings] == [Kind.UNREAD_ATTACHMENT]


def test_a_gif_is_judged_by_its_title() -> None:
    gif = Attachment(AttachmentKind.GIF, title="you useless idiot")
    [one] = assess([Text("")], [[gif]], [LexiconClassifier()], POLICY)
    assert Kind.ABUSE in {finding.kind for finding in one.findings}


def test_a_link_is_judged_by_its_address() -> None:
    link = Attachment(AttachmentKind.LINK, url="http://faceb00k-verify.xyz/login")
    [one] = assess([Text("look")], [[link]], [FakeClassifier({})], POLICY)
    assert Kind.SECURITY in {finding.kind for finding in one.findings}


@pytest.mark.parametrize(
    "answers",
    [({}, {}, {}), ({"insult": float("nan")},), ({"insult": 1.5},), ({"insult": -0.1},)],
)
def test_an_answer_that_makes_no_sense_is_refused(answers: tuple[Scores, ...]) -> None:
    with pytest.raises(AdapterError, match="fake"):
        assess([Text("a"), Text("b")], [(), ()], [FakeClassifier(*answers)], POLICY)


def test_what_a_classifier_raises_comes_through() -> None:
    class Broken(FakeClassifier):
        def score(self, texts: Sequence[Text]) -> list[Scores]:
            raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        assess([Text("a")], [()], [Broken()], POLICY)


def test_what_could_not_be_scored_is_never_clean_and_the_rules_still_count() -> None:
    found = unscored(Text("I'll kill you"), (), POLICY).findings
    assert [finding.kind for finding in found] == [Kind.THREAT, Kind.UNSCORED]


def test_a_clean_line_has_nothing_to_tell() -> None:
    assert answer({"id": "7", "text": "Lovely concert"}, FakeClassifier({"insult": 0.01})) == {
        "id": "7",
        "action": "allow",
        "kinds": [],
        "told": [],
        "urgency": "none",
        "scores": {"insult": 0.01},
        "reasons": [],
        "carried_by": [],
    }


def test_a_line_that_is_found_has_all_that_was_found() -> None:
    found = answer({"text": "you are it"}, FakeClassifier({"insult": 0.91234567}))
    assert found["id"] is None
    assert (found["action"], found["urgency"]) == ("hide", "urgent")
    assert found["kinds"] == [
        {"kind": "abuse", "severity": "serious", "target": "school", "child": False}
    ]
    assert found["told"] == ["communications_officer"]
    assert found["scores"] == {"insult": 0.9123}
    assert found["reasons"]


def test_a_picture_is_queued() -> None:
    found = answer({"text": "", "attachment": "photo"})
    assert found["action"] == "queue"
    assert [kind["kind"] for kind in found["kinds"]] == ["unread_attachment"]


@pytest.mark.parametrize(
    "context", ["a post", ["a post", "a comment"], {"post": "a post", "comment": None}, None, []]
)
def test_context_may_be_words_a_list_or_an_object(context: object) -> None:
    fake = FakeClassifier({})
    assert answer({"text": "x", "context": context}, fake)["action"] == "allow"
    assert fake.given[0][0].context.startswith("a post") == bool(context)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("", None),
        ("nonsense", None),
        ("[" * 100_000, None),
        ("[]", None),
        ('"text"', None),
        ('{"id": 4}', 4),
        ('{"id": "a", "text": null}', "a"),
        ('{"id": "a", "text": 5}', "a"),
        ('{"id": NaN, "text": "x"}', None),
        ('{"id": 1e999, "text": "x"}', None),
        ('{"id": ["a"], "text": "x"}', None),
        ('{"id": "a", "text": "x", "platform": 5}', "a"),
        ('{"id": "a", "text": "x", "context": 5}', "a"),
        ('{"id": "a", "text": "x", "context": [5]}', "a"),
        ('{"id": "a", "text": "x", "attachment": "sculpture"}', "a"),
        ('{"id": "a", "text": "x", "attachment": ["photo"]}', "a"),
        ('{"id": ' + "9" * 5000 + ', "text": "x"}', None),
    ],
)
def test_a_line_that_is_not_valid_gives_an_error_in_its_place(line: str, name: object) -> None:
    given = judge_line(line, [FakeClassifier({})], POLICY)
    assert not given.ok
    found = json.loads(given.line)
    assert set(found) == {"id", "error"}
    assert found["id"] == name
    assert found["error"]


def test_lines_are_answered_in_order_and_an_invalid_one_harms_no_other() -> None:
    lines = [json.dumps({"id": n, "text": "x"}) if n % 3 else "?" for n in range(200)]
    given = list(judge_lines(lines, [FakeClassifier({})], POLICY))
    assert [one.ok for one in given] == [bool(n % 3) for n in range(200)]
    assert [json.loads(one.line)["id"] for one in given] == [
        n if n % 3 else None for n in range(200)
    ]


def test_a_stream_is_read_in_batches_and_not_to_its_end() -> None:
    taken: list[int] = []

    def stream() -> Any:
        for n in range(10_000):
            taken.append(n)
            yield '{"text": "x"}'

    next(judge_lines(stream(), [FakeClassifier({})], POLICY))
    assert len(taken) <= 100


STRANGE = ["", "\ud800", "مدرسة", "😂😂", "a" * 100_000, "\x00", "‮evil", "\u200b" * 1000]


@pytest.mark.parametrize("words", STRANGE, ids=range(len(STRANGE)))
def test_any_text_has_an_answer_in_pure_ascii(words: str) -> None:
    given = judge_line(json.dumps({"id": "\ud83d", "text": words}), [LexiconClassifier()], POLICY)
    assert given.ok
    assert given.line.isascii()
    assert json.loads(given.line)["id"] == "\ud83d"


@given(st.text(st.characters(codec=None, categories=None), max_size=80))
def test_no_text_breaks_the_pipeline(words: str) -> None:
    [one] = assess([Text(words, words)], [()], [LexiconClassifier()], POLICY)
    for signal in one.signals:
        assert 0 <= signal.start <= signal.end <= len(words)


def test_a_byte_order_mark_before_the_first_line_is_no_error() -> None:
    assert "error" not in answer('\ufeff{"text": "hello"}', FakeClassifier({}))


class Brittle(FakeClassifier):
    """Fails on one text."""

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        if any(text.words == "boom" for text in texts):
            raise RuntimeError("no words of the text may stand here: boom")
        return super().score(texts)


def test_a_text_on_which_a_classifier_fails_is_unscored_and_the_rest_unharmed() -> None:
    lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(["fine", "boom", "ok"])]
    given = [json.loads(a.line) for a in judge_lines(lines, [Brittle({})], POLICY)]
    assert [one["action"] for one in given] == ["allow", "queue", "allow"]
    assert [kind["kind"] for kind in given[1]["kinds"]] == ["unscored"]


def test_an_answer_says_which_words_carried_it() -> None:
    class Knows(FakeClassifier):
        def score(self, texts: Sequence[Text]) -> list[Scores]:
            return [{"insult": 0.9 if "idiot" in text.words else 0.0} for text in texts]

    given = answer({"text": "What an idiot"}, Knows())
    assert given["carried_by"] == [[8, 13]]


@pytest.mark.parametrize("text", ["...", "?!", "@RossmorePri", "@a_b @c …", "\u200b."])
def test_of_a_text_that_says_nothing_no_score_counts(text: str) -> None:
    sure = FakeClassifier({"insult": 0.99})
    [assessment] = assess([Text(text)], [()], [sure], POLICY)
    assert (assessment.findings, dict(assessment.scores)) == ((), {})


@pytest.mark.parametrize("text", ["no", "1488", "\U0001f595", "\u2764\ufe0f", "@a you"])
def test_a_word_a_number_or_an_emoji_is_judged(text: str) -> None:
    sure = FakeClassifier({"insult": 0.99})
    [assessment] = assess([Text(text)], [()], [sure], POLICY)
    assert Kind.ABUSE in {finding.kind for finding in assessment.findings}


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u2060"])
def test_a_comment_that_shows_nothing_at_all_is_unread(text: str) -> None:
    [assessment] = assess([Text(text)], [()], [FakeClassifier({"insult": 0.99})], POLICY)
    assert [finding.kind for finding in assessment.findings] == [Kind.UNREAD]


def test_a_photo_without_words_is_unread_once() -> None:
    photo = Attachment(AttachmentKind.PHOTO)
    [assessment] = assess([Text("")], [(photo,)], [FakeClassifier({})], POLICY)
    assert [finding.kind for finding in assessment.findings] == [Kind.UNREAD_ATTACHMENT]
