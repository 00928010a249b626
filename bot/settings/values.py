"""What may stand behind a key of settings.toml, and what is said where something else does."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    Strict,
    StringConstraints,
)

from bot.model import Aspect, Role, Urgency


def one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>()\[\],;:\"\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+", value, re.IGNORECASE):
        raise ValueError(f'"{value}" is no e-mail address')
    return value


def _time_of_day(value: object) -> time:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("is no time of day")
    at = time(int(match[1]), int(match[2]))
    # Europe/London changes its clocks then: an hour that comes twice or never.
    if time(1) <= at < time(2):
        raise ValueError("must not be between 01:00 and 02:00, when the clocks change")
    return at


def whole_path(value: str) -> str:
    """A path that means the same to the service as to whoever runs a command in another folder."""
    if value and not (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()):
        raise ValueError(f'"{value}" does not say from which disk or share on it is meant')
    return value


def _days(value: object) -> tuple[date, date]:
    """One day, or the first and the last with a stroke between them.

    A day alone may stand without quotation marks, as TOML itself writes days.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value, value
    first, _, last = value.partition("/") if isinstance(value, str) else ("", "", "")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise ValueError(f'"{value}" is no date') from None
    if end < begin:
        raise ValueError(f'"{value}" ends before it begins')
    return begin, end


def opens_before_it_closes(value: tuple[time, time]) -> tuple[time, time]:
    if value[0] >= value[1]:
        raise ValueError("closes before it opens")
    return value


def web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or re.search(r"\s", value):
        raise ValueError(f'"{value}" is no address of a web page')
    return value.rstrip("/")


def mild_before_serious(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise ValueError("has the larger number first")
    return value


def rungs(value: tuple[Role, ...]) -> tuple[Role, ...]:
    if Role.ICT_TECHNICIAN in value:
        raise ValueError("names the ICT technician, who reads no content")
    if len(set(value)) < len(value):
        raise ValueError("names a role twice")
    return value


def not_none(value: Urgency) -> Urgency:
    if value is Urgency.NONE:
        raise ValueError('cannot be "none"')
    return value


Days = Annotated[tuple[date, date], BeforeValidator(_days)]


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


Address = Annotated[str, AfterValidator(_address)]


Yes = Annotated[bool, Strict()]


Whole = Annotated[int, Strict()]


Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]


Score = Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False)]


Months = Annotated[int, Strict(), Field(ge=1, le=1200)]


Roles = Annotated[frozenset[Role], BeforeValidator(one_or_many)]


Aspects = Annotated[frozenset[Aspect], BeforeValidator(one_or_many)]
