"""The SQLite file behind the sandbox, and the clock that lives in it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

Value = str | int | float | None

_SCHEMA = """
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), world REAL, wall REAL);
CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, fault TEXT NOT NULL,
    path_contains TEXT NOT NULL, method TEXT NOT NULL, times INTEGER);
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, status INTEGER NOT NULL, at REAL NOT NULL,
    token_in_query INTEGER NOT NULL, scheme TEXT NOT NULL, fault TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS windows (
    endpoint TEXT PRIMARY KEY, ends REAL NOT NULL, used INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS x_users (
    id INTEGER PRIMARY KEY, handle TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
    bio TEXT NOT NULL, created REAL NOT NULL, followers INTEGER NOT NULL,
    following INTEGER NOT NULL, protected INTEGER NOT NULL, verified INTEGER NOT NULL,
    ours INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS x_posts (
    id INTEGER PRIMARY KEY, author INTEGER NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
    conversation INTEGER NOT NULL, reply_to INTEGER, quote_of INTEGER, media TEXT NOT NULL,
    long INTEGER NOT NULL, hidden INTEGER NOT NULL DEFAULT 0,
    edited_from TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS x_posts_at ON x_posts (at);
CREATE INDEX IF NOT EXISTS x_posts_author ON x_posts (author);
CREATE INDEX IF NOT EXISTS x_posts_reply_to ON x_posts (reply_to);
CREATE INDEX IF NOT EXISTS x_posts_quote_of ON x_posts (quote_of);
CREATE TABLE IF NOT EXISTS x_mentions (
    post INTEGER NOT NULL, user INTEGER NOT NULL, PRIMARY KEY (user, post)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS x_relations (
    user INTEGER NOT NULL, relation TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (user, relation));

-- Posts of protected accounts are seen by approved followers only; the school follows nobody.
CREATE VIEW IF NOT EXISTS x_visible AS
    SELECT p.* FROM x_posts p JOIN x_users u ON u.id = p.author WHERE u.ours OR NOT u.protected;
CREATE TABLE IF NOT EXISTS x_billed (
    day TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (day, id)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fb_people (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, page INTEGER NOT NULL, blocked INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fb_objects (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, author TEXT NOT NULL,
    text TEXT NOT NULL, at REAL NOT NULL, post TEXT NOT NULL, parent TEXT NOT NULL,
    attachment TEXT NOT NULL, from_missing INTEGER NOT NULL, not_visible INTEGER NOT NULL,
    hidden_by TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS fb_objects_post ON fb_objects (post);
CREATE INDEX IF NOT EXISTS fb_objects_parent ON fb_objects (parent);
"""


class Store:
    """One SQLite file, one connection, one lock; survives SIGKILL of the process.

    Not meant to survive a power cut: `synchronous` is off, so that a demo day is quick. A process
    killed inside a transaction leaves a rollback journal, which the next opening plays back.
    `start` is the world's first moment (default: now); a file that exists goes on where it was.
    """

    def __init__(self, path: Path, *, start: datetime | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=DELETE")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)
        self.clock = WorldClock(self._load_clock(start))
        with self.change():
            pass

    def close(self) -> None:
        """Close the file; the state stays."""
        with self._lock:
            self._db.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """All within is written in one transaction, or not at all; may be nested."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                with self._db:  # COMMIT at its end, ROLLBACK where it breaks off
                    yield
                    self._save_clock()
            finally:
                self._depth = 0

    def jump_to(self, when: datetime) -> None:
        """Move the clock forward to `when` (aware); a time already past changes nothing."""
        with self.change():
            self.clock.jump_to(when)

    def advance(self, seconds: float) -> None:
        """Let this much time pass at once."""
        self.jump_to(self.clock.now() + timedelta(seconds=seconds))

    def note(self, key: str) -> str | None:
        """What `set_note` last wrote under this key."""
        row = self.row("SELECT value FROM notes WHERE key = ?", key)
        return None if row is None else str(row["value"])

    def set_note(self, key: str, value: str) -> None:
        """Keep a word for the demo script; within `change` it stands or falls with the scene."""
        self.write("INSERT OR REPLACE INTO notes VALUES (?, ?)", key, value)

    # --- for the rest of this package --------------------------------------------------------

    def rows(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Value) -> sqlite3.Row | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def write(self, sql: str, *values: Value) -> int:
        """Run one statement in a transaction; returns how many rows it changed."""
        with self.change():
            return self._db.execute(sql, values).rowcount

    def _load_clock(self, start: datetime | None) -> float:
        row = self.row("SELECT world, wall FROM clock")
        if row is None:
            return time.time() if start is None else start.timestamp()
        # The day goes on while the process is dead, or a restart would turn time back.
        return float(row["world"]) + max(0.0, time.time() - float(row["wall"]))

    def _save_clock(self) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO clock VALUES (1, ?, ?)", (self.clock.timestamp(), time.time())
        )


class WorldClock:
    """The world's own time (a `bot.ports.Clock`): normal speed, jumps forward, never back."""

    def __init__(self, start: float) -> None:
        self._world = start
        self._real = time.monotonic()

    def timestamp(self) -> float:
        """Seconds since 1970 in the world."""
        return self._world + (time.monotonic() - self._real)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def monotonic(self) -> float:
        """The same seconds as `now`: a jump is time that has passed, for timers too."""
        return self.timestamp()

    def jump_to(self, when: datetime) -> None:
        self._world += max(0.0, when.timestamp() - self.timestamp())


def storable(text: str) -> str:
    """What a platform would keep of a text: halves of surrogate pairs become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
