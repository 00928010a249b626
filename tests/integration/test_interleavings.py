"""Things that happen while other things are under way: each was once a way to go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from adapters.memory import MemoryAdapter
from bot.access import Viewer
from bot.bootstrap import App
from bot.cycle import look, read_account, run_cycle
from bot.errors import AdapterError, Denied, Gone, Throttled
from bot.model import Cursor, Edge, ItemRef, Observation, Outcome, Page, Role, Stream
from bot.outbox import deliver, fail_orphans
from bot.plugins import Guarded
from bot.ports import PlatformAdapter
from bot.services.decide import Wish, decide, turn_hiding
from bot.services.ingest import poll
from tests.builders import a_comment, a_newcomer
from tests.house import HARMLESS, HIDES, QUEUES, House, the_settings

ABUSE = "Miss Bramley is a useless ugly cow"
ALL_ROLES = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER, Role.HEADTEACHER, Role.DSL}))
AWAY = AdapterError("The platform is away.")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.past_the_baseline()
    yield house
    house.close()


def decides(house: House, outcome: Outcome) -> None:
    [(ref, version)] = house.rows("SELECT ref, version FROM moderation_case")
    decide(house.store, house.clock, ALL_ROLES, Wish(ref, version, outcome, "because"))
    house.clock.advance(seconds=6)  # nothing leaves before that: it can be undone


def the_alarm(house: House) -> str:
    return str(house.rows("SELECT alarm FROM moderation_case ORDER BY id DESC LIMIT 1")[0][0])


def later(house: House, hours: float = 2) -> None:
    house.clock.advance(hours=hours)
    house.cycle()


# decisions that replace what is under way


@pytest.mark.parametrize(
    ("text", "second"), [(QUEUES, Outcome.ALLOW), (ABUSE, Outcome.HIDE), (ABUSE, Outcome.UNHIDE)]
)
def test_a_deletion_that_was_taken_back_in_time_never_happens(
    house: House, text: str, second: Outcome
) -> None:
    ref = house.comes(text)
    house.cycle()
    house.platform.fail("delete", AWAY)
    decides(house, Outcome.DELETE)
    house.cycle()
    decides(house, second)
    later(house)
    assert house.platform.is_there(ref)


def test_an_author_who_edits_in_a_threat_while_it_is_being_shown_again_is_hidden(
    house: House,
) -> None:
    ref = house.comes(ABUSE)
    house.cycle()
    house.platform.fail("unhide", AWAY)
    decides(house, Outcome.UNHIDE)
    house.cycle()
    house.platform.edit(ref, HIDES)
    house.cycle()
    later(house)
    assert house.platform.is_hidden(ref)


def test_a_decision_on_words_that_are_being_replaced_does_not_cover_the_new_ones(
    house: House,
) -> None:
    ref = house.comes(ABUSE)
    house.cycle()
    house.platform.edit(ref, HIDES)
    poll(house.store, house.clock, house.app.adapters["school"], Stream.COMMENTS)
    decides(house, Outcome.UNHIDE)
    house.cycle()
    later(house)
    assert house.platform.is_hidden(ref)


def test_a_hide_of_old_words_is_not_carried_out_on_harmless_new_ones(house: House) -> None:
    ref = house.comes(ABUSE)
    house.platform.fail("hide", AWAY)
    house.cycle()
    house.platform.edit(ref, HARMLESS)
    house.cycle()
    later(house)
    assert not house.platform.is_hidden(ref)
    assert "cancelled" in house.events()


# stopping


def test_stop_holds_even_for_a_hide_whose_call_was_under_way(house: House) -> None:
    written = house.comes(ABUSE)
    hide = house.platform.hide

    def stopped_meanwhile(ref: ItemRef) -> Observation:
        house.platform.hide = hide  # type: ignore[method-assign]
        turn_hiding(house.store, house.clock, by="technician", stop=True)
        raise AWAY

    house.platform.hide = stopped_meanwhile  # type: ignore[method-assign]
    house.cycle()
    later(house)
    assert not house.platform.is_hidden(written)


def test_stop_holds_for_a_hide_that_a_killed_process_had_claimed(house: House) -> None:
    ref = house.comes(ABUSE)
    read_account(house.app, "school")
    with house.store.begin() as uow:
        uow.effects.claim("school", at=house.clock.now(), lease=timedelta(minutes=5))
        uow.commit()
    turn_hiding(house.store, house.clock, by="technician", stop=True)
    with house.store.begin() as uow:
        uow.effects.release_leases()
        uow.commit()
    house.cycle()
    assert not house.platform.is_hidden(ref)


def test_stop_takes_nothing_from_what_a_person_decided(house: House) -> None:
    ref = house.comes(ABUSE)
    house.platform.fail("hide", AWAY)
    house.cycle()
    decides(house, Outcome.HIDE)
    turn_hiding(house.store, house.clock, by="technician", stop=True)
    later(house)
    assert house.platform.is_hidden(ref)


def test_a_hide_that_stopping_took_back_is_put_before_a_person(house: House) -> None:
    house.comes(ABUSE)
    house.platform.fail("hide", AWAY)
    house.cycle()
    turn_hiding(house.store, house.clock, by="technician", stop=True)
    assert "taken back" in the_alarm(house)


# one account, many comments; many accounts, one comment


def test_one_refused_comment_does_not_keep_the_others_from_being_hidden(house: House) -> None:
    refused = house.comes(HIDES)
    hide = house.platform.hide

    def picky(ref: ItemRef) -> Observation:
        if ref == refused:
            raise Denied("Not this one.")
        return hide(ref)

    house.platform.hide = picky  # type: ignore[method-assign]
    house.cycle()
    other = house.comes(ABUSE)
    house.cycle()
    assert house.platform.is_hidden(other)


def test_an_alarm_that_stands_already_changes_no_version(house: House) -> None:
    house.comes(QUEUES)
    house.cycle()
    house.platform.fail("hide", Denied("No permission."), times=99)
    decides(house, Outcome.HIDE)
    house.cycle()
    before = house.rows("SELECT version FROM moderation_case")
    later(house)
    later(house)
    assert house.rows("SELECT version FROM moderation_case") == before


def test_an_alarm_that_settles_itself_closes_only_what_was_closed_before(house: House) -> None:
    house.comes("I am in year 5 and my uncle hits me every night", can_hide=True)
    house.platform.fail("hide", AWAY, times=3)
    house.cycle()
    [(ref, version)] = house.rows("SELECT ref, version FROM moderation_case")
    officer = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
    decide(house.store, house.clock, officer, Wish(ref, version, Outcome.HIDE, "at once"))
    for _ in range(4):
        later(house)
    assert house.rows("SELECT DISTINCT hidden FROM item") == [(1,)]
    assert house.rows("SELECT status, alarm FROM moderation_case") == [("open", "")]


def test_a_decided_case_that_an_alarm_opened_is_closed_again_when_it_settles(
    house: House,
) -> None:
    house.comes(QUEUES)
    house.cycle()
    house.platform.fail("hide", AWAY, times=3)
    decides(house, Outcome.HIDE)
    for _ in range(3):
        house.cycle()
        later(house, 1)
    assert house.rows("SELECT status, alarm FROM moderation_case") == [("closed", "")]


def test_a_comment_in_reach_of_a_second_account_only_is_hidden_by_that_one(house: House) -> None:
    a, b = MemoryAdapter(account="a"), MemoryAdapter(account="b")
    app: App = replace(house.app, adapters={"a": a, "b": b})
    run_cycle(app)
    house.clock.advance(minutes=10)
    comment = a_comment(
        HIDES, account="a", edge=Edge.MENTION, can_hide=False, created_at=house.clock.now()
    )
    a.post(comment)
    b.post(replace(comment, account="b", edge=Edge.REPLY, can_hide=True))
    run_cycle(app)
    house.clock.advance(hours=1)
    run_cycle(app)
    assert b.is_hidden(comment.ref)


def test_what_was_asked_for_on_an_account_that_left_the_settings_is_given_up_loudly(
    house: House,
) -> None:
    house.comes(HIDES)
    house.platform.fail("hide", AWAY)
    house.cycle()
    fail_orphans(house.store, house.clock, ["another"])
    assert "no longer in settings.toml" in the_alarm(house)
    [(status, why)] = house.rows("SELECT status, why FROM effect WHERE kind = 'hide'")
    assert status == "failed"
    assert "no longer in settings.toml" in why
    assert house.events().count("failed") == 1


# what others do meanwhile


def test_somebody_who_unhides_on_the_platform_is_not_fought_though_a_read_back_is_due(
    house: House,
) -> None:
    house.platform.proves_writes = False
    ref = house.comes(ABUSE)
    house.platform.fail("observe", AWAY)
    read_account(house.app, "school")
    deliver(house.store, house.clock, house.app.adapters["school"])
    look(house.app, "school")
    house.platform.set_hidden(ref, False)
    house.clock.advance(seconds=5)
    look(house.app, "school")
    later(house)
    assert not house.platform.is_hidden(ref)


# letters


def letter_texts(house: House) -> list[bytes]:
    return [mail.mime for mail in house.mailer.letters]


def test_no_letter_says_hidden_of_what_is_gone(house: House) -> None:
    house.comes(HIDES)
    house.platform.fail("hide", Gone("It is gone."))
    house.cycle()
    assert b"no longer on the platform" in letter_texts(house)[0]


def test_no_letter_says_visible_of_what_the_platform_hid_itself(house: House) -> None:
    house.comes(HIDES, hidden=True)
    house.cycle()
    assert b"(hidden)" in letter_texts(house)[0]


def test_no_letter_says_hidden_of_what_somebody_has_shown_again(house: House) -> None:
    ref = house.comes(ABUSE)
    house.cycle()
    house.platform.set_hidden(ref, False)
    house.clock.advance(minutes=1)
    look(house.app, "school")
    later(house, 30)
    assert all(b"(hidden)" not in text for text in letter_texts(house))
    assert letter_texts(house)


def test_a_refused_letter_stays_an_alarm_when_the_hide_succeeds_later(house: House) -> None:
    house.platform.fail("hide", Throttled("Wait.", retry_after=600))
    house.mailer.fail("send", AdapterError("No such address.", permanent=True), times=9)
    house.comes(HIDES)
    house.cycle()
    later(house)
    assert "A letter could not be sent" in the_alarm(house)


def test_a_mail_server_that_stays_away_is_said_on_the_case(house: House) -> None:
    house.mailer.fail("send", AdapterError("The mail server is away."), times=99)
    house.comes(HIDES)
    house.cycle()
    for _ in range(3):
        later(house)
    assert "The mail server is away." in the_alarm(house)


def test_when_whoever_had_to_be_told_has_left_their_successor_is_told(house: House) -> None:
    house.comes(ABUSE)
    house.cycle()
    people = tuple(
        replace(person, key="successor", email="successor@rossmore.example")
        if Role.HEADTEACHER in person.roles
        else person
        for person in house.settings.policy.people
    )
    house.settings = replace(house.settings, policy=replace(house.settings.policy, people=people))
    later(house)
    later(house)
    assert [mail.recipient for mail in house.escalations] == ["successor@rossmore.example"]


def test_when_nobody_is_left_to_be_told_the_case_says_so(house: House) -> None:
    house.comes(QUEUES)
    house.cycle()
    house.settings = replace(house.settings, policy=replace(house.settings.policy, people=()))
    later(house, 30)
    assert "tell them yourself" in the_alarm(house)


# accidents inside plug-ins


def test_a_plug_in_that_breaks_in_one_stream_harms_no_other(house: House) -> None:
    class Broken(MemoryAdapter):
        def fetch_own_posts(self, cursor: Cursor) -> Iterator[Page]:
            raise ZeroDivisionError("a comment's words")
            yield

    house.platform = Broken(account="school")
    app = replace(
        house.app,
        adapters={"school": cast(PlatformAdapter, Guarded(house.platform, "school"))},
    )
    ref = house.comes(HIDES)
    reports = {report.stream: report for report in run_cycle(app)}
    assert not reports[Stream.OWN_POSTS].complete
    assert "words" not in reports[Stream.OWN_POSTS].why
    assert house.platform.is_hidden(ref)


def test_newcomers_are_seen_though_the_platform_always_withholds_a_part(tmp_path: Path) -> None:
    class Partial(MemoryAdapter):
        def fetch_newcomers(self, cursor: Cursor) -> Iterator[Page]:
            for page in super().fetch_newcomers(cursor):
                yield replace(page, problems=("Visitor posts are denied.",))

    house = House(tmp_path)
    house.platform = Partial(account="school")
    house.past_the_baseline()
    house.platform.post(a_newcomer(account="school"))
    house.cycle()
    assert house.rows("SELECT count(*) FROM moderation_case") == [(1,)]
    house.close()


def test_the_breaker_asks_on_the_case_at_which_it_tripped(tmp_path: Path) -> None:
    house = House(tmp_path, the_settings(breaker_per_hour=2))
    house.past_the_baseline()
    for number in range(4):
        house.comes(f"{ABUSE} {number}")
    house.cycle()
    alarms = [alarm for (alarm,) in house.rows("SELECT alarm FROM moderation_case") if alarm]
    assert len(alarms) == 1
    assert "Hiding is paused" in alarms[0]
    house.close()
