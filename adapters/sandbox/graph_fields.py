"""Graph's field expansion: `id,comments.filter(stream).limit(50){id,from}` as a tree.

Imitates developers.facebook.com, "Field Expansion".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
_MODIFIER = re.compile(r"\.([A-Za-z_]+)\(([^)]*)\)\s*")


class FieldsError(ValueError):
    """The `fields` parameter cannot be read; the message is worded as Graph's own."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field asked for, with its modifiers and, in braces, what is asked of its members."""

    name: str
    modifiers: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()

    def __str__(self) -> str:
        modifiers = "".join(f".{name}({value})" for name, value in self.modifiers.items())
        inner = "{" + written(self.fields) + "}" if self.fields else ""
        return f"{self.name}{modifiers}{inner}"


def written(fields: tuple[Field, ...]) -> str:
    """The tree as a `fields` parameter again."""
    return ",".join(str(one) for one in fields)


def parse_fields(text: str) -> tuple[Field, ...]:
    """Read a `fields` parameter; an empty one asks for the defaults. Raises FieldsError."""
    if not text.strip():
        return ()
    found, end = _list(text, 0)
    if end != len(text):
        raise _wrong(text, end)
    return found


def _list(text: str, position: int) -> tuple[tuple[Field, ...], int]:
    found: list[Field] = []
    while True:
        one, position = _field(text, position)
        found.append(one)
        if text[position : position + 1] != ",":
            return tuple(found), position
        position += 1


def _field(text: str, position: int) -> tuple[Field, int]:
    name = _NAME.match(text, position)
    if name is None:
        raise _wrong(text, position)
    position = name.end()
    modifiers: dict[str, str] = {}
    while (modifier := _MODIFIER.match(text, position)) is not None:
        modifiers[modifier.group(1)] = modifier.group(2).strip()
        position = modifier.end()
    inner: tuple[Field, ...] = ()
    if text[position : position + 1] == "{":
        inner, position = _list(text, position + 1)
        if text[position : position + 1] != "}":
            raise _wrong(text, position)
        position += 1
    return Field(name.group(1), modifiers, inner), position


def _wrong(text: str, position: int) -> FieldsError:
    found = text[position : position + 1] or "end of string"
    return FieldsError(
        f'Syntax error "Unexpected {found}." at character {position}: {text[:position]}'
    )
