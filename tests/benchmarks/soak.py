"""A day's load times a hundred in one run, with the real model; then nothing at all; printed only.

uv run python tests/benchmarks/soak.py [--comments 3000] [--idle 60]

Memory is what the process holds (RSS), from the end of the first tenth on, when the model and the
caches are warm, to the end: aim 5 % at most. Open files must not grow. At rest the whole timetable
runs, at its real pace: aim 1 % of one core at most.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot import program_log  # noqa: E402
from bot.bootstrap import App, classifiers_of  # noqa: E402
from bot.clock import SystemClock  # noqa: E402
from bot.jobs import Timetable  # noqa: E402
from bot.settings import AccountSettings, load  # noqa: E402
from tests.house import HARMLESS, HIDES, QUEUES, House, the_settings  # noqa: E402

MB = 1024 * 1024
AT_ONCE = 30
"""A day's comments of a school; after each day everything runs once."""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--comments", type=int, default=3000)
    words.add_argument("--idle", type=float, default=60.0, help="seconds")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program_log.configure(Path(folder), console=False)
        house = a_house(Path(folder))
        app = with_the_model(house)
        load_it(house, app, given.comments)
        rest(app, given.idle)
        house.close()


def a_house(folder: Path) -> House:
    settings = the_settings(breaker_per_hour=10_000)
    return House(folder, replace(settings, accounts=(AccountSettings("school", "memory", 10),)))


def with_the_model(house: House) -> App:
    real = classifiers_of(
        load(None, environ={}),
        clock=SystemClock(),
        data_dir=house.directory,
        secret=os.environ.get,
    )
    return replace(house.app, classifiers=real)


def load_it(house: House, app: App, comments: int) -> None:
    """Day after day, and what the process holds after each tenth of them."""
    from bot.cycle import run_cycle

    run_cycle(app)
    process, kinds = psutil.Process(), [HIDES, QUEUES, *[HARMLESS] * 8]
    held: list[tuple[int, int, int]] = []
    tenth = max(comments // 10 // AT_ONCE, 1) * AT_ONCE
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(0, comments, AT_ONCE):
        house.clock.advance(hours=1)
        for each in range(number, min(number + AT_ONCE, comments)):
            house.comes(f"{kinds[each % 10]} {each}")
        run_cycle(app)
        if (number + AT_ONCE) % tenth == 0:
            held.append((number + AT_ONCE, process.memory_info().rss, process.num_fds()))
    took, busy = time.perf_counter() - began, time.process_time() - cpu
    for done, rss, files in held:
        print(f"  {done:6} comments: {rss / MB:.0f} MB, {files} open files")
    growth = 100 * (held[-1][1] / held[0][1] - 1)
    print(
        f"{comments} comments in {took:.0f} s ({1000 * busy / comments:.0f} ms of CPU each): "
        f"memory grew by {growth:.1f} % (aim: 5 %), open files {held[0][2]} to {held[-1][2]}"
    )


def rest(app: App, seconds: float) -> None:
    """The daemon's own timetable with nothing to do, after its first round."""
    at_rest = replace(app, clock=SystemClock())
    timetable = Timetable(at_rest)
    timetable.start()
    time.sleep(20)  # whatever was missed is caught up with first
    began, cpu = time.perf_counter(), time.process_time()
    time.sleep(seconds)
    share = 100 * (time.process_time() - cpu) / (time.perf_counter() - began)
    timetable.stop()
    print(f"at rest: {share:.2f} % of one core over {seconds:.0f} s (aim: 1 %)")


if __name__ == "__main__":
    main()
