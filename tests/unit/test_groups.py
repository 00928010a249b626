"""What a comment says of a group is doubted alike, whichever group it names."""

from __future__ import annotations

import pytest

from bot.model import Scores, Text
from classifiers.groups import DOUBTS, retellings
from classifiers.onnx import SchoolClassifier
from classifiers.training.contrast import sentences


@pytest.fixture(scope="module")
def school() -> SchoolClassifier:
    return SchoolClassifier()


def score(school: SchoolClassifier, words: str) -> Scores:
    [scores] = school.score([Text(words)])
    return scores


@pytest.mark.parametrize("frame", [0, 4, 10, 18, 29])
def test_a_sentence_is_doubted_alike_of_every_group(school: SchoolClassifier, frame: int) -> None:
    said = [lines[frame] for lines in sentences().values()]
    doubts = [{doubt: score(school, words)[doubt] for doubt in DOUBTS} for words in said]
    assert doubts == [doubts[0]] * len(doubts)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("any other Black parents", "any other Muslim parents"),
        ("nothing against women, or REFUGEES", "nothing against muslims, or Muslims"),
        ("old people and deaf people", "old people and muslims"),
        ("two Polish mums, many Poles", "two Muslim mums, many Muslims"),
    ],
)
def test_every_group_that_is_named_is_retold(words: str, told: str) -> None:
    assert retellings(Text(words))[0] == Text(told)


def test_a_group_named_in_what_is_answered_is_retold_too() -> None:
    [first, *_] = retellings(Text("they should go home", "We welcome our Somali families"))
    assert first == Text("they should go home", "We welcome our Muslim families")


@pytest.mark.parametrize(
    "words",
    [
        "black shoes and white shirts please",
        "polish your shoes, mind the tent poles",
        "the blackboard, the Whitehouse estate, the menu",
        "",
    ],
)
def test_a_comment_about_no_group_is_read_once(words: str) -> None:
    assert retellings(Text(words)) == ()


@pytest.mark.parametrize(
    "words",
    [
        "send all the muslims back where they came from, vermin",
        "gays shouldnt be allowed near our kids, disgusting perverts",
    ],
)
def test_what_is_plainly_hate_stays_so(school: SchoolClassifier, words: str) -> None:
    assert score(school, words)["serious.hate"] >= 0.8
