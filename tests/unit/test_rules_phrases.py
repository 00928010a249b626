"""The small language of the tables, and the tables themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import rules
from bot.rules.phrases import Phrase, PhraseBook, Words, read_table
from bot.text import normalise

TABLES = Path(rules.__file__).parent / "tables"
WORDS = Words({"common": ["a|the|you|i"], "kid": ["boy|girl|#_year_old"]})


def fits(line: str, text: str) -> bool:
    found = PhraseBook([{"x": [line]}], WORDS).find(normalise(text))
    return bool(found)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("kill|hurt you", "I will HURT you"),
        ("going_to kill", "going to kill"),
        ("i'll kill", "ill kill"),
        ("really? stupid man", "stupid man"),
        ("really? stupid man", "really stupid man"),
        ("kill .. you", "kill every one of you"),
        ("kill ... you", "kill a b c d e f g you"),
        ("threat* made", "threatening made"),
        ("year # boy", "year 12 boy"),
        ("the <kid> cried", "the 9 year old cried"),
        ("^ kill you", "Yes. Kill you"),
        ("grow up|$", "just grow!"),
        ("kill it !out", "kill it now"),
        ("kill you", "kill, you"),
    ],
)
def test_a_phrase_fits(line: str, text: str) -> None:
    assert fits(line, text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("kill you", "skill you"),
        ("kill you", "kill your"),
        ("kill you", "kill. you"),
        ("kill .. you", "kill a b c d you"),
        ("^ kill you", "to kill you"),
        ("grow up|$", "grow tomatoes"),
        ("kill it !out", "kill it out there"),
        ("kill stupid? you", "kill nice you"),
    ],
)
def test_a_phrase_does_not_fit(line: str, text: str) -> None:
    assert not fits(line, text)


def test_an_excuse_takes_away_what_it_overlaps_and_no_more() -> None:
    book = PhraseBook(
        [{"threat.x": ["killed it", "will hurt"], "not:threat": ["killed it"]}], WORDS
    )
    found = book.find(normalise("They killed it. I will hurt."))
    assert [signal.label for signal in found] == ["threat.x"]
    assert "They killed it. I will hurt."[found[0].start : found[0].end] == "will hurt"


def test_a_phrase_that_could_not_be_looked_up_is_refused() -> None:
    with pytest.raises(ValueError, match="whole words"):
        _ = Phrase("x", "# ..", WORDS).needles


@pytest.mark.parametrize(
    "file",
    [file for file in sorted(TABLES.glob("*.txt")) if file.stem != "words"],
    ids=lambda file: file.stem,
)
def test_every_phrase_of_every_table_can_be_used(file: Path) -> None:
    words = Words(read_table((TABLES / "words.txt").read_text("utf-8")))
    for label, lines in read_table(file.read_text("utf-8")).items():
        assert lines, label
        for line in lines:
            phrase = Phrase(label, line, words)
            assert phrase.needles
            assert phrase.pattern.search("") is None, line


def test_a_phrase_is_found_wherever_it_stands_in_a_long_text() -> None:
    filler = "nothing to see here at all " * 400
    book = PhraseBook([{"threat.x": ["kill ... you"]}], WORDS)
    text = f"kill you {filler}kill every last one of you {filler}kill all of you"
    found = book.find(normalise(text))
    assert [text[one.start : one.end] for one in found] == [
        "kill you",
        "kill every last one of you",
        "kill all of you",
    ]


def test_a_form_of_a_text_is_searched_only_near_what_is_new_in_it() -> None:
    book = PhraseBook([{"threat.x": ["kill you"]}], WORDS)
    plain, disguised = normalise("k1ll you"), normalise("kill you")
    assert book.find(disguised, beside=plain)
    assert not book.find(disguised, beside=disguised)


def test_the_is_of_an_accusation_may_hang_on_the_name() -> None:
    book = PhraseBook([{"allegation.x": ["head is thief"], "abuse.x": ["head is thief"]}], WORDS)
    assert [one.label for one in book.find(normalise("the head's thief"))] == ["allegation.x"]
