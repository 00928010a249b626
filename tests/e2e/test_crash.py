"""Killed with SIGKILL at any moment of the demo day, and started again as often as one likes."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.stage import Stage
from adapters.sandbox.world import World
from bot.log import verify
from bot.store import Store

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = ROOT / "tests" / "e2e" / "demo_that_dies.py"
KILLS = int(os.environ.get("SCHOOLGATE_TEST_KILLS", "21"))
LIMIT = 300


def start(data: Path, boundary: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(data), str(boundary)],
        cwd=data.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def lives_until_boundary(data: Path, boundary: int) -> bool:
    """One start; whether it was killed."""
    process = start(data, boundary)
    _, errors = process.communicate(timeout=LIMIT)
    assert process.returncode in (0, -signal.SIGKILL), errors.decode()
    return process.returncode != 0


def lives_for(data: Path, seconds: float) -> bool:
    """One start, so long from its first word on; whether it was killed."""
    process = start(data, 0)
    assert process.stdout is not None
    assert process.stdout.readline()
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    assert process.returncode == 0, errors.decode()
    return False


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(data / "schoolgate.db") as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def check(data: Path) -> None:
    """What must hold however often it was killed."""
    assert not lives_until_boundary(data, 0), "the last start goes to the end, with exit code 0"
    stage = Stage.open(data)
    try:
        check_comments(data, stage)
        check_hides(data, stage.world)
    finally:
        stage.close()
    check_letters(data)
    check_log(data)


def check_comments(data: Path, stage: Stage) -> None:
    stored = rows(data, "SELECT platform, native_id FROM item WHERE kind = 'comment'")
    assert len(stored) == len(set(stored))
    there = stage.world.x_posts() | stage.world.fb_objects()
    seen = stage.summary()
    still_there = [native_id for _, native_id in stored if native_id in there]
    assert len(still_there) == seen["comments on X"] + seen["comments on Facebook"]
    assert rows(data, "SELECT count(*) FROM reading WHERE waiting") == [(0,)]


def check_hides(data: Path, world: World) -> None:
    ends = Counter(rows(data, "SELECT kind, status FROM effect WHERE item_id IS NOT NULL"))
    assert ends["hide", "confirmed"] > 10
    assert {status for _, status in ends} <= {"confirmed", "unsupported", "superseded"}, ends
    believed = rows(data, "SELECT native_id FROM item WHERE hidden AND presence = 'present'")
    assert {native_id for (native_id,) in believed} == world.x_hidden() | world.fb_hidden()


def check_letters(data: Path) -> None:
    parser = BytesParser(policy=policy.default)
    bodies: dict[str, set[bytes]] = {}
    for file in (data / "mailbox").glob("*.eml"):
        message = parser.parsebytes(file.read_bytes())
        bodies.setdefault(message["Message-ID"], set()).add(message.as_bytes())
    written = {message_id for (message_id,) in rows(data, "SELECT message_id FROM letter")}
    assert set(bodies) == written, "every letter left, and none that was not written down"
    assert all(len(versions) == 1 for versions in bodies.values())
    assert rows(data, "SELECT DISTINCT status FROM effect WHERE kind='letter'") == [("accepted",)]


def check_log(data: Path) -> None:
    store = Store(data / "schoolgate.db", (data / "log.key").read_text().encode())
    with store.read() as uow:
        entries = uow.log.after(0, limit=100_000)
        found = verify(entries, store.log_key)
    store.close()
    assert found.ok, found.problem
    confirmed = Counter(entry.case_id for entry in entries if entry.event == "confirmed")
    asked = Counter(entry.case_id for entry in entries if entry.event == "asked")
    assert all(confirmed[case] <= asked[case] for case in confirmed)


def kill_through_days(
    directory: Path, wanted: int, lives_on: Callable[[Path], bool]
) -> Iterator[Path]:
    """Day after day, killing and starting again, until it was killed so often; yields each day."""
    kills = 0
    for day in range(1, wanted + 1):
        data = directory / f"day{day}"
        while kills < wanted and lives_on(data):
            kills += 1
        yield data
        if kills == wanted:
            return
    pytest.fail(f"only {kills} kills in {wanted} days: the days are too short to mean anything")


@pytest.mark.slow
def test_killed_at_step_boundaries_nothing_is_lost_doubled_or_invented(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    for day in kill_through_days(
        tmp_path, KILLS, lambda data: lives_until_boundary(data, chance.randint(1, 250))
    ):
        check(day)


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_lost_doubled_or_invented(tmp_path: Path) -> None:
    chance = random.Random(7)
    for day in kill_through_days(
        tmp_path, KILLS // 3, lambda data: lives_for(data, chance.uniform(0.5, 5.0))
    ):
        check(day)
