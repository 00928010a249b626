"""The log at size: verifying, appending, searching, exporting. Figures are printed, not asserted.

uv run python tests/benchmarks/bench_log.py [entries, 1,000,000 if nothing is said] [no-csv]

Each is measured in a log of 1,000 entries and in one of that many; goals stand beside them.
"""

from __future__ import annotations

import resource
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.access import Viewer  # noqa: E402
from bot.documents.taking import Wanted, export_log  # noqa: E402
from bot.keeping.archive import snapshot  # noqa: E402
from bot.log import Event, append, verify_rows  # noqa: E402
from bot.model import Role  # noqa: E402
from bot.queries.finding import Filters, find_records  # noqa: E402
from bot.queries.log import list_log  # noqa: E402
from bot.store import Store  # noqa: E402
from bot.store.schema import upgrade  # noqa: E402
from tests.builders import NOON, FixedClock  # noqa: E402
from tests.house import the_settings  # noqa: E402

OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
KEY = b"key"
SMALL = 1_000
TURNS = 100
CSV_OF = 100_000

FAST = (
    "PRAGMA synchronous = OFF",
    "PRAGMA journal_mode = MEMORY",
    "PRAGMA secure_delete = OFF",
    "PRAGMA cache_size = -400000",
)
"""Only while the log is made up: what is measured afterwards runs as in a school."""

ITEM = (
    "INSERT INTO item (id, platform, kind, native_id, scope, account, created_at, first_seen_at, "
    "author_id, author_handle, author_name, post_id, parent_id, permalink, facts, baseline, "
    "reading_id, presence) VALUES (?, 'x', 'comment', ?, '', 'x', ?, ?, ?, 'sam', 'Sam', '1', '', "
    "'', '{}', 0, ?, 'present')"
)
READING = (
    "INSERT INTO reading (id, item_id, digest, salt, text, attachments, seen_at, waiting) "
    "VALUES (?, ?, 'd', 's', ?, '[]', ?, 0)"
)
CASE = (
    "INSERT INTO moderation_case (id, ref, item_id, reading_id, status, urgency, urgency_rank, "
    "kinds, child, baseline, version, opened_at) "
    "VALUES (?, ?, ?, ?, 'open', 'urgent', 2, '[\"abuse\"]', 0, 0, 1, ?)"
)
SEARCH = "INSERT INTO search (rowid, words, author, link) VALUES (?, ?, 'Sam sam', '')"


def main() -> None:
    size = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000
    measured = []
    for count in (SMALL, size):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "schoolgate.db"
            seconds = timed(lambda p=path, n=count: fill(p, n))  # type: ignore[misc]
            print(f"{count:,} entries made up in {seconds:.0f} s.", flush=True)
            store = Store(path, KEY)
            measured.append(measure(store))
            if "no-csv" not in sys.argv and count != SMALL:
                csv(store, Path(folder) / "log.csv")
            store.close()
    print(f"\n{'':42}{SMALL:>12,}{size:>12,}{'ratio':>8}  goal")
    for (name, unit, goal), small in measured[0].items():
        large = measured[1][name, unit, goal]
        print(f"{name:34}{unit:>8}{small:12,.2f}{large:12,.2f}{large / small:8.2f}  {goal}")


def fill(path: Path, count: int) -> None:
    """So many cases, each with one entry; the words are the same for one in ten."""
    store = Store(path, KEY)
    upgrade(store.engine)
    at = "2026-11-20 12:00:00.000000"
    raw = store.engine.raw_connection()
    for pragma in FAST:
        raw.cursor().execute(pragma)
    raw.close()  # back into the pool, from which the next one takes it
    for first in range(1, count + 1, 50_000):
        numbers = range(first, min(first + 50_000, count + 1))
        with store.begin() as uow:
            execute = uow.connection.exec_driver_sql
            execute(ITEM, [(n, str(n), at, at, str(n % 5_000), n) for n in numbers])
            execute(READING, [(n, n, words(n), at) for n in numbers])
            execute(CASE, [(n, f"{n:012x}", n, n, at) for n in numbers])
            execute(SEARCH, [(n, words(n)) for n in numbers])
            with uow.log.gathering():
                for n in numbers:
                    moment = NOON + timedelta(seconds=n)
                    append(uow.log, KEY, at=moment, event=Event.JUDGED, case_id=n, facts=judged(n))
            uow.commit()
    store.close()


def judged(number: int) -> dict[str, object]:
    """What an entry of a judgement holds: about 500 bytes."""
    return {
        "case": f"{number:012x}",
        "item": f"x comment {number}",
        "text": f"{number:064x}",
        "action": "hide",
        "held_back": "",
        "urgency": "urgent",
        "findings": [
            {
                "kind": "abuse",
                "severity": "serious",
                "target": "staff",
                "child": False,
                "aspects": [],
            }
        ],
        "versions": {"school": "1.0", "rules": "12"},
        "baseline": False,
    }


def words(number: int) -> str:
    rare = "zebra" if number % 10 == 0 else "donkey"
    return f"you are a {rare} and everybody at the gate knows it, number {number}"


Measured = dict[tuple[str, str, str], float]


def measure(store: Store) -> Measured:
    """Each by its name, its unit and its goal."""
    with store.read() as uow:
        count, _ = uow.log.tail()
    began = time.process_time()
    assert verify_rows(store.log_rows(), KEY).entries == count
    found: Measured = {
        ("verified", "a CPU-s", "100,000"): count / (time.process_time() - began),
        ("one appended, p95", "ms", "under 5"): p95(lambda: one_more(store)),
    }
    rules = the_settings().retention
    for looked_for in ("everybody", "zebra", "zebra everybody", ""):
        filters = Filters(looked_for)
        ms = p95(lambda f=filters: find_records(store, OFFICER, rules, f))  # type: ignore[misc]
        found[f"“{looked_for}” found, p95", "ms", "ratio at most 1.5"] = ms
    found["the log’s page, p95", "ms", "ratio at most 1.5"] = p95(lambda: list_log(store, OFFICER))
    return found


def csv(store: Store, to: Path) -> None:
    """How long the whole table takes, how much memory more than before, and how long whoever
    writes meanwhile waits at the most.
    """
    with store.begin() as uow:  # all but so many cases go, so that it is about the file
        uow.connection.exec_driver_sql(f"DELETE FROM search WHERE rowid > {CSV_OF}")
        uow.connection.exec_driver_sql(f"DELETE FROM moderation_case WHERE id > {CSV_OF}")
        uow.commit()
    alone = longest_wait(store, lambda: time.sleep(5))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    beside = longest_wait(store, lambda: export(store, to))
    seconds = time.perf_counter() - began
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"CSV of at most {CSV_OF:,}: {seconds:.1f} s, {more:.0f} MB more at the most.")
    copying = longest_wait(store, lambda: snapshot(store.path, to.with_suffix(".copy")))
    print(
        f"Longest wait of somebody who writes ten times a second: {alone:.0f} ms alone, "
        f"{beside:.0f} ms while the CSV is written, {copying:.0f} ms while a backup copies."
    )


def longest_wait(store: Store, work: Callable[[], object]) -> float:
    """Of a writer with a process of its own, until that work is done; in milliseconds."""
    writer = subprocess.Popen(
        [sys.executable, __file__, "write", str(store.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    work()
    said, _ = writer.communicate("stop")
    return float(said)


def write_until_told(path: Path) -> None:
    """Add entries, ten a second, until something comes in; then say what the longest wait was."""
    store, waits = Store(path, KEY), list[float]()
    one_more(store)
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        waits.append(timed(lambda: one_more(store)) * 1000)
    print(max(waits, default=0.0))


def one_more(store: Store) -> None:
    with store.begin() as uow:
        append(uow.log, KEY, at=NOON, event=Event.ADDED, facts={"by": "jfield"})
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
    if "write" in sys.argv:
        write_until_told(Path(sys.argv[2]))
    else:
        main()
