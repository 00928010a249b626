"""The work of the daemon: one account's round, and one full cycle over everything."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from bot.bootstrap import App
from bot.errors import AdapterError
from bot.model import Stream
from bot.outbox import deliver, deliver_letters, reconcile
from bot.queries.health import find_troubles, keeps_from_watching
from bot.services.alarm import keep_troubles
from bot.services.assess import assess_waiting
from bot.services.ingest import PollReport, poll
from bot.services.notify import compose
from bot.services.sample import draw

_log = structlog.get_logger("schoolgate.cycle")

STREAMS = (Stream.OWN_POSTS, Stream.COMMENTS, Stream.NEWCOMERS)
"""In this order: a post is the context of the comments below it."""


def read_account(app: App, account: str, streams: Iterable[Stream] = STREAMS) -> list[PollReport]:
    """Read streams of one account and judge what came; one stream's failure harms no other."""
    reports = []
    for stream in streams:
        report = poll(app.store, app.clock, app.adapters[account], stream, app.ending.is_set)
        reports.append(report)
        assess_waiting(app.store, app.clock, app.settings, app.classifiers)
        write = _log.info if report.complete else _log.error
        write(
            "read" if report.complete else "could_not_read_all",
            account=account,
            stream=report.stream,
            result=report.result,
            new=report.new,
            why=report.why,
        )
    return reports


def act(app: App, account: str) -> None:
    """Carry out what is asked for on one account, then look at what is there."""
    deliver(app.store, app.clock, app.adapters[account], app.ending.is_set)


def look(app: App, account: str) -> None:
    """Compare what one account shows with what was asked for."""
    reconcile(app.store, app.clock, app.adapters[account])


def send_letters(app: App) -> None:
    """Write the letters that are due, and send them."""
    compose(app.store, app.clock, app.settings)
    if app.mailer is not None:
        deliver_letters(app.store, app.clock, app.mailer)


def draw_sample(app: App) -> None:
    """Draw the week's sample of what was left up, if that was not done yet."""
    draw(app.store, app.clock, app.settings)


def watch(app: App) -> str:
    """Look whether everything does its work, write down what does not, and tell the outside that
    all is well if it is; returns a sentence where that could not be told.
    """
    found = find_troubles(app.store, app.settings, app.clock.now())
    off = app.clock_check.offset if app.clock_check is not None else None
    if off is not None:
        ahead = "ahead" if off.total_seconds() > 0 else "behind"
        found["clock"] = (
            f"This machine's clock is {abs(off.total_seconds()) / 60:.0f} minutes {ahead} of the "
            "platforms' time. Set it, and let it be set from the network: X refuses calls that are "
            "signed with a wrong time."
        )
    keep_troubles(app.store, app.clock, found)
    if app.pinger is not None and not any(map(keeps_from_watching, found)):
        try:
            app.pinger.ping()
        except AdapterError as error:
            return str(error)
    return ""


def prove_capabilities(app: App, account: str) -> None:
    """Find out what this account's token may do, and remember it."""
    with app.store.read() as uow:
        if uow.state.parked(account, writes=False, at=app.clock.now()):
            return
    try:
        reports = app.adapters[account].capabilities()
    except AdapterError as error:
        _log.error("capabilities_unknown", account=account, why=str(error))
        return
    with app.store.begin() as uow:
        uow.state.keep_capabilities(account, reports, app.clock.now())
        uow.commit()


def run_cycle(app: App) -> list[PollReport]:
    """Everything once, in the order of one comment's day."""
    reports = [report for account in app.adapters for report in read_account(app, account)]
    for account in app.adapters:
        act(app, account)
        look(app, account)
    draw_sample(app)
    send_letters(app)
    return reports
