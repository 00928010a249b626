"""The log at size: verifying, appending, searching, exporting. Figures are printed, not asserted.

uv run python tests/benchmarks/bench_log.py [entries]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.access import Viewer  # noqa: E402
from bot.cli.log import entries  # noqa: E402
from bot.documents.taking import Wanted, export_log  # noqa: E402
from bot.log import Event, append, verify  # noqa: E402
from bot.model import Role  # noqa: E402
from bot.queries.finding import Filters, find_records  # noqa: E402
from bot.store import Store  # noqa: E402
from bot.store.schema import upgrade  # noqa: E402
from tests.builders import NOON, FixedClock  # noqa: E402
from tests.house import the_settings  # noqa: E402

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
TURNS = 100


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for count in (1_000, size):
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder) / "schoolgate.db", b"key")
            upgrade(store.engine)
            fill(store, count)
            measure(store, count, Path(folder))
            store.close()


def fill(store: Store, count: int) -> None:
    """So many cases, each with one entry; the words are the same for one in ten."""
    item = (
        "INSERT INTO item (id, platform, kind, native_id, scope, account, created_at, "
        "first_seen_at, author_id, author_handle, author_name, post_id, parent_id, permalink, "
        "facts, baseline, reading_id, presence) VALUES (?, 'x', 'comment', ?, '', 'x', ?, ?, '1', "
        "'sam', 'Sam', '1', '', '', '{}', 0, ?, 'present')"
    )
    reading = (
        "INSERT INTO reading (id, item_id, digest, salt, text, attachments, seen_at, waiting) "
        "VALUES (?, ?, 'd', 's', ?, '[]', ?, 0)"
    )
    case = (
        "INSERT INTO moderation_case (id, ref, item_id, reading_id, status, urgency, urgency_rank, "
        "kinds, child, baseline, version, opened_at) "
        "VALUES (?, ?, ?, ?, 'open', 'urgent', 2, '[\"abuse\"]', 0, 0, 1, ?)"
    )
    search = "INSERT INTO search (rowid, words, author, link) VALUES (?, ?, 'Sam sam', '')"
    at = "2026-11-20 12:00:00.000000"
    for first in range(1, count + 1, 5_000):
        numbers = range(first, min(first + 5_000, count + 1))
        with store.begin() as uow:
            execute = uow.connection.exec_driver_sql
            execute(item, [(n, str(n), at, at, n) for n in numbers])
            execute(reading, [(n, n, words(n), at) for n in numbers])
            execute(case, [(n, f"{n:012x}", n, n, at) for n in numbers])
            execute(search, [(n, words(n)) for n in numbers])
            for n in numbers:
                facts = {"case": f"{n:012x}", "action": "hide", "urgency": "urgent"}
                moment = NOON + timedelta(seconds=n)
                append(uow.log, b"key", at=moment, event=Event.JUDGED, case_id=n, facts=facts)
            uow.commit()


def words(number: int) -> str:
    rare = "zebra" if number % 10 == 0 else "donkey"
    return f"you are a {rare} and everybody at the gate knows it, number {number}"


def measure(store: Store, count: int, folder: Path) -> None:
    seconds = timed(lambda: verify(entries(store), b"key"))
    print(f"{count:9,} entries: verified in {seconds:.2f} s, {count / seconds:,.0f} a second")
    print(f"{count:9,} entries: one appended in {p95(lambda: one_more(store)):.2f} ms (p95)")
    rules = the_settings().retention
    for looked_for in ("everybody", "zebra", "zebra everybody"):
        filters = Filters(looked_for)
        ms = p95(lambda f=filters: find_records(store, OFFICER, rules, f))  # type: ignore[misc]
        print(f"{count:9,} records: “{looked_for}” found in {ms:.2f} ms (p95)")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = timed(lambda: export(store, folder / "log.csv"))
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{count:9,} records: CSV in {seconds:.1f} s, {more:.0f} MB more at the most")


def one_more(store: Store) -> None:
    with store.begin() as uow:
        append(uow.log, b"key", at=NOON, event=Event.ADDED, facts={"by": "jfield"})
        uow.commit()


def export(store: Store, to: Path) -> None:
    export_log(
        store, FixedClock(), the_settings(), OFFICER, Wanted("csv"), to, lambda _done, _whole: None
    )


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def p95(work: Callable[[], object]) -> float:
    """The 95th of a hundred, in milliseconds."""
    return sorted(timed(work) for _ in range(TURNS))[94] * 1000


if __name__ == "__main__":
    main()
