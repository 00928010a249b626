"""Stars and swapped letters are undone by the words that the model knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.onnx import BUNDLED
from classifiers.spelling import Spelling

SPELLING = Spelling.of(BUNDLED / "tokenizer.json")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("you st*pid c*w", "you stupid cow"),
        ("sh*t school", "shit school"),  # "shot" and "shut" are commoner, but nobody stars them
        ("f**king useless", "fucking useless"),
        ("you sutpid iidot", "you stupid idiot"),
        ("my freind said", "my friend said"),
    ],
)
def test_a_disguised_word_is_read_as_what_it_means(written: str, meant: str) -> None:
    assert SPELLING.mended(written) == meant


@pytest.mark.parametrize(
    "right",
    [
        "a cannae mind the fete, boast about it inna blot",  # dialect and rare words
        "5 * 3 * 2",
        "see page 4*",
        "**bold** words",
        "mail office@shcool.example or @shcool",
        "what's #taht about",
        "f****************************",
    ],
)
def test_what_is_no_disguise_stays(right: str) -> None:
    assert SPELLING.mended(right) == right


def test_a_word_that_nobody_knows_stays() -> None:
    assert SPELLING.mended("zq*xv qzxvk") == "zq*xv qzxvk"


@given(st.text(alphabet=st.sampled_from("abst* .,@'\n"), max_size=60))
def test_mending_never_changes_how_long_a_text_is(text: str) -> None:
    assert len(SPELLING.mended(text)) == len(text)
