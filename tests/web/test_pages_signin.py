"""Signing in and out, and what an intruder meets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa

from bot.access import Viewer
from bot.errors import Refused
from bot.model import Role
from bot.services import second_factor, signin
from bot.store import tables as t
from bot.store.users import User
from tests.web.pages_stage import (
    OFFICER,
    PASSWORD,
    TEACHER,
    Browser,
    School,
    app_of,
    the_settings,
)

EMAIL = "j.field@rossmore.example"


def add(school: School, email: str = EMAIL, password: str = PASSWORD) -> None:
    signin.add_user(school.store, school.clock, school.settings, email, password)


def enter(school: School, email: str = EMAIL, password: str = PASSWORD) -> str | None:
    return signin.sign_in(school.store, school.clock, email, password)


def enter_whole(school: School) -> str:
    """The id of a session that proved both factors."""
    session = enter(school)
    assert session is not None
    user = the_user(school)
    second_factor.offer(school.store, user)
    user = the_user(school)
    code = pyotp.TOTP(second_factor.secret_of(school.store, user)).at(school.clock.now())
    made = second_factor.set_up(
        school.store, school.clock, school.settings, user, code, instead_of=session
    )
    assert made is not None
    return made[0]


def the_user(school: School, email: str = EMAIL) -> User:
    with school.store.read() as uow:
        user = uow.users.by_email(email)
    assert user is not None
    return user


def viewer(school: School, session_id: str) -> Viewer | None:
    return signin.viewer_of(school.store, school.clock, school.settings, session_id)


# the service -----------------------------------------------------------------------------------


def test_a_session_belongs_to_the_person_in_settings(school: School) -> None:
    add(school)
    session = enter_whole(school)
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
    session = enter_whole(school)
    add(school, password="another long password")
    assert viewer(school, session) is None
    assert enter(school) is None
    assert enter(school, password="another long password") is not None


def test_neither_password_nor_session_id_is_stored(school: School) -> None:
    add(school)
    session = enter_whole(school)
    school.store.engine.dispose()
    stored = school.store.path.read_bytes()
    assert session.encode() not in stored
    assert PASSWORD.encode() not in stored


def test_a_session_ends_after_an_hour_without_a_click_and_not_before(school: School) -> None:
    add(school)
    session = enter_whole(school)
    for _ in range(3):
        school.clock.advance(minutes=60)
        assert viewer(school, session) is not None
    school.clock.advance(minutes=60, seconds=1)
    assert viewer(school, session) is None
    school.clock.advance(minutes=-30)
    assert viewer(school, session) is None


def test_a_session_is_noted_as_used_at_most_once_a_minute(school: School) -> None:
    add(school)
    session = enter_whole(school)

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
    session = enter_whole(school)
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
    assert answer.path == "/sign-in/set-up"
    assert 'name="then" value="/log"' in answer.text
    code = app_of(answer).at(school.clock.now())
    answer = browser.sends("/sign-in/set-up", {"code": code, "then": "/log"})
    assert 'href="/log"' in answer.text
    assert "Jo Field" in browser.opens("/log").words


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/cases/../x",
        "x",
        "/log\r\nX-Evil: 1",
        "/sign-in/code",
        "/invitation/x",
    ],
)
def test_nobody_is_led_elsewhere_by_a_link(school: School, elsewhere: str) -> None:
    add(school)
    browser = school.stranger()
    fields = {"email": EMAIL, "password": PASSWORD, "then": elsewhere}
    answer = browser.sends("/sign-in", fields)
    assert 'name="then" value="/"' in answer.text
    code = app_of(answer).at(school.clock.now())
    answer = browser.sends("/sign-in/set-up", {"code": code, "then": elsewhere})
    assert '<a class="govuk-button" href="/">' in answer.text
    response = browser.client.get("/sign-in", params={"then": elsewhere}, follow_redirects=False)
    assert response.headers["location"] == "/"
    assert "x-evil" not in response.headers


def test_a_wrong_password_and_an_unknown_address_read_the_same(school: School) -> None:
    add(school)
    wrong = school.stranger().sends("/sign-in", {"email": EMAIL, "password": "x"})
    unknown = school.stranger().sends("/sign-in", {"email": "a@b.example", "password": "x"})
    assert (wrong.status, unknown.status) == (401, 401)
    assert wrong.words == unknown.words
    assert "do not fit" in wrong.words


# the brake -------------------------------------------------------------------------------------


def guesses(browser: Browser, number: int, email: str = EMAIL) -> list[int]:
    """So many wrong passwords; how each was answered."""
    fields = [{"email": email, "password": f"guess {n}"} for n in range(number)]
    return [browser.sends("/sign-in", one).status for one in fields]


def test_guessing_is_braked_even_with_the_right_password_at_last(school: School) -> None:
    add(school)
    browser = school.stranger()
    assert guesses(browser, 10) == [401] * 10
    answer = browser.sends("/sign-in", {"email": EMAIL.upper(), "password": PASSWORD})
    assert answer.status == 429
    assert "quarter of an hour" in answer.words


def test_a_guesser_behind_the_same_address_does_not_lock_the_owner_out(school: School) -> None:
    owner = school.signed_in(OFFICER)
    owner.sends("/sign-out", {})
    assert guesses(school.stranger(), 11)[-1] == 429
    answer = owner.sends("/sign-in", {"email": EMAIL, "password": PASSWORD})
    assert answer.path == "/sign-in/code"


def test_guessers_everywhere_do_not_lock_the_owners_own_address_out(school: School) -> None:
    school.signed_in(OFFICER)  # from the address "testclient"
    crowd = [school.stranger(f"203.0.113.{n}") for n in range(7)]
    answers = [status for one in crowd for status in guesses(one, 9)]
    assert answers == [401] * 60 + [429] * 3
    another = school.stranger()
    answer = another.sends("/sign-in", {"email": EMAIL, "password": PASSWORD})
    assert answer.path == "/sign-in/code"
    assert guesses(school.stranger("203.0.113.99"), 1) == [429]


def test_a_known_browser_is_braked_too_and_is_known_for_its_own_user_only(school: School) -> None:
    browser = school.signed_in(OFFICER)
    browser.sends("/sign-out", {})
    assert guesses(browser, 11) == [401] * 10 + [429]
    assert guesses(browser, 11, "m.hartley@rossmore.example") == [401] * 10 + [429]
    forged = school.stranger()
    forged.client.cookies.set("schoolgate_known", "made.up")
    assert guesses(forged, 1) == [401]
    assert guesses(forged, 10)[-1] == 429


def test_one_persons_slips_do_not_lock_out_a_colleague(school: School) -> None:
    guesses(school.stranger(), 11, "m.hartley@rossmore.example")
    assert school.signed_in(OFFICER).opens("/").status == 200


def test_guessing_at_many_addresses_is_braked_too(school: School) -> None:
    browser = school.stranger()
    answers = [guesses(browser, 1, f"{n}@rossmore.example")[0] for n in range(41)]
    assert answers == [401] * 40 + [429]


def test_guessing_codes_is_braked(school: School) -> None:
    school.signed_in(OFFICER)
    thief = school.stranger("203.0.113.1")
    thief.sends("/sign-in", {"email": EMAIL, "password": PASSWORD})
    answers = [thief.sends("/sign-in/code", {"code": "000000"}).status for _ in range(11)]
    assert answers == [401] * 10 + [429]


# leaving ---------------------------------------------------------------------------------------


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


def test_signing_out_everywhere_ends_what_was_left_open_elsewhere(school: School) -> None:
    here = school.signed_in(OFFICER)
    elsewhere = school.stranger()
    elsewhere.client.cookies.update(here.client.cookies)
    assert elsewhere.opens("/").path == "/"
    assert "Jo Field" in here.opens("/your-sign-in").words
    assert here.sends("/sign-out/everywhere", {}).path == "/sign-in"
    assert elsewhere.opens("/").path == "/sign-in"


def test_a_busy_session_ends_after_twelve_hours_all_the_same(school: School) -> None:
    browser = school.signed_in(OFFICER)
    for _ in range(24):
        school.clock.advance(minutes=30)
        assert browser.opens("/").path == "/"
    school.clock.advance(minutes=1)
    assert browser.opens("/").path == "/sign-in"


def test_an_id_from_before_signing_in_is_worth_nothing_afterwards(school: School) -> None:
    """Session fixation: each step has a new id, and ends the one before."""
    add(school)
    browser = school.stranger()
    ids = []
    browser.client.cookies.set("schoolgate_session", "planted", domain="testserver.local")
    page = browser.sends("/sign-in", {"email": EMAIL, "password": PASSWORD})
    ids.append(browser.client.cookies["schoolgate_session"])
    assert viewer(school, ids[0]) is None
    browser.sends("/sign-in/set-up", {"code": app_of(page).at(school.clock.now())})
    ids.append(browser.client.cookies["schoolgate_session"])
    assert "planted" not in ids
    assert viewer(school, ids[1]) is not None
    with school.store.read() as uow:
        assert uow.users.by_session(signin.digest(ids[0])) is None
        assert uow.users.by_session(signin.digest("planted")) is None
