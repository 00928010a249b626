"""An intention is carried out at least once, and shown as done only when it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.errors import (
    AdapterError,
    Denied,
    Gone,
    SignedOut,
    Throttled,
    Unsupported,
    WritesStopped,
)
from bot.model import ItemRef
from bot.store.effects import MAIL
from tests.house import HIDES, House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


def the_hide(house: House) -> tuple[str, str]:
    """Status and reason of the newest hide."""
    [row] = house.rows(
        "SELECT status, why FROM effect WHERE kind = 'hide' ORDER BY id DESC LIMIT 1"
    )
    return row[0], row[1]


def the_alarm(house: House) -> str:
    return str(house.rows("SELECT alarm FROM moderation_case")[0][0])


def comes_and_is_judged(house: House) -> ItemRef:
    ref = house.comes(HIDES)
    house.cycle()
    return ref


def test_a_hide_that_the_answer_proves_is_confirmed_at_once(house: House) -> None:
    ref = comes_and_is_judged(house)
    assert house.platform.is_hidden(ref)
    assert the_hide(house)[0] == "confirmed"
    assert house.events() == ["judged", "asked", "confirmed", "told"]


def test_a_hide_that_the_answer_does_not_prove_is_read_back(house: House) -> None:
    house.platform.proves_writes = False
    comes_and_is_judged(house)
    assert the_hide(house)[0] == "confirmed"
    assert [call.name for call in house.platform.journal if call.refs][:2] == ["hide", "observe"]


def test_a_hide_that_is_accepted_but_does_not_happen_is_never_shown_as_hidden(
    house: House,
) -> None:
    house.platform.accept_without_doing = True
    house.platform.proves_writes = False
    comes_and_is_judged(house)
    assert the_hide(house)[0] == "accepted"
    for _ in range(12):
        house.clock.advance(hours=2)
        house.cycle()
    assert the_hide(house)[0] == "failed"
    assert "did not happen" in the_alarm(house)
    assert "confirmed" not in house.events()
    assert house.rows("SELECT hidden FROM item") == [(0,)]


def test_an_outage_is_waited_out_and_alarms_on_the_third_try(house: House) -> None:
    house.platform.fail("hide", AdapterError("X answered with an error."), times=3)
    ref = comes_and_is_judged(house)
    assert the_hide(house) == ("pending", "X answered with an error.")
    assert the_alarm(house) == ""
    for _ in range(2):
        house.clock.advance(hours=2)
        house.cycle()
    assert the_alarm(house) == "X answered with an error."
    assert not house.platform.is_hidden(ref)
    house.clock.advance(hours=2)
    house.cycle()
    assert the_hide(house)[0] == "confirmed"
    assert the_alarm(house) == ""


def test_before_a_second_call_the_platform_is_asked_whether_the_first_arrived(
    house: House,
) -> None:
    house.platform.fail("hide", AdapterError("no answer came"))
    ref = comes_and_is_judged(house)
    house.platform.set_hidden(ref, True)
    house.clock.advance(hours=1)
    house.cycle()
    assert [call.name for call in house.platform.journal].count("hide") == 1
    assert the_hide(house)[0] == "confirmed"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Throttled("X wants a pause.", retry_after=900), 900),
        (WritesStopped("Facebook stopped all writing.", retry_after=7200), 7200),
    ],
)
def test_a_platform_that_wants_to_be_left_alone_is_left_alone(
    house: House, error: AdapterError, seconds: float
) -> None:
    house.platform.fail("hide", error)
    comes_and_is_judged(house)
    house.comes(HIDES + " Again.")
    house.clock.advance(seconds=seconds - 60)
    house.cycle()
    assert [call.name for call in house.platform.journal].count("hide") == 1
    house.clock.advance(seconds=61)
    house.cycle()
    assert house.rows("SELECT DISTINCT status FROM effect WHERE kind = 'hide'") == [("confirmed",)]


@pytest.mark.parametrize(
    "error",
    [
        SignedOut("The account must be connected again."),
        Denied("The permission tweet.moderate.write is missing."),
    ],
)
def test_a_hide_without_permission_waits_for_the_technician(
    house: House, error: AdapterError
) -> None:
    house.platform.fail("hide", error)
    comes_and_is_judged(house)
    assert the_hide(house)[0] == "pending"
    assert the_alarm(house) == str(error)
    house.clock.advance(hours=2)
    house.cycle()
    assert the_hide(house)[0] == "confirmed"


def test_a_comment_that_is_gone_counts_as_done_but_not_as_hidden_by_us(house: House) -> None:
    house.platform.fail("hide", Gone("It is no longer there."))
    comes_and_is_judged(house)
    assert the_hide(house)[0] == "confirmed"
    assert "gone" in house.events()
    assert "confirmed" not in house.events()


def test_what_the_platform_never_allows_is_said_and_not_tried_again(house: House) -> None:
    house.platform.fail("hide", Unsupported("X does not allow hiding this."))
    comes_and_is_judged(house)
    house.clock.advance(hours=5)
    house.cycle()
    assert [call.name for call in house.platform.journal].count("hide") == 1
    assert the_hide(house)[0] == "unsupported"
    assert the_alarm(house) == "X does not allow hiding this."


def test_what_fails_for_good_goes_to_a_person(house: House) -> None:
    house.platform.fail("hide", AdapterError("The request was wrong.", permanent=True))
    comes_and_is_judged(house)
    assert the_hide(house)[0] == "failed"
    assert the_alarm(house) == "The request was wrong."
    assert house.rows("SELECT status FROM moderation_case") == [("open",)]


def test_the_most_urgent_is_hidden_first(house: House) -> None:
    house.platform.fail("hide", Throttled("Wait.", retry_after=60))
    mild = house.comes("Miss Bramley is a useless ugly cow")
    house.cycle()
    threat = house.comes(HIDES)
    house.clock.advance(minutes=2)
    house.cycle()
    hides = [call.refs[0] for call in house.platform.journal if call.name == "hide"]
    assert hides[1:] == [threat, mild]


def test_an_intention_whose_holder_died_is_carried_out_after_its_lease(house: House) -> None:
    house.platform.fail("hide", AdapterError("busy"))
    comes_and_is_judged(house)
    with house.store.begin() as uow:
        uow.connection.exec_driver_sql(
            "UPDATE effect SET status = 'claimed', leased_until = "
            f"'{house.clock.now():%Y-%m-%d} 23:00:00.000000' WHERE kind = 'hide'"
        )
        uow.commit()
    house.cycle()
    assert the_hide(house)[0] == "claimed"
    house.clock.advance(hours=13)
    house.cycle()
    assert the_hide(house)[0] == "confirmed"


def test_a_letter_that_is_refused_for_good_alarms_and_is_logged_as_not_told(house: House) -> None:
    house.mailer.fail("send", AdapterError("No such address.", permanent=True), times=9)
    comes_and_is_judged(house)
    assert "not_told" in house.events()
    assert "told" not in house.events()
    assert "No such address." in the_alarm(house)


def test_a_letter_is_sent_again_byte_for_byte_when_its_answer_was_lost(house: House) -> None:
    house.mailer.lose_answers(1)
    comes_and_is_judged(house)
    house.clock.advance(hours=1)
    house.cycle()
    letters = [mail for mail in house.mailer.letters if mail.recipient.startswith("m.hartley")]
    assert len(letters) == 2
    assert letters[0] == letters[1]


@pytest.mark.parametrize("turn", [lambda h: h.cycle(), lambda h: (h.cycle(), h.cycle())])
def test_however_often_the_cycle_runs_a_hide_is_asked_for_once(
    house: House, turn: Callable[[House], object]
) -> None:
    comes_and_is_judged(house)
    turn(house)
    assert [call.name for call in house.platform.journal].count("hide") == 1
    assert house.verify().ok


def test_letters_that_left_are_not_looked_through_for_what_is_due(house: House) -> None:
    comes_and_is_judged(house)
    assert house.mailer.letters
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _u: object, sql: str, values: Any, *_: object) -> None:
        asked.append((sql, values))

    sa.event.listen(house.store.engine, "before_cursor_execute", note)
    with house.store.begin() as uow:
        assert uow.effects.claim(MAIL, at=house.clock.now(), lease=timedelta(minutes=5)) is None
    sa.event.remove(house.store.engine, "before_cursor_execute", note)
    [(sql, values)] = [each for each in asked if each[0].startswith("SELECT")]
    with house.store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
    assert any("ix_effect_due" in step.detail for step in plan), plan
