"""`schoolgate connect`: sign in at a platform in the browser; the tokens are kept sealed."""

from __future__ import annotations

import os
import re
import webbrowser
from collections.abc import Mapping
from contextlib import closing
from typing import Annotated
from urllib.parse import parse_qsl

import typer
from rich.console import Console

from bot import program_log
from bot.bootstrap import build_plugins, sealed_secrets
from bot.checks import account_findings
from bot.cli.common import (
    DEFAULT_DATA,
    DataOption,
    SettingsOption,
    findings_table,
    load_settings,
)
from bot.cli.loopback import Loopback
from bot.clock import SystemClock
from bot.errors import Refused
from bot.plugins import load_class
from bot.ports import Connectable, Connection, Context
from bot.settings import AccountSettings, Settings, secret_reader

_PATIENCE = 300.0
_TRIES = 3


def connect(
    account: Annotated[str, typer.Argument(help="x, facebook, or the name of an account.")],
    data: DataOption = DEFAULT_DATA,
    settings: SettingsOption = None,
    port: Annotated[int, typer.Option(help="Where the browser comes back to.")] = 8765,
    paste: Annotated[
        bool, typer.Option("--paste", help="The browser is on another machine: paste its address.")
    ] = False,
) -> None:
    """Sign in at a platform, keep the tokens sealed, and show what they may do."""
    program_log.configure(None, console=False)
    chosen = load_settings(settings)
    wanted = _account(chosen, account)
    clock, secret = SystemClock(), secret_reader(os.environ)
    sealed = sealed_secrets(data, secret)
    context = Context(clock, lambda n: secret(n) or sealed.get(n), data, wanted.name, sealed)
    offered = load_class("adapters", wanted.adapter)
    if not isinstance(offered, Connectable):
        raise Refused(f"{wanted.adapter} has no sign-in: its settings say all that it needs.")
    connection = offered.connection(wanted.options, context)
    with closing(Loopback(port)) as waiting:
        print(f"The app's callback (redirect) address must be: {waiting.redirect}\n")
        address = connection.begin(_needed(connection, context), waiting.redirect, waiting.state)
        print(f"Sign in as somebody who keeps the school's account:\n\n  {address}\n", flush=True)
        if paste:
            code = waiting.code_of(_pasted(waiting.redirect))
        else:
            code = waiting.wait(_PATIENCE, lambda: webbrowser.open(address))
    kept = connection.finish(code)
    sealed.keep(kept)
    print(f"Connected. Kept sealed in {data}: {', '.join(sorted(kept))}.")
    for name in kept:
        if secret(name) and secret(name) != kept[name]:
            print(f"{name} is also set in the environment, and that one counts: take it away.")
    print("A Schoolgate that is running takes the new tokens up when it is started again.\n")
    adapters, _, _ = build_plugins(chosen, clock=clock, data_dir=data, secret=secret, problems=[])
    if wanted.name in adapters:
        findings = account_findings(wanted.name, adapters[wanted.name])
        Console().print(findings_table(findings))


def _account(settings: Settings, name: str) -> AccountSettings:
    """The account of this name, or the only one on the platform of this name."""
    named = [a for a in settings.accounts if a.name == name]
    found = named or [a for a in settings.accounts if a.adapter == name]
    if len(found) == 1:
        return found[0]
    known = ", ".join(a.name for a in settings.accounts) or "none"
    raise Refused(
        f"settings.toml must name exactly one account “{name}”. Accounts there: {known}. Write an "
        f"[accounts.{name}] table first, or say which one you mean."
    )


def _needed(connection: Connection, context: Context) -> Mapping[str, str]:
    return {
        name: context.secret(name) or _identifier(name, question)
        for name, question in connection.needs.items()
    }


def _identifier(name: str, question: str) -> str:
    """What a developer portal shows beside a name: one word, and never an address or a page."""
    for _ in range(_TRIES):
        given: str = typer.prompt(question, hide_input="SECRET" in name).strip()
        if re.fullmatch(r"[!-~]{4,300}", given) and not re.search(r"[<>\"']|://", given):
            return given
        print("  That does not look like one: it is a single word without spaces. Once more.")
    raise Refused("Nothing was changed. Copy it from the developer portal, then run this again.")


def _pasted(redirect: str) -> dict[str, str]:
    """What the browser brought back, from its address as somebody pasted it."""
    for _ in range(_TRIES):
        back: str = typer.prompt(
            "The address that the browser shows afterwards (it cannot be opened)"
        ).strip()
        answer = dict(parse_qsl(back.partition("?")[2].partition("#")[0]))
        if back.partition("?")[0] == redirect and answer:
            return answer
        print(f"  That is not it: the address begins with {redirect}?")
    raise Refused(
        "Nothing was changed. Run this again, sign in, and copy the whole line at the top of the "
        "browser once it says that the page cannot be opened."
    )
