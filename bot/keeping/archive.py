"""One backup as a file: a sealed, packed archive of the data folder.

Within the seal it is a gzipped tar with `manifest.json` first, then the database as SQLite's own
online backup took it, the key of the log, the sealed secrets, and the few other files that a school
cannot make again. Its size is about that of the packed database.
"""

from __future__ import annotations

import json
import sqlite3
import tarfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from bot.errors import DataError
from bot.keeping.files import create_private, settle
from bot.keeping.sealing import SealedReader, SealedWriter

DATABASE = "schoolgate.db"
LOG_KEY = "log.key"
SETTINGS = "settings.toml"
BESIDE = ("heads.jsonl", "purged.jsonl")
"""What goes on growing after a backup: copied beside the backups too. It holds nobody's words."""
ALSO = ("names.txt", "secrets.sealed", *BESIDE)
"""Files of the data folder that are kept beside the database, where they are there."""

_MANIFEST = "manifest.json"
_PURPOSE = "backup"
_PATIENCE = 30.0  # seconds
_PAUSE = 0.25
_STEP = 2_000  # pages of 4 KiB: some hundredths of a second
_TRIES = 5
_LARGEST_MANIFEST = 10_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `made_at` is UTC in ISO 8601; `head` that of the log."""

    made_at: str
    version: str
    schema: str
    entries: int
    head: str

    @property
    def made(self) -> str:
        """When it was made, for people."""
        return f"{datetime.fromisoformat(self.made_at).astimezone(UTC):%d %b %Y, %H:%M} UTC"


def snapshot(database: Path, into: Path) -> None:
    """Copy a database that others are working on, whole and at one moment (sqlite.org/backup.html).

    It is copied in short steps, between which others may write. SQLite begins anew where they did:
    if that goes on, the last copy is made in one step, and they wait for it.

    `into` is made for its owner alone. Raises sqlite3.Error, OSError.
    """
    create_private(into).close()
    source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
    with closing(source), closing(sqlite3.connect(into)) as copy:
        try:
            source.backup(copy, pages=_STEP, progress=_Steps(), sleep=_PAUSE)
        except _NeverStillError:
            source.backup(copy, progress=_Steps(), sleep=_PAUSE)
        copy.execute("PRAGMA journal_mode = DELETE")


class _NeverStillError(Exception):
    """Others write so often that a copy in steps does not come to its end."""


class _Steps:
    """Hears of each step of a copy, and gives up: Python tries a locked database for ever."""

    def __init__(self) -> None:
        self._waits = self._begun_anew = 0
        self._left: int | None = None

    def __call__(self, status: int, left: int, _pages: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self._waits += 1
        elif self._left is not None and left >= self._left:
            self._begun_anew += 1
        self._left = left
        if self._waits * _PAUSE > _PATIENCE:
            raise sqlite3.OperationalError("database is locked")
        if self._begun_anew == _TRIES:
            raise _NeverStillError


def problem_of(database: Path) -> str:
    """What SQLite's full check finds wrong with a database; empty where all is well."""
    with closing(sqlite3.connect(database, timeout=_PATIENCE)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if found == ("ok",) else str(found[0])


def manifest_of(database: Path, made_at: str, version: str) -> Manifest:
    """The manifest of a snapshot. Raises sqlite3.Error where it has not our tables."""
    with closing(sqlite3.connect(database)) as connection:
        schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        newest = connection.execute(
            "SELECT seq, mac FROM log_entry ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    entries, head = newest or (0, "")
    return Manifest(made_at, version, str(schema[0]), int(entries), str(head))


def pack(into: BinaryIO, key: bytes, manifest: Manifest, files: Mapping[str, Path | bytes]) -> None:
    """Write one archive and have it reach the disk. Raises OSError."""
    with (
        SealedWriter(into, key, _PURPOSE) as sealed,
        tarfile.open(fileobj=sealed, mode="w|gz") as tar,
    ):
        _add(tar, _MANIFEST, json.dumps(asdict(manifest)).encode())
        for name, content in files.items():
            _add(tar, name, content)
    settle(into)


def _add(tar: tarfile.TarFile, name: str, content: Path | bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode = 0o600
    if isinstance(content, bytes):
        entry.size = len(content)
        tar.addfile(entry, BytesIO(content))
        return
    with content.open("rb") as file:
        entry.size = content.stat().st_size
        tar.addfile(entry, file)


def unpack(archive: Path, key: bytes, into: Path) -> Manifest:
    """Open an archive into a folder that is there; its whole seal is proven by reading it.

    Only files of the names above are taken, whatever stands in it. Raises DataError.
    """
    manifest = None
    try:
        with archive.open("rb") as file:
            sealed = SealedReader(file, key, _PURPOSE)
            with tarfile.open(fileobj=sealed, mode="r|gz") as tar:
                for entry in tar:
                    content = tar.extractfile(entry) if entry.isfile() else None
                    if content is None:
                        continue
                    if entry.name == _MANIFEST:
                        manifest = Manifest(**json.loads(content.read(_LARGEST_MANIFEST)))
                    elif entry.name in (DATABASE, LOG_KEY, SETTINGS, *ALSO):
                        with create_private(into / entry.name) as copy:
                            while piece := content.read(1024 * 1024):
                                copy.write(piece)
                            settle(copy)
            while sealed.read(1024 * 1024):
                pass  # what tar does not look at is under the seal too
    except (OSError, tarfile.TarError, ValueError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "damaged"
        raise DataError(f"The backup {archive} cannot be read: {why}.") from error
    if manifest is None or not (into / DATABASE).exists():
        raise DataError(f"{archive} is no backup of Schoolgate, or only a piece of one.")
    return manifest
