"""The digests beside a model, by which a damaged or swapped file is known at the start."""

from __future__ import annotations

import hashlib
from pathlib import Path

from classifiers.onnx import SEALED, SUMS


def seal(folder: Path) -> None:
    """Write SHA256SUMS over the files that are loaded."""
    sums = [f"{hashlib.sha256((folder / one).read_bytes()).hexdigest()}  {one}" for one in SEALED]
    (folder / SUMS).write_text("\n".join(sums) + "\n", "ascii")
