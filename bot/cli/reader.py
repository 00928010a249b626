"""Signing in at the command line: what somebody reads there is what their role lets them read."""

from __future__ import annotations

import typer

from bot.access import Viewer
from bot.clock import SystemClock
from bot.errors import NotAllowed
from bot.services.second_factor import prove
from bot.services.signin import halfway, sign_in, sign_out, viewer_of
from bot.settings import Settings
from bot.store import Store

USER_HELP = "Your e-mail address: you are asked for your password, as on the pages."


def signed_in_reader(store: Store, settings: Settings, email: str) -> Viewer:
    """Ask for the password, and for the code of the second factor where settings want one, and say
    who it is; raises NotAllowed where they do not fit.
    """
    password = typer.prompt("Password", hide_input=True, err=True)
    clock = SystemClock()
    session = sign_in(store, clock, email, password)
    if session is None:
        raise NotAllowed("This address and this password do not belong together.")
    user = halfway(store, clock, settings, session)
    if user is not None:
        code = typer.prompt("Code from your app", err=True)
        session = prove(store, clock, user, code, instead_of=session) or session
    try:
        viewer = viewer_of(store, clock, settings, session)
    finally:
        sign_out(store, session)
    if viewer is None:
        raise NotAllowed(
            "That does not let you in. Sign in on the pages first: there the code is set up, and "
            "it is said where settings.toml gives you no role any longer."
        )
    return viewer
