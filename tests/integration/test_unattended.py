"""The timetable looks after itself: what ran, what hangs, clocks that are set, an end in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from bot.cycle import read_account
from bot.errors import AdapterError
from bot.jobs import Timetable
from bot.model import Capability, Scores, Stream, Text
from bot.queries.health import find_troubles, health
from bot.rhythm import Every
from bot.services import runs
from bot.services.alarm import keep_troubles, tell_troubles
from bot.services.ingest import poll
from bot.settings import AccountSettings
from bot.works import Work, works
from tests.house import House, the_settings


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = replace(the_settings(), accounts=(AccountSettings("school", "m", 5),))
    house = House(tmp_path, settings)
    yield house
    house.close()


def outage(*_: object) -> Any:
    raise AdapterError("The platform does not answer.")


def failures(house: House) -> dict[Capability, int]:
    with house.store.read() as uow:
        return {name: one.failures for name, one in uow.circuits.all_of("school").items()}


def test_a_job_that_could_not_ask_the_platform_is_not_called_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.past_the_baseline()
    house.comes("I know where you live and I will kill you")
    house.cycle()
    jobs = {work.name: work.run for work in works(house.app)}
    assert [jobs[f"{one}:school"]() for one in ("prove", "blocks", "look")] == ["", "", ""]
    for call in ("capabilities", "fetch_blocked", "observe"):
        monkeypatch.setattr(house.platform, call, outage)
    said = [jobs[f"{one}:school"]() for one in ("prove", "blocks", "look")]
    assert said == ["The platform does not answer."] * 3


# circuits ---------------------------------------------------------------------------------------


def test_a_stream_that_keeps_failing_is_left_alone_and_the_others_are_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(_: object) -> Any:
        asked.append(1)
        outage()

    monkeypatch.setattr(house.platform, "fetch_newcomers", counted)
    for _ in range(6):
        house.cycle()
        house.clock.advance(seconds=20)
    assert len(asked) == 3
    _, comments, newcomers = house.cycle()
    assert comments.complete
    assert not newcomers.complete
    assert "does not answer" in newcomers.why


def test_what_works_again_is_found_out_by_one_call_and_then_forgotten(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as down:
        down.setattr(house.platform, "fetch_comments", outage)
        for _ in range(4):
            house.cycle()
    assert failures(house) == {Capability.READ_COMMENTS: 3}
    house.clock.advance(hours=1)
    assert all(report.complete for report in house.cycle())
    assert failures(house) == {}


def test_a_new_start_tries_everything_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.platform, "fetch_comments", outage)
    for _ in range(4):
        house.cycle()
    with house.store.begin() as uow:
        assert uow.circuits.open_ones("school", house.clock.now())
        uow.circuits.half_open_all(house.clock.now())
        assert not uow.circuits.open_ones("school", house.clock.now())


# an end in time ---------------------------------------------------------------------------------


def test_a_reading_that_is_asked_to_end_is_nobodys_failure_and_goes_on_later(house: House) -> None:
    house.past_the_baseline()
    house.comes("Lovely")
    adapter = house.app.adapters["school"]
    report = poll(house.store, house.clock, adapter, Stream.COMMENTS, ending=lambda: True)
    assert "asked to end" in report.why
    assert failures(house) == {}
    assert all(one.complete for one in house.cycle())


def test_judging_that_is_asked_to_end_leaves_the_rest_for_the_next_start(house: House) -> None:
    app = house.app
    app.ending.set()
    for number in range(3):
        house.comes(f"Lovely, {number}")
    poll(house.store, house.clock, app.adapters["school"], Stream.COMMENTS)
    read_account(app, "school")
    assert house.classifier.asked == []
    house.cycle()
    assert sorted(house.classifier.asked) == [f"Lovely, {number}" for number in range(3)]


def test_two_jobs_that_read_at_once_do_not_judge_the_same_readings(house: House) -> None:
    app, score, alone = house.app, house.classifier.score, []

    def looked_at(texts: Sequence[Text]) -> list[Scores]:
        alone.append(app.judging.locked())
        return score(texts)

    house.classifier.score = looked_at  # type: ignore[method-assign]  # what a job does meanwhile
    house.comes("Lovely")
    read_account(app, "school")
    assert alone == [True]
    assert not app.judging.locked()


def test_a_job_that_does_not_end_is_left_behind_and_named(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, release = Event(), Event()

    def hold(_: object) -> Any:
        begun.set()
        release.wait(60)
        outage()

    monkeypatch.setattr(house.platform, "fetch_comments", hold)
    timetable = Timetable(house.app)
    timetable.start()
    assert begun.wait(60)
    left = timetable.stop(within=0.0)
    release.set()
    assert timetable.falls_idle(60)
    assert "read:school" in left


# jobs -------------------------------------------------------------------------------------------


def test_each_run_is_written_down_with_its_result(house: House) -> None:
    runs.expect(house.store, {"read:school": 60})
    runs.began(house.store, house.clock, "read:school")
    house.clock.advance(seconds=7)
    soon = house.clock.now() + timedelta(minutes=5)
    runs.ended(
        house.store, house.clock, "read:school", took=7, why="X does not answer.", next_at=soon
    )
    [job] = health(house.store, house.settings, house.clock.now()).jobs
    assert (job.took, job.why, job.failures, job.next_at) == (7, "X does not answer.", 1, soon)


def test_a_job_that_runs_for_too_long_is_said_to_hang(house: House) -> None:
    runs.expect(house.store, {"read:school": 60, "watch": 60})
    runs.began(house.store, house.clock, "read:school")
    house.clock.advance(seconds=59)
    assert "hangs:read:school" not in find_troubles(house.store, house.settings, house.clock.now())
    house.clock.advance(seconds=2)
    found = find_troubles(house.store, house.settings, house.clock.now())
    assert "read:school" in found["hangs:read:school"]


def test_a_run_that_died_with_its_process_does_not_hang_for_ever(house: House) -> None:
    runs.expect(house.store, {"read:school": 60})
    runs.began(house.store, house.clock, "read:school")
    runs.expect(house.store, {"read:school": 60})
    house.clock.advance(hours=9)
    [job] = health(house.store, house.settings, house.clock.now()).jobs
    assert not job.hangs(house.clock.now())
    assert "ended before" in job.why


def test_every_work_has_a_name_of_its_own_and_a_limit(house: House) -> None:
    listed = works(house.app)
    assert len({work.name for work in listed}) == len(listed)
    assert all(work.allowed >= 60 for work in listed)


def test_when_the_clock_is_set_back_by_an_hour_every_job_is_planned_anew(house: House) -> None:
    ran = Event()

    def note() -> str:
        ran.set()
        return ""

    timetable = Timetable(house.app)
    timetable._works = {"only": Work("only", note, Every(900))}
    timetable.start()
    assert ran.wait(60)
    assert timetable.falls_idle(60)
    ran.clear()
    house.clock.at -= timedelta(hours=1)
    timetable.look()
    again = ran.wait(60)
    timetable.stop()
    assert again, "APScheduler would have slept until the wall clock caught up"


# what is said -----------------------------------------------------------------------------------


def test_an_account_that_cannot_be_read_is_a_trouble_until_it_is_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.past_the_baseline()
    assert not find_troubles(house.store, house.settings, house.clock.now())
    with monkeypatch.context() as down:
        down.setattr(house.platform, "fetch_comments", outage)
        house.cycle()
        found = find_troubles(house.store, house.settings, house.clock.now())
        assert "comments could not be read at all" in found["read:school:comments"]
    house.cycle()
    assert not find_troubles(house.store, house.settings, house.clock.now())


# told -------------------------------------------------------------------------------------------


def troubled(house: House) -> list[str]:
    """Who got a letter about a trouble."""
    rows = house.rows("SELECT recipient FROM letter WHERE template = 'trouble'")
    return sorted(row[0].partition("@")[0] for row in rows)


def test_what_goes_on_for_half_an_hour_is_told_once_to_those_who_can_mend_it(house: House) -> None:
    found = {"read:school:comments": "On school, comments could not be read at all."}
    keep_troubles(house.store, house.clock, found)
    house.clock.advance(minutes=29)
    assert tell_troubles(house.store, house.clock, house.settings) == 0
    house.clock.advance(minutes=1)
    assert tell_troubles(house.store, house.clock, house.settings) == 2
    house.clock.advance(hours=9)
    assert tell_troubles(house.store, house.clock, house.settings) == 0
    assert troubled(house) == ["ict", "j.field"]


def test_what_passes_is_no_letter(house: House) -> None:
    keep_troubles(house.store, house.clock, {"mail": "Letters have not left for a while."})
    house.clock.advance(minutes=20)
    keep_troubles(house.store, house.clock, {})
    house.clock.advance(hours=1)
    assert tell_troubles(house.store, house.clock, house.settings) == 0
