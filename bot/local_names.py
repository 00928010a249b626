"""The school's own list of children's names: `names.txt` in the data directory.

It never leaves that directory: no message, log or page holds what stands in it.
"""

from __future__ import annotations

from pathlib import Path

from bot.errors import Problem, SettingsError
from bot.text import normalise

FILE = "names.txt"
_LONGEST = 80  # characters of one name
_WORDS = 5


def local_names(data_dir: Path) -> frozenset[str]:
    """The names of that list, in plain form; none where there is no such file.

    One first name, nickname or full name a line; `#` begins a note. Raises SettingsError with the
    number of each line that cannot be a name.
    """
    path = data_dir / FILE
    try:
        # Windows editors put a mark before the first letter; utf-8-sig takes it off.
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        return frozenset()
    except UnicodeDecodeError:
        message = "is not saved as UTF-8; choose UTF-8 as the encoding when you save it"
        raise SettingsError([Problem(str(path), message)]) from None
    except OSError as error:
        message = f"cannot be read ({error.strerror}); look at who may read it"
        raise SettingsError([Problem(str(path), message)]) from None
    names, wrong = set(), []
    for number, line in enumerate(lines, start=1):
        name = " ".join(normalise(line.split("#")[0]).plain.split())
        if not name:
            continue
        if _can_be_a_name(name):
            names.add(name)
        else:
            message = "is no name; write one first name, nickname or full name on each line"
            wrong.append(Problem(f"{path}, line {number}", message))
    if wrong:
        raise SettingsError(wrong)
    return frozenset(names)


def _can_be_a_name(words: str) -> bool:
    parts = words.split()
    return (
        len(words) <= _LONGEST
        and len(parts) <= _WORDS
        and len(parts[0]) > 1
        and all(part.replace("-", "").replace("'", "").isalpha() for part in parts)
    )
