"""Signing in at the command line: what somebody reads there is what their role lets them read."""

from __future__ import annotations

import typer

from bot.access import Viewer
from bot.clock import SystemClock
from bot.errors import NotAllowed
from bot.services.signin import sign_in, sign_out, viewer_of
from bot.settings import Settings
from bot.store import Store

USER_HELP = "Your e-mail address: you are asked for your password, as on the pages."


def signed_in_reader(store: Store, settings: Settings, email: str) -> Viewer:
    """Ask for the password and say who it is; raises NotAllowed where it does not fit."""
    password = typer.prompt("Password", hide_input=True, err=True)
    clock = SystemClock()
    session = sign_in(store, clock, email, password)
    if session is None:
        raise NotAllowed("This address and this password do not belong together.")
    try:
        viewer = viewer_of(store, clock, settings, session)
    finally:
        sign_out(store, session)
    if viewer is None:
        raise NotAllowed("You may not sign in any longer: settings.toml gives you no role.")
    return viewer
