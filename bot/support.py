"""What a technician may send to whoever helps: how Schoolgate is, and nothing that anybody wrote.

No secret, no comment, no name, no address and no count of cases is in it. Settings are given by
their shape: words that the school wrote are left out, numbers and choices stay.
"""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from bot.checks import Finding
from bot.keeping.files import create_private
from bot.program_log import FILE
from bot.settings import default_settings_text

_CHOICES = ("adapter", "mailer", "classifier", "mode", "security", "at", "digest_at", "roles")
_LARGEST_LOG = 2_500_000


def write_bundle(
    into: Path,
    *,
    findings: Iterable[Finding],
    settings: Path | None,
    data_dir: Path,
    names: Iterable[str],
) -> list[str]:
    """Write the bundle as a zip for its owner alone; returns what is in it. Raises OSError.

    `names` are the school's own words (people, addresses): wherever one stands in a finding or in
    the program's log, it is taken out.
    """
    hidden = sorted({name for name in names if len(name) > 2}, key=len, reverse=True)
    told = [[f.id, f.severity, f.message, f.do] for f in findings]
    parts = {
        "findings.json": json.dumps(told, indent=1),
        "machine.json": json.dumps(_machine(data_dir), indent=1),
        "settings.json": json.dumps(_shape_of(settings), indent=1),
    }
    for log in sorted(data_dir.glob(f"{FILE}*")):
        parts[log.name] = log.read_text("utf-8", "replace")[-_LARGEST_LOG:]
    with create_private(into) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in parts.items():
            for word in hidden:
                text = text.replace(word, "[left out]")
            bundle.writestr(name, text)
    return list(parts)


def _machine(data_dir: Path) -> dict[str, object]:
    return {
        "python": sys.version,
        "system": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        "packages": sorted(f"{d.name} {d.version}" for d in distributions()),
        "files": {p.name: p.stat().st_size for p in sorted(data_dir.iterdir()) if p.is_file()},
    }


def _shape_of(settings: Path | None) -> object:
    """Settings without the school's words; only what differs from the example is of interest."""
    if settings is None or not settings.exists():
        return None
    try:
        raw = tomllib.loads(settings.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return "cannot be read"
    raw.pop("people", None)
    example = tomllib.loads(default_settings_text())
    return {key: _shape(value, key) for key, value in raw.items() if value != example.get(key)}


def _shape(value: object, key: str) -> object:
    if isinstance(value, Mapping):
        return {str(name): _shape(each, str(name)) for name, each in value.items()}
    if isinstance(value, list):
        return [_shape(each, key) for each in value] if key in _CHOICES else f"{len(value)} entries"
    if isinstance(value, str) and key not in _CHOICES:
        return "(a text)" if value else "(empty)"
    return value if isinstance(value, str | int | float | bool) else str(type(value).__name__)
