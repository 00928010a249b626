"""The timetable: what it holds, and that one job's accident ends with that job."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bot import program_log
from bot.jobs import Timetable, contained
from bot.settings import AccountSettings
from tests.house import House, the_settings


def test_an_error_in_a_job_is_written_down_and_goes_no_further(tmp_path: Path) -> None:
    def breaks() -> None:
        raise RuntimeError("out of order")

    program_log.configure(tmp_path, console=False)
    contained("read:x", breaks)
    program_log.configure(None, console=False)
    line = json.loads((tmp_path / program_log.FILE).read_text())
    assert line["event"] == "job_failed"
    assert line["job"] == "read:x"


def test_asking_to_end_is_not_an_error_to_be_contained() -> None:
    def ends() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        contained("read:x", ends)


def test_each_account_is_read_acted_upon_looked_at_and_proven_and_letters_go_out(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, replace(the_settings(), accounts=(AccountSettings("school", "m", 5),)))
    read = Event()
    fetch = house.platform.fetch_newcomers

    def noticing(cursor):  # type: ignore[no-untyped-def]  # a spy around a typed method
        read.set()
        return fetch(cursor)

    house.platform.fetch_newcomers = noticing  # type: ignore[method-assign]
    timetable = Timetable(house.app)
    names = timetable.names
    timetable.start()
    assert read.wait(30)
    timetable.stop()
    house.close()
    accounts = {"read", "newcomers", "act", "look", "prove", "people", "blocks"}
    once = {"people", "retain", "sample", "backup", "letters", "watch"}
    assert names == {*(f"{name}:school" for name in accounts), *once}


def test_the_programs_log_keeps_tokens_and_queries_of_libraries_out(tmp_path: Path) -> None:
    program_log.configure(tmp_path, console=False)
    logging.getLogger("urllib3.connectionpool").info("GET /me?access_token=SECRET")
    logging.getLogger("tweepy.client").warning("oauth_token=SECRET")
    logging.getLogger("schoolgate.test").warning("kept")
    program_log.configure(None, console=False)
    text = (tmp_path / program_log.FILE).read_text()
    assert "SECRET" not in text
    assert "kept" in text
