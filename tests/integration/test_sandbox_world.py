"""The sandbox's world keeps everything, its clock never goes back, and a scene is whole or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sandbox import faults
from adapters.sandbox.world import World

MONDAY = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)

# A process that writes one scene, begins a second one, and is killed in the middle of it.
KILLED = """
import os, signal, sys
from pathlib import Path
from adapters.sandbox.world import World
world = World(Path(sys.argv[1]))
author = world.x_user("pat_r", "Pat")
with world.change():
    world.x_post(author, "kept")
    world.set_note("scene", "1")
with world.change():
    world.x_post(author, "lost")
    world.set_note("scene", "2")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_whole_scenes(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, path],
        check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.returncode == -signal.SIGKILL
    world = World(path)
    assert world.note("scene") == "1"
    assert len(world.x_posts()) == 1
    world.close()


def test_a_scene_that_fails_leaves_nothing(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db")
    author = world.x_user("pat_r", "Pat")

    def play() -> None:
        with world.change():
            world.set_note("scene", "1")
            world.x_post(author, "Boo")
            world.x_post(author, "Boo", reply_to="1")

    with pytest.raises(LookupError):
        play()
    assert world.note("scene") is None
    assert world.x_posts() == set()
    world.close()


def test_the_clock_starts_where_told_jumps_ahead_and_never_goes_back(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db", start=MONDAY)
    assert world.clock.now() - MONDAY < timedelta(seconds=5)
    before = world.clock.monotonic()
    world.advance(3600)
    world.jump_to(MONDAY)
    assert world.clock.now() >= MONDAY + timedelta(hours=1)
    assert world.clock.monotonic() - before >= 3600
    left = world.clock.now()
    world.close()
    again = World(tmp_path / "world.db", start=MONDAY)
    assert timedelta(0) <= again.clock.now() - left < timedelta(seconds=5)
    again.close()


def test_faults_and_windows_outlive_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db")
    world.fault("x", faults.x_rate_limited(5), path_contains="mentions", times=2)
    assert world.take_call("hide", 1, 900)[0]
    world.close()
    again = World(tmp_path / "world.db")
    assert again.take_fault("x", "GET", "/2/tweets") is None
    for _ in range(2):
        assert again.take_fault("x", "GET", "/2/users/1/mentions") == faults.x_rate_limited(5)
    assert again.take_fault("x", "GET", "/2/users/1/mentions") is None
    assert not again.take_call("hide", 1, 900)[0]
    again.close()


def test_ids_grow_with_time_and_are_never_given_twice(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db", start=MONDAY)
    world.fb_page("Rossmore High")
    author = world.x_user("pat_r", "Pat")
    old = world.x_post(author, "long ago", at=datetime(2012, 1, 1, tzinfo=UTC))
    with world.change():
        posts = [int(world.x_post(author, str(n), at=MONDAY)) for n in range(5)]
    assert posts == sorted(set(posts))
    assert int(old) < posts[0]
    assert len(old) < len(str(posts[0]))
    first = world.fb_post("one")
    world.fb_delete(first)
    assert world.fb_post("two") != first
    world.close()


def test_halves_of_surrogate_pairs_are_stored_as_replacement_characters(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db")
    world.x_post(world.x_user("pat_r", "Pat"), "broken \ud83d here")
    (row,) = world.rows("SELECT text FROM x_posts")
    assert row["text"] == "broken \ufffd here"
    world.close()


def test_a_world_has_one_account_and_one_page(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db")
    world.x_account("RossmoreHigh", "Rossmore High")
    world.fb_page("Rossmore High")
    with pytest.raises(ValueError, match="X account"):
        world.x_account("Other", "Other")
    with pytest.raises(ValueError, match="Page"):
        world.fb_page("Other")
    world.close()
