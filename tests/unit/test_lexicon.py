"""The word list: what a word is worth where it stands."""

from __future__ import annotations

import time

import pytest

from bot.model import Text
from bot.ports import Classifier, Options
from classifiers.lexicon import LABELS, LexiconClassifier
from tests.contract.classifier_contract import ClassifierContract


class TestLexiconContract(ClassifierContract):
    @pytest.fixture
    def classifier(self) -> Classifier:
        return LexiconClassifier()

    @pytest.fixture
    def known_options(self) -> Options:
        return {}


def score(words: str, label: str) -> float:
    [scores] = LexiconClassifier().score([Text(words)])
    assert set(scores) == set(LABELS)
    return scores[label]


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("You're an idiot", "insult"),
        ("you 1d10t", "insult"),
        ("that teacher is a b*tch", "insult"),
        ("what a wanker", "insult"),
        ("fuck off", "profanity"),
        ("f**k off", "profanity"),
        ("f u c k off", "profanity"),
        ("you fucking idiot", "profanity"),
        ("dirty paki", "identity_attack"),
        ("he's such a spaz", "identity_attack"),
        ("nice tits on her", "sexual_explicit"),
        ("kill yourself", "threat"),
        ("bitcoin investment, guaranteed profit", "spam"),
    ],
)
def test_the_worst_scores_high(words: str, label: str) -> None:
    assert score(words, label) >= 0.8


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("what the fuck is going on with parking", "profanity"),
        ("this is shit", "profanity"),
        ("nothing but idiots on the road today", "insult"),
        ("what a muppet", "insult"),
        ("he was called a paki at school", "identity_attack"),
        ("someone shouted fuck off at my daughter", "profanity"),
        ("I want to kill myself", "self_harm"),
    ],
)
def test_what_is_at_nobody_or_only_told_scores_in_between(words: str, label: str) -> None:
    assert 0.5 <= score(words, label) < 0.8


@pytest.mark.parametrize(
    "words",
    [
        "Scunthorpe, Penistone and Essex",
        "Our cockapoo loves Dick Whittington",
        "Bloody good show",
        "I'm such an idiot, I forgot his kit",
        "you numpty 😂",
        "faggots and peas",
        "assembly was class",
        "a bucket and spade",
        "the nip in the air",
        "spotted dick and custard",
        "Pussy willow and the owl and the pussycat",
        "sex education",
        "bums on seats, arse about face",
        "He got a prick test for allergies",
        "where's wally day",
        "niggling injury",
        "raccoon and cocoon",
        "you absolute legend",
        "I like the tool box",
    ],
)
def test_the_innocent_scores_low(words: str) -> None:
    [scores] = LexiconClassifier().score([Text(words)])
    assert max(scores.values()) < 0.5, scores


def test_words_of_the_context_do_not_count() -> None:
    [scores] = LexiconClassifier().score([Text("Lovely", context="you fucking idiot")])
    assert max(scores.values()) == 0


@pytest.mark.parametrize("unit", ["fuck", "fucking ", "cockapoo cock ", "f*ck ", "a@!"])
def test_a_hundred_thousand_characters_take_no_more_than_a_moment(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.process_time()
    LexiconClassifier().score([Text(text)])
    assert time.process_time() - started < 10  # by its length squared it would be minutes
