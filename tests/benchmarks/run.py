"""Speed and size, printed as figures and ratios; nothing is asserted (the machine is noisy).

uv run python tests/benchmarks/run.py
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.model import Comment  # noqa: E402
from bot.settings import default_settings_text  # noqa: E402
from tests.builders import a_comment  # noqa: E402
from tests.house import HARMLESS, HIDES, QUEUES, House  # noqa: E402

COMMENTS = 3_000
STORED = (1_000, 100_000)
POLLS = 15


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def quiet() -> None:
    from bot import program_log

    program_log.configure(None, console=False)


def texts(number: int) -> list[str]:
    """One in ten must be hidden, one in ten queued: far more than a school ever sees."""
    cycle = [HIDES, QUEUES, *[HARMLESS] * 8]
    return [f"{cycle[n % 10]} {n}" for n in range(number)]


def pipeline(directory: Path) -> None:
    """Ingest → verdict → log → effects, full durability, a classifier that takes no time."""
    house = House(directory)
    house.past_the_baseline()
    house.platform.page_size = 100
    for text in texts(COMMENTS):
        house.comes(text)
    seconds = timed(house.cycle)
    [(judged,)] = house.rows("SELECT count(*) FROM verdict")
    [(entries,)] = house.rows("SELECT count(*) FROM log_entry")
    [(effects,)] = house.rows("SELECT count(*) FROM effect")
    house.close()
    print(
        f"pipeline: {COMMENTS / seconds:,.0f} comments/s (aim: 300), {judged} verdicts, "
        f"{entries} log entries, {effects} effects carried out"
    )


def fill(house: House, number: int) -> None:
    """Store comments as earlier polls would have, without the platform remembering them."""
    connection = sqlite3.connect(house.store.path)
    with connection:
        connection.executemany(
            "INSERT INTO item (id, platform, kind, native_id, scope, account, created_at, "
            "first_seen_at, author_id, author_handle, author_name, post_id, parent_id, permalink, "
            "facts, baseline, reading_id, presence) VALUES (?1, 'memory', 'comment', 'old' || ?1, "
            "'', 'school', '2026-11-01 12:00:00', '2026-11-01 12:00:00', 'author' || ?1 % 500, "
            "'', '', '1', '', '', '{}', 0, ?1, 'present')",
            [(n,) for n in range(1, number + 1)],
        )
        connection.executemany(
            "INSERT INTO reading (id, item_id, digest, salt, text, attachments, seen_at, waiting) "
            "VALUES (?1, ?1, 'd' || ?1, '', 'Lovely', '[]', '2026-11-01 12:00:00', 0)",
            [(n,) for n in range(1, number + 1)],
        )
    connection.close()


def next_poll(directory: Path) -> None:
    """One poll that brings 20 comments, in a small and in a large database, turn by turn."""
    houses = []
    for stored in STORED:
        (directory / str(stored)).mkdir()
        house = House(directory / str(stored))
        house.past_the_baseline()
        fill(house, stored)
        houses.append(house)

    def one(house: House, turn: int) -> float:
        for n in range(20):
            comment: Comment = a_comment(f"{HARMLESS} {turn} {n}", created_at=house.clock.now())
            house.platform.post(comment)
        return timed(house.cycle)

    for house in houses:
        one(house, -1)
    times: list[list[float]] = [[], []]
    for turn in range(POLLS):
        for number, house in enumerate(houses):
            times[number].append(one(house, turn))
    small, large = (sorted(series)[POLLS // 2] for series in times)
    for house in houses:
        house.close()
    print(
        f"next poll of 20: {small * 1000:.1f} ms with {STORED[0]:,} stored, {large * 1000:.1f} ms "
        f"with {STORED[1]:,}: ratio {large / small:.2f} (aim: 1.3 at most)"
    )


def daemon(directory: Path) -> None:
    """Start to first poll, and resident memory without a model."""
    settings = directory / "settings.toml"
    settings.write_text(
        default_settings_text()
        + '\n[accounts.try]\nadapter = "memory"\ncomments = ["Lovely"]\n'
        + '\n[mail]\nmailer = "memory"\nsender = "gate@rossmore.example"\n'
    )
    data = directory / "data"
    command = [sys.executable, "-m", "bot", "run", "--settings", str(settings), "--data"]
    began = time.perf_counter()
    process = subprocess.Popen([*command, str(data)], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while not _polled(data):
            time.sleep(0.02)
        first_poll = time.perf_counter() - began
        time.sleep(2)
        status = Path(f"/proc/{process.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        megabytes = int(resident.split()[1]) / 1024
    finally:
        process.terminate()
        process.wait()
    print(f"start to first poll: {first_poll:.1f} s (aim: 5 at most)")
    print(f"resident memory of the daemon: {megabytes:.0f} MB (aim: below 200)")


def _polled(data: Path) -> bool:
    try:
        connection = sqlite3.connect(f"file:{data / 'schoolgate.db'}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return False
    try:
        query = "SELECT 1 FROM poll WHERE stream = 'comments' AND result = 'complete'"
        return connection.execute(query).fetchone() is not None
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def main() -> None:
    quiet()
    print(
        f"{os.cpu_count()} cores, SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]}"
    )
    for work in (pipeline, next_poll, daemon):
        with tempfile.TemporaryDirectory() as directory:
            work(Path(directory))


if __name__ == "__main__":
    main()
