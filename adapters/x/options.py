"""One X account's table of settings.toml, and the secrets that go with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from adapters.http import keeps_tokens_safe
from bot.errors import Problem, SettingsError, meant_or_known
from bot.ports import Context, Options

BASE_URL = "https://api.x.com"
DAY = 1440
PREFIX = "X"
OAUTH1 = ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET")
BEARER = "BEARER_TOKEN"


@dataclass(frozen=True, slots=True)
class XOptions:
    """What settings.toml says of one account.

    `user_id` empty: asked of X once. `sweep_minutes`: how seldom the recent search looks for quotes
    and replies that do not mention the account (each result is billed five times a mention's
    price, platforms.md); 0 means at every poll. `secret_prefix` tells the secrets of two accounts
    apart.
    """

    handle: str
    user_id: str = ""
    base_url: str = BASE_URL
    sweep_minutes: int = DAY
    secret_prefix: str = PREFIX


@dataclass(frozen=True, slots=True)
class Credentials:
    """Either the four parts of OAuth 1.0a, in tweepy's order, or the bearer token of a user."""

    oauth1: tuple[str, str, str, str] | None = field(repr=False)
    bearer: str = field(default="", repr=False)


def read_options(options: Options, context: Context) -> tuple[XOptions, Credentials]:
    """Validate the table and find the secrets. Raises SettingsError with every problem at once."""
    problems = list(_problems(options))
    prefix = str(options.get("secret_prefix", PREFIX))
    found = {name: (context.secret(f"{prefix}_{name}") or "").strip() for name in (*OAUTH1, BEARER)}
    missing = [name for name in OAUTH1 if not found[name]]
    if missing and not found[BEARER]:
        names = ", ".join(f"{prefix}_{name}" for name in missing)
        what = "is no sign-in" if len(missing) == len(OAUTH1) else "is only a part of a sign-in"
        problems.append(
            Problem(
                "",
                f"there {what} for X; run `schoolgate connect {context.account or 'x'}`, or set "
                f"the secrets {names} (or a path in each, with _FILE behind its name) to what the "
                "X developer portal shows under “Keys and tokens” of your app",
            )
        )
    if problems:
        raise SettingsError(problems)
    read = XOptions(
        handle=str(options["handle"]).removeprefix("@"),
        user_id=str(options.get("user_id", "")),
        base_url=str(options.get("base_url", BASE_URL)),
        sweep_minutes=_whole(options.get("sweep_minutes", DAY)),
        secret_prefix=prefix,
    )
    if missing:
        return read, Credentials(None, found[BEARER])
    key, secret, token, token_secret = (found[name] for name in OAUTH1)
    return read, Credentials((key, secret, token, token_secret))


def _problems(options: Options) -> Iterator[Problem]:
    known = [each.name for each in fields(XOptions)]
    for key in options:
        if key not in known:
            hint = meant_or_known(key, known)
            yield Problem(key, f"X accounts have no such setting; {hint}")
    handle = options.get("handle")
    if not isinstance(handle, str) or not re.fullmatch(r"@?\w{1,15}", handle, re.ASCII):
        yield Problem("handle", 'write the account\'s name on X, such as "RossmoreAcademy"')
    if not re.fullmatch(r"\d*", str(options.get("user_id", "")), re.ASCII):
        yield Problem("user_id", "write the account's number, digits only, or leave it out")
    if not keeps_tokens_safe(options.get("base_url", BASE_URL)):
        yield Problem(
            "base_url", f'leave it out, or write "{BASE_URL}" (http only on this machine)'
        )
    if _whole(options.get("sweep_minutes", 0)) < 0:
        yield Problem("sweep_minutes", "write a whole number of minutes, 0 or more, such as 1440")
    prefix = options.get("secret_prefix", PREFIX)
    if not isinstance(prefix, str) or not re.fullmatch(r"[A-Z][A-Z0-9_]*", prefix):
        yield Problem("secret_prefix", 'write capital letters, such as "X_SIXTH_FORM"')


def _whole(value: object) -> int:
    """-1 for whatever is no whole number: a TOML `true` is an int to Python."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
