"""The work of the daemon: one account's round, and one full cycle over everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.bootstrap import App
from bot.errors import AdapterError
from bot.model import Stream
from bot.outbox import deliver, deliver_letters, reconcile
from bot.services.assess import assess_waiting
from bot.services.ingest import PollReport, poll
from bot.services.notify import compose
from bot.services.sample import draw

_log = structlog.get_logger("schoolgate.cycle")

STREAMS = (Stream.OWN_POSTS, Stream.COMMENTS, Stream.NEWCOMERS)
"""In this order: a post is the context of the comments below it."""


def read_account(app: App, account: str) -> list[PollReport]:
    """Read all streams of one account and judge what came; one stream's failure harms no other."""
    reports = []
    for stream in STREAMS:
        report = poll(app.store, app.clock, app.adapters[account], stream)
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
    deliver(app.store, app.clock, app.adapters[account])


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


def back_up(app: App) -> None:
    """Make this night's backup, if that was not done yet. Raises DataError; tried again then."""
    if app.backups is not None and app.backups.is_due(app.clock.now()):
        path = app.backups.make(app.clock.now())
        _log.info("backed_up", file=path.name)


def prove_capabilities(app: App, account: str) -> None:
    """Find out what this account's token may do, and remember it."""
    with app.store.read() as uow:
        if uow.state.parked(account, writes=False, at=app.clock.now()):
            return
    adapter = app.adapters[account]
    # Asked for by name: since Python 3.12 isinstance does not see through a guarded adapter.
    ends_at: Callable[[], datetime | None] | None = getattr(adapter, "connection_ends", None)
    try:
        reports = adapter.capabilities()
        ends = ends_at() if ends_at else None
    except AdapterError as error:
        _log.error("capabilities_unknown", account=account, why=str(error))
        return
    with app.store.begin() as uow:
        uow.state.keep_capabilities(account, reports, app.clock.now())
        uow.state.keep_connection(account, ends, app.clock.now())
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
