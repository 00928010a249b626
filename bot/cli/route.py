"""`schoolgate route`: why somebody was told of a case, or was not."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bot.access import Viewer
from bot.bootstrap import open_store
from bot.cli.common import (
    DEFAULT_DATA,
    DataOption,
    SettingsOption,
    existing_data,
    load_settings,
)
from bot.clock import SystemClock
from bot.errors import NotAllowed
from bot.queries.mail import route_of
from bot.school_calendar import day_of
from bot.services.signin import sign_in, viewer_of
from bot.services.told import people_told
from bot.settings import Settings, secret_reader
from bot.store import Store
from bot.wording import role_name


def route(
    case: Annotated[str, typer.Argument(help="The case's reference, as it ends its address.")],
    explain: Annotated[
        bool, typer.Option("--explain", help="Why each one was, or was not, told.")
    ] = False,
    email: Annotated[
        str, typer.Option("--as", help="Who asks: the address that you sign in with.")
    ] = "",
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
) -> None:
    """Who is told of a case today, and by whose rule; asks for a sign-in, as the pages do."""
    chosen = load_settings(settings)
    store = open_store(existing_data(data), secret_reader(os.environ))
    try:
        viewer = _viewer(store, chosen, email or typer.prompt("Your address"))
        found = route_of(store, viewer, case)
        if found is None:
            raise NotAllowed("There is no such case, or it is not for you.")
        day = day_of(SystemClock().now())
        told = people_told(
            found.audience, found.excluded, chosen.policy.people, day, chosen.policy.ladder
        )
    finally:
        store.close()
    print("By the policy's table:", ", ".join(role_name(role) for role in sorted(found.audience)))
    for one in told:
        print(f"  told: {one.person.name}{f': {one.why}' if explain else ''}")
    if not explain:
        return
    for person in chosen.policy.people:
        if not person.roles or person.key in {one.person.key for one in told}:
            continue
        if person.key in found.excluded:
            why = "what was written may accuse them, so no role of theirs counts"
        elif person.is_away(day):
            why = "is away today"
        elif person.roles & found.audience:
            why = "has no address in settings.toml"
        else:
            why = "no role of theirs is told of this"
        print(f"  not told: {person.name}: {why}")


def _viewer(store: Store, settings: Settings, email: str) -> Viewer:
    password = typer.prompt("Your password", hide_input=True)
    session = sign_in(store, SystemClock(), email, password)
    viewer = viewer_of(store, SystemClock(), settings, session) if session else None
    if viewer is None:
        raise NotAllowed("Address and password do not fit.")
    return viewer
