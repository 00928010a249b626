"""`schoolgate user`: who can sign in."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.bootstrap import open_store
from bot.cli.common import (
    DEFAULT_DATA,
    DataOption,
    SettingsOption,
    existing_data,
    load_settings,
)
from bot.clock import SystemClock
from bot.school_calendar import LONDON
from bot.services import users
from bot.settings import secret_reader
from bot.store import Store
from bot.wording import role_name

app = typer.Typer(help="Who can sign in to the pages.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="As it stands under people in settings.toml.")]

_GOES_OUT = "It goes out within a minute while `schoolgate run` is at work."


@app.callback()
def about() -> None:
    """Who can sign in to the pages."""


@app.command()
def add(email: Email, data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:
    """Let somebody in settings.toml sign in: a letter to them holds a link, good once, by which
    they choose a password.

    No password is taken here: whoever looks after the machine never knows one of somebody else's.
    """
    chosen = load_settings(settings)
    with _opened(data) as store:
        users.invite(store, SystemClock(), chosen, email, login=_login())
    print(f"A letter to {email} is written; its link works for {users.INVITED_FOR.days} days.")
    print(_GOES_OUT)


@app.command("list")
def list_all(data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:
    """Show who can sign in, and with what."""
    chosen = load_settings(settings)
    with _opened(existing_data(data)) as store:
        found = users.list_users(store, SystemClock(), chosen)
    for one in found:
        print(_line(one))
    if not found:
        print("Nobody can sign in yet. `schoolgate user add NAME@SCHOOL` lets somebody in.")


@app.command()
def disable(email: Email, data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:
    """Let somebody in no longer, at once, and write to them; `add` lets them in again."""
    chosen = load_settings(settings)
    with _opened(existing_data(data)) as store:
        users.disable(store, SystemClock(), chosen, email, login=_login())
    print(f"{email} is signed out everywhere and cannot sign in any more.")


@app.command()
def reset(email: Email, data: DataOption = DEFAULT_DATA, settings: SettingsOption = None) -> None:
    """Take password and second factor away, as after a lost telephone; they get a letter with a
    link for new ones. It is in the log.
    """
    chosen = load_settings(settings)
    with _opened(existing_data(data)) as store:
        was_invited = users.reset(store, SystemClock(), chosen, email, login=_login())
    print(f"{email} is signed out everywhere; password and second factor are gone.")
    if was_invited:
        print(f"A letter with a link for new ones is written. {_GOES_OUT}")
    else:
        print("No letter can be sent: write [mail] into settings.toml, then `schoolgate user add`.")


def _line(one: users.Standing) -> str:
    roles = sorted(one.person.roles) if one.person else []
    held = ", ".join(role_name(role).removeprefix("the ") for role in roles)
    who = f"{one.person.name} ({held})" if one.person else "no longer in settings.toml"
    factor = "second factor set up" if one.second_factor else "no second factor yet"
    at = one.last_seen_at and one.last_seen_at.astimezone(LONDON)
    seen = f", last seen {at:%d %b %Y at %H:%M}" if at else ""
    return f"{one.email}: {who}: {_standing(one)}, {factor}{seen}"


def _standing(one: users.Standing) -> str:
    if one.disabled:
        return "disabled"
    if one.person is None or not one.person.roles:
        return "cannot sign in: no role"
    return "invited" if one.invited else "can sign in"


def _login() -> str:
    """Who is at this machine, as its system calls them; for the log."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may know no name (Python 3.13: OSError)
        return ""


@contextmanager
def _opened(data: Path) -> Iterator[Store]:
    store = open_store(data, secret_reader(os.environ))
    try:
        yield store
    finally:
        store.close()
