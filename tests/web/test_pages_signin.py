"""Signing in and out, and what an intruder meets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.access import Viewer
from bot.errors import Refused
from bot.model import Role
from bot.services import signin
from bot.store import tables as t
from tests.web.pages_stage import OFFICER, PASSWORD, TEACHER, School, the_settings

EMAIL = "j.field@rossmore.example"


def add(school: School, email: str = EMAIL, password: str = PASSWORD) -> None:
    signin.add_user(school.store, school.clock, school.settings, email, password)


def enter(school: School, email: str = EMAIL, password: str = PASSWORD) -> str | None:
    return signin.sign_in(school.store, school.clock, email, password)


def viewer(school: School, session_id: str) -> Viewer | None:
    return signin.viewer_of(school.store, school.clock, school.settings, session_id)


# the service -----------------------------------------------------------------------------------


def test_a_session_belongs_to_the_person_in_settings(school: School) -> None:
    add(school)
    session = enter(school)
    assert session is not None
    assert viewer(school, session) == Viewer(OFFICER, frozenset({Role.COMMUNICATIONS_OFFICER}))


def test_the_address_is_taken_in_any_case_and_with_blanks(school: School) -> None:
    add(school, " J.Field@Rossmore.example")
    assert enter(school, "J.FIELD@rossmore.example ") is not None


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "correct horse batterz"), ("nobody@rossmore.example", PASSWORD), ("", "")],
)
def test_nobody_comes_in_with_something_wrong(school: School, email: str, password: str) -> None:
    add(school)
    assert enter(school, email, password) is None


@pytest.mark.parametrize("email", ["stranger@rossmore.example", "", " "])
def test_only_people_in_settings_can_have_an_account(school: School, email: str) -> None:
    with pytest.raises(Refused, match="belongs to nobody"):
        add(school, email)


def test_somebody_without_a_role_cannot_have_an_account(tmp_path: Path) -> None:
    plain = the_settings()
    people = tuple(
        replace(p, email="s.bramley@rossmore.example") if p.key == TEACHER else p
        for p in plain.people
    )
    school = School(tmp_path, replace(plain, people=people))
    with pytest.raises(Refused, match="nobody with a role"):
        add(school, "s.bramley@rossmore.example")
    school.store.close()


def test_a_short_password_is_refused(school: School) -> None:
    with pytest.raises(Refused, match="12 characters"):
        add(school, password="elevenchars")
    assert enter(school, password="elevenchars") is None


def test_a_new_password_ends_the_old_sessions(school: School) -> None:
    add(school)
    session = enter(school)
    assert session is not None
    add(school, password="another long password")
    assert viewer(school, session) is None
    assert enter(school) is None
    assert enter(school, password="another long password") is not None


def test_neither_password_nor_session_id_is_stored(school: School) -> None:
    add(school)
    session = enter(school)
    assert session is not None
    school.store.engine.dispose()
    stored = school.store.path.read_bytes()
    assert session.encode() not in stored
    assert PASSWORD.encode() not in stored


def test_a_session_ends_after_an_hour_without_a_click_and_not_before(school: School) -> None:
    add(school)
    session = enter(school)
    assert session is not None
    for _ in range(3):
        school.clock.advance(minutes=60)
        assert viewer(school, session) is not None
    school.clock.advance(minutes=60, seconds=1)
    assert viewer(school, session) is None
    school.clock.advance(minutes=-30)
    assert viewer(school, session) is None


def test_a_session_is_noted_as_used_at_most_once_a_minute(school: School) -> None:
    add(school)
    session = enter(school)
    assert session is not None

    def last_seen() -> object:
        with school.store.engine.connect() as connection:
            return connection.scalar(sa.select(t.session.c.last_seen_at))

    before = last_seen()
    school.clock.advance(seconds=59)
    assert viewer(school, session) is not None
    assert last_seen() == before
    school.clock.advance(seconds=1)
    assert viewer(school, session) is not None
    assert last_seen() == school.clock.now()


def test_who_left_settings_or_was_disabled_sees_nothing_any_longer(school: School) -> None:
    add(school)
    session = enter(school)
    assert session is not None
    others = tuple(p for p in school.settings.people if p.key != OFFICER)
    without = replace(school.settings, people=others)
    assert signin.viewer_of(school.store, school.clock, without, session) is None
    with school.store.engine.begin() as connection:
        connection.execute(sa.update(t.user).values(disabled_at=school.clock.now()))
    assert viewer(school, session) is None
    assert enter(school) is None


# the pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/cases/abc123", "/newcomers", "/log", "/reading"])
def test_every_page_asks_a_stranger_to_sign_in(school: School, path: str) -> None:
    answer = school.stranger().opens(path)
    assert answer.path == "/sign-in"
    assert "Password" in answer.words


def test_after_signing_in_one_is_where_one_wanted_to_be(school: School) -> None:
    add(school)
    browser = school.stranger()
    assert 'value="/log"' in browser.opens("/log").text
    answer = browser.sends("/sign-in", {"email": EMAIL, "password": PASSWORD, "then": "/log"})
    assert (answer.status, answer.path) == (200, "/log")
    assert "Jo Field" in answer.words


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/cases/../x", "x"]
)
def test_nobody_is_led_elsewhere_by_a_link(school: School, elsewhere: str) -> None:
    add(school)
    answer = school.stranger().sends(
        "/sign-in", {"email": EMAIL, "password": PASSWORD, "then": elsewhere}
    )
    assert answer.path == "/"


def test_a_wrong_password_and_an_unknown_address_read_the_same(school: School) -> None:
    add(school)
    wrong = school.stranger().sends("/sign-in", {"email": EMAIL, "password": "x"})
    unknown = school.stranger().sends("/sign-in", {"email": "a@b.example", "password": "x"})
    assert (wrong.status, unknown.status) == (401, 401)
    assert wrong.words == unknown.words
    assert "do not fit" in wrong.words


def test_guessing_is_braked_for_one_address_even_with_the_right_password(school: School) -> None:
    add(school)
    browser = school.stranger()
    tries = [
        browser.sends("/sign-in", {"email": EMAIL, "password": f"guess {n}"}) for n in range(10)
    ]
    assert {answer.status for answer in tries} == {401}
    answer = browser.sends("/sign-in", {"email": EMAIL.upper(), "password": PASSWORD})
    assert answer.status == 429
    assert "quarter of an hour" in answer.words


def test_one_persons_slips_do_not_lock_out_a_colleague(school: School) -> None:
    browser = school.stranger()
    for number in range(11):
        browser.sends("/sign-in", {"email": "m.hartley@rossmore.example", "password": f"{number}"})
    assert school.signed_in(OFFICER).opens("/").status == 200


def test_guessing_at_many_addresses_is_braked_too(school: School) -> None:
    browser = school.stranger()
    fields = [{"email": f"{n}@rossmore.example", "password": "x"} for n in range(41)]
    assert [browser.sends("/sign-in", one).status for one in fields] == [401] * 40 + [429]


def test_signing_out_ends_the_session_for_good(school: School) -> None:
    browser = school.signed_in(OFFICER)
    cookie = browser.client.cookies["schoolgate_session"]
    assert browser.sends("/sign-out", {}).path == "/sign-in"
    browser.client.cookies.set("schoolgate_session", cookie)
    assert browser.opens("/").path == "/sign-in"


def test_an_idle_session_leads_back_to_the_sign_in_page(school: School) -> None:
    browser = school.signed_in(OFFICER)
    school.clock.advance(minutes=61)
    assert browser.opens("/").path == "/sign-in"
