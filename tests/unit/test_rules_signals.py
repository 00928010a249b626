"""What the rules that are code see: contact details, names, people, links, languages."""

from __future__ import annotations

import pytest

from bot.model import Person, Role, Signal
from bot.rules import signals
from bot.rules.language import readable
from bot.text import normalise

PEOPLE = (
    Person(
        "mhartley",
        "Miriam Hartley",
        roles=frozenset({Role.HEADTEACHER}),
        spoken_of=("Mrs Hartley", "the head"),
    ),
    Person("ddunmore", "David Dunmore", spoken_of=("Mr Dunmore", "Mr D")),
)


def seen(text: str) -> list[Signal]:
    return signals(normalise(text), PEOPLE)


def spots(text: str, label: str) -> list[str]:
    return [text[one.start : one.end] for one in seen(text) if one.label == label]


@pytest.mark.parametrize(
    ("text", "label", "spot"),
    [
        ("ring her on 07700 900 123", "data.phone", "07700 900 123"),
        ("hers is 07700900123 ok", "data.phone", "07700900123"),
        ("that's +44 7700 900123", "data.phone", "+44 7700 900123"),
        ("his is (01632) 960123", "data.phone", "01632) 960123"),
        ("write to dave@mail.example", "data.email", "dave@mail.example"),
        ("he lives at 14 Elm Road", "data.home", "14 Elm Road"),
        ("she lives at flat 2, 9 St Mary's Close", "data.home", "flat 2, 9 St Mary's Close"),
        ("his house is AB10 1XG", "data.home", "AB10 1XG"),
        ("the silver car AB12 CDE", "data.vehicle", "AB12 CDE"),
        ("call me on 07700 900123", "data.own", "07700 900123"),
        ("the school office is 01632 960123", "data.own", "01632 960123"),
        ("Childline 0800 1111 111", "data.own", "0800 1111 111"),
        ("email office@rossmore.example", "data.own", "office@rossmore.example"),
    ],
)
def test_contact_details_are_found_where_they_stand(text: str, label: str, spot: str) -> None:
    assert spots(text, label) == [spot]


@pytest.mark.parametrize(
    "text",
    [
        "we raised £07700900123 lol",
        "20 mph on Station Road",
        "2 cars on Park Lane",
        "30 minutes down the road",
        "the 3pm 4pm and 5pm slots",
        "2026 07 01 12 30",
    ],
)
def test_other_numbers_are_no_contact_details(text: str) -> None:
    assert [one for one in seen(text) if one.label.startswith("data.")] == []


@pytest.mark.parametrize(
    "text",
    ["in 3B today", "in Year 4 today", "in Y5 today", "in Reception today", "Mrs Smith's class is"],
)
def test_a_class_is_seen(text: str) -> None:
    assert [one.label for one in seen(text) if one.label == "who.class"]


@pytest.mark.parametrize("text", ["came 3rd", "at 3pm", "a 5k run", "first class show", "the 1st"])
def test_what_looks_like_a_class_is_none(text: str) -> None:
    assert [one.label for one in seen(text) if one.label == "who.class"] == []


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("well done Olivia Bennett", ["Olivia Bennett"]),
        ("well done olivia bennett", ["olivia bennett"]),
        ("Zuzka Kralova in 4C won", ["Zuzka Kralova"]),
        ("Julia Donaldson is great", []),
        ("Mrs Sarah Jones is great", []),
        ("Rose Road is shut", []),
        ("Thank You all", []),
        ("David Dunmore is great", []),
    ],
)
def test_full_names_are_private_peoples(text: str, full: list[str]) -> None:
    assert spots(text, "name.full") == full


def test_a_writers_own_child_is_known_by_my() -> None:
    assert spots("my daughter Ellie loved it, our Jack too", "name.own") == ["Ellie", "Jack"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Mr D was there", "ddunmore"),
        ("mr. dunmore was there", "ddunmore"),
        ("dunmore was there", "ddunmore"),
        ("Miss Hartley was there", "mhartley"),
        ("the head was there", "mhartley"),
        ("MIRIAM HARTLEY was there", "mhartley"),
        ("Mrs Hartely was there", "mhartley"),
        ("Mrs H was there", "mhartley"),
        ("Mrs H@rtley was there", "mhartley"),
    ],
)
def test_staff_are_known_by_every_way_they_are_spoken_of(text: str, key: str) -> None:
    assert [one.value for one in seen(text) if one.label == "person"] == [key]


@pytest.mark.parametrize("text", ["Miriam did it", "hartly did it", "Hartleys did it"])
def test_a_first_name_or_a_slip_of_the_pen_may_mean_the_headteacher(text: str) -> None:
    assert "person.maybe" in {one.label for one in seen(text)}


@pytest.mark.parametrize("text", ["Mr H was there", "Mrs Harper was there", "Sarah was there"])
def test_another_name_is_nobody_of_the_settings(text: str) -> None:
    assert not [one for one in seen(text) if one.label.startswith("person")]


def test_whoever_is_merely_told_is_marked_so() -> None:
    found = seen("I told Mrs Hartley that Mr D did it")
    people = {one.label: one.value for one in found if one.label.startswith("person")}
    assert people == {"person.told": "mhartley", "person": "ddunmore"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("go to http://faceb00k-support.xyz/verify", "link.lookalike"),
        ("see bit.ly/3abc", "link.short"),
        ("see http://cheap.top/x", "link.cheap"),
    ],
)
def test_a_link_that_wants_a_look_is_seen(text: str, label: str) -> None:
    assert label in {one.label for one in seen(text)}


@pytest.mark.parametrize(
    "text",
    ["see https://www.bbc.co.uk/news", "see https://www.facebook.com/rossmore", "great day.me too"],
)
def test_an_ordinary_link_is_only_a_link(text: str) -> None:
    assert {one.label for one in seen(text) if one.label.startswith("link.")} == set()


@pytest.mark.parametrize(
    "text",
    [
        "Dzieci były bardzo szczęśliwe, dziękuję za wszystko",
        "Diolch yn fawr i bawb",
        "yeh school bahut acha hai",
        "مدرسة رائعة",
        "Спасибо",
        "\ud800\ud800\ud800",
    ],
)
def test_what_nobody_here_can_read_is_said_to_be_so(text: str) -> None:
    assert not readable(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lol",
        "gr8 day thx xx",
        "😂😂😂",
        "Haway man wor bairn loved it",
        "wagwan fam",
        "Diolch!",
        "Ava, Mia, Noah, Leo, Isla, Jack",
        "glue sticks, pencils, rulers, rubbers, sharpener, scissors",
        "іdіоt you are",
        "07700 900123",
        "ee by gum that were reyt good",
    ],
)
def test_dialect_names_and_short_texts_can_be_read(text: str) -> None:
    assert readable(text)


def test_a_text_full_of_evidence_is_answered_in_bounds() -> None:
    assert len(seen("Mr D hit my son Jack Smith in 3B. " * 3000)) < 1000
