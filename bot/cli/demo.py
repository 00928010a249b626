"""`schoolgate demo`: a day at a school, on this machine alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from threading import Event
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot import program_log
from bot.bootstrap import DATABASE, App, build_app, sole_owner
from bot.cli.common import SANDBOX, stop_on_signal
from bot.cycle import prove_capabilities
from bot.demo import carry_out, go_round, play_day, settle
from bot.errors import DataError
from bot.keeping.files import write_private
from bot.log import verify_rows
from bot.model import Action, EffectKind
from bot.plugins import load_class
from bot.ports import Sandbox
from bot.services.signin import add_user
from bot.settings import load, written
from bot.web import serve

PASSWORD = "a day at the school gate"  # noqa: S105  made up, for the sandbox on this machine alone
TRY = "try.toml"
_SOON = 5.0  # seconds from a click to what it does
_SELDOM = timedelta(minutes=30)  # nothing new comes once the day is over, and reading X is counted
_screen = Console(soft_wrap=True)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="The whole day at once, without pages, then a summary.")
    ] = False,
    comments: Annotated[
        Path | None,
        typer.Option(help='Play these texts instead: {"text": …} a line. Only with --once.'),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", envvar="SCHOOLGATE_DATA", help="Keep the demo in this folder."),
    ] = None,
    pace: Annotated[float, typer.Option(help="Seconds between two scenes.")] = 8.0,
    port: Annotated[int, typer.Option(help="Where the pages are served.")] = 8000,
) -> None:
    """A made-up day at a made-up school: nothing leaves this machine."""
    if comments is not None and not once:
        raise typer.BadParameter("--comments needs --once")
    stop = stop_on_signal() if not once else Event()
    if data is not None and (data / DATABASE).exists() and not (data / SANDBOX).exists():
        raise DataError(
            f"{data} holds a real school's data. Name another folder with --data, or none."
        )
    folder = data or Path(mkdtemp(prefix="schoolgate-demo-"))
    _screen.print(f"Everything is kept in {folder}")
    with sole_owner(folder):
        program_log.configure(folder, console=False)
        sandbox: Sandbox = load_class("sandboxes", "school").open(folder)
        try:
            app = replace(_build(sandbox, folder, port), ending=stop)
            try:
                if once:
                    _play_at_once(app, sandbox, _texts(comments))
                else:
                    _write_settings(sandbox, folder / TRY)
                    _play_live(app, sandbox, pace, stop)
            finally:
                app.close()
        finally:
            sandbox.close()


def _build(sandbox: Sandbox, folder: Path, port: int) -> App:
    overrides = dict(sandbox.settings())
    overrides["web"] = {"port": port, "public_url": f"http://127.0.0.1:{port}"}
    # Nobody wants a made-up school among the codes on their own telephone.
    overrides["sign_in"] = {"second_factor": False}
    settings = load(None, environ={}, overrides=overrides)
    secrets = sandbox.secrets()
    return build_app(settings, clock=sandbox.clock, data_dir=folder, secret=secrets.get)


def _write_settings(sandbox: Sandbox, file: Path) -> None:
    """Settings that lead to the stand-in servers, for whoever tries commands such as `connect`."""
    pointing = {name: sandbox.settings()[name] for name in ("accounts", "mail")}
    write_private(file, written(pointing).encode("utf-8"))
    _screen.print(f"Settings with which other commands can be tried on it: {file}", markup=False)


def _texts(file: Path | None) -> list[str]:
    if file is None:
        return []
    texts, bad = [], 0
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}.") from error
    for line in filter(bytes.strip, lines):
        try:
            text = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError):
            text = None
        if isinstance(text, str):
            texts.append(text)
        else:
            bad += 1
    if bad:
        _screen.print(f'{bad} lines are not of the form {{"text": …}} and were left out.')
    if not texts:
        raise DataError(f'{file} holds no line of the form {{"text": …}}.')
    return texts


def _play_at_once(app: App, sandbox: Sandbox, texts: Sequence[str]) -> None:
    if texts:
        sandbox.feed(texts)
    for account in app.adapters:
        prove_capabilities(app, account)
    for sentence in play_day(app, sandbox):
        _screen.print(sentence, markup=False, highlight=False)
    settled = settle(app, sandbox)
    whole = _summary(app, sandbox)
    if not settled:
        _screen.print("Not everything could be carried out; schoolgate.log says why.")
    if not (settled and whole):
        raise typer.Exit(1)


def _summary(app: App, sandbox: Sandbox) -> bool:
    with app.store.read() as uow:
        figures = uow.figures
        items, verdicts, cases = figures.items(), figures.verdicts(), figures.cases()
        held_back, baseline = figures.held_back(), figures.baseline()
        hides, letters = figures.effects(EffectKind.HIDE), figures.effects(EffectKind.LETTER)
    chain = verify_rows(app.store.log_rows(), app.store.log_key)
    table = Table(title="What came of it", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for kind, count in sorted(items.items()):
        table.add_row(f"stored: {kind.replace('_', ' ')}", str(count))
    table.add_row("… of these, there before the first start", str(baseline), end_section=True)
    for action in Action:
        table.add_row(f"judged: {action}", str(verdicts.get(action, 0)))
    for reason, count in sorted(held_back.items()):
        table.add_row(f"… not hidden: {reason}", str(count))
    table.add_section()
    for state, count in sorted(hides.items()):
        table.add_row(f"hides {state}", str(count))
    for state, count in sorted(cases.items()):
        table.add_row(f"cases {state}", str(count))
    for state, count in sorted(letters.items()):
        table.add_row(f"letters {state}", str(count))
    table.add_section()
    for what, count in sandbox.summary().items():
        table.add_row(f"seen from outside: {what}", str(count))
    table.add_section()
    table.add_row("log entries", str(chain.entries))
    table.add_row("the log is whole", "yes" if chain.ok else f"NO: {chain.problem}")
    _screen.print(table)
    return chain.ok


def _play_live(app: App, sandbox: Sandbox, pace: float, stop: Event) -> None:
    people = [p for p in app.settings.people if p.roles and p.email]
    for person in people:
        add_user(app.store, app.clock, app.settings, person.email, PASSWORD)
    server = serve(app)
    server.start()
    host, port = server.address
    _screen.print(f"\nOpen http://{host}:{port}/ and sign in with the password: {PASSWORD}")
    for person in people:
        roles = ", ".join(role.replace("_", " ") for role in sorted(person.roles))
        _screen.print(f"  {person.email}  {roles}", markup=False, highlight=False)
    _screen.print(f"The letters that are sent: {sandbox.mailbox_url} (everybody's). ", end="")
    _screen.print("Ctrl-C ends the demo.\n")
    for account in app.adapters:
        prove_capabilities(app, account)
    for sentence in play_day(app, sandbox):
        _screen.print(sentence, markup=False, highlight=False)
        if stop.wait(pace):
            break
    _screen.print("The day is over. The pages stay open; Ctrl-C ends the demo.")
    read_at = app.clock.now()
    while not stop.wait(_SOON):
        if app.clock.now() - read_at < _SELDOM:
            carry_out(app)
        else:
            go_round(app)
            read_at = app.clock.now()
    server.stop()
