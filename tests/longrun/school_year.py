"""A school year on a clock that jumps from one thing that is due to the next.

uv run python tests/longrun/school_year.py [--days 365] [--faults 40] [--seed 1]

The same list of works as the daemon's (bot/works.py) runs in the daemon's rhythm, on the in-memory
platform, from 1 September on: both clock changes, holidays, faults of random kind and length,
restarts. At the end every promise is checked; the first that does not hold ends it with 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot import program_log  # noqa: E402
from bot.errors import (  # noqa: E402
    AdapterError,
    Denied,
    SignedOut,
    Throttled,
    WritesStopped,
)
from bot.rhythm import next_due  # noqa: E402
from bot.school_calendar import SchoolCalendar  # noqa: E402
from bot.settings import AccountSettings  # noqa: E402
from bot.works import Work, works  # noqa: E402
from tests.house import HARMLESS, HIDES, House, the_settings  # noqa: E402

BEGIN = datetime(2026, 9, 1, 7, tzinfo=UTC)
HOLIDAYS = (
    (date(2026, 10, 26), date(2026, 10, 30)),
    (date(2026, 12, 21), date(2027, 1, 4)),
    (date(2027, 2, 15), date(2027, 2, 19)),
    (date(2027, 3, 29), date(2027, 4, 9)),
    (date(2027, 5, 31), date(2027, 6, 4)),
    (date(2027, 7, 23), date(2027, 8, 31)),
)
KINDS: tuple[Callable[[], AdapterError], ...] = (
    lambda: AdapterError("The platform does not answer."),
    lambda: Throttled("Too many calls.", retry_after=900),
    lambda: Throttled("Too many of these.", retry_after=900, whole_account=False),
    lambda: SignedOut("The token is dead."),
    lambda: Denied("A permission is missing."),
    lambda: WritesStopped("Taken for misuse.", retry_after=6 * 3600),
)
CALLS = ("fetch_comments", "fetch_own_posts", "fetch_newcomers", "observe", "hide", "unhide")
# The deliverer asks for work every 15 s: in a year that is two million looks at an empty table.
COARSE = {"act": 900.0, "letters": 900.0, "watch": 900.0}


def _in_haste(connection: Any, _record: object) -> None:
    """The disk of this year is not what is tried: tests/e2e/test_crash.py does that."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")


class Sky:
    """The faults of the year: from when to when, and what is answered then."""

    def __init__(self, chance: random.Random, days: int, number: int) -> None:
        self.faults = []
        for _ in range(number):
            start = BEGIN + timedelta(days=chance.uniform(2, max(days - 5, 3)))
            until = start + timedelta(hours=chance.choice([0.1, 0.5, 2, 8, 30]))
            self.faults.append((start, until, chance.choice(KINDS)))

    def at(self, now: datetime) -> AdapterError | None:
        return next((make() for start, end, make in self.faults if start <= now < end), None)


class Year:
    """One school, its platform under the sky, and its timetable."""

    def __init__(self, directory: Path, days: int, faults: int, seed: int) -> None:
        self.chance = random.Random(seed)
        settings = replace(
            the_settings(),
            accounts=(AccountSettings("school", "memory", 10),),
            calendar=SchoolCalendar(HOLIDAYS),
        )
        self.house = House(directory, settings)
        sa.event.listen(self.house.store.engine, "connect", _in_haste)
        self.house.store.engine.dispose()
        self.house.clock.at = BEGIN
        self.end = BEGIN + timedelta(days=days)
        self.sky = Sky(self.chance, days, faults)
        self.works: tuple[Work, ...] = ()
        self.last: dict[str, datetime] = {}
        self.runs = self.restarts = self.comments = self.harms = 0
        self._under_the_sky()

    def _under_the_sky(self) -> None:
        platform: Any = self.house.platform
        for name in CALLS:
            real = getattr(platform, name)

            def call(*args: Any, real: Any = real) -> Any:
                error = self.sky.at(self.house.clock.now())
                if error is not None:
                    raise error
                return real(*args)

            setattr(platform, name, call)

    def restart(self) -> None:
        """As after a power cut: nothing is kept but the database."""
        clock = self.house.clock
        with self.house.store.begin() as uow:
            uow.effects.release_leases()
            uow.circuits.half_open_all(clock.now())
            uow.commit()
        self.works = works(self.house.app)
        self.restarts += 1

    def due(self, work: Work) -> datetime:
        now = self.house.clock.now()
        slowing = self.house.settings.slowing
        due = next_due(work.rhythm, self.last.get(work.name), now, slowing, work.name)
        return due + timedelta(seconds=COARSE.get(work.name.partition(":")[0], 0.0))

    def play(self, restarts: int, per_day: float) -> None:
        self.restart()
        span = self.end - BEGIN
        cuts = sorted(BEGIN + span * self.chance.random() for _ in range(restarts))
        writes = BEGIN + timedelta(hours=1)
        while True:
            work = min(self.works, key=self.due)
            at = max(self.due(work), self.house.clock.now())
            if writes < at:
                self.moves_to(writes)
                self.somebody_writes()
                writes += timedelta(days=self.chance.expovariate(per_day))
                continue
            if at >= self.end:
                return
            self.moves_to(at)
            if cuts and cuts[0] <= at:
                cuts.pop(0)
                self.restart()
                continue
            work.run()
            self.last[work.name] = at
            self.runs += 1

    def moves_to(self, at: datetime) -> None:
        now = self.house.clock.now()
        if at > now:
            self.house.clock.advance((at - now).total_seconds())

    def somebody_writes(self) -> None:
        self.comments += 1
        harm = self.chance.random() < 0.1
        self.harms += harm
        self.house.comes(f"{HIDES if harm else HARMLESS} {self.comments}")

    def promises(self) -> list[str]:
        """What does not hold, in words."""
        house, broken = self.house, []
        once = house.rows(
            "SELECT count(*), count(DISTINCT reading_id) FROM verdict v JOIN reading r "
            "ON r.id = v.reading_id JOIN item i ON i.id = r.item_id WHERE i.kind = 'comment'"
        )[0]
        if once != (self.comments, self.comments):
            broken.append(f"{self.comments} comments, but {once[0]} verdicts on {once[1]} of them")
        lost = house.rows(
            "SELECT count(*) FROM effect e JOIN moderation_case c ON c.id = e.case_id WHERE "
            "e.kind = 'hide' AND e.status != 'confirmed' AND c.alarm = ''"
        )[0][0]
        if lost:
            broken.append(f"{lost} hides are neither confirmed nor alarmed")
        hides = house.rows("SELECT count(*) FROM effect WHERE kind = 'hide'")[0][0]
        if hides < self.harms:
            broken.append(f"{self.harms} had to be hidden, {hides} hides were asked for")
        verified = house.verify()
        if not verified.ok:
            broken.append(f"the log does not verify: {verified.problem}")
        gaps = house.rows(
            "SELECT max(julianday(next) - julianday(finished_at)) * 24 FROM (SELECT finished_at, "
            "lead(finished_at) OVER (ORDER BY id) AS next FROM poll WHERE stream = 'comments')"
        )[0][0]
        if gaps and gaps > 1.1:
            broken.append(f"nobody asked for comments for {gaps:.1f} hours")
        return broken


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--days", type=int, default=365)
    words.add_argument("--faults", type=int, default=40)
    words.add_argument("--restarts", type=int, default=12)
    words.add_argument("--per-day", type=float, default=8.0)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    program_log.configure(None, console=False)
    with tempfile.TemporaryDirectory() as folder:
        year = Year(Path(folder), given.days, given.faults, given.seed)
        began = time.perf_counter()
        year.play(given.restarts, given.per_day)
        took = time.perf_counter() - began
        broken = year.promises()
        year.house.close()
    print(
        f"{given.days} days from {BEGIN:%d %B %Y} in {took:.0f} s (seed {given.seed}): "
        f"{year.runs} runs, {year.comments} comments, {year.harms} to hide, "
        f"{len(year.sky.faults)} faults, {year.restarts - 1} restarts"
    )
    for each in broken:
        print(f"DOES NOT HOLD: {each}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
