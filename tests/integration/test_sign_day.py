"""A signature never covers what was not read, and an unsigned school day is one letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.access import Viewer
from bot.errors import AdapterError, Conflict, Refused
from bot.model import DayOutcome, PollResult, Role, Stream
from bot.school_calendar import SchoolCalendar
from bot.services.sign_day import sign_day
from bot.services.unsigned import tell_unsigned
from bot.settings import AccountSettings, Settings
from bot.store.days import SignOff
from tests.builders import NOON
from tests.house import House, the_settings

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
FRIDAY = date(2026, 11, 20)
EVERYTHING = (date(2026, 1, 1), date(2027, 12, 31))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, a_school())
    yield house
    house.close()


def a_school() -> Settings:
    return replace(the_settings(), accounts=(AccountSettings("school", "memory", 10),))


def letters(house: House) -> list[tuple[str, str]]:
    """Recipient and plain words of every letter about days, oldest first."""
    found = []
    for sent in house.mailer.letters:
        letter = message_from_bytes(sent.mime, policy=policy.default)
        body = letter.get_body(("plain",))
        assert body is not None
        if "signed for" in str(letter["Subject"]):
            found.append((str(letter["To"]), body.get_content()))
    return found


def signatures(house: House) -> list[SignOff]:
    with house.store.read() as uow:
        return uow.days.signatures(*EVERYTHING)


def sign(house: House, outcome: DayOutcome, reason: str = "", day: date | None = None) -> None:
    day = day or house.clock.now().date()
    sign_day(house.store, house.clock, house.settings, OFFICER, day, outcome, reason)


def goes_on_until(house: House, at: str) -> None:
    """A full cycle now, and two at that time."""
    house.cycle()
    house.clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    house.cycle()
    house.cycle()


# letters ----------------------------------------------------------------------------------------


def test_an_unsigned_school_day_is_one_letter_to_the_headteacher_on_the_next_morning(
    house: House,
) -> None:
    house.cycle()
    goes_on_until(house, "2026-11-21T07:59")
    assert letters(house) == []
    goes_on_until(house, "2026-11-23T12:00")
    ((recipient, words),) = letters(house)
    assert recipient == "m.hartley@rossmore.example"
    assert "Nobody has signed for Friday 20 November." in words
    assert "/today?day=2026-11-20" in words


def test_a_signed_day_is_no_letter_whatever_was_signed(house: House) -> None:
    house.cycle()
    sign(house, DayOutcome.COULD_NOT_CHECK, "I was away.")
    goes_on_until(house, "2026-11-23T12:00")
    assert letters(house) == []


def test_a_day_that_is_signed_before_the_school_opens_again_is_no_letter(house: House) -> None:
    house.cycle()
    goes_on_until(house, "2026-11-21T07:00")
    sign(house, DayOutcome.COULD_NOT_CHECK, "Late.", day=FRIDAY)
    goes_on_until(house, "2026-11-21T12:00")
    assert letters(house) == []


def test_a_holiday_is_no_letter(house: House) -> None:
    house.settings = replace(house.settings, calendar=SchoolCalendar(((FRIDAY, FRIDAY),)))
    house.cycle()
    goes_on_until(house, "2026-11-22T12:00")
    assert letters(house) == []


def test_days_that_were_missed_together_are_one_letter_and_old_ones_none(house: House) -> None:
    house.cycle()
    house.clock.at = NOON + timedelta(days=19)  # a Wednesday; the computer was off
    house.cycle()
    house.cycle()
    ((_, words),) = letters(house)
    assert "Wednesday 2 December" in words
    assert "Tuesday 8 December" in words
    assert "Tuesday 1 December" not in words


def test_nothing_is_remembered_as_told_while_there_is_no_mail(house: House) -> None:
    with_mail, house.settings = house.settings, replace(house.settings, mail=None)
    house.cycle()
    goes_on_until(house, "2026-11-21T12:00")
    house.settings = with_mail
    assert tell_unsigned(house.store, house.clock, house.settings) == 1
    assert tell_unsigned(house.store, house.clock, house.settings) == 0


def test_the_day_before_the_first_start_is_nobodys(house: House) -> None:
    house.clock.at = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    house.cycle()
    goes_on_until(house, "2026-11-21T12:00")
    assert letters(house) == []


# signatures -------------------------------------------------------------------------------------


def test_a_signature_is_in_the_log_and_the_log_is_whole(house: House) -> None:
    house.cycle()
    house.clock.advance(minutes=5)
    sign(house, DayOutcome.CHECKED)
    assert house.events() == ["signed"]
    assert house.verify().ok


def test_an_account_whose_platform_fails_cannot_be_signed_as_checked(house: House) -> None:
    house.cycle()
    house.clock.advance(minutes=10)
    house.platform.fail("fetch_comments", AdapterError("It is down."))
    house.cycle()
    house.clock.advance(minutes=10)
    house.cycle()
    with pytest.raises(Conflict, match="cannot be signed as checked"):
        sign(house, DayOutcome.CHECKED)
    assert signatures(house) == []


def test_a_day_before_the_first_start_cannot_be_signed(house: House) -> None:
    house.cycle()
    house.clock.advance(minutes=5)
    with pytest.raises(Refused, match="not watching"):
        sign(house, DayOutcome.CHECKED, day=FRIDAY - timedelta(days=1))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([5, 10, 40, 600, 1440])),
        st.tuples(st.just("read"), st.sampled_from([*PollResult, None])),
        st.tuples(st.just("sign"), st.integers(min_value=0, max_value=2)),
    ),
    max_size=25,
)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_happens_nothing_unread_is_ever_signed_as_checked(
    house: House, steps: list[tuple[str, object]]
) -> None:
    """Any order of waiting, reading well or badly, and signing today or a day that is over."""
    with house.store.begin() as uow:
        for table in ("poll", "sign_off", "account"):
            uow.connection.exec_driver_sql(f"DELETE FROM {table}")
        house.clock.at = NOON
        uow.state.first_start("school", NOON)
        uow.commit()
    polls: list[tuple[datetime, PollResult | None]] = []
    for verb, what in steps:
        house.clock.advance(seconds=1)
        if verb == "wait":
            assert isinstance(what, int)
            house.clock.advance(minutes=what)
        elif verb == "read":
            assert what is None or isinstance(what, PollResult)
            polls.append((house.clock.now(), what))
            _reads(house, what)
        else:
            assert isinstance(what, int)
            _tries_to_sign(house, house.clock.now().date() - timedelta(days=what))
            _nothing_unread_is_checked(house, polls)


def _reads(house: House, result: PollResult | None) -> None:
    at = house.clock.now()
    with house.store.begin() as uow:
        for stream in Stream:
            poll = uow.state.open_poll("school", stream, at)
            if result is not None:
                uow.state.close_poll(
                    poll, at=at, result=result, why="It broke.", seen=0, new=0, not_visible=0
                )
        uow.commit()


def _tries_to_sign(house: House, day: date) -> None:
    try:
        sign(house, DayOutcome.CHECKED, day=day)
    except (Conflict, Refused):
        return


def _nothing_unread_is_checked(
    house: House, polls: list[tuple[datetime, PollResult | None]]
) -> None:
    for signed in signatures(house):
        assert signed.outcome is DayOutcome.CHECKED
        known = [(at, result) for at, result in polls if at <= signed.at]
        whole = [at for at, result in known if result is PollResult.COMPLETE]
        assert any(at >= signed.until for at in whole), "signed further than it was read"
        broken = [at for at, result in known if result in {PollResult.PARTIAL, PollResult.FAILED}]
        broken += [at for at, result in known[:-1] if result is None]
        assert not any(signed.began_at < at <= signed.until for at in broken)
    newest = {signed.day: signed for signed in reversed(signatures(house))}
    days = sorted(newest)
    for earlier, later in pairwise(days):
        assert newest[later].began_at <= newest[earlier].until or (
            newest[later].at < newest[earlier].at
        ), "a time between two signatures is nobody's"
