"""A school's own settings.toml: the example with all its notes, and the school's answers in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from bot.settings.load import default_settings_text

Table = Mapping[str, object]

_OWN = {"school", "people", "accounts", "mail", "calendar", "retention", "backup", "web"}


def written(answers: Table) -> str:
    """The text of settings.toml for these answers, which have the shape of the file itself.

    `answers` may hold the sections school, people, accounts, mail, calendar, retention, backup and
    web; keys of the last four that are not named keep what the example says. Raises ValueError for
    a section or a key that the example does not know.
    """
    text = default_settings_text()
    for name, section in answers.items():
        if name not in _OWN:
            raise ValueError(f"[{name}] is not asked for")
        if name == "people":
            text = _with_people(text, _tables(section))
        elif name == "accounts":
            text = _with_accounts(text, _table(section))
        elif name == "mail":
            text = _with_mail(text, _table(section))
        else:
            for key, value in _table(section).items():
                text = _with_key(text, name, key, value)
    return text.replace(_HEAD, _NEW_HEAD, 1)


_HEAD = (
    "# Copy this file, make it yours, and start Schoolgate with it. Everybody in it is made up.\n"
)
_NEW_HEAD = "# Written by `schoolgate init` from your answers. Change it with any text editor.\n"


def _with_key(text: str, section: str, key: str, value: object) -> str:
    """The line `key = …` of one section with another value; its notes stay."""
    found = re.search(rf"^\[{section}\]\n(?:(?!\[).*\n)*?({key} = .*\n)", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"[{section}] has no {key}")
    return f"{text[: found.start(1)]}{key} = {_toml(value)}\n{text[found.end(1) :]}"


def _with_people(text: str, people: Sequence[Table]) -> str:
    begin = text.index("[[people]]\nkey")
    end = text.index("\n\n# --- The school's accounts")
    blocks = "\n".join(f"[[people]]\n{_lines(person)}" for person in people)
    return text[:begin] + blocks + text[end:]


def _with_accounts(text: str, accounts: Table) -> str:
    end = text.index("\n\n# --- E-mail")
    blocks = "".join(
        f"\n[accounts.{name}]\n{_lines(_table(account))}" for name, account in accounts.items()
    )
    return text[:end] + blocks + text[end:]


def _with_mail(text: str, mail: Table) -> str:
    begin = text.index("# [mail]\n")
    end = text.index("\n\n", begin) + 1
    return f"{text[:begin]}[mail]\n{_lines(mail)}{text[end:]}"


def _lines(table: Table) -> str:
    return "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: object) -> str:
    """A value in TOML's spelling; JSON's is the same for texts, numbers, truths and lists."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _table(value: object) -> Table:
    if not isinstance(value, Mapping):
        raise ValueError("a section of the answers is none")  # noqa: TRY004  said to a person
    return value


def _tables(value: object) -> Sequence[Table]:
    if not isinstance(value, Sequence):
        raise ValueError("people is no list of sections")  # noqa: TRY004  said to a person
    return [_table(each) for each in value]
