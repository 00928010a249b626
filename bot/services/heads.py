"""The newest code of the log, written down where an older database cannot take it back."""

from __future__ import annotations

import json
import os
from pathlib import Path

from bot.errors import DataError
from bot.ports import Clock
from bot.settings import Settings
from bot.store import Store

HEADS = "heads.jsonl"
"""In the data folder; settings can name a second file elsewhere."""


def keep_head(store: Store, clock: Clock, settings: Settings) -> str:
    """Write the head down in every place; returns it. A head that stands there is not repeated.

    Raises DataError where a place cannot be written, after all others were.
    """
    with store.read() as uow:
        entries, head = uow.log.tail()
    line = json.dumps({"at": clock.now().isoformat(), "entries": entries, "head": head}) + "\n"
    failed = []
    for path in head_files(store.path.parent, settings):
        try:
            if head not in _heads_in(path)[-1:]:
                with os.fdopen(
                    os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a"
                ) as f:
                    f.write(line)
        except OSError as error:
            failed.append(f"{path} ({error.strerror})")
    if failed:
        raise DataError(f"The log's head could not be written to {', '.join(failed)}.")
    return head


def kept_heads(data_dir: Path, settings: Settings | None) -> list[str]:
    """All heads that were written down, oldest first within each place."""
    places = head_files(data_dir, settings)
    return [head for path in places if path.exists() for head in _heads_in(path)]


def head_files(data_dir: Path, settings: Settings | None) -> list[Path]:
    """Where heads are written down."""
    second = settings.retention.head_file if settings else ""
    return [data_dir / HEADS, *([Path(second)] if second else [])]


def _heads_in(path: Path) -> list[str]:
    if not path.exists():
        return []
    heads = []
    for line in path.read_text("utf-8").splitlines():
        try:
            heads.append(str(json.loads(line)["head"]))
        except (ValueError, KeyError, TypeError):
            continue  # a line torn by a crash: the others still prove what they prove
    return heads
