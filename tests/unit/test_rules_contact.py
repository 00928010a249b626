"""Numbers, postcodes, registrations and addresses, in every spelling that people use."""

from __future__ import annotations

import pytest

from bot.model import Person
from bot.rules import signals
from bot.text import normalise

PEOPLE = (Person("mhartley", "Miriam Hartley", email="m.hartley@rossmore.example"),)


def details(text: str) -> list[tuple[str, str]]:
    found = signals(normalise(text), PEOPLE)
    return [(one.label, text[one.start : one.end]) for one in found if one.label[:5] == "data."]


def link_labels(text: str) -> set[str]:
    return {one.label for one in signals(normalise(text), PEOPLE) if one.label[:4] == "link"}


@pytest.mark.parametrize(
    "number",
    [
        "07700900123",
        "07700 900 123",
        "07700-900-123",
        "07700.900.123",
        "(07700) 900123",
        "07 70 09 00 12 3",
        "0 7 7 0 0 9 0 0 1 2 3",
        "o7700 9oo 123",
        "O77OO 9OO123",
        "+44 7700 900123",
        "+44 (0) 7700 900123",
        "+44(0)7700900123",
        "0044 7700 900123",
        "447700900123",
        "7700 900123",
        "０７７００ ９００１２３",
        "0️⃣7️⃣7️⃣0️⃣0️⃣9️⃣0️⃣0️⃣1️⃣2️⃣3️⃣",
        "oh seven seven double oh, nine double oh, one two three",
        "0113 496 0123",
        "01632 960123",
        "020 7946 0123",
    ],
)
def test_a_private_number_is_seen_in_every_spelling(number: str) -> None:
    found = details(f"her mobile is {number} ok")
    assert [label for label, _ in found] == ["data.phone"]
    assert found[0][1].strip("()") in number
    assert len(found[0][1]) >= len(number) - 2


@pytest.mark.parametrize(
    "text",
    [
        "open 05.07.2026 10.30",
        "on 01 05 2026 10 to 12",
        "order 0999 1234",
        "zero one two three four five six seven eight nine ten",
        "7700 900123 steps last week",
        "we raised £1,077.00900123",
        "sums: 0 1 0 1 0 1 0 1 0 1",
    ],
)
def test_dates_sums_and_counting_are_no_numbers(text: str) -> None:
    assert not details(text)


def test_somebody_elses_number_stays_theirs_beside_an_office() -> None:
    assert details("works at the school, her number is 07700 900123")[0][0] == "data.phone"
    assert details("the school number is 01632 960123")[0][0] == "data.own"


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("he lives near AB101XG", "AB101XG"),
        ("he lives near ab10 1xg", "ab10 1xg"),
        ("his postcode is ab101xg", "ab101xg"),
        ("his house is SW1A 1AA", "SW1A 1AA"),
        ("his house is M4-1HQ", "M4-1HQ"),
    ],
)
def test_a_postcode_is_seen_with_and_without_its_space(text: str, spot: str) -> None:
    assert details(text) == [("data.home", spot)]


@pytest.mark.parametrize(
    "text", ["we have sw33ts", "bl00dy hell", "i pr0m1se", "came in s4 1st", "b04ts", "Y6 3rd"]
)
def test_disguised_words_and_places_in_a_race_are_no_postcodes(text: str) -> None:
    assert not details(text)


def test_a_sum_of_money_is_no_house_number() -> None:
    assert not details("missing £14,000, sources close to the trust")


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("the silver car AB12 CDE", "AB12 CDE"),
        ("black bmw AB12CDE", "AB12CDE"),
        ("the yellow car PN68 WHO", "PN68 WHO"),
        ("her reg is ab12 cde", "ab12 cde"),
        ("reg AB 12 CDE", "AB 12 CDE"),
        ("old van A123 BCD", "A123 BCD"),
        ("old van ABC 123D", "ABC 123D"),
        ("white van, BIZ 1234", "BIZ 1234"),
    ],
)
def test_a_registration_of_any_style_is_seen_beside_a_vehicle(text: str, plate: str) -> None:
    assert details(text) == [("data.vehicle", plate)]


@pytest.mark.parametrize(
    "text",
    [
        "KS2 SAT5 and parking",
        "parked by the hall for KS2 SATS",
        "Y5 VAN trip, P3 CAR wash",
        "AND 3B, THE 4C car wash",
        "room AB12 CDE is free",
        "black car for the 3b lot",
        "car park B12 for all, row C3 and D4",
        "red 10 and 20 mph zone",
    ],
)
def test_what_only_looks_like_a_registration_is_none(text: str) -> None:
    assert not details(text)


@pytest.mark.parametrize(
    "address",
    [
        "rossm0re.example",
        "www.rosmore-portal.example",
        "http://rossmoore.example/login-page",
        "rоssmore.example",
        "www.fаcebook.com",
    ],
)
def test_an_address_that_looks_like_the_schools_own_is_seen(address: str) -> None:
    assert "link.lookalike" in link_labels(f"see {address} now")


@pytest.mark.parametrize(
    "address",
    [
        "rossmore.example",
        "www.rossmore.example/news",
        "mail.rossmore.example",
        "rossmoreprimary.org.uk",
        "https://www.examples.com",
        "https://ross.com",
    ],
)
def test_the_schools_own_address_and_strangers_are_ordinary(address: str) -> None:
    assert link_labels(f"see {address} now") == {"link"}
