"""A school year on a clock that jumps from one thing that is due to the next.

uv run python tests/longrun/school_year.py [--days 365] [--seed 1] [--begin 2026-09-01] ...

The daemon's own list of works (bot/works.py), on the in-memory platform under a Sky: both clock
changes, holidays, faults, power cuts in mid-call, restores from the nightly backup, upgrades to
versions that do not exist yet, and a school that answers. At the end every promise is checked;
where one does not hold it is said, and the run ends with 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bot import program_log
from bot.errors import DataError
from bot.rhythm import next_due
from bot.works import Work, works
from tests.longrun.promises import broken_promises
from tests.longrun.school import School
from tests.longrun.weather import PowerCut, Sky

HOUR = 3600.0
SELDOM = {"backup": HOUR, "sample": 6 * HOUR, "people": 6 * HOUR, "retain": 12 * HOUR}
COARSE = SELDOM | {"letters": HOUR, "watch": HOUR}
"""Where nothing happens, nothing is looked at more often: an empty table stays empty."""
BUSY = SELDOM | {"letters": 300.0, "watch": 900.0}
STAYS_BUSY = timedelta(minutes=40)


class Year:
    """The timetable of one school, and what comes over it."""

    def __init__(self, school: School, chance: random.Random, given: argparse.Namespace) -> None:
        self.school, self.chance, self.per_day = school, chance, float(given.per_day)
        self.begin, self.end = school.clock.now(), school.clock.now() + timedelta(days=given.days)
        self.restarts = 0
        self.runs: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.last: dict[str, datetime] = {}
        self.busy_until = self.begin
        self.works: tuple[Work, ...] = works(school.app)
        self.events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._plan(given)

    def _plan(self, given: argparse.Namespace) -> None:
        fair = max(given.days - 4.0, 1.0)

        def plan(number: int, what: Callable[[], None]) -> None:
            for _ in range(number):
                self._at(self.begin + timedelta(days=self.chance.uniform(0.5, fair)), what)

        plan(given.restores, lambda: self._again(self.school.restore))
        plan(given.upgrades, lambda: self._again(self.school.upgrade))
        at = self.begin + timedelta(hours=2)
        while at < self.end - timedelta(days=2):
            self._at(at, self._somebody_writes)
            at += timedelta(days=self.chance.expovariate(self.per_day))
        for number in range(given.days):
            afternoon = self.begin + timedelta(days=number, hours=self.chance.uniform(7, 9.5))
            self._at(afternoon, self._officers_hour)

    def _at(self, at: datetime, what: Callable[[], None]) -> None:
        self.events.append((at, len(self.events), what))

    def play(self) -> None:
        """From event to event until the end."""
        self.events.sort(reverse=True)
        clock = self.school.clock
        while True:
            due, work = min(((self._due(each), each) for each in self.works), key=lambda d: d[0])
            due = max(due, clock.now())
            if self.events and self.events[-1][0] <= due:
                at, _, what = self.events.pop()
                self._moves_to(at)
                self.busy_until = max(self.busy_until, clock.now() + STAYS_BUSY)
                what()
                continue
            if due >= self.end:
                return
            self._moves_to(due)
            self.last[work.name] = due
            self.runs[work.name] += 1
            try:
                if work.run():
                    self.failed[work.name] += 1
            except DataError:
                self.failed[work.name] += 1
            except PowerCut:
                self.restarts += 1
                self.busy_until = clock.now() + STAYS_BUSY
                self._again(self.school.restart)

    def _again(self, start: Callable[[], None]) -> None:
        """A new process: nothing is known of before but what was stored."""
        start()
        self.works = works(self.school.app)
        self.last.clear()

    def _due(self, work: Work) -> datetime:
        now, sort = self.school.clock.now(), work.name.partition(":")[0]
        last = self.last.get(work.name)
        if sort == "act":
            return self._acts_at(last)
        due = next_due(work.rhythm, last, now, self.school.settings.slowing, work.name)
        if last is None:
            return due
        least = (BUSY if now < self.busy_until else COARSE).get(sort, 0.0)
        return max(due, last + timedelta(seconds=least))

    def _acts_at(self, last: datetime | None) -> datetime:
        """The deliverer asks every 15 s; between them only what is due makes a difference."""
        with self.school.app.store.read() as uow:
            due = uow.effects.next_due()
        soonest = last + timedelta(seconds=60) if last else self.school.clock.now()
        return max(due, soonest) if due else datetime.max.replace(tzinfo=UTC)

    def _moves_to(self, at: datetime) -> None:
        step = (at - self.school.clock.now()).total_seconds()
        if step > 0:
            self.school.clock.advance(step)

    def _somebody_writes(self) -> None:
        for _ in range(40 if self.chance.random() < 0.004 else 1):  # seldom many at once
            ref = self.school.somebody_writes()
            if self.chance.random() < 0.02:
                gone = self.school.clock.now() + timedelta(days=self.chance.uniform(4, 20))
                self.events.append((gone, len(self.events), partial(self.school.regrets, ref)))
        self.events.sort(key=lambda each: each[:2], reverse=True)

    def _officers_hour(self) -> None:
        self.school.works_through_the_queue()
        if self.chance.random() < 0.93:
            self.school.signs_the_day()


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--days", type=int, default=365)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--begin", default="2026-09-01")
    words.add_argument("--faults", type=int, default=40)
    words.add_argument("--cuts", type=int, default=12)
    words.add_argument("--restores", type=int, default=3)
    words.add_argument("--upgrades", type=int, default=2)
    words.add_argument("--per-day", type=float, default=8.0)
    given = words.parse_args()
    chance = random.Random(given.seed)
    begin = datetime.fromisoformat(f"{given.begin}T07:00+00:00")
    with tempfile.TemporaryDirectory() as folder:
        program_log.configure(Path(folder), console=False)
        sky = Sky(chance, begin, given.days, given.faults, given.cuts)
        school = School(Path(folder), begin, sky, chance)
        year = Year(school, chance, given)
        began = time.perf_counter()
        year.play()
        took = time.perf_counter() - began
        broken = broken_promises(school, year.begin, year.end)
        school.close()
    print(
        f"{given.days} days from {begin:%d %B %Y} in {took:.0f} s (seed {given.seed}): "
        f"{sum(year.runs.values())} runs ({dict(year.failed)} failed), "
        f"{len(school.written)} comments, {len(school.harms)} to hide, "
        f"{len(school.mailer.letters)} letters, {given.faults} faults, {year.restarts} power cuts, "
        f"{school.restores} restores, {school.upgrades} upgrades"
    )
    print(f"Runs: {dict(year.runs.most_common())}")
    for each in broken:
        print(f"DOES NOT HOLD: {each}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
