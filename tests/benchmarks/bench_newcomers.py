"""A year of followers on X: what is read, against the least that could be, and who is missed.

    uv run python -m tests.benchmarks.bench_newcomers

2,000 followers become 3,000 in a year, 400 leave, some are renamed, and the pages are not strictly
newest first. *Least*: whoever knew everything beforehand would still read each newcomer once on the
day on which they come, and everybody once on the day of the weekly sweep. A person read twice on
one UTC day is billed once (platforms.md).
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from adapters.x.adapter import XAdapter
from adapters.x.options import Credentials, XOptions
from bot.model import Stream
from bot.ports import Context, PlatformAdapter
from bot.services.newcomers import read_newcomers
from bot.store import Store
from bot.store.schema import upgrade
from tests.builders import FixedClock
from tests.house import KEY, the_settings

BEGIN, NEW, LEAVE, RENAME, DAYS = 2000, 1400, 400, 60, 365
MOST = 1.3


class Followers:
    """Stands in for the X client: a list of followers that changes, and a bill for what is read."""

    access_level = "read-write"

    protected = False

    def __init__(self, clock: FixedClock, chance: random.Random) -> None:
        self._clock, self._chance = clock, chance
        self.people: list[int] = []
        self.handles: Counter[int] = Counter()
        self.billed: dict[str, set[int]] = {}

    def follow(self, person: int) -> None:
        """Newest first, but not strictly: X promises no order."""
        self.people.insert(min(len(self.people), self._chance.choice((0, 0, 0, 1, 2))), person)

    def followers(self, user_id: str, *, token: str = "", max_results: int = 20) -> dict[str, Any]:
        start = 0
        if token:
            start = next((n for n, p in enumerate(self.people) if str(p) == token), 0)
        page = self.people[start : start + max_results]
        self.billed.setdefault(self._clock.now().date().isoformat(), set()).update(page)
        rows = [{"id": str(p), "username": f"p{p}_{self.handles[p]}"} for p in page]
        meta: dict[str, Any] = {"result_count": len(rows)}
        if start + max_results < len(self.people):
            meta["next_token"] = str(self.people[start + max_results])
        return {"data": rows, "meta": meta} if rows else {"meta": meta}

    def me(self) -> dict[str, Any]:
        return {"data": {"id": "1", "public_metrics": {"followers_count": len(self.people)}}}


def days(chance: random.Random, lived: int) -> Iterator[tuple[int, int, int]]:
    """How many come, leave and are renamed on each day."""
    counts = [Counter(chance.randrange(DAYS) for _ in range(n)) for n in (NEW, LEAVE, RENAME)]
    return ((counts[0][day], counts[1][day], counts[2][day]) for day in range(lived))


def year(lived: int = DAYS) -> dict[str, float]:
    """Live through so many of its days; returns the figures."""
    chance = random.Random(7)
    clock = FixedClock(datetime(2026, 9, 1, 7, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "schoolgate.db", KEY)
        upgrade(store.engine)
        context = Context(clock, dict[str, str]().get, Path(folder), account="school")
        x = Followers(clock, chance)
        with patch("adapters.x.adapter.XClient", lambda *_: x):
            adapter = XAdapter(XOptions("school", user_id="1"), Credentials(None, "t"), context)
        settings = replace(the_settings().newcomers, reads_per_month=1_000_000)
        port = cast(PlatformAdapter, adapter)
        for person in range(1000, 1000 + BEGIN):
            x.people.insert(0, person)
        read_newcomers(store, clock, settings, port)
        least, ever, number, came = len(x.people), set(x.people), 9000, set[int]()
        most_on_a_day = 0
        for fresh, leaving, renamed in days(chance, lived):
            clock.advance(hours=24)
            for _ in range(leaving):
                x.people.remove(chance.choice(x.people))
            for _ in range(fresh):
                number += 1
                x.follow(number)
                ever.add(number)
                came.add(number)
            for person in chance.sample(x.people, renamed):
                x.handles[person] += 1
            reports = read_newcomers(store, clock, settings, port)
            swept = any(report.stream is Stream.FOLLOWERS for report in reports)
            least += len(x.people) if swept else fresh
            if not swept:
                today = x.billed.get(clock.now().date().isoformat(), set())
                most_on_a_day = max(most_on_a_day, len(today) - fresh)
        clock.advance(hours=24 * 7)
        read_newcomers(store, clock, settings, port)
        known, gone = _stored(store, "1 = 1"), _stored(store, "presence = 'gone'")
        cases = _stored(store, "id IN (SELECT item_id FROM moderation_case)")
        store.close()
    read = sum(len(people) for people in x.billed.values())
    return {
        "followers at the end": len(x.people),
        "people billed": read,
        "the least possible": least,
        "times the least": round(read / least, 3),
        "newcomers missed": len({p for p in ever if str(p) not in known and p in x.people}),
        "newcomers without a case": len(
            {p for p in came if str(p) in known and str(p) not in cases}
        ),
        "came and left unseen": len({p for p in ever if str(p) not in known}),
        "wrongly taken to have left": len({p for p in x.people if str(p) in gone}),
        "most read beside the new on a day without a sweep": most_on_a_day,
    }


def _stored(store: Store, where: str) -> set[str]:
    with store.engine.connect() as connection:
        sql = f"SELECT native_id FROM item WHERE kind = 'newcomer' AND {where}"
        rows: Sequence[Any] = connection.exec_driver_sql(sql).all()
    return {row[0] for row in rows}


def main() -> None:
    figures = year()
    for name, value in figures.items():
        print(f"{name:52} {value:>12,}")
    assert figures["times the least"] <= MOST
    assert figures["newcomers missed"] == 0
    assert figures["wrongly taken to have left"] == 0


if __name__ == "__main__":
    main()
