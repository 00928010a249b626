"""From "visible in the API" to "hidden, confirmed": our part, with the real model; printed only.

uv run python tests/benchmarks/bench_hidden.py

What a school waits for is at most one poll (`poll_minutes`) and then this.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot import cycle, program_log  # noqa: E402
from bot.bootstrap import App, classifiers_of  # noqa: E402
from bot.clock import SystemClock  # noqa: E402
from bot.settings import Settings, load  # noqa: E402
from tests.house import HIDES, House  # noqa: E402

TIMES = 30
DEFAULT_POLL = 10.0
"""In minutes, where settings name no account."""


def main() -> None:
    program_log.configure(None, console=False)
    settings = load(None, environ={})
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        given = house.app
        real = classifiers_of(
            settings, clock=SystemClock(), data_dir=Path(folder), secret=os.environ.get
        )
        app = App(
            settings=given.settings,
            clock=given.clock,
            store=given.store,
            data_dir=given.data_dir,
            adapters=given.adapters,
            classifiers=real,
            mailer=given.mailer,
        )
        cycle.run_cycle(app)
        seconds = []
        for number in range(TIMES):
            house.clock.advance(hours=1)  # so that the breaker has nothing to say
            house.comes(f"{HIDES} {number}")
            began = time.perf_counter()
            cycle.read_account(app, "school")
            cycle.act(app, "school")
            seconds.append(time.perf_counter() - began)
        [(confirmed,)] = house.rows("SELECT count(*) FROM effect WHERE status = 'confirmed'")
        house.close()
    worst = sorted(seconds)[int(0.95 * TIMES)]
    wait = poll_wait(settings)
    print(
        f"visible to hidden: median {wait / 2 + statistics.median(seconds):.0f} s on a school day; "
        f"of it waiting for the poll {wait / 2:.0f} s (at most {wait:.0f} s), and"
    )
    print(
        f"our part: median {statistics.median(seconds):.2f} s, "
        f"95 % {worst:.2f} s, {confirmed} of {TIMES} confirmed (aim: 5 s)"
    )


def poll_wait(settings: Settings) -> float:
    """The longest wait for a poll in the daytime of a school day, in seconds.

    People write at any time between two polls, so that the median is half of it.
    """
    usual = min((one.poll_minutes for one in settings.accounts), default=DEFAULT_POLL)
    return 60.0 * usual


if __name__ == "__main__":
    main()
