"""Killed at random under load, without disk, database, mail or the right time: what is left is held
against what the platforms and the mailbox have.

uv run python tests/longrun/chaos.py [--kills 200] [--locked 60] [--seed 1]

Each kill is a real SIGKILL of a real process (house_that_dies.py) that speaks real HTTP and SMTP
with a sandbox in this one. Ends with 1 where a promise does not hold.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from adapters.sandbox.stage import Stage  # noqa: E402
from bot import program_log  # noqa: E402
from bot.log import verify  # noqa: E402
from bot.store import Store  # noqa: E402
from tests.house import HARMLESS, HIDES  # noqa: E402

CHILD = Path(__file__).parent / "house_that_dies.py"
DATABASE = "schoolgate.db"
LIMIT = 300
CLOSED_PORT = 9
SMALL_DISK = "64m"


class Chaos:
    """The sandbox, the data folder, and one process after the other."""

    def __init__(self, folder: Path, chance: random.Random, *, own_disk: bool) -> None:
        self.chance, self.own_disk = chance, own_disk
        self.data, self.logs, self.plan = folder / "data", folder / "logs", folder / "plan.json"
        self.stage = Stage.open(folder / "sandbox")
        self.world, self.mailbox = self.stage.world, folder / "sandbox" / "mailbox"
        self.written: set[str] = set()
        self.kills: Counter[str] = Counter()
        self.mail, self.off, self.most_bytes = True, 0.0, 0

    # --- the load ------------------------------------------------------------------------------

    def somebody_writes(self) -> None:
        words = f"{HIDES if self.chance.random() < 0.4 else HARMLESS} {len(self.written)}"
        name = f"Parent {len(self.written)}"
        if self.chance.random() < 0.5:
            post = self.world.fb_post(f"News {len(self.written)}")
            self.written.add(self.world.fb_comment(post, self.world.fb_user(name), words))
        else:
            author = self.world.x_user(f"parent{len(self.written)}", name)
            post = self.world.x_post(self.world.x_account_id(), f"News {len(self.written)}")
            self.written.add(self.world.x_post(author, words, reply_to=post))

    # --- the process ---------------------------------------------------------------------------

    def start(self, cycles: int = 0) -> subprocess.Popen[bytes]:
        settings: dict[str, Any] = json.loads(json.dumps(self.stage.settings()))
        if not self.mail:
            settings["mail"]["port"] = CLOSED_PORT
        off = (self.stage.clock.now() - datetime.now(UTC)).total_seconds() + self.off
        plan = {
            "settings": settings,
            "secrets": dict(self.stage.secrets()),
            "data": str(self.data),
            "logs": str(self.logs),
            "off": off,
            "cycles": cycles,
            "most_bytes": self.most_bytes,
        }
        self.plan.write_text(json.dumps(plan), "utf-8")
        return subprocess.Popen(
            [sys.executable, str(CHILD), str(self.plan)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def lives_and_dies(self, what: str, *, for_hours: float = 0.25) -> None:
        """One life: time passes, people write, it works for a moment, and is killed."""
        self.stage.advance(3600 * for_hours)
        process = self.start()
        assert process.stdout is not None
        up = process.stdout.readline()
        for _ in range(self.chance.randint(1, 3)):
            self.somebody_writes()
        time.sleep(self.chance.uniform(0.0, 2.5) if up else 0.0)
        ended = process.poll() is not None
        process.kill()
        _, errors = process.communicate(timeout=LIMIT)
        if ended and what != "no disk":
            raise AssertionError(f"it ended by itself: {errors.decode()[-2000:]}")
        self.kills[what] += 1

    def comes_to_rest(self) -> None:
        """All is well again, and everybody has waited long enough."""
        self.mail, self.off, self.most_bytes = True, 0.0, 0
        for _ in range(12):
            self.stage.advance(2 * 3600)
            process = self.start(cycles=1)
            _, errors = process.communicate(timeout=LIMIT)
            assert process.returncode == 0, errors.decode()[-2000:]

    # --- what goes wrong -----------------------------------------------------------------------

    @contextmanager
    def no_disk(self) -> Iterator[None]:
        """Not a byte is left: by a file that fills the folder's own small disk, or by a limit."""
        if self.own_disk:
            filler = self.data / "filler"
            # Unbuffered: what a buffer still holds is written on closing, and that fails again.
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(b"0" * 65536):
                    pass
            yield
            filler.unlink()
        else:
            self.most_bytes = (self.data / DATABASE).stat().st_size
            yield
            self.most_bytes = 0

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else holds the database, as a backup program may."""
        with closing(sqlite3.connect(self.data / DATABASE, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")

    def is_locked_out(self, seconds: float) -> None:
        """It waits, says so, and works again afterwards: it does not end."""
        process = self.start()
        assert process.stdout is not None
        assert process.stdout.readline()
        with self.locked():
            self.somebody_writes()
            time.sleep(seconds)
            assert process.poll() is None, "it ended because the database was locked"
        time.sleep(3)
        assert process.poll() is None, "it ended after the database was locked"
        process.kill()
        process.communicate(timeout=LIMIT)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / DATABASE)) as connection:
            return connection.execute(sql).fetchall()


def broken_promises(chaos: Chaos) -> list[str]:
    """What does not hold, in words."""
    return [*_comments(chaos), *_hides(chaos), *_letters(chaos), *_log(chaos)]


def _comments(chaos: Chaos) -> list[str]:
    broken = []
    stored = Counter(
        native for (native,) in chaos.rows("SELECT native_id FROM item WHERE kind = 'comment'")
    )
    if lost := chaos.written - set(stored):
        broken.append(f"{len(lost)} comments were lost")
    if twice := [each for each, times in stored.items() if times > 1]:
        broken.append(f"{len(twice)} comments are stored twice")
    if waiting := chaos.rows("SELECT count(*) FROM reading WHERE waiting")[0][0]:
        broken.append(f"{waiting} were never judged")
    many = chaos.rows(
        "SELECT count(*) FROM (SELECT reading_id FROM verdict GROUP BY reading_id "
        "HAVING count(*) > 1)"
    )[0][0]
    return [*broken, *([f"{many} were judged twice"] if many else [])]


def _hides(chaos: Chaos) -> list[str]:
    broken = []
    ends = Counter(chaos.rows("SELECT kind, status FROM effect WHERE item_id IS NOT NULL"))
    open_ = {end: n for end, n in ends.items() if end[1] in {"pending", "claimed", "accepted"}}
    if open_:
        broken.append(f"these never came to an end: {open_}")
    believed = {
        native
        for (native,) in chaos.rows(
            "SELECT native_id FROM item WHERE hidden AND presence = 'present'"
        )
    }
    there = chaos.world.x_hidden() | chaos.world.fb_hidden()
    if believed != there:
        broken.append(f"{len(believed)} are believed hidden, {len(there)} are")
    done = Counter(
        call.path
        for call in chaos.world.requests("facebook")
        if _is_hide(call.method, call.query) and call.status == 200
    )
    if twice := [path for path, times in done.items() if times > 1]:
        broken.append(f"{len(twice)} hides were carried out twice on Facebook")
    return broken


def _is_hide(method: str, query: object) -> bool:
    return method == "POST" and "is_hidden" in str(query)


def _letters(chaos: Chaos) -> list[str]:
    parser, came = BytesParser(policy=policy.default), dict[str, set[bytes]]()
    for file in (chaos.mailbox).glob("*.eml"):
        letter = parser.parsebytes(file.read_bytes())
        came.setdefault(str(letter["Message-ID"]), set()).add(letter.as_bytes())
    written = {
        one
        for (one,) in chaos.rows(
            "SELECT message_id FROM letter l JOIN effect e ON e.letter_id = l.id "
            "WHERE e.status != 'cancelled'"
        )
    }
    broken = []
    if unsent := written - set(came):
        broken.append(f"{len(unsent)} letters never arrived")
    if invented := set(came) - written:
        broken.append(f"{len(invented)} letters arrived that are not written down")
    if any(len(versions) > 1 for versions in came.values()):
        broken.append("a letter came twice with other words")
    return broken


def _log(chaos: Chaos) -> list[str]:
    key = (chaos.data / "log.key").read_text("ascii").strip().encode()
    with closing(Store(chaos.data / DATABASE, key)) as store, store.read() as uow:
        found = verify(uow.log.after(0, limit=10_000_000), key)
    return [] if found.ok else [f"the log does not verify: {found.problem}"]


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of its own for the data, where one may be mounted (root on Linux); whether it was."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=700", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=False)


def torment(chaos: Chaos, kills: int, locked: float) -> None:
    """A fifth of the kills in each sort of weather, and the rest in fair weather."""
    part = max(kills // 5, 1)
    for _ in range(kills - 3 * part):
        chaos.lives_and_dies("load")
    for _ in range(part):
        with chaos.no_disk():
            chaos.lives_and_dies("no disk")
        chaos.lives_and_dies("disk again")
    chaos.is_locked_out(locked)
    chaos.mail = False
    for _ in range(part):
        chaos.lives_and_dies("no mail", for_hours=24 / part)
    chaos.mail = True
    for _ in range(part):
        chaos.off = chaos.chance.choice((-3600.0, 3600.0))
        chaos.lives_and_dies("clock off")


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kills", type=int, default=200)
    words.add_argument("--locked", type=float, default=60.0, help="seconds")
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    program_log.configure(None, console=False)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name, small_disk(Path(name) / "data") as own_disk:
        chaos = Chaos(Path(name), random.Random(given.seed), own_disk=own_disk)
        try:
            torment(chaos, given.kills, given.locked)
            chaos.comes_to_rest()
            broken = broken_promises(chaos)
        finally:
            chaos.stage.close()
    disk = "a disk of its own" if own_disk else "a limit on the size of files"
    print(
        f"{sum(chaos.kills.values())} kills {dict(chaos.kills)}, {len(chaos.written)} comments, "
        f"full disk by {disk}, database locked for {given.locked:.0f} s, in "
        f"{time.perf_counter() - began:.0f} s (seed {given.seed})"
    )
    for each in broken:
        print(f"DOES NOT HOLD: {each}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
