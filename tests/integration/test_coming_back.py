"""Somebody who left and is back, and an account that the platform shows no longer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from bot.access import Viewer
from bot.model import (
    Edge,
    ItemRef,
    Mail,
    Newcomer,
    Observation,
    Outcome,
    Presence,
    Restriction,
    Role,
    Unsuitable,
)
from bot.queries.bulletin import bulletin
from bot.queries.case import get_case
from bot.queries.newcomers import NewcomerLine, list_newcomers
from bot.queries.restrictions import list_restrictions, undone_tasks
from bot.queries.today import get_day
from bot.school_calendar import day_of
from bot.services.newcomers import read_newcomers
from bot.services.restrict import say_done
from bot.services.vet import Vetting, vet
from bot.settings import Look, Sweep
from tests.builders import a_newcomer
from tests.house import House

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
TECHNICIAN = Viewer("rokafor", frozenset({Role.ICT_TECHNICIAN}))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.past_the_baseline()
    yield made
    made.close()


def alarms(house: House) -> list[str]:
    return [line.alarm for line in waiting(house)]


def waiting(house: House) -> list[NewcomerLine]:
    return list_newcomers(house.store, OFFICER, house.settings, house.clock.now())


def tasks(house: House) -> list[tuple[str, str]]:
    lines = list_restrictions(house.store, OFFICER, house.clock.now())
    return [(line.kind, line.standing) for line in lines]


def meets(house: House, newcomer: Newcomer) -> None:
    house.clock.advance(hours=24)
    house.platform.post(newcomer)
    house.cycle()


def is_decided(house: House, outcome: Outcome, then: Restriction | None = None) -> None:
    with house.store.read() as uow:
        [(ref, version)] = uow.connection.exec_driver_sql(
            "SELECT ref, version FROM moderation_case"
        ).all()
    why = Unsuitable.UNKNOWN if outcome is Outcome.NOT_SUITABLE else None
    wish = Vetting([(ref, version)], outcome, why, then=then)
    vet(house.store, house.clock, house.settings, OFFICER, wish)


def is_said_to_be_done(house: House) -> None:
    for line in list_restrictions(house.store, OFFICER, house.clock.now()):
        if line.standing == "task":
            say_done(house.store, house.clock, OFFICER, line.ref)


def test_whoever_was_let_in_left_and_asks_again_is_decided_about_anew_and_once(
    house: House,
) -> None:
    asks = a_newcomer("Ann", account="school", edge=Edge.FOLLOW_REQUEST)
    meets(house, asks)
    is_decided(house, Outcome.APPROVE)
    is_said_to_be_done(house)
    meets(house, replace(asks, edge=Edge.FOLLOWER))
    assert tasks(house) == [("let_in", "confirmed")]
    assert waiting(house) == []
    for _ in range(3):
        meets(house, asks)
    assert alarms(house) == ["This person was here before, and asks to follow again."]
    assert house.events().count("returned") == 1
    is_decided(house, Outcome.APPROVE)
    assert tasks(house) == [("let_in", "task"), ("let_in", "lifted")]
    assert house.rows("SELECT count(*) FROM decision") == [(2,)]
    assert waiting(house) == []
    assert house.verify().ok


def test_whoever_was_turned_down_and_asks_again_is_turned_down_by_a_new_task(
    house: House,
) -> None:
    asks = a_newcomer("Ann", account="school", edge=Edge.FOLLOW_REQUEST)
    meets(house, asks)
    is_decided(house, Outcome.NOT_SUITABLE)
    is_said_to_be_done(house)
    house.platform.withdraw(asks.ref)
    house.clock.advance(hours=24)
    house.cycle()
    assert tasks(house) == [("turn_down", "confirmed")]
    meets(house, asks)
    assert alarms(house) == ["This person was here before, and asks to follow again."]
    is_decided(house, Outcome.NOT_SUITABLE)
    assert tasks(house) == [("turn_down", "task"), ("turn_down", "lifted")]


def test_whoever_was_removed_and_is_back_is_removed_by_a_new_task(house: House) -> None:
    follows = a_newcomer("Ann", account="school")
    meets(house, follows)
    is_decided(house, Outcome.NOT_SUITABLE, Restriction.REMOVE)
    is_said_to_be_done(house)
    house.platform.withdraw(follows.ref)
    house.clock.advance(hours=24)
    house.cycle()
    assert tasks(house) == [("remove", "confirmed")]
    meets(house, follows)
    assert alarms(house) == ["This person was removed, and follows the school again."]
    is_decided(house, Outcome.NOT_SUITABLE, Restriction.REMOVE)
    assert tasks(house) == [("remove", "task"), ("remove", "lifted")]


def test_what_was_decided_before_stays_on_the_page_of_whoever_is_back(house: House) -> None:
    follows = a_newcomer("Ann", account="school")
    meets(house, follows)
    is_decided(house, Outcome.NOT_SUITABLE, Restriction.REMOVE)
    is_said_to_be_done(house)
    house.platform.withdraw(follows.ref)
    house.clock.advance(hours=24)
    house.cycle()
    meets(house, follows)
    [line] = waiting(house)
    page = get_case(house.store, OFFICER, line.ref)
    assert page is not None
    assert page.decisions is not None
    assert [(one.person, one.outcome) for one in page.decisions] == [
        ("jfield", Outcome.NOT_SUITABLE)
    ]


def test_whoever_followed_before_the_first_start_and_is_back_is_a_newcomer_then(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    house.platform.lists_followers = True
    follows = a_newcomer("Ann", account="school")
    house.platform.post(follows)
    is_swept(house)
    assert waiting(house) == []
    house.platform.withdraw(follows.ref)
    is_swept(house)
    for _ in range(2):
        house.platform.post(follows)
        is_swept(house)
    assert [line.name for line in waiting(house)] == ["Ann"]
    assert house.rows("SELECT count(*) FROM moderation_case") == [(1,)]
    house.close()


def is_swept(house: House) -> None:
    """A day later the whole list of followers is read."""
    house.clock.advance(hours=24)
    always = replace(house.settings.newcomers, sweep=Sweep.ALWAYS, look=Look.ALWAYS)
    read_newcomers(house.store, house.clock, always, house.app.adapters["school"])


def test_a_task_about_an_account_that_is_gone_says_that_nobody_can_check_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = a_newcomer("Ann", account="school", edge=Edge.FOLLOW_REQUEST)
    meets(house, asks)
    is_decided(house, Outcome.NOT_SUITABLE)
    is_said_to_be_done(house)
    house.platform.withdraw(asks.ref)
    monkeypatch.setattr(house.platform, "observe", nothing_is_known)
    house.clock.advance(hours=24)
    house.cycle()
    assert tasks(house) == [("turn_down", "vanished")]
    assert "confirmed" not in house.events()
    monkeypatch.undo()
    meets(house, asks)
    assert alarms(house) == ["This person was here before, and asks to follow again."]
    is_decided(house, Outcome.NOT_SUITABLE)
    assert tasks(house) == [("turn_down", "task"), ("turn_down", "lifted")]


def nothing_is_known(refs: Sequence[ItemRef]) -> list[Observation]:
    """What X answers about an account that was deleted or suspended."""
    return [Observation(ref, Presence.GONE) for ref in refs]


def test_what_was_looked_for_seven_times_in_vain_says_so(house: House) -> None:
    meets(house, a_newcomer("Ann", account="school"))
    is_decided(house, Outcome.NOT_SUITABLE, Restriction.REMOVE)
    is_said_to_be_done(house)
    for _ in range(8):
        house.clock.advance(hours=24)
        house.cycle()
    assert tasks(house) == [("remove", "unseen")]


def test_tasks_that_nobody_did_are_counted_with_their_age_until_somebody_says_so(
    house: House,
) -> None:
    meets(house, a_newcomer("Ann", account="school"))
    decided_at = house.clock.now()
    is_decided(house, Outcome.NOT_SUITABLE, Restriction.REMOVE)
    house.clock.advance(hours=72)
    now, since = house.clock.now(), house.clock.now() - timedelta(days=1)
    undone = get_day(house.store, house.settings, OFFICER, day_of(now), now).waiting.undone
    assert (undone.tasks, undone.oldest) == (1, decided_at)
    assert bulletin(house.store, house.settings, OFFICER, since=since, now=now)["tasks"] == 1
    assert undone_tasks(house.store, TECHNICIAN).tasks == 0
    is_said_to_be_done(house)
    assert undone_tasks(house.store, OFFICER).tasks == 0


def test_the_officers_daily_letter_counts_undone_tasks_and_the_headteachers_weekly_one_does_not(
    house: House,
) -> None:
    house.clock.advance(hours=4)  # the time of what can wait
    meets(house, a_newcomer("Ann", account="school"))
    is_decided(house, Outcome.NOT_SUITABLE, Restriction.REMOVE)
    for _ in range(8):
        house.clock.advance(hours=24)
        house.cycle()
    letters = {
        subject: [one for one in house.mailer.letters if subject in words_of(one)]
        for subject in ("Your day at the school gate", "Your week at the school gate")
    }
    daily, weekly = letters.values()
    assert daily
    assert weekly
    assert "Still to be done by a person on the platform: 1 task." in words_of(daily[-1])
    assert not [one for one in weekly if "Still to be done" in words_of(one)]
    assert not [one for one in house.mailer.letters if "Ann" in words_of(one)]


def words_of(mail: Mail) -> str:
    parsed = BytesParser(policy=policy.default).parsebytes(mail.mime)
    part = parsed.get_body(("plain",))
    assert part is not None
    return f"{parsed['subject']} {' '.join(str(part.get_content()).split())}"
