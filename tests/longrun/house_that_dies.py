"""The daemon's work against a sandbox in another process, without pause, until it is killed.

    python tests/longrun/house_that_dies.py FILE

FILE is JSON: settings, secrets, the data folder, how far this clock is off, how many cycles (0: for
ever), and the bytes that a file may have (0: no limit).
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bot import program_log
from bot.bootstrap import build_app, sole_owner
from bot.jobs import contained
from bot.settings import load
from bot.works import works


class ClockThatIsOff:
    """A bot.ports.Clock so many seconds beside the machine's."""

    def __init__(self, seconds: float) -> None:
        self._off = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._off

    def monotonic(self) -> float:
        return time.monotonic()


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    if given["most_bytes"]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (given["most_bytes"],) * 2)
    settings = load(None, environ={}, overrides=given["settings"])
    # The model is slow to start, and what is killed here comes after judging and around it.
    words = tuple(one for one in settings.classifiers if one.classifier == "lexicon")
    data = Path(given["data"])
    with sole_owner(data):
        program_log.configure(Path(given["logs"]), console=False)
        app = build_app(
            replace(settings, classifiers=words),
            clock=ClockThatIsOff(given["off"]),
            data_dir=data,
            secret=given["secrets"].get,
        )
        sys.stdout.write("up\n")
        sys.stdout.flush()
        cycles = 0
        while not given["cycles"] or cycles < given["cycles"]:
            cycles += 1
            for work in works(app):
                contained(work.name, work.run)
        app.close()


if __name__ == "__main__":
    main()
