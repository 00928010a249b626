"""The sealed secrets: tokens and passwords at rest, in one file of the data folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import DataError
from bot.keeping.files import write_private
from bot.keeping.sealing import seal, unseal

FILE = "secrets.sealed"
_PURPOSE = "secrets"
_PATIENCE = 60.0


class SealedSecrets:
    """Secrets by name, sealed with the school's key; safe between threads and processes.

    Read afresh at each call, so that what another process renewed counts at once. A secret that is
    kept is on the disk when `keep` returns.
    """

    def __init__(self, data_dir: Path, key: Callable[[], bytes]) -> None:
        self._path, self._key = data_dir / FILE, key
        self._lock = FileLock(data_dir / f"{FILE}.lock", mode=0o600)

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises DataError where the file cannot be opened with the key."""
        return self._all().get(name)

    def names(self) -> list[str]:
        """Which secrets there are; never their values."""
        return sorted(self._all())

    def keep(self, values: Mapping[str, str]) -> None:
        """Keep these in place of what had their names; an empty value takes a secret away.

        All of them or none. Raises DataError where they cannot be written.
        """
        with self.alone():
            merged = {**self._all(), **values}
            kept = {name: value for name, value in merged.items() if value}
            try:
                write_private(self._path, seal(self._key(), _PURPOSE, json.dumps(kept).encode()))
            except OSError as error:
                raise DataError(
                    f"A secret could not be stored in {self._path} ({error.strerror}). Make room "
                    "there, or mend who may write there, and try again."
                ) from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else renews or keeps a secret meanwhile. May be nested in one thread."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._lock.acquire(timeout=_PATIENCE):
                yield
        except Timeout:
            raise DataError(
                f"Another Schoolgate has held {self._path} for a minute. Try again."
            ) from None

    def _all(self) -> dict[str, str]:
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DataError(f"{self._path} cannot be read ({error.strerror}).") from error
        try:
            found = json.loads(unseal(self._key(), _PURPOSE, sealed))
        except DataError:
            raise DataError(
                f"The sealed secrets in {self._path} cannot be opened: the key (SCHOOLGATE_KEY, or "
                "the file schoolgate.key) is not the one they were sealed with, or the file is "
                "damaged. Put the right key back, or take the file away and connect each account "
                "again."
            ) from None
        return {str(name): str(value) for name, value in found.items()}
