"""Secrets come from the environment's NAME, from the file that NAME_FILE names, or from systemd.

systemd puts its credentials into files of the folder $CREDENTIALS_DIRECTORY, each under its name
(systemd.exec(5), LoadCredential=).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.errors import Problem, SettingsError, did_you_mean

_PREFIX = "SCHOOLGATE_"
_KNOWN = ("SCHOOLGATE_DATA", "SCHOOLGATE_SETTINGS", "SCHOOLGATE_LOG_KEY", "SCHOOLGATE_LOG_KEY_FILE",
          "SCHOOLGATE_KEY", "SCHOOLGATE_KEY_FILE")  # fmt: skip


def secret_reader(environ: Mapping[str, str]) -> Callable[[str], str | None]:
    """A reader of secrets: `read(NAME)` gives the secret, or None where there is none.

    What the environment names goes before what systemd hands over. One newline at the end of a
    secret file is not part of the secret. The file is read at each call, so that a renewed secret
    counts. `read` raises SettingsError where both NAME and
    NAME_FILE are set, or where the file cannot be read or is empty.
    """

    def read(name: str) -> str | None:
        by_file = f"{name}_FILE"
        value, path = environ.get(name, ""), environ.get(by_file, "")
        if value and path:
            raise SettingsError(
                [Problem(name, f"is set, and so is {by_file}; keep one of the two")]
            )
        handed = Path(environ.get("CREDENTIALS_DIRECTORY", "")) / name
        if not value and not path and environ.get("CREDENTIALS_DIRECTORY") and handed.exists():
            return _contents(name, handed)
        return _contents(by_file, Path(path)) if path else value or None

    return read


def environment_problems(environ: Mapping[str, str]) -> list[Problem]:
    """One problem for each variable that begins like ours but is none of ours: a slip of the pen
    would otherwise go unnoticed.
    """
    return [
        Problem(
            name,
            f"is no environment variable of Schoolgate; {_hint(name)}, or take it away",
        )
        for name in sorted(environ)
        if name.startswith(_PREFIX) and name not in _KNOWN
    ]


def _hint(name: str) -> str:
    near = did_you_mean(name, _KNOWN)
    return f"{near} Rename it" if near else f"known are {', '.join(_KNOWN)}"


def _contents(name: str, path: Path) -> str:
    try:
        secret = path.read_text("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a text file in UTF-8"
        raise SettingsError(
            [Problem(name, f"names {path}, which cannot be read ({why}); correct the path")]
        ) from None
    if not secret:
        raise SettingsError(
            [Problem(name, f"names {path}, which is empty; put the secret into it")]
        )
    return secret
