"""Files that only their owner may read, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def create_private(path: Path) -> BinaryIO:
    """A new file for its owner's eyes alone, in place of an old one. Raises OSError."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), "w+b")


def write_private(path: Path, content: bytes) -> None:
    """All of it or nothing, on the disk when this returns. Raises OSError."""
    draft = path.with_name(f"{path.name}.new")
    try:
        with create_private(draft) as file:
            file.write(content)
            settle(file)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def settle(file: BinaryIO) -> None:
    """Have everything written so far reach the disk."""
    file.flush()
    os.fsync(file.fileno())


_BINARY = getattr(os, "O_BINARY", 0)  # Windows would change the line ends
