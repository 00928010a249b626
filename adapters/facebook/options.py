"""The Page's own table of settings.toml, checked; every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.http import keeps_tokens_safe
from bot.errors import Problem, SettingsError, meant_or_known
from bot.ports import Context, Options

DEFAULTS: Mapping[str, object] = {
    "page_id": "",
    "base_url": "https://graph.facebook.com",
    "version": "v26.0",
    "page_size": 50,
    "recent_days": 14,
    "full_sweep_minutes": 24 * 60,
    "secret_prefix": "FACEBOOK",
}


@dataclass(frozen=True, slots=True)
class FacebookOptions:
    """What one Page needs; `app_secret` is empty where the school set none."""

    page_id: str
    base_url: str
    version: str
    page_size: int
    recent_days: int
    full_sweep_minutes: int
    token: str = field(repr=False)
    app_secret: str = field(repr=False)


def read_options(options: Options, context: Context) -> FacebookOptions:
    """The options with their defaults. Raises SettingsError, with paths relative to the table.

    `page_id`: the Page's number. `page_size`: how many comments of a post are asked for at a time
    (lower it where Facebook asks for less). `recent_days`: posts younger than this are read in each
    cycle. `full_sweep_minutes`: how often all posts are. `secret_prefix` tells the secrets of two
    Pages apart: they are read from PREFIX_PAGE_TOKEN and PREFIX_APP_SECRET (which may be missing).
    """
    problems = [_unknown(name) for name in options if name not in DEFAULTS]
    values = {**DEFAULTS, **{name: options[name] for name in options if name in DEFAULTS}}

    def need(name: str, fits: Callable[[object], bool], message: str) -> None:
        if not fits(values[name]):
            problems.append(Problem(name, message))

    need(
        "page_id",
        lambda value: (
            bool(re.fullmatch(r"[0-9]{3,25}", str(value))) and not isinstance(value, bool)
        ),
        'write the Page\'s number in quotes, such as "100000000000001" (Page → About → Page '
        "transparency)",
    )
    need("base_url", keeps_tokens_safe, 'write "https://graph.facebook.com", or leave it out')
    need(
        "version",
        lambda value: isinstance(value, str) and bool(re.fullmatch(r"v[0-9]{1,3}\.[0-9]", value)),
        'write a Graph API version such as "v26.0", or leave it out',
    )
    need("page_size", _whole(1, 100), "write a whole number from 1 to 100, such as 50")
    need("recent_days", _whole(1, 365), "write a whole number of days from 1 to 365, such as 14")
    need(
        "full_sweep_minutes",
        _whole(30, 7 * 24 * 60),
        "write a whole number of minutes from 30 to 10080 (a week), such as 1440 for once a day",
    )
    need(
        "secret_prefix",
        lambda value: isinstance(value, str) and bool(re.fullmatch(r"[A-Z][A-Z0-9_]*", value)),
        'use capital letters, digits and underscores only, such as "SIXTH_FORM"',
    )
    prefix = str(values["secret_prefix"])
    token = (context.secret(f"{prefix}_PAGE_TOKEN") or "").strip()
    if not token:
        problems.append(
            Problem(
                "",
                "there is no sign-in for Facebook; run `schoolgate connect "
                f"{context.account or 'facebook'}`, or set the secret {prefix}_PAGE_TOKEN (or a "
                f"path in {prefix}_PAGE_TOKEN_FILE) to the Page's access token",
            )
        )
    if problems:
        raise SettingsError(problems)
    return FacebookOptions(
        page_id=str(values["page_id"]),
        base_url=str(values["base_url"]),
        version=str(values["version"]),
        page_size=int(str(values["page_size"])),
        recent_days=int(str(values["recent_days"])),
        full_sweep_minutes=int(str(values["full_sweep_minutes"])),
        token=token,
        app_secret=(context.secret(f"{prefix}_APP_SECRET") or "").strip(),
    )


def _unknown(name: str) -> Problem:
    hint = meant_or_known(name, list(DEFAULTS))
    return Problem(name, f"there is no such option for Facebook; {hint}")


def _whole(least: int, most: int) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return fits
