"""The second factor: codes of an app, each once, and recovery codes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa

from bot.services import second_factor, signin
from bot.settings import SignInSettings
from bot.store import tables as t
from bot.store.users import User
from tests.web.pages_stage import OFFICER, PASSWORD, Browser, School, app_of, the_settings

EMAIL = "j.field@rossmore.example"
BOTH = {"email": EMAIL, "password": PASSWORD}


class Officer:
    """The officer with a browser, a telephone, and the recovery codes on paper."""

    def __init__(self, school: School) -> None:
        self.school = school
        signin.add_user(school.store, school.clock, school.settings, EMAIL, PASSWORD)
        self.browser = school.stranger()
        set_up = self.browser.sends("/sign-in", BOTH)
        self.app = app_of(set_up)
        page = self.browser.sends("/sign-in/set-up", {"code": self.code()})
        self.recovery = re.findall(r"<li><code>([^<]+)</code>", page.text)
        self.browser.sends("/sign-out", {})

    def code(self) -> str:
        return self.app.at(self.school.clock.now())

    def begins(self) -> Browser:
        """A new browser, with the password proved."""
        browser = self.school.stranger()
        assert browser.sends("/sign-in", BOTH).path == "/sign-in/code"
        return browser


@pytest.fixture
def officer(school: School) -> Officer:
    officer = Officer(school)
    school.clock.advance(30)
    return officer


def test_the_password_alone_opens_no_page(school: School, officer: Officer) -> None:
    browser = officer.begins()
    for path in ("/", "/log", "/reading", "/your-sign-in"):
        assert browser.opens(path).path == "/sign-in"
    assert "Jo Field" not in browser.opens("/sign-in/code").words


def test_the_apps_code_lets_in_and_leads_where_one_wanted_to_be(officer: Officer) -> None:
    browser = officer.begins()
    answer = browser.sends("/sign-in/code", {"code": officer.code(), "then": "/reading"})
    assert answer.path == "/reading"


def test_a_code_may_be_half_a_minute_off_and_hold_a_blank(school: School, officer: Officer) -> None:
    late = officer.app.at(school.clock.now())
    school.clock.advance(30)
    answer = officer.begins().sends("/sign-in/code", {"code": f" {late[:3]} {late[3:]} "})
    assert answer.path == "/"


def test_a_code_is_too_old_after_a_minute(school: School, officer: Officer) -> None:
    old = officer.code()
    school.clock.advance(60)
    assert officer.begins().sends("/sign-in/code", {"code": old}).status == 401


def test_a_code_that_was_read_over_the_shoulder_does_not_work_again(
    school: School, officer: Officer
) -> None:
    code = officer.code()
    assert officer.begins().sends("/sign-in/code", {"code": code}).path == "/"
    again = officer.begins().sends("/sign-in/code", {"code": code})
    assert again.status == 401
    assert "was used before" in again.words
    school.clock.advance(30)
    assert officer.begins().sends("/sign-in/code", {"code": code}).status == 401


@pytest.mark.parametrize(
    "code", ["", "000000", "12345", "1234567", "abcdef", "\u0661" * 6, "\ud800"]
)
def test_what_is_no_code_opens_nothing(officer: Officer, code: str) -> None:
    browser = officer.begins()
    sent = code.encode("utf-8", "replace").decode()
    assert browser.sends("/sign-in/code", {"code": sent}).status == 401
    assert browser.opens("/").path == "/sign-in"


def test_each_recovery_code_works_once_however_it_is_typed(officer: Officer) -> None:
    assert len(set(officer.recovery)) == 10
    first = officer.recovery[0]
    browser = officer.begins()
    assert browser.sends("/sign-in/code", {"code": first.upper().replace("-", " ")}).path == "/"
    assert "9 of your recovery codes" in browser.opens("/your-sign-in").words
    assert officer.begins().sends("/sign-in/code", {"code": first}).status == 401
    assert officer.begins().sends("/sign-in/code", {"code": officer.recovery[1]}).path == "/"


def test_somebody_elses_recovery_code_does_not_fit(school: School, officer: Officer) -> None:
    school.signed_in("mhartley")
    browser = school.stranger()
    browser.sends("/sign-in", {"email": "m.hartley@rossmore.example", "password": PASSWORD})
    assert browser.sends("/sign-in/code", {"code": officer.recovery[0]}).status == 401


def test_who_has_a_second_factor_cannot_be_given_another_with_the_password_alone(
    school: School, officer: Officer
) -> None:
    thief = officer.begins()
    assert thief.opens("/sign-in/set-up").path == "/sign-in/code"
    assert thief.opens("/sign-in/set-up.svg").status == 400
    assert thief.sends("/sign-in/set-up", {"code": officer.code()}).status == 400
    assert officer.begins().sends("/sign-in/code", {"code": officer.code()}).path == "/"


def test_nobody_sets_up_a_telephone_without_the_password(school: School) -> None:
    stranger = school.stranger()
    for path in ("/sign-in/set-up", "/sign-in/set-up.svg", "/sign-in/code"):
        assert stranger.opens(path).path == "/sign-in"
    assert stranger.sends("/sign-in/set-up", {"code": "000000"}).path == "/sign-in"


def test_halfway_is_not_for_long(school: School, officer: Officer) -> None:
    browser = officer.begins()
    school.clock.advance(minutes=10, seconds=1)
    assert browser.sends("/sign-in/code", {"code": officer.code()}).path == "/sign-in"


def test_the_picture_holds_the_same_key_as_the_letters(school: School) -> None:
    signin.add_user(school.store, school.clock, school.settings, EMAIL, PASSWORD)
    browser = school.stranger()
    key = app_of(browser.sends("/sign-in", BOTH)).secret
    user = the_user(school)
    assert second_factor.secret_of(school.store, user) == key
    address = second_factor.address_of(key, user, "Rossmore Primary School")
    parsed = pyotp.parse_uri(address)
    assert (parsed.secret, parsed.name) == (key, EMAIL)
    picture = browser.client.get("/sign-in/set-up.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<?xml")
    assert "script" not in picture.text


def test_a_wrong_first_code_sets_nothing_up(school: School) -> None:
    signin.add_user(school.store, school.clock, school.settings, EMAIL, PASSWORD)
    browser = school.stranger()
    app = app_of(browser.sends("/sign-in", BOTH))
    wrong = browser.sends("/sign-in/set-up", {"code": "000000"})
    assert (wrong.status, app_of(wrong).secret) == (401, app.secret)
    assert not the_user(school).has_second_factor


def test_the_database_alone_makes_no_codes(school: School, officer: Officer) -> None:
    with school.store.engine.connect() as connection:
        rows = list(connection.execute(sa.select(t.user))) + list(
            connection.execute(sa.select(t.recovery_code))
        )
    stored = repr([tuple(row) for row in rows])
    assert officer.app.secret not in stored
    for code in officer.recovery:
        assert code not in stored
        assert code.replace("-", "") not in stored


def test_a_school_that_only_tries_it_out_may_do_without(tmp_path: Path) -> None:
    plain = the_settings()
    school = School(tmp_path, replace(plain, sign_in=SignInSettings(False, 60)))
    signin.add_user(school.store, school.clock, school.settings, EMAIL, PASSWORD)
    browser = school.stranger()
    assert browser.sends("/sign-in", BOTH).path == "/"
    session = browser.client.cookies["schoolgate_session"]
    strict = replace(plain, sign_in=SignInSettings(True, 60))
    assert signin.viewer_of(school.store, school.clock, strict, session) is None
    school.store.close()


def the_user(school: School) -> User:
    with school.store.read() as uow:
        user = uow.users.by_email(EMAIL)
    assert user is not None
    return user


def test_the_idle_time_is_the_schools_to_say(tmp_path: Path) -> None:
    school = School(tmp_path, replace(the_settings(), sign_in=SignInSettings(True, 10)))
    browser = school.signed_in(OFFICER)
    school.clock.advance(minutes=10)
    assert browser.opens("/").path == "/"
    school.clock.advance(minutes=10, seconds=1)
    assert browser.opens("/").path == "/sign-in"
    school.store.close()
