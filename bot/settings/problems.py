"""pydantic's errors in the words of somebody who keeps a school's computers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.errors import Problem, did_you_mean

Steps = Sequence[int | str]


def problems_of(error: ValidationError, table: type[BaseModel], raw: object) -> list[Problem]:
    """One problem for each error; `raw` is what was validated against `table`."""
    return [_problem(details, table, raw) for details in error.errors(include_url=False)]


def dotted(steps: Steps, raw: object) -> str:
    """Where something stands, such as `people[2 jfield].email`; lists are counted from 1.

    `raw` is the whole file: the entries of its lists are named by their `key` or `kind`.
    """
    path = ""
    for step in steps:
        if isinstance(step, int):
            raw = raw[step] if isinstance(raw, list) and step < len(raw) else None
            name = (raw.get("key") or raw.get("kind")) if isinstance(raw, dict) else None
            path += f"[{step + 1} {name}]" if isinstance(name, str) else f"[{step + 1}]"
        else:
            raw = raw.get(step) if isinstance(raw, dict) else None
            path += f".{step}" if path else step
    return path


def unknown_key(key: str, known: Iterable[str]) -> str:
    """What to say of a key that does not exist."""
    return f"is not a known key; {did_you_mean(key, known) or f'the keys here are {_list(known)}'}"


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


def _problem(details: ErrorDetails, table: type[BaseModel], raw: object) -> Problem:
    steps = [step for step in details["loc"] if step != "[key]"]
    model, field = _find(steps, table)
    return Problem(dotted(steps, raw), _message(details, steps, model, field))


def _message(
    details: ErrorDetails, steps: Steps, model: type[BaseModel], field: FieldInfo | None
) -> str:
    kind, context, given = details["type"], details.get("ctx", {}), details["input"]
    write = f"write {field.description}" if field else ""
    match kind:
        case _ if details["loc"][-1] == "[key]" and kind != "enum":
            return "cannot be its name; write small letters, digits, - and _ only"
        case "model_type" | "dict_type":
            return (
                f"is no section; write a line [{'.'.join(map(str, steps))}] and its keys below it"
            )
        case "extra_forbidden":
            return unknown_key(str(steps[-1]), model.model_fields)
        case "missing":
            return f"is missing; {write}"
        case "enum":
            choices = re.findall(r"'([^']+)'", context["expected"])
            near = did_you_mean(given, choices) if isinstance(given, str) else ""
            hint = f"{near} Otherwise " if near else ""
            return f"cannot be {_shown(given)}; {hint}write one of: {_list(choices)}"
        case "value_error":
            return f"{context['error']}; {write}"
        case _:
            return f"cannot be {_shown(given)}; {write}"


def _shown(given: object) -> str:
    """What was written, in the file's own spelling; never a whole section."""
    match given:
        case bool():
            return str(given).lower()
        case str():
            return f'"{given}"' if given else "empty"
        case int() | float():
            return str(given)
        case _:
            return "what it is"


def _find(steps: Steps, table: type[BaseModel]) -> tuple[type[BaseModel], FieldInfo | None]:
    """The model whose keys stand where `steps` end, and the last field on the way there."""
    model, field, is_name = table, None, False
    for step in steps:
        if is_name or isinstance(step, int) or step not in model.model_fields:
            is_name = False
            continue
        field = model.model_fields[step]
        inner = _inner(field.annotation)
        is_name = inner is not None and get_origin(field.annotation) is dict
        model = inner or model
    return model, field


def _inner(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_inner(part) for part in get_args(annotation))
    return next((model for model in found if model), None)
