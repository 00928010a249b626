"""Children's names, classes and what a writer says of their own age: seen where they stand, and
not where words only look like them.
"""

from __future__ import annotations

import pytest

from bot.model import Person
from bot.rules import signals
from bot.text import normalise

PEOPLE = (Person("rokafor", "Ray Okafor"), Person("mhartley", "Miriam Hartley"))


def spots(text: str, *labels: str) -> list[str]:
    found = signals(normalise(text), PEOPLE)
    return [text[one.start : one.end] for one in found if one.label in labels]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Olivia B in 3B is a star", "Olivia B"),
        ("well done Tom H.", "Tom H"),
        ("olivia b in 3b is a star", "olivia b"),
        ("that was Grace H again", "Grace H"),
        ("wee Zuzka in 4C did it", "Zuzka"),
        ("the boy Zuzka K in 4C did it", "Zuzka K"),
    ],
)
def test_an_initial_and_a_class_belong_to_a_first_name(text: str, name: str) -> None:
    assert spots(text, "name.first") == [name]
    assert not spots(text, "name.full")


@pytest.mark.parametrize(
    "text",
    ["I love Olivia x", "Thanks Olivia X", "jack n ella did it", "Tom I saw you", "ben u ok"],
)
def test_a_kiss_or_a_short_word_is_no_initial(text: str) -> None:
    assert all(len(spot) > 2 and " " not in spot for spot in spots(text, "name.first"))


@pytest.mark.parametrize("text", ["Vitamin C in Year 4", "Plan B in 3B", "Romans in Year 3"])
def test_what_is_taught_in_a_class_is_nobodys_name(text: str) -> None:
    assert not spots(text, "name.first", "name.full")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Olivia Grace Hughes in Year 4", "Olivia Grace Hughes"),
        ("olivia grace hughes did it", "olivia grace hughes"),
        ("Charlotte Grace Whitmore-Evans did it", "Charlotte Grace Whitmore-Evans"),
        ("Olivia O'Brien did it", "Olivia O'Brien"),
        ("Olivia de Souza did it", "Olivia de Souza"),
        ("Thanks Olivia Králová", "Olivia Králová"),
        ("Bartholomew Achebe-Lyle's mum", "Bartholomew Achebe-Lyle"),
        ("freya mcintosh in 6a", "freya mcintosh"),
        ("Archie Featherstone, class 5C", "Archie Featherstone"),
        ("Well done Zuzka Marie Kralova in 4C", "Zuzka Marie Kralova"),
        ("it was Nathan Okafor from Chestnut class", "Nathan Okafor"),
        ("Clive Pettifer I'll see you", "Clive Pettifer"),
        ("Carol Minton and her lot", "Carol Minton"),
    ],
)
def test_a_full_name_is_seen_whole(text: str, name: str) -> None:
    assert spots(text, "name.full") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Poor Alfie in 3B",
        "Hope Hartley is well",
        "Ray Okafor in 3B",
        "Rosa Parks in Year 5",
        "Sports Day in Year 4",
        "jack won in 6a",
        "olivia brilliant in year 6",
        "Our Josiah read from the book",
        "Olivia Loved It",
        "Christian People are welcome",
        "vote for Councillor Tilly Brannigan",
        "WELL DONE EVERYONE IN YEAR 4",
    ],
)
def test_words_beside_a_name_are_no_surname(text: str) -> None:
    assert not spots(text, "name.full")


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("in Oak class!", "Oak class"),
        ("the Kestrels' class", "Kestrels' class"),
        ("she is in Kestrels now", "Kestrels"),
        ("lucas in kestrels wets the bed", "kestrels"),
        ("thank you Class Dahl", "Class Dahl"),
        ("Mrs B's class was great", "Mrs B's class"),
        ("the girl in Beech", "Beech"),
        ("it was him in 3 Oak", "3 Oak"),
        ("6 swift lost", "6 swift"),
        ("my niece in 2K", "2K"),
        ("she's in 3BW", "3BW"),
        ("all of Qureshi class", "Qureshi class"),
    ],
)
def test_a_class_with_a_name_is_seen(text: str, spot: str) -> None:
    assert spots(text, "who.class") == [spot]


@pytest.mark.parametrize(
    "text",
    [
        "that's class that is",
        "my son's class learned about bubbles",
        "a separate class",
        "a ballet class",
        "about class sizes",
        "class of 2009 reunion",
        "filmed in 3D",
        "streamed in 4K",
        "3 owls at the farm",
        "the owls were lovely",
        "he lives at 5 Chestnut Mews",
        "off Holly Road",
        "trust in Oak Tree Farm",
        "KS2 SATs",
    ],
)
def test_other_uses_of_these_words_are_no_class(text: str) -> None:
    assert not spots(text, "who.class")


@pytest.mark.parametrize("text", ["thanks to Robin class", "in Hazel class", "the boy in Willow"])
def test_a_class_named_like_a_child_is_no_child(text: str) -> None:
    assert spots(text, "who.class")
    assert not spots(text, "name.first")


def test_a_writers_own_child_may_have_a_name_that_no_list_holds() -> None:
    assert spots("my daughter Zuzka loved it, our kids Loved it", "name.own") == ["Zuzka"]


@pytest.mark.parametrize(
    "text",
    [
        "im 10 btw",
        "i turn 11 in may",
        "i just turned 12",
        "my 10th birthday is on friday",
        "class of 2031",
        "class of 2031 gang",
        "yr 5 here",
        "im yr 6",
        "am in year 6 n weve got sats",
        "its ellie from year 4 on my mams phone",
        "From a girl in 5C",
        "im not allowed insta",
        "i was born in 2016",
    ],
)
def test_a_child_says_how_old_they_are(text: str) -> None:
    assert spots(text, "author.age")


@pytest.mark.parametrize(
    "text",
    [
        "my year 5 is here",
        "My year 5 loves it",
        "when I was in year 5",
        "yr 5 mum here",
        "im year 6 rep",
        "My son is 10 btw",
        "my daughter turned 10 today",
        "my daughter's 10th birthday is today",
        "I turned 40 today",
        "i turned 5 minutes later",
        "class of 2009 reunion",
        "class of 2031 parents",
        "We were year 6 in 1998",
        "my mum's phone is broken",
        "politics is not allowed on here",
        "i was born in 1985",
        "it happened to a girl in year 1",
    ],
)
def test_a_grown_up_who_speaks_of_ages_is_no_child(text: str) -> None:
    assert not spots(text, "author.age")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I want to see everything you hold about my son", "request.data"),
        ("please delete my daughter's data from your system", "request.data"),
        ("I withdraw consent for photos", "request.data"),
        ("this is a subject access request", "request.data"),
        ("under the Freedom of Information Act please send", "request.foi"),
        ("why was my comment removed", "request.contest"),
        ("put my comment back please", "request.contest"),
    ],
)
def test_a_request_is_seen(text: str, label: str) -> None:
    assert spots(text, label)


@pytest.mark.parametrize(
    "text", ["can I request a song for the disco", "data from the science fair", "free information"]
)
def test_asking_for_something_else_is_no_request(text: str) -> None:
    assert not spots(text, "request.data", "request.foi", "request.contest")
