"""What every classifier must do, whatever it has learnt."""

from __future__ import annotations

import pytest

from bot.errors import SettingsError
from bot.model import Scores, Text
from bot.ports import Classifier, Context, Options

PLAIN = ("Lovely concert.", "You are an idiot.", "Ring me on 01632 960 123.", "When is it?")
STRANGE = {
    "empty": "",
    "blank": " \t\r\n\u00a0\u200b",
    "lone high surrogate": "\ud83d and so on",
    "lone low surrogate": "\udd14",
    "surrogates in the wrong order": "\udd14\ud83d",
    "NUL and controls": "a\x00b\x1b[31m\x7f\x85",
    "right to left": "ما شاء الله \u202etxet\u202c",
    "emoji only": "🔔🎶👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "combining marks": "Z̸̢̨̛̲a̷̢̛͍l̵̨̛̖g̴̢̛̠o̷̧̢" * 50,
    "mathematical letters": "𝓨𝓸𝓾 𝕒𝕣𝕖 𝙜𝙧𝙚𝙖𝙩",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "one long word": "a" * 100_000,
    "many words": "hello there " * 8_334,
    "long and foreign": "素晴らしい" * 20_000,
}


class ClassifierContract:
    """Subclass it as `Test…` and give the fixtures `classifier` and `known_options`."""

    @pytest.fixture
    def classifier(self) -> Classifier:
        raise NotImplementedError

    @pytest.fixture
    def known_options(self) -> Options:
        """A table of options that the class takes."""
        raise NotImplementedError

    def test_it_is_a_classifier_with_a_name_and_a_version(self, classifier: Classifier) -> None:
        assert isinstance(classifier, Classifier)
        assert classifier.name
        assert classifier.version

    def test_no_texts_have_no_scores(self, classifier: Classifier) -> None:
        assert classifier.score([]) == []

    def test_each_text_has_its_own_scores_in_order(self, classifier: Classifier) -> None:
        forwards = classifier.score([Text(words) for words in PLAIN])
        backwards = classifier.score([Text(words) for words in reversed(PLAIN)])
        assert len(forwards) == len(PLAIN)
        assert_alike(forwards, backwards[::-1])

    def test_a_batch_of_one_equals_a_batch_of_many(self, classifier: Classifier) -> None:
        texts = [Text(words) for words in (*PLAIN, *STRANGE.values())]
        together = classifier.score(texts)
        alone = [scores for text in texts for scores in classifier.score([text])]
        assert_alike(together, alone)

    def test_scoring_twice_gives_the_same(self, classifier: Classifier) -> None:
        texts = [Text(words, context="Our winter concert is on Thursday.") for words in PLAIN]
        assert_alike(classifier.score(texts), classifier.score(texts))

    @pytest.mark.parametrize("words", STRANGE.values(), ids=STRANGE.keys())
    def test_any_text_is_answered_with_scores_from_0_to_1(
        self, classifier: Classifier, words: str
    ) -> None:
        assert_scores(classifier.score([Text(words)]))

    @pytest.mark.parametrize("context", STRANGE.values(), ids=STRANGE.keys())
    def test_any_context_is_borne(self, classifier: Classifier, context: str) -> None:
        assert_scores(classifier.score([Text("Lovely concert.", context)]))

    def test_known_options_are_taken(
        self, classifier: Classifier, known_options: Options, context: Context
    ) -> None:
        made = type(classifier).from_options(known_options, context)
        assert (made.name, made.version) == (classifier.name, classifier.version)

    def test_an_unknown_option_is_named_by_its_path(
        self, classifier: Classifier, known_options: Options, context: Context
    ) -> None:
        with pytest.raises(SettingsError) as wrong:
            type(classifier).from_options({**known_options, "no_such_option": 1}, context)
        assert [problem.path for problem in wrong.value.problems] == ["no_such_option"]


def assert_scores(answer: list[Scores]) -> None:
    """One text's answer: every score is a number from 0 to 1, which leaves NaN out."""
    (scores,) = answer
    assert [label for label in scores if not label] == []
    assert [score for score in scores.values() if not 0.0 <= score <= 1.0] == []


def assert_alike(left: list[Scores], right: list[Scores]) -> None:
    """The same labels with the same scores; padding in a batch may move the last digits."""
    assert [set(scores) for scores in left] == [set(scores) for scores in right]
    for one, other in zip(left, right, strict=True):
        assert dict(one) == pytest.approx(dict(other), abs=1e-3)
