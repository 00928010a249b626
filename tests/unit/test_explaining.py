"""The words that carried a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.explaining import carried
from bot.model import EXPLANATION, Assessment, Text

WORDS = {"idiot": 0.9, "stupid": 0.4}


def score(texts: Sequence[Text]) -> list[Mapping[str, float]]:
    """As a classifier that knows two words would."""
    return [
        {"insult": max((w for word, w in WORDS.items() if word in text.words), default=0.0)}
        for text in texts
    ]


def spans(words: str, labels: Sequence[str] = ("insult",)) -> list[str]:
    text = Text(words)
    [signals] = carried([text], [Assessment(scores=score([text])[0])], [labels], score)
    assert all(signal.source == EXPLANATION for signal in signals)
    return [words[signal.start : signal.end] for signal in signals]


def test_the_word_without_which_the_score_falls_is_named() -> None:
    assert spans("You are an idiot and you know it") == ["idiot"]


def test_words_that_carry_nothing_are_not_named() -> None:
    assert spans("Lovely day at the fair") == []


def test_nothing_is_tried_for_a_text_that_needs_no_explanation() -> None:
    asked: list[Text] = []

    def noted(texts: Sequence[Text]) -> list[Mapping[str, float]]:
        asked.extend(texts)
        return score(texts)

    assert carried([Text("You idiot")], [Assessment()], [()], noted) == [()]
    assert asked == []


def test_all_pieces_of_a_batch_are_scored_together() -> None:
    batches: list[int] = []

    def counted(texts: Sequence[Text]) -> list[Mapping[str, float]]:
        batches.append(len(texts))
        return score(texts)

    texts = [Text("You idiot"), Text("How stupid is that")]
    judged = [Assessment(scores=one) for one in score(texts)]
    found = carried(texts, judged, [("insult",)] * 2, counted)
    assert batches == [6]
    assert [[s.start for s in signals] for signals in found] == [[4], [4]]


def test_a_long_text_is_tried_in_few_pieces_and_the_piece_holds_the_word() -> None:
    words = " ".join([*["fine"] * 300, "idiot", *["fine"] * 300])
    [piece] = spans(words)
    assert "idiot" in piece
    assert len(piece) < len(words) / 20


def test_what_a_text_answers_is_left_as_it_is() -> None:
    seen: set[str] = set()

    def noted(texts: Sequence[Text]) -> list[Mapping[str, float]]:
        seen.update(text.context for text in texts)
        return score(texts)

    text = Text("same, idiot", "Who hid this?")
    carried([text], [Assessment(scores=score([text])[0])], [("insult",)], noted)
    assert seen == {"Who hid this?"}


@given(st.text(max_size=200))
def test_spans_lie_in_any_text(words: str) -> None:
    text = Text(words)
    judged = Assessment(scores={"insult": 1.0})
    [signals] = carried([text], [judged], [("insult",)], lambda tries: [{} for _ in tries])
    assert all(0 <= signal.start < signal.end <= len(words) for signal in signals)
