"""Backups: made each night while Schoolgate works, proven by reading them back, kept 30 days."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import DataError
from bot.keeping import archive
from bot.keeping.archive import Manifest
from bot.keeping.files import create_private
from bot.school_calendar import LONDON

LATE = timedelta(hours=36)
"""A newest backup older than this means that a night was missed."""

_NAME = re.compile(r"schoolgate-(\d{8}T\d{6}Z)(-before-upgrade)?\.backup")
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup that lies in the folder. `nightly` is false for the one before an upgrade."""

    path: Path
    made_at: datetime
    nightly: bool = True


@dataclass(frozen=True, slots=True)
class Backups:
    """The backups of one data folder, in one other folder.

    `also` are files from elsewhere (settings.toml) and the key of the log, by their names in the
    archive. `at` is local time in Europe/London; `keep_days` at most 30, for what was purged from
    the database lives on in them (docs/decisions/0015).
    """

    data_dir: Path
    folder: Path
    key: bytes
    also: Mapping[str, Path | bytes]
    at: time
    keep_days: int

    @property
    def is_elsewhere(self) -> bool:
        """Whether a disk that dies does not take data and backups together."""
        try:
            return self.folder.stat().st_dev != self.data_dir.stat().st_dev
        except OSError:
            return True

    def listed(self) -> list[Backup]:
        """What is there, oldest first. Raises DataError where the folder cannot be read."""
        try:
            names = list(self.folder.iterdir()) if self.folder.exists() else []
        except OSError as error:
            raise self._unusable(error) from error
        found = [(path, _NAME.fullmatch(path.name)) for path in names]
        backups = [
            Backup(
                path,
                datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
                nightly=not match[2],
            )
            for path, match in found
            if match
        ]
        return sorted(backups, key=lambda each: each.made_at)

    def newest(self) -> Backup | None:
        """The newest nightly one."""
        return next((each for each in reversed(self.listed()) if each.nightly), None)

    def is_due(self, now: datetime) -> bool:
        """Whether this night's is still to be made; one that was missed is made up for once."""
        today = datetime.combine(now.astimezone(LONDON).date(), self.at, LONDON)
        last = today if today <= now else today - timedelta(days=1)
        newest = self.newest()
        return newest is None or not last <= newest.made_at <= now

    def lay_beside(self) -> None:
        """Copy beside the backups what a restore has to know of the time since the newest of them.

        Raises DataError.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name in archive.BESIDE:
                if (self.data_dir / name).exists():
                    part = self.folder / f"{name}.part"
                    with create_private(part) as file:
                        file.write((self.data_dir / name).read_bytes())
                    part.replace(self.folder / name)
        except OSError as error:
            raise self._unusable(error) from error

    def make(self, now: datetime, *, before_upgrade: bool = False) -> Path:
        """Make one, read it back, and only then take away those that are too old.

        Nothing half is left behind. Raises DataError where it cannot be made: the disk is full, the
        share is away, the database is locked or damaged.
        """
        suffix = "-before-upgrade" if before_upgrade else ""
        final = self.folder / f"schoolgate-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{suffix}.backup"
        part = final.with_name(f"{final.name}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _draft(self.data_dir) as draft:
                copy = draft / archive.DATABASE
                archive.snapshot(self.data_dir / archive.DATABASE, copy)
                self._check(copy)
                manifest = archive.manifest_of(copy, now.isoformat(), version("schoolgate"))
                with create_private(part) as file:
                    archive.pack(file, self.key, manifest, {archive.DATABASE: copy, **self._more()})
            self._read_back(part, manifest)
            part.replace(final)
        except sqlite3.Error as error:
            raise DataError(
                f"The backup could not be made: the database cannot be read ({error}). It is tried "
                "again within the hour; if this goes on, run `schoolgate check`."
            ) from error
        except OSError as error:
            raise self._unusable(error) from error
        finally:
            self._take_away(part)
        self._rotate(now)
        return final

    def verify(self, path: Path) -> Manifest:
        """Open a backup, and prove its database; leaves nothing behind. Raises DataError."""
        with _draft(self.data_dir) as draft:
            manifest = archive.unpack(path, self.key, draft)
            self._check(draft / archive.DATABASE)
            found = archive.manifest_of(
                draft / archive.DATABASE, manifest.made_at, manifest.version
            )
        if found != manifest:
            raise DataError(f"The backup {path} does not hold what it says. Use another one.")
        return manifest

    def _read_back(self, part: Path, manifest: Manifest) -> None:
        if self.verify(part) != manifest:
            raise DataError(f"The backup in {self.folder} reads back as another one. Try again.")

    def _more(self) -> dict[str, Path | bytes]:
        beside = {name: self.data_dir / name for name in archive.ALSO}
        files: dict[str, Path | bytes] = {**beside, **self.also}
        return {
            name: content
            for name, content in files.items()
            if isinstance(content, bytes) or content.exists()
        }

    def _check(self, database: Path) -> None:
        problem = archive.problem_of(database)
        if problem:
            raise DataError(
                f"The database is damaged, so no backup was made of it ({problem}). Stop "
                "Schoolgate, keep this folder as it is, and put the newest backup into a new one: "
                "schoolgate restore NEWEST.backup --data NEW"
            )

    def _rotate(self, now: datetime) -> None:
        """Take away what is too old, but never the newest: a wrong clock must not empty this."""
        newest = self.newest()
        for each in self.listed():
            if each != newest and now - each.made_at > timedelta(days=self.keep_days):
                self._take_away(each.path)

    def _take_away(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> DataError:
        return DataError(
            f"The backup could not be made in {self.folder} ({error.strerror or error}). Is the "
            "share there, may Schoolgate write to it, and is there room, there and in the data "
            "folder? It is tried again within the hour."
        )


@contextmanager
def _draft(data_dir: Path) -> Iterator[Path]:
    """A private folder in the data folder, one at a time; a killed process may have left its own.

    Raises DataError where another backup is being made or read.
    """
    folder = data_dir / "backup-draft"
    try:
        with FileLock(data_dir / "backup.lock", timeout=_PATIENCE, mode=0o600):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except Timeout:
        raise DataError("Another backup is being made or read just now. Try again later.") from None
