"""Newcomers: what a person decides, what is carried out, what is seen later; and who never acts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import cycle
from bot.access import Viewer
from bot.errors import Conflict, NotAllowed, Refused
from bot.model import Capability, Edge, ItemRef, Outcome, Restriction, Role, Target, Unsuitable
from bot.queries.authors import list_authors, list_register
from bot.queries.newcomers import Before, count_baseline, count_newcomers, list_newcomers
from bot.queries.restrictions import list_restrictions
from bot.services.arrivals import only_from_now, take_baseline
from bot.services.decide import Wish, decide
from bot.services.newcomers import read_newcomers
from bot.services.register import end_of_school_year, import_register, register
from bot.services.repeat import note_step, step_for, suggest_steps
from bot.services.report import About, Report, enter_by_hand
from bot.services.restrict import lift, say_done
from bot.services.restricting import compare_blocked, expire_register
from bot.services.vet import Vetting, vet
from bot.settings import AccountSettings, Look, Sweep
from bot.works import works
from tests.builders import NOON, a_comment, a_newcomer, an_author
from tests.house import HIDES, House, the_settings

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
HEAD = Viewer("mhartley", frozenset({Role.HEADTEACHER}))
DSL = Viewer("dpenrose", frozenset({Role.DSL}))
PERSON_CALLS = {"block", "unblock", "mute", "unmute", "delete"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.past_the_baseline()
    yield made
    made.close()


def comes(house: House, name: str = "Alex Mercer", **facts: object) -> tuple[ItemRef, str]:
    ref = house.platform.post(a_newcomer(name, account="school", **facts))  # type: ignore[arg-type]  # the builder's own
    house.cycle()
    return ref, case_of(house, ref)


def case_of(house: House, ref: ItemRef) -> str:
    with house.store.read() as uow:
        case = uow.cases.find_by_item(uow.items.find([ref])[ref].id)
    assert case is not None
    return case.ref


def decides(house: House, *cases: str, **wish: Any) -> int:
    vetting = Vetting([(case, 1) for case in cases], **wish)
    return vet(house.store, house.clock, house.settings, OFFICER, vetting)


def restrictions(house: House) -> list[tuple[str, str]]:
    lines = list_restrictions(house.store, OFFICER, house.clock.now())
    return [(line.kind, line.standing) for line in lines]


def waiting(house: House, viewer: Viewer = OFFICER) -> list[str]:
    lines = list_newcomers(house.store, viewer, house.settings, house.clock.now())
    assert len(lines) == count_newcomers(house.store, viewer, house.clock.now())
    return [line.name for line in lines]


def not_suitable(then: Restriction | None = None, until: date | None = None) -> dict[str, Any]:
    return {
        "outcome": Outcome.NOT_SUITABLE,
        "why": Unsuitable.UNKNOWN,
        "then": then,
        "until": until,
    }


# deciding ----------------------------------------------------------------------------------------


def test_many_are_decided_at_once_or_none_of_them(house: House) -> None:
    cases = [comes(house, name)[1] for name in ("Ann", "Bob", "Cat")]
    vetting = Vetting([(cases[0], 1), (cases[1], 7)], Outcome.APPROVE)
    with pytest.raises(Conflict):
        vet(house.store, house.clock, house.settings, OFFICER, vetting)
    assert waiting(house) == ["Ann", "Bob", "Cat"]
    assert decides(house, *cases[:2], outcome=Outcome.APPROVE) == 2
    assert waiting(house) == ["Cat"]
    assert house.verify().ok


@pytest.mark.parametrize(
    "wish",
    [
        {"outcome": Outcome.NOT_SUITABLE},
        {"outcome": Outcome.NOT_SUITABLE, "why": Unsuitable.OTHER},
        {"outcome": Outcome.UNSURE},
        {"outcome": Outcome.UNSURE, "passed_to": "everybody"},
        {"outcome": Outcome.HIDE},
        {"outcome": Outcome.APPROVE, "then": Restriction.BLOCK},
        {**not_suitable(Restriction.BLOCK, date(2026, 11, 1))},
        not_suitable(Restriction.LET_IN),
    ],
)
def test_a_decision_that_lacks_something_is_refused(house: House, wish: dict[str, Any]) -> None:
    _, case = comes(house)
    with pytest.raises(Refused):
        decides(house, case, **wish)
    assert waiting(house) == ["Alex Mercer"]


def test_the_technician_and_whoever_was_not_told_cannot_decide(house: House) -> None:
    _, case = comes(house)
    for key, role in (("rokafor", Role.ICT_TECHNICIAN), ("mhartley", Role.HEADTEACHER)):
        viewer = Viewer(key, frozenset({role}))
        vetting = Vetting([(case, 1)], Outcome.APPROVE)
        with pytest.raises(NotAllowed):
            vet(house.store, house.clock, house.settings, viewer, vetting)


def test_later_comes_back_in_two_weeks(house: House) -> None:
    _, case = comes(house)
    decides(house, case, outcome=Outcome.LATER)
    assert waiting(house) == []
    house.clock.advance(hours=24 * 14)
    assert waiting(house) == ["Alex Mercer"]


def test_unsure_puts_it_before_the_dsl_who_is_told_and_may_decide(house: House) -> None:
    _, case = comes(house)
    assert waiting(house, DSL) == []
    decides(house, case, outcome=Outcome.UNSURE, passed_to="dsl")
    assert waiting(house, DSL) == ["Alex Mercer"]
    due = house.rows("SELECT person FROM notice WHERE letter_id IS NULL")
    assert ("dpenrose",) in due


def test_the_log_holds_who_decided_and_never_the_reasons_words(house: House) -> None:
    _, case = comes(house)
    decides(house, case, **{**not_suitable(), "reason": "Their mother told me so."})
    bodies = b"".join(row[0] for row in house.rows("SELECT body FROM log_entry"))
    assert b"mother" not in bodies
    assert b'"outcome":"not_suitable"' in bodies


# carrying out ------------------------------------------------------------------------------------


def test_a_block_that_the_token_can_do_is_done_and_confirmed_and_can_be_lifted(
    house: House,
) -> None:
    ref, case = comes(house)
    decides(house, case, **not_suitable(Restriction.BLOCK))
    assert restrictions(house) == [("block", "asked")]
    house.cycle()
    assert house.platform.blocked == {ref}
    [line] = list_restrictions(house.store, OFFICER, house.clock.now())
    assert (line.standing, line.person) == ("confirmed", "jfield")
    lift(house.store, house.clock, OFFICER, line.ref)
    lift(house.store, house.clock, OFFICER, line.ref)
    house.cycle()
    assert house.platform.blocked == frozenset()
    assert restrictions(house) == [("block", "lifted")]


def test_removing_is_a_task_and_confirmed_only_once_it_is_seen(house: House) -> None:
    ref, case = comes(house)
    decides(house, case, **not_suitable(Restriction.REMOVE))
    house.cycle()
    assert restrictions(house) == [("remove", "task")]
    [line] = list_restrictions(house.store, OFFICER, house.clock.now())
    say_done(house.store, house.clock, OFFICER, line.ref)
    house.cycle()
    assert restrictions(house) == [("remove", "said")]
    assert "said_done" in house.events()
    house.platform.withdraw(ref)
    house.clock.advance(hours=24)
    house.cycle()
    assert restrictions(house) == [("remove", "confirmed")]


def test_what_cannot_be_seen_stays_said_to_be_done(house: House) -> None:
    _, case = comes(house)
    decides(house, case, **not_suitable(Restriction.REMOVE))
    [line] = list_restrictions(house.store, OFFICER, house.clock.now())
    say_done(house.store, house.clock, OFFICER, line.ref)
    for _ in range(12):
        house.clock.advance(hours=24)
        house.cycle()
    assert restrictions(house) == [("remove", "unseen")]
    looks = [call for call in house.platform.journal if call.name == "observe"]
    assert len([call for call in looks if len(call.refs) == 1]) == 7


def answered(house: House, *, looks: int = 1) -> list[tuple[str, str]]:
    """Somebody says that the open task is done; then it is looked at daily."""
    [task] = [
        line
        for line in list_restrictions(house.store, OFFICER, house.clock.now())
        if line.standing == "task"
    ]
    say_done(house.store, house.clock, OFFICER, task.ref)
    for _ in range(looks):
        house.clock.advance(hours=24)
        house.cycle()
    return restrictions(house)


def test_approving_whoever_asks_to_follow_is_a_task_and_confirmed_once_they_follow(
    house: House,
) -> None:
    asking = a_newcomer(account="school", edge=Edge.FOLLOW_REQUEST)
    house.platform.post(asking)
    house.cycle()
    decides(house, case_of(house, asking.ref), outcome=Outcome.APPROVE)
    assert restrictions(house) == [("let_in", "task")]
    house.cycle()
    assert restrictions(house) == [("let_in", "task")]
    assert answered(house) == [("let_in", "said")]
    assert "confirmed" not in house.events()
    house.platform.post(replace(asking, edge=Edge.FOLLOWER))
    house.clock.advance(hours=24)
    house.cycle()
    assert restrictions(house) == [("let_in", "confirmed")]
    assert house.events().count("confirmed") == 1
    assert not PERSON_CALLS & {call.name for call in house.platform.journal}


@pytest.mark.parametrize(
    ("then", "tasks"),
    [
        (None, ["turn_down"]),
        (Restriction.REMOVE, ["turn_down"]),
        (Restriction.MUTE, ["mute", "turn_down"]),
        (Restriction.BLOCK, ["block"]),
    ],
)
def test_refusing_whoever_asks_turns_them_down_and_a_block_ends_the_request_by_itself(
    house: House, then: Restriction | None, tasks: list[str]
) -> None:
    _, case = comes(house, edge=Edge.FOLLOW_REQUEST)
    decides(house, case, **not_suitable(then))
    assert sorted(kind for kind, _ in restrictions(house)) == tasks


def test_a_request_that_still_stands_was_not_turned_down_whatever_is_said(house: House) -> None:
    ref, case = comes(house, edge=Edge.FOLLOW_REQUEST)
    decides(house, case, **not_suitable())
    assert answered(house, looks=3) == [("turn_down", "said")]
    house.platform.withdraw(ref)
    house.clock.advance(hours=24)
    house.cycle()
    assert restrictions(house) == [("turn_down", "confirmed")]


def test_whoever_follows_already_is_approved_without_a_task(house: House) -> None:
    asking = a_newcomer(account="school", edge=Edge.FOLLOW_REQUEST)
    house.platform.post(asking)
    house.cycle()
    house.platform.post(replace(asking, edge=Edge.FOLLOWER))
    house.cycle()
    decides(house, case_of(house, asking.ref), outcome=Outcome.APPROVE)
    assert restrictions(house) == []


def test_a_second_decision_takes_the_first_ones_task_back(house: House) -> None:
    _, case = comes(house, edge=Edge.FOLLOW_REQUEST)
    decides(house, case, outcome=Outcome.APPROVE)
    again = Vetting([(case, 2)], **not_suitable())
    vet(house.store, house.clock, house.settings, OFFICER, again)
    assert restrictions(house) == [("turn_down", "task"), ("let_in", "lifted")]


def test_what_the_token_may_not_do_becomes_a_task(house: House) -> None:
    _, case = comes(house)
    house.platform.deny(Capability.BLOCK, "The token may not.")
    cycle.prove_capabilities(house.app, "school")
    decides(house, case, **not_suitable(Restriction.BLOCK))
    assert restrictions(house) == [("block", "task")]
    house.cycle()
    assert "block" not in {call.name for call in house.platform.journal}


def test_a_block_whose_time_is_over_is_not_lifted_but_put_before_a_person_once(
    house: House,
) -> None:
    ref, case = comes(house)
    decides(house, case, **not_suitable(Restriction.BLOCK, date(2026, 11, 27)))
    house.cycle()
    house.clock.advance(hours=24 * 9)
    house.cycle()
    house.cycle()
    assert house.platform.blocked == {ref}
    assert waiting(house) == ["Alex Mercer"]
    [line] = list_newcomers(house.store, OFFICER, house.settings, house.clock.now())
    assert line.alarm.count("The time is over") == 1
    [standing] = list_restrictions(house.store, OFFICER, house.clock.now())
    assert standing.is_over


def test_blocks_made_or_ended_on_the_platform_are_seen_and_never_fought(house: House) -> None:
    ours, case = comes(house)
    theirs, _ = comes(house, "Ken")
    decides(house, case, **not_suitable(Restriction.BLOCK))
    house.cycle()
    house.platform.unblock(ours)
    house.platform.block_by_person(theirs)
    for _ in range(2):
        compare_blocked(house.store, house.clock, house.app.adapters["school"])
        house.cycle()
    assert house.platform.blocked == {theirs}
    assert sorted(restrictions(house)) == [("block", "confirmed"), ("block", "ended_there")]


# the register ------------------------------------------------------------------------------------


def test_the_register_sorts_and_decides_nothing_and_ends_with_the_school_year(
    house: House,
) -> None:
    comes(house)
    register(house.store, house.clock, OFFICER, "x", "@Somebody_Else")
    taken = import_register(
        house.store, house.clock, OFFICER, "platform,handle\nx,@kelly_mum\n@tom\n\nx,no handle!\n"
    )
    assert (taken.taken, taken.wrong) == (2, (5,))
    assert [line.handle for line in list_register(house.store, OFFICER)] == [
        "kelly_mum", "somebody_else", "tom",
    ]  # fmt: skip
    assert waiting(house) == ["Alex Mercer"]
    house.clock.advance(hours=24 * 284)  # 31 August
    expire_register(house.store, house.clock)
    assert len(list_register(house.store, OFFICER)) == 3
    house.clock.advance(hours=24)
    expire_register(house.store, house.clock)
    assert list_register(house.store, OFFICER) == []


@pytest.mark.parametrize(
    ("made", "ends"),
    [("2026-11-20", "2027-08-31"), ("2027-08-31", "2027-08-31"), ("2027-09-01", "2028-08-31")],
)
def test_a_school_year_ends_with_august(made: str, ends: str) -> None:
    assert end_of_school_year(date.fromisoformat(made)) == date.fromisoformat(ends)


def test_only_the_officer_keeps_the_register(house: House) -> None:
    with pytest.raises(NotAllowed):
        register(house.store, house.clock, HEAD, "x", "@tom")
    assert list_register(house.store, HEAD) == []


@pytest.mark.parametrize(
    "bio", ["", "🦆" * 90, "a" * 5_000, "yr 5 \u202eevil <b>", "👩‍👩‍👧‍👦 mum of two\x00"]
)
def test_an_odd_account_is_one_newcomer_with_what_is_known(house: House, bio: str) -> None:
    nobody = replace(an_author("5"), handle="", name="")
    odd = replace(a_newcomer(account="school", bio=bio, facts={}), author=nobody)
    house.platform.post(odd)
    house.cycle()
    house.cycle()
    [line] = list_newcomers(house.store, OFFICER, house.settings, house.clock.now())
    assert (line.name, line.handle, line.facts) == ("", "", {})
    assert bool(line.bio) == bool(bio)


# repeat authors ----------------------------------------------------------------------------------


def breaks_the_rules(house: House, times: int, *, confirm: bool = True) -> None:
    author = an_author("77", handle="ratio_rick", name="Rick")
    for _ in range(times):
        ref = house.platform.post(a_comment(HIDES, author=author, created_at=house.clock.now()))
        house.clock.advance(minutes=5)
        house.cycle()
        if confirm:
            case = case_of(house, ref)
            [(version,)] = house.rows(f"SELECT version FROM moderation_case WHERE ref = '{case}'")
            wish = Wish(case, version, Outcome.HIDE, "A threat.")
            decide(house.store, house.clock, OFFICER, wish)


def authors(house: House, viewer: Viewer) -> list[tuple[str, int]]:
    lines = list_authors(house.store, viewer, house.settings, house.clock.now())
    return [(line.name, line.count) for line in lines]


def test_only_what_a_person_confirmed_counts_and_it_expires(house: House) -> None:
    breaks_the_rules(house, 2, confirm=False)
    assert authors(house, OFFICER) == []
    breaks_the_rules(house, 2)
    assert authors(house, OFFICER) == [("Rick", 2)]
    house.clock.advance(hours=24 * 366)
    assert authors(house, OFFICER) == []


def test_at_the_meeting_the_headteacher_is_written_to_once(house: House) -> None:
    breaks_the_rules(house, 1)
    assert suggest_steps(house.store, house.clock, house.settings) == 0
    breaks_the_rules(house, 1)
    house.cycle()
    assert suggest_steps(house.store, house.clock, house.settings) == 0
    assert "Rick" in waiting(house, HEAD)
    assert house.rows("SELECT count(*) FROM restriction") == [(0,)]
    note_step(house.store, house.clock, HEAD, "memory", "77", "meeting")
    [line] = list_authors(house.store, HEAD, house.settings, house.clock.now())
    assert [step for step, _, _ in line.steps] == ["meeting"]
    assert house.verify().ok


@pytest.mark.parametrize(
    ("count", "step"), [(1, ""), (2, "advice"), (3, "advice"), (4, "meeting"), (9, "removal")]
)
def test_the_schools_own_ladder_says_at_how_many_breaches_each_step_comes(
    count: int, step: str
) -> None:
    assert step_for(count, replace(the_settings().newcomers, steps=(2, 4, 8))) == step


def test_what_accuses_the_headteacher_is_in_no_figure_of_theirs(house: House) -> None:
    breaks_the_rules(house, 3)
    with house.store.begin() as uow:
        for (case_id,) in uow.connection.exec_driver_sql(
            "SELECT id FROM moderation_case WHERE item_id IN "
            "(SELECT id FROM item WHERE kind = 'comment')"
        ).all():
            uow.connection.exec_driver_sql(
                f"INSERT INTO case_exclusion (case_id, person) VALUES ({case_id}, 'mhartley')"
            )
        uow.commit()
    assert authors(house, HEAD) == []
    assert authors(house, OFFICER) == [("Rick", 3)]


# reports -----------------------------------------------------------------------------------------


def test_a_contact_attempt_is_for_the_headteacher_alone(house: House) -> None:
    given = Report("instagram", "A parent wrote to me.", NOON, About.CONTACT)
    ref = enter_by_hand(house.store, house.clock, house.settings, DSL, given).ref
    roles = house.rows(
        f"SELECT role FROM case_audience JOIN moderation_case ON id = case_id WHERE ref = '{ref}'"
    )
    assert roles == [("headteacher",)]
    told = house.rows("SELECT person FROM notice WHERE letter_id IS NULL")
    assert told == [("mhartley",)]
    wish = Wish(ref, 1, Outcome.ALLOW)
    with pytest.raises(NotAllowed):
        decide(house.store, house.clock, OFFICER, wish)
    decide(house.store, house.clock, HEAD, wish)


def test_an_impersonation_carries_the_platforms_report_link(house: House) -> None:
    crest, address = "It uses our crest.", "https://x.com/r0ss"
    given = Report("x", crest, NOON, About.IMPERSONATION, link=address)
    ref = enter_by_hand(house.store, house.clock, house.settings, OFFICER, given).ref
    [(alarm,)] = house.rows(f"SELECT alarm FROM moderation_case WHERE ref = '{ref}'")
    assert "https://help.x.com/" in alarm
    technician = Viewer("rokafor", frozenset({Role.ICT_TECHNICIAN}))
    with pytest.raises(NotAllowed):
        enter_by_hand(house.store, house.clock, house.settings, technician, given)


@pytest.mark.parametrize("words", ["It poses as Mrs Hartley.", "Somebody poses as our head."])
def test_whom_an_account_poses_as_is_its_victim_where_the_reporter_says_so(
    house: House, words: str
) -> None:
    told = []
    for of_head in (True, False):
        target = Target.HEADTEACHER if of_head else Target.STAFF
        given = Report("x", words, NOON, About.IMPERSONATION, target=target)
        told.append(enter_by_hand(house.store, house.clock, house.settings, OFFICER, given).told)
    assert Role.HEADTEACHER in told[0]
    assert Role.HEADTEACHER not in told[1]
    assert Role.CHAIR_OF_GOVERNORS in told[1]


def test_a_headteacher_reports_what_happened_to_her_and_keeps_it(house: House) -> None:
    given = Report("other", "A parent wrote to me, Mrs Hartley, at home.", NOON, About.CONTACT)
    made = enter_by_hand(house.store, house.clock, house.settings, HEAD, given)
    assert made.told == {Role.HEADTEACHER}


# reading -----------------------------------------------------------------------------------------


@pytest.fixture
def listing(tmp_path: Path) -> Iterator[House]:
    """A platform with a list of followers, three of whom were there before the first start."""
    made = House(tmp_path)
    made.platform.lists_followers = True
    for name in ("Ann", "Bob", "Cat"):
        made.platform.post(a_newcomer(name, native_id=f"9{name}", account="school"))
    made.cycle()
    yield made
    made.close()


def polls(house: House) -> list[str]:
    rows = house.rows(
        "SELECT stream FROM poll WHERE stream IN ('newcomers', 'followers') ORDER BY id"
    )
    return [row[0] for row in rows]


def test_who_was_there_at_first_is_no_item_but_offered_in_bulk(listing: House) -> None:
    assert waiting(listing) == []
    assert count_baseline(listing.store, OFFICER) == {"school": Before(3)}
    assert take_baseline(listing.store, listing.clock, OFFICER, "school", most=2) == 2
    assert len(waiting(listing)) == 2
    assert count_baseline(listing.store, OFFICER) == {"school": Before(1)}
    with pytest.raises(NotAllowed):
        take_baseline(listing.store, listing.clock, HEAD, "school", most=2)


def test_only_newcomers_from_now_is_a_choice_with_a_name_and_stays_open(listing: House) -> None:
    chosen_at = listing.clock.now()
    only_from_now(listing.store, listing.clock, OFFICER, "school")
    listing.clock.advance(hours=1)
    only_from_now(listing.store, listing.clock, Viewer("other", OFFICER.roles), "school")
    there = count_baseline(listing.store, OFFICER)["school"]
    assert there == Before(3, OFFICER.person_key, chosen_at)
    assert listing.events().count("from_now") == 1
    assert take_baseline(listing.store, listing.clock, OFFICER, "school", most=2) == 2
    with pytest.raises(NotAllowed):
        only_from_now(listing.store, listing.clock, HEAD, "school")
    assert listing.verify().ok


def test_the_newest_are_looked_at_once_a_day_and_all_on_the_settings_weekday(
    listing: House,
) -> None:
    assert polls(listing) == ["followers", "newcomers"]
    adapter = listing.app.adapters["school"]
    for _ in range(7 * 4):  # from Friday noon on
        listing.clock.advance(hours=6)
        read_newcomers(listing.store, listing.clock, listing.settings.newcomers, adapter)
    assert polls(listing)[2:].count("newcomers") == 7
    assert polls(listing)[2:].count("followers") == 1


def test_who_left_is_noticed_by_the_sweep_and_waits_no_longer(listing: House) -> None:
    ref = listing.platform.post(a_newcomer("Dan", native_id="9Dan", account="school"))
    listing.clock.advance(hours=20)  # Saturday morning: a sweep
    listing.cycle()
    assert waiting(listing) == ["Dan"]
    listing.platform.withdraw(ref)
    listing.clock.advance(hours=24 * 7)
    listing.cycle()
    assert waiting(listing) == []
    assert "gone" in listing.events()
    listing.platform.post(a_newcomer("Dan", native_id="9Dan", account="school"))
    listing.clock.advance(hours=24)
    listing.cycle()
    assert waiting(listing) == ["Dan"]


def test_a_renamed_follower_is_the_same_person_with_the_handle_before(listing: House) -> None:
    take_baseline(listing.store, listing.clock, OFFICER, "school", most=3)
    before = a_newcomer("Ann", native_id="9Ann", account="school")
    renamed = replace(before, author=replace(before.author, handle="annie_new"))
    listing.platform.post(renamed)
    listing.clock.advance(hours=20)
    listing.cycle()
    lines = list_newcomers(listing.store, OFFICER, listing.settings, listing.clock.now())
    [line] = [line for line in lines if line.name == "Ann"]
    assert line.handle == "annie_new"
    assert line.facts["handle before"] == f"@{before.author.handle}"
    assert len(lines) == 3


def test_a_sweep_beyond_the_months_budget_stops_and_nobody_is_taken_to_have_left(
    tmp_path: Path,
) -> None:
    tight = replace(the_settings().newcomers, reads_per_month=60, sweep=Sweep.SATURDAY)
    house = House(tmp_path, replace(the_settings(), newcomers=tight))
    house.platform.lists_followers = True
    for number in range(120):
        house.platform.post(a_newcomer(f"P{number}", native_id=f"5{number}", account="school"))
    house.cycle()
    [(result, why)] = house.rows("SELECT result, why FROM poll WHERE stream = 'followers'")
    assert result == "partial"
    assert "budget" in why
    assert house.rows("SELECT count(*) FROM item WHERE presence = 'gone'") == [(0,)]
    house.close()


# nobody but a person -----------------------------------------------------------------------------

_BIOS = ("yr 5 rossmore", "I'm 9", "crypto DM for", "18+ onlyfans", "Mum of two", "", "🦆" * 90)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["follows", "asks", "leaves", "writes", *["job"] * 8]
            ),
            st.integers(0, 99),
        ),
        min_size=5,
        max_size=25,
    ),
    st.booleans(),
)  # fmt: skip
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_job_ever_approves_blocks_mutes_or_removes_anybody(
    steps: list[tuple[str, int]], lists: bool
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        always = replace(the_settings().newcomers, look=Look.ALWAYS, sweep=Sweep.ALWAYS)
        accounts = (AccountSettings("school", "memory", 5, {}),)
        wanted = replace(the_settings(), newcomers=always, accounts=accounts)
        house = House(Path(directory), wanted)
        house.platform.lists_followers = lists
        house.past_the_baseline()
        jobs, there = works(house.app), []
        for name, which in steps:
            house.clock.advance(hours=7)
            if name in ("follows", "asks"):
                edge = Edge.FOLLOWER if name == "follows" else Edge.FOLLOW_REQUEST
                bio = _BIOS[which % len(_BIOS)]
                there.append(house.platform.post(a_newcomer(account="school", bio=bio, edge=edge)))
            elif name == "leaves" and there:
                house.platform.withdraw(there.pop())
            elif name == "writes":
                house.comes(HIDES)
            else:
                jobs[which % len(jobs)].run()
        for job in jobs:
            house.clock.advance(hours=7)
            job.run()
        assert not PERSON_CALLS & {call.name for call in house.platform.journal}
        assert house.rows("SELECT count(*) FROM restriction") == [(0,)]
        assert house.rows("SELECT count(*) FROM decision WHERE outcome IN "
                          "('approve', 'not_suitable')") == [(0,)]  # fmt: skip
        assert house.rows("SELECT count(*) FROM moderation_case JOIN item ON item.id = item_id "
                          "WHERE kind = 'newcomer' AND status = 'closed'") == [(0,)]  # fmt: skip
        house.close()
