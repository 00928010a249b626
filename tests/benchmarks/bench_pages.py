"""The queue and a case in a small and in a large school's store: p50 and p95, and the ratio.

uv run python tests/benchmarks/bench_pages.py [comments in the large one, default 1,000,000]

Nothing is asserted. The time is this process's own (client and server), not the wall's: other work
on the machine does not count, and neither does waiting for the disk. The aim is a ratio of 1.5,
and from a decision to the next case under 100 ms.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.store import Store  # noqa: E402
from tests.web.pages_stage import HEAD, OFFICER, Browser, School  # noqa: E402

ROUNDS = 100
SMALL = (1_000, 1_500, 200)  # enough that each list shows a whole page of it
FINDINGS = '[{"kind":"abuse","severity":"serious","target":"staff","child":false,"aspects":[]}]'


def fill(path: Path, comments: int, entries: int, open_cases: int) -> None:
    """Comments, of which a tenth of the log entries' number are cases; the newest are open."""
    chance = random.Random(2026)
    cases = max(entries // 5, open_cases)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        connection.executemany(
            "INSERT INTO item (id, platform, kind, native_id, scope, account, created_at, "
            "first_seen_at, author_id, author_handle, author_name, post_id, parent_id, permalink, "
            "facts, baseline, reading_id, presence, hidden, can_hide) VALUES (?1, 'x', 'comment', "
            "'old' || ?1, '', 'school', '2026-11-01 12:00:00.000000', '2026-11-01 12:00:00.000000',"
            " 'author' || ?2, 'h' || ?2, 'Sam', '1', '', 'https://x.example/' || ?1, '{}', 0, ?1, "
            "'present', 0, 1)",
            ((n, chance.randrange(comments // 4)) for n in range(1, comments + 1)),
        )
        connection.executemany(
            "INSERT INTO reading (id, item_id, digest, salt, text, attachments, seen_at, waiting) "
            "VALUES (?1, ?1, 'd' || ?1, '', 'You are all the same, number ' || ?1, '[]', "
            "'2026-11-01 12:00:00.000000', 0)",
            ((n,) for n in range(1, comments + 1)),
        )
        connection.executemany(
            "INSERT INTO moderation_case (id, ref, item_id, reading_id, status, urgency, "
            "urgency_rank, kinds, child, baseline, version, opened_at, closed_at, author_key, "
            "likeness) SELECT ?1, printf('%012x', ?1), ?1, ?1, ?2, 'urgent', 2, '[\"abuse\"]', 0, "
            "0, 1, ?3, ?4, 'x:' || author_id, 'like' || (?1 / 2) FROM item WHERE id = ?1",
            (
                (
                    n,
                    "open" if n > cases - open_cases else "closed",
                    f"2026-11-{1 + n % 19:02} 12:{n % 60:02}:00.000000",
                    None if n > cases - open_cases else "2026-11-19 12:00:00.000000",
                )
                for n in range(1, cases + 1)
            ),
        )
        connection.executemany(
            "INSERT INTO case_audience (case_id, role) VALUES (?, ?)",
            (
                (n, role)
                for n in range(1, cases + 1)
                for role in ("communications_officer", "headteacher")
            ),
        )
        connection.executemany(
            "INSERT INTO verdict (reading_id, at, action, urgency, held_back, findings, signals, "
            "scores, reasons, versions) VALUES (?, '2026-11-01 12:00:00.000000', 'queue', 'urgent',"
            f" '', '{FINDINGS}', '[]', '{{\"abuse\": 0.9}}', '[\"It may.\"]', '{{}}')",
            ((n,) for n in range(1, cases + 1)),
        )
        connection.executemany(
            "INSERT INTO log_entry (seq, at, event, case_id, body, mac) VALUES (?1, "
            "'2026-11-01 12:00:00.000000', 'observed', ?2, CAST('{\"hidden\": true}' AS BLOB), "
            "'0')",
            ((n, 1 + n % cases) for n in range(1, entries + 1)),
        )
        connection.executemany(
            "INSERT INTO decision (case_id, reading_id, person, outcome, reason, at) VALUES (?1, "
            "?1, 'jfield', 'hide', 'So.', '2026-11-19 12:00:00.000000')",
            ((n,) for n in range(1, cases - open_cases + 1)),
        )
    connection.close()


def timed(browser: Browser, path: str) -> float:
    began = time.process_time()
    answer = browser.opens(path)
    took = time.process_time() - began
    assert answer.status == 200, (path, answer.status)
    return took


def decided(browser: Browser, ref: str) -> float:
    """From a decision to the next case on the server: both requests."""
    began = time.process_time()
    fields = {"outcome": "allow", "version": "1", "then": "next"}
    answer = browser.sends(f"/cases/{ref}/decision", fields)
    took = time.process_time() - began
    assert answer.status == 200, answer.status
    return took


def refs(store: Store) -> list[str]:
    with sqlite3.connect(store.path) as connection:
        rows = connection.execute(
            "SELECT ref FROM moderation_case WHERE status = 'open' ORDER BY id LIMIT 120"
        )
        return [row[0] for row in rows]


def percentiles(series: list[float]) -> tuple[float, float]:
    ordered = sorted(series)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


def main() -> None:
    comments = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000
    large = (comments, comments // 10, max(comments // 200, 60))
    with tempfile.TemporaryDirectory() as directory:
        measure(Path(directory), large)


def measure(directory: Path, large: tuple[int, int, int]) -> None:
    schools = []
    for number, (comments, entries, open_cases) in enumerate((SMALL, large)):
        (directory / str(number)).mkdir()
        school = School(directory / str(number))
        began = time.perf_counter()
        fill(school.store.path, comments, entries, open_cases)
        print(
            f"stored {comments:,} comments, {entries:,} log entries, {open_cases:,} open cases "
            f"in {time.perf_counter() - began:.0f} s"
        )
        schools.append((school, refs(school.store), school.signed_in(OFFICER)))
    heads = [school.signed_in(HEAD) for school, _, _ in schools]
    pages: dict[str, Callable[[int, int], float]] = {
        "queue": lambda n, turn: timed(schools[n][2], "/"),
        "with others": lambda n, turn: timed(schools[n][2], "/?tab=others"),
        "done": lambda n, turn: timed(schools[n][2], "/?tab=done"),
        "headteacher’s queue": lambda n, turn: timed(heads[n], "/"),
        "case": lambda n, turn: timed(schools[n][2], f"/cases/{schools[n][1][turn]}"),
        "decision to next case": lambda n, turn: decided(schools[n][2], schools[n][1][turn]),
    }
    work: Callable[[int, int], float]
    for name, work in pages.items():
        series: list[list[float]] = [[], []]
        for turn in range(ROUNDS):
            for n in (0, 1):
                series[n].append(work(n, turn))
        small, big = percentiles(series[0]), percentiles(series[1])
        print(
            f"{name}: p50 {small[0] * 1000:.0f} → {big[0] * 1000:.0f} ms, p95 {small[1] * 1000:.0f}"
            f" → {big[1] * 1000:.0f} ms: ratio {big[1] / small[1]:.2f} of p95 (aim: 1.5 at most)"
        )
    for school, _, _ in schools:
        school.store.close()


if __name__ == "__main__":
    main()
