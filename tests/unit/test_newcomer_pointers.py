"""What a newcomer's bio is pointed at for, and what it must not be."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Person
from bot.rules.newcomers import Pointer, Pointing, School, pointers

SCHOOL = School(
    "Rossmore Primary School",
    handles=("RossmorePrimary", "MrsHartleyRPS"),
    people=(Person("kellacott", "Kate Ellacott", spoken_of=("Miss Ellacott", "Miss E", "the TA")),),
)
TODAY = date(2026, 11, 20)


def of(bio: str = "", name: str = "Sam", handle: str = "sam", **facts: str) -> list[Pointer]:
    return list(pointers(name, handle, bio, facts, SCHOOL, TODAY))


def kinds(bio: str) -> set[Pointing]:
    return {one.kind for one in of(bio)}


@pytest.mark.parametrize(
    ("bio", "words"),
    [
        ("yr 5 | football", "yr 5"),
        ("Year 6 rossmore 🐸", "Year 6"),
        ("y6 and proud", "y6"),
        ("In year five!", "year five"),
        ("class of 2031", "class of 2031"),
    ],
)
def test_a_school_year_is_pointed_at_in_its_own_words(bio: str, words: str) -> None:
    assert Pointer(Pointing.SCHOOL_YEAR, "bio", words) in of(bio)


@pytest.mark.parametrize("bio", ["10 yrs", "I'm 11", "age 9", "11yo gamer", "roblox | 12 | uk",
                                 "born 2015", "10 years old"])  # fmt: skip
def test_a_tender_age_is_pointed_at(bio: str) -> None:
    assert Pointing.AGE in kinds(bio)


@pytest.mark.parametrize(
    "bio",
    [
        "My year 5 wants a dog",
        "Mum to a yr 3 and a toddler",
        "Dad of a 10 yr old",
        "Sourdough and Year 4 homework",
        "My daughter is 9 years old",
    ],
)
def test_a_parent_who_speaks_of_a_child_is_a_parent(bio: str) -> None:
    assert kinds(bio) == {Pointing.PARENT}


@pytest.mark.parametrize(
    "bio",
    [
        "10 years in the police",
        "Married 12 years",
        "Plumber for over 10 years",
        "Past pupil, class of 1998",
        "When I was in year 5 I broke my arm",
        "Since 1979",
        "10k and school runs",
        "I'm 12 stone and falling",
        "25, runner",
        "",
    ],
)
def test_what_only_looks_like_an_age_or_a_year_is_left_alone(bio: str) -> None:
    assert not kinds(bio) & {Pointing.AGE, Pointing.SCHOOL_YEAR, Pointing.PUPIL}


def test_the_age_from_which_a_platform_takes_people_comes_from_settings() -> None:
    older = School("Rossmore Primary School", age_from=16)
    assert not of("I'm 14")
    assert [p.kind for p in pointers("", "", "I'm 14", {}, older, TODAY)] == [Pointing.AGE]


def test_pupils_and_staff_of_this_school_say_so_themselves() -> None:
    assert Pointing.PUPIL in kinds("Pupil at Rossmore Primary")
    assert Pointing.STAFF in kinds("Teacher at Rossmore. Views mine.")
    assert Pointing.PUPIL not in kinds("Past pupil of Rossmore")
    assert Pointing.STAFF not in kinds("Teacher in Leeds")


def test_a_name_or_handle_of_the_staff_is_pointed_at() -> None:
    assert Pointer(Pointing.STAFF, "name", "Miss E") in of(name="Miss E")
    assert Pointer(Pointing.STAFF, "handle", "@MissE_Year2") in of(handle="MissE_Year2")


@pytest.mark.parametrize(
    "handle", ["R0ssmorePrimary", "RossmorePrimary_", "RossrnorePrimary", "RossmorePrirnary1"]
)
def test_a_look_alike_of_the_school_is_pointed_at(handle: str) -> None:
    assert Pointer(Pointing.LOOK_ALIKE, "handle", f"@{handle}") in of(handle=handle)


def test_the_schools_name_in_other_letters_is_a_look_alike() -> None:
    name = "Rоssmore Primary School"  # with a Cyrillic o
    assert Pointer(Pointing.LOOK_ALIKE, "name", name) in of(name=name)


def test_friends_of_the_school_are_no_look_alikes() -> None:
    for handle in ("rossmore_pta", "rossmoregossip", "RossmoreRovers", "RossmorePrimary"):
        assert Pointing.LOOK_ALIKE not in {one.kind for one in of(handle=handle)}


def test_business_adult_and_follow_back_patterns_are_pointed_at() -> None:
    assert Pointing.BUSINESS in kinds("100x crypto, DM for details")
    assert Pointing.ADULT in kinds("18+ only")
    assert Pointing.FOLLOW_BACK in kinds("I follow back")
    told = of(followers="5", following="4100")
    assert [one.kind for one in told] == [Pointing.FOLLOW_BACK]
    assert told[0].where == "facts"


def test_a_new_account_without_a_picture_is_pointed_at() -> None:
    assert [one.kind for one in of(picture="default", joined="2026-11-15")] == [
        Pointing.NEW_ACCOUNT
    ]
    assert of(picture="their own", joined="2026-11-15") == []
    assert of(picture="default", joined="2019-01-01") == []


def test_missing_and_odd_facts_are_no_stumbling_block() -> None:
    assert of(followers="many", following="", joined="long ago", picture="default") == []


@given(st.text(max_size=5200), st.text(max_size=60), st.text(max_size=20))
def test_any_bio_is_answered_and_each_pointer_quotes_what_stands_there(
    bio: str, name: str, handle: str
) -> None:
    for one in pointers(name, handle, bio, {}, SCHOOL, TODAY):
        held = {"bio": bio, "name": name, "handle": f"@{handle}"}[one.where]
        assert one.words in held


def test_five_thousand_characters_are_read_quickly_and_yield_few_pointers() -> None:
    assert len(of("yr 5 | 10 yrs | mum of 2 | 👩‍👧 " * 160)) <= 12
