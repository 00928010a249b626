"""`schoolgate restore`: a backup becomes the data folder of a new machine, all of it or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bot.bootstrap import BACKUPS, DATABASE, Secret, open_store, sole_owner
from bot.errors import DataError
from bot.keeping.archive import BESIDE, Manifest, problem_of, unpack
from bot.keeping.files import write_private
from bot.keeping.sealing import KEY_FILE, KEY_NAME, key_from, school_key
from bot.log import verify_rows
from bot.ports import Clock
from bot.services.heads import kept_heads
from bot.services.purge import repeat_purges
from bot.services.restored import declare_restored
from bot.store import Store

_DRAFT = "restoring"


def restore(
    file: Path,
    data_dir: Path,
    *,
    secret: Secret,
    clock: Clock,
    key_text: str = "",
    lost_heads: Sequence[str] = (),
    reason: str = "",
) -> Manifest:
    """Open a backup, bring it to this version's shape, declare it in the log, and put it in place.

    `key_text` is the school's key as it was written down, where it is not a secret already. The
    database comes into place last: a restore that was cut off is simply done again. Raises
    DataError, SettingsError.
    """
    if (data_dir / DATABASE).exists():
        raise DataError(
            f"{data_dir} holds a school's data already. Restore into a new folder with --data; "
            "nothing was changed."
        )
    with sole_owner(data_dir):
        key = key_from(key_text) if key_text else school_key(data_dir, secret)
        draft = data_dir / _DRAFT
        shutil.rmtree(draft, ignore_errors=True)
        try:
            draft.mkdir(mode=0o700)
            manifest = unpack(file, key, draft)
            _take_along(file.parent, draft)
            _settle(draft, manifest, secret, clock, lost_heads, reason)
            if key_text and secret(KEY_NAME) is None:
                write_private(data_dir / KEY_FILE, key_text.encode("ascii") + b"\n")
            _move_in(draft, data_dir)
        except OSError as error:
            raise DataError(
                f"The backup could not be put into {data_dir} ({error.strerror or error}). Make "
                "room there, or mend who may write there, and run this again."
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _settle(
    draft: Path,
    manifest: Manifest,
    secret: Secret,
    clock: Clock,
    lost_heads: Sequence[str],
    reason: str,
) -> None:
    problem = problem_of(draft / DATABASE)
    if problem:
        raise DataError(f"The database in this backup is damaged ({problem}). Use another backup.")
    store = open_store(draft, secret, clock)
    try:
        _prove(store)
        heads = [*lost_heads, *kept_heads(draft, None)]
        declare_restored(store, clock, made_at=manifest.made_at, lost_heads=heads, reason=reason)
        repeat_purges(store, clock)
    finally:
        store.close()
    shutil.rmtree(draft / BACKUPS, ignore_errors=True)  # the file itself is the way back
    (draft / KEY_FILE).unlink(missing_ok=True)


def _take_along(folder: Path, draft: Path) -> None:
    """What was written down beside the backups since this one was made: it only ever grows."""
    for name in BESIDE:
        newer, older = folder / name, draft / name
        size = older.stat().st_size if older.exists() else 0
        if newer.exists() and newer.stat().st_size > size:
            write_private(older, newer.read_bytes())


def _prove(store: Store) -> None:
    found = verify_rows(store.log_rows(), store.log_key)
    if not found.ok:
        raise DataError(
            f"The log in this backup is not whole: {found.problem}. Use another backup, and keep "
            "this one for whoever looks into it."
        )


def _move_in(draft: Path, data_dir: Path) -> None:
    for each in sorted(draft.iterdir(), key=lambda path: path.name == DATABASE):
        if each.is_file():
            each.replace(data_dir / each.name)
