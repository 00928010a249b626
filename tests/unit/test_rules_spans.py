"""Whatever a text holds, every rule points into it, and soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Person, Role
from bot.rules import signals
from bot.text import normalise

PEOPLE = (
    Person("mhartley", "Miriam Hartley", "m@rossmore.example", frozenset({Role.HEADTEACHER})),
    Person("ddunmore", "David Dunmore", spoken_of=("Mr D",)),
)
NAMES = frozenset({"bear", "zahra-lou", "tobi adeyemi-kralova"})
EVIDENCE = (
    "Olivia Grace Hughes in Year 4",
    "Tom H. in 3B",
    "Tobi Adeyemi-Kralova",
    "in Kestrels",
    "Mrs B's class",
    "07700-900-123",
    "oh seven seven double oh nine double oh one two three",
    "reg AB12 CDE",
    "14 Elm Road, AB10 1XG",
    "http://rossm0re.example/x",
    "Hartley told me",
    "Mr D hit my son",
    "i h4te y o u",
    "im 10 btw",
    "is it true?",
    "my daughter Zuzka",
)
anything = st.text(st.characters(codec=None, categories=None), max_size=8)
mixed = st.lists(st.sampled_from(EVIDENCE) | anything, max_size=6).map("".join)


def disguised(text: str, extra: str) -> str:
    """Something invisible or decorating between all letters."""
    return "".join(f"{letter}{extra}" for letter in text)


@given(mixed)
@settings(max_examples=80, deadline=None)
def test_every_signal_lies_in_the_text(text: str) -> None:
    for one in signals(normalise(text), PEOPLE, NAMES):
        assert 0 <= one.start <= one.end <= len(text), one


@given(
    st.lists(st.sampled_from(EVIDENCE), max_size=3).map(" ".join),
    st.sampled_from("\u200b\u0336\u0301"),
)
@settings(max_examples=40, deadline=None)
def test_what_is_hidden_between_letters_moves_no_span_out_of_the_text(
    text: str, extra: str
) -> None:
    hidden = disguised(text, extra)
    for one in signals(normalise(hidden), PEOPLE, NAMES):
        assert 0 <= one.start <= one.end <= len(hidden), one


@pytest.mark.parametrize("words", EVIDENCE)
def test_each_piece_of_evidence_is_evidence(words: str) -> None:
    assert signals(normalise(words), PEOPLE, NAMES)


@pytest.mark.parametrize(
    "unit", ["Ab ", "Olivia B ", "0", "0 7 ", "a'", "in Oak ", "Ab-", "AB12 ", "my "]
)
def test_fifty_thousand_characters_of_anything_are_read_in_moments(unit: str) -> None:
    text = normalise(unit * (50_000 // len(unit)))
    signals(normalise("warm"), PEOPLE, NAMES)
    started = time.process_time()
    signals(text, PEOPLE, NAMES)
    assert time.process_time() - started < 4  # generous: a slow machine, not a slow method
