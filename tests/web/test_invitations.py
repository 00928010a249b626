"""Being invited by a letter, and what the technician can do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from adapters.memory import MemoryMailer
from bot.errors import Refused
from bot.outbox import deliver_letters
from bot.services import signin, users
from bot.settings import MailSettings
from tests.web.pages_stage import HEAD, OFFICER, PASSWORD, Browser, School, app_of, the_settings

EMAIL = "j.field@rossmore.example"
NEW = "a quite different password"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school that can send letters."""
    mail = MailSettings("memory", "Schoolgate <gate@rossmore.example>", {})
    school = School(tmp_path, replace(the_settings(), mail=mail))
    yield school
    school.store.close()


def letters(school: School) -> list[EmailMessage]:
    """What goes out now, in order."""
    mailer = MemoryMailer()
    deliver_letters(school.store, school.clock, mailer)
    found = [message_from_bytes(one.mime, policy=policy.default) for one in mailer.letters]
    return [one for one in found if isinstance(one, EmailMessage)]


def words_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def the_letter(school: School) -> EmailMessage:
    """The one letter with a link that goes out now."""
    [found] = [one for one in letters(school) if "/invitation/" in words_of(one)]
    return found


def invite(school: School, email: str = EMAIL) -> str:
    """Invite somebody; the path to which their letter's link leads."""
    users.invite(school.store, school.clock, school.settings, email)
    return path_in(the_letter(school))


def path_in(letter: EmailMessage) -> str:
    found = re.search(r"http://testserver(/invitation/\S+)", words_of(letter))
    assert found is not None
    return found[1]


def accept(browser: Browser, path: str, password: str = NEW) -> tuple[int, str]:
    answer = browser.sends(path, {"password": password, "again": password})
    return answer.status, answer.path


def standing(school: School) -> users.Standing:
    [found] = users.list_users(school.store, school.clock, school.settings)
    return found


def test_the_letter_goes_to_the_person_and_names_nobody_else(school: School) -> None:
    users.invite(school.store, school.clock, school.settings, " J.Field@rossmore.example ")
    letter = the_letter(school)
    assert letter["To"] == EMAIL
    text = letter.as_string()
    assert "Dear Jo Field" in text
    assert "Hartley" not in text
    assert standing(school).invited


def test_the_link_sets_a_password_and_then_the_telephone(school: School) -> None:
    path = invite(school)
    browser = school.stranger()
    page = browser.opens(path)
    assert "Welcome, Jo Field" in page.words
    page = browser.sends(path, {"password": NEW, "again": NEW})
    assert page.path == "/sign-in/set-up"
    done = browser.sends("/sign-in/set-up", {"code": app_of(page).at(school.clock.now())})
    assert "recovery codes" in done.words
    assert "Jo Field" in browser.opens("/").words
    assert not standing(school).invited
    assert standing(school).second_factor


def test_the_link_works_once(school: School) -> None:
    path = invite(school)
    assert accept(school.stranger(), path) == (200, "/sign-in/set-up")
    assert accept(school.stranger(), path, "a third long password") == (404, path)
    assert school.stranger().opens(path).status == 404
    assert signin.sign_in(school.store, school.clock, EMAIL, NEW) is not None


def test_looking_does_not_use_the_link_up(school: School) -> None:
    path = invite(school)
    assert [school.stranger().opens(path).status for _ in range(3)] == [200] * 3
    assert accept(school.stranger(), path) == (200, "/sign-in/set-up")


def test_the_link_is_too_old_after_three_days(school: School) -> None:
    path = invite(school)
    school.clock.advance(hours=72)
    assert accept(school.stranger(), path) == (404, path)


def test_a_second_letter_makes_the_first_worthless(school: School) -> None:
    first, second = invite(school), invite(school)
    assert accept(school.stranger(), first) == (404, first)
    assert accept(school.stranger(), second) == (200, "/sign-in/set-up")


def test_a_slip_does_not_use_the_link_up(school: School) -> None:
    path = invite(school)
    browser = school.stranger()
    short = browser.sends(path, {"password": "short", "again": "short"})
    assert (short.status, "12 characters" in short.words) == (422, True)
    unlike = browser.sends(path, {"password": NEW, "again": NEW + "x"})
    assert (unlike.status, "not the same" in unlike.words) == (422, True)
    assert accept(browser, path) == (200, "/sign-in/set-up")


def test_a_new_password_by_letter_leaves_the_second_factor_standing(school: School) -> None:
    """A letter in the wrong hands must not be enough."""
    open_elsewhere = school.signed_in(OFFICER)
    path = invite(school)
    assert open_elsewhere.opens("/").path == "/"
    assert accept(school.stranger(), path) == (200, "/sign-in/code")
    assert open_elsewhere.opens("/").path == "/sign-in"


def test_made_up_links_and_links_of_those_who_left_lead_nowhere(school: School) -> None:
    path = invite(school)
    assert school.stranger().opens("/invitation/made-up").status == 404
    others = tuple(p for p in school.settings.people if p.key != OFFICER)
    gone = replace(school.settings, people=others)
    link = path.rpartition("/")[2]
    assert users.invited(school.store, school.clock, gone, link) is None
    assert users.accept(school.store, school.clock, gone, link, NEW, instead_of="") is None


def test_the_link_is_not_stored(school: School) -> None:
    """Its letter is, byte for byte, until it is used up: but nothing else holds it."""
    link = invite(school).rpartition("/")[2]
    with school.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM user_account").all()
    assert link not in repr(rows)


# what the technician does ----------------------------------------------------------------------


def test_who_is_disabled_is_out_at_once_and_the_old_password_never_comes_back(
    school: School,
) -> None:
    browser = school.signed_in(OFFICER)
    users.disable(school.store, school.clock, school.settings, EMAIL)
    assert browser.opens("/").path == "/sign-in"
    assert standing(school).disabled
    invite(school)
    assert signin.sign_in(school.store, school.clock, EMAIL, PASSWORD) is None


def test_disabling_makes_an_open_invitation_worthless(school: School) -> None:
    path = invite(school)
    users.disable(school.store, school.clock, school.settings, EMAIL)
    assert accept(school.stranger(), path) == (404, path)


def test_after_a_lost_telephone_one_begins_anew(school: School) -> None:
    browser = school.signed_in(OFFICER)
    assert users.reset(school.store, school.clock, school.settings, EMAIL)
    assert browser.opens("/").path == "/sign-in"
    assert signin.sign_in(school.store, school.clock, EMAIL, PASSWORD) is None
    assert accept(school.stranger(), path_in(the_letter(school))) == (200, "/sign-in/set-up")


def test_somebody_unknown_can_be_neither_disabled_nor_reset(school: School) -> None:
    nobody = "nobody@rossmore.example"
    with pytest.raises(Refused, match="is no user"):
        users.disable(school.store, school.clock, school.settings, nobody)
    with pytest.raises(Refused, match="is no user"):
        users.reset(school.store, school.clock, school.settings, nobody)


def test_without_a_mailer_nobody_can_be_invited_but_anybody_can_be_reset(school: School) -> None:
    silent = replace(school.settings, mail=None)
    school.signed_in(OFFICER)
    with pytest.raises(Refused, match=r"no \[mail\] section"):
        users.invite(school.store, school.clock, silent, EMAIL)
    assert not users.reset(school.store, school.clock, silent, EMAIL)
    assert signin.sign_in(school.store, school.clock, EMAIL, PASSWORD) is None


def test_only_addresses_of_the_school_can_have_a_user(school: School) -> None:
    people = tuple(
        replace(p, email="jo.field@freemail.example") if p.key == OFFICER else p
        for p in school.settings.people
    )
    with pytest.raises(Refused, match="no address of the school"):
        users.invite(
            school.store, school.clock, replace(school.settings, people=people), people[0].email
        )
    users.invite(
        school.store, school.clock, school.settings, "n.dasgupta@governors.rossmore.example"
    )


# that nothing of it is unseen -------------------------------------------------------------------

HEADS = "m.hartley@rossmore.example"


def told(school: School) -> list[tuple[str, str]]:
    """Letters about a change of one's sign-in: to whom, and the first sentence of it."""
    found = [(str(one["To"]), words_of(one)) for one in letters(school)]
    assert not any("/invitation/" in words for _, words in found if "was changed" in words)
    return [
        (to, re.split(r", (?=Your|You|A )", words, maxsplit=1)[1])
        for to, words in found
        if "/your-sign-in" in words
    ]


def test_whose_sign_in_is_reset_is_written_to_and_told_whom_to_tell(school: School) -> None:
    school.signed_in(OFFICER)
    school.signed_in(HEAD)
    letters(school)
    users.reset(school.store, school.clock, school.settings, EMAIL)
    users.disable(school.store, school.clock, school.settings, HEADS)
    [(officer, reset), (head, off)] = sorted(told(school))
    assert (officer, head) == (EMAIL, HEADS)
    assert "was reset" in reset
    assert "tell the headteacher today" in reset
    assert "switched off" in off
    assert "tell the chair of governors today" in off


def test_a_telephone_that_is_set_up_is_told_to_the_person_so_that_a_stranger_s_is_seen(
    school: School,
) -> None:
    path = invite(school)
    page = school.stranger().opens(path)
    browser = school.stranger()
    page = browser.sends(path, {"password": NEW, "again": NEW})
    assert told(school) == []
    browser.sends("/sign-in/set-up", {"code": app_of(page).at(school.clock.now())})
    [(to, said)] = told(school)
    assert (to, said.startswith("A telephone was set up")) == (EMAIL, True)


def test_a_new_password_beside_an_old_telephone_is_told_too(school: School) -> None:
    school.signed_in(OFFICER)
    letters(school)
    accept(school.stranger(), invite(school))
    [(to, said)] = told(school)
    assert (to, said.startswith("A new password")) == (EMAIL, True)


def test_a_link_to_another_address_is_told_to_the_address_before(school: School) -> None:
    school.signed_in(HEAD)
    letters(school)
    people = tuple(
        replace(p, email="rokafor@rossmore.example") if p.key == HEAD else p
        for p in school.settings.people
    )
    changed = replace(school.settings, people=people)
    users.invite(school.store, school.clock, changed, "rokafor@rossmore.example")
    [(to, said)] = told(school)
    assert (to, said.startswith("A link by which one can sign in as you")) == (HEADS, True)


def test_the_log_says_it_in_words_to_everybody_who_reads_the_log(school: School) -> None:
    officer = school.signed_in(OFFICER)
    school.signed_in(HEAD)
    users.reset(school.store, school.clock, school.settings, HEADS, login="okafor")
    said = officer.opens("/log").words
    assert (
        "Somebody at the command line (signed in there as “okafor”) took password and second "
        "factor away from Miriam Hartley." in said
    )
    assert "Jo Field set up a telephone as the second factor." in said
