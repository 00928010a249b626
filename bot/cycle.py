"""The work of the daemon: one account's round, and one full cycle over everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.bootstrap import App
from bot.bulletins import write_bulletins
from bot.errors import AdapterError, DataError
from bot.keeping.backups import LATE
from bot.model import Capability, Stream
from bot.outbox import deliver, deliver_letters, look_again
from bot.queries.health import find_troubles, keeps_from_watching
from bot.services.alarm import keep_troubles, tell_troubles
from bot.services.alarming import write_alarms
from bot.services.answering import chase
from bot.services.assess import assess_waiting
from bot.services.connection import connections_ending
from bot.services.heads import keep_head
from bot.services.ingest import PollReport, poll
from bot.services.newcomers import read_newcomers
from bot.services.notify import compose
from bot.services.reminding import remind
from bot.services.repeat import suggest_steps
from bot.services.restricting import (
    check_tasks,
    compare_blocked,
    expire_register,
    remind_of_lapsed,
)
from bot.services.retain import retain
from bot.services.sample import draw
from bot.services.unsigned import tell_unsigned

_log = structlog.get_logger("schoolgate.cycle")

STREAMS = (Stream.OWN_POSTS, Stream.COMMENTS)
"""In this order: a post is the context of the comments below it. Then come the newcomers."""


def read_account(app: App, account: str) -> list[PollReport]:
    """Read what was written on one account and judge it; one stream's failure harms no other."""
    adapter = app.adapters[account]
    return [
        _judged(app, poll(app.store, app.clock, adapter, stream, ending=app.ending.is_set))
        for stream in STREAMS
    ]


def read_people(app: App, account: str) -> list[PollReport]:
    """Read what is due of one account's newcomers."""
    adapter, settings = app.adapters[account], app.settings.newcomers
    reports = read_newcomers(app.store, app.clock, settings, adapter, app.ending.is_set)
    return [_judged(app, report) for report in reports]


def _judged(app: App, report: PollReport) -> PollReport:
    with app.judging:
        assess_waiting(app.store, app.clock, app.settings, app.classifiers, app.ending.is_set)
    write = _log.info if report.complete else _log.error
    write(
        "read" if report.complete else "could_not_read_all",
        account=report.account,
        stream=report.stream,
        result=report.result,
        new=report.new,
        why=report.why,
    )
    return report


def act(app: App, account: str) -> None:
    """Carry out what is asked for on one account."""
    deliver(app.store, app.clock, app.adapters[account], app.ending.is_set)


def look(app: App, account: str) -> str:
    """Compare what one account shows with what was asked for; returns what stands in the way."""
    look_again(app.store, app.clock, app.adapters[account])
    with app.store.read() as uow:
        failing = uow.circuits.all_of(account).get(Capability.OBSERVE)
    return failing.why if failing else ""


def look_after_people(app: App, account: str) -> None:
    """See whether what people say they did about people is so."""
    check_tasks(app.store, app.clock, app.adapters[account])


def compare_blocks(app: App, account: str) -> str:
    """Hold who is blocked against the platform's own list: daily, for X bills it.

    Returns what stood in the way.
    """
    return compare_blocked(app.store, app.clock, app.adapters[account])


def remind_about_people(app: App) -> None:
    """What is over, who has come to a step of the policy, and what is to be forgotten."""
    remind_of_lapsed(app.store, app.clock, app.settings)
    suggest_steps(app.store, app.clock, app.settings)
    expire_register(app.store, app.clock)


def send_letters(app: App) -> None:
    """Write the letters that are due, and send them."""
    chase(app.store, app.clock, app.settings)
    remind(app.store, app.clock, app.settings)
    write_bulletins(app.store, app.clock, app.settings)
    compose(app.store, app.clock, app.settings)
    tell_unsigned(app.store, app.clock, app.settings)
    tell_troubles(app.store, app.clock, app.settings)
    if app.mailer is not None:
        deliver_letters(app.store, app.clock, app.mailer)
    if app.alarm_mailer is not None:
        write_alarms(app.store, app.clock, app.settings)
        deliver_letters(app.store, app.clock, app.alarm_mailer, alarms=True)


def draw_sample(app: App) -> None:
    """Draw the week's sample of what was left up, if that was not done yet."""
    draw(app.store, app.clock, app.settings)


def let_go(app: App) -> None:
    """Hold what has to be held, take away what its period is over for, write the head down."""
    report = retain(app.store, app.clock, app.settings)
    if report.took_away or report.held:
        _log.info(
            "retained",
            held=report.held,
            deleted_by_author=report.deleted_by_author,
            unflagged=report.unflagged,
            polls=report.polls,
            cases=sum(report.cases.values()),
        )
    keep_head(app.store, app.clock, app.settings)
    if app.backups is not None:
        app.backups.lay_beside()


def back_up(app: App) -> None:
    """Make this night's backup, if that was not done yet. Raises DataError; tried again then."""
    if app.backups is not None and app.backups.is_due(app.clock.now()):
        path = app.backups.make(app.clock.now())
        _log.info("backed_up", file=path.name)


def watch(app: App) -> str:
    """Look whether everything does its work, write down what does not, and tell the outside that
    all is well if it is; returns a sentence where that could not be told.
    """
    found = find_troubles(app.store, app.settings, app.clock.now())
    off = app.clock_check.offset if app.clock_check is not None else None
    if off is not None:
        ahead = "ahead of" if off.total_seconds() > 0 else "behind"
        found["clock"] = (
            f"This machine's clock is {abs(off.total_seconds()) / 60:.0f} minutes {ahead} the "
            "platforms' time. Set it, and let it be set from the network: X refuses calls that are "
            "signed with a wrong time."
        )
    found |= _of_keeping(app)
    keep_troubles(app.store, app.clock, found)
    if app.pinger is not None and not any(map(keeps_from_watching, found)):
        try:
            app.pinger.ping()
        except AdapterError as error:
            return str(error)
    return ""


def _of_keeping(app: App) -> dict[str, str]:
    """What is wrong with the backups, and which connections come to their end."""
    now, found = app.clock.now(), {}
    for account, (ends, step) in connections_ending(app.store, now).items():
        if account in app.adapters:
            found[f"connection:{account}:{step}"] = (
                f"The connection to {account} ends on {ends:%d %B %Y}. Run `schoolgate connect "
                f"{account}` before that."
            )
    if app.backups is not None:
        try:
            newest = app.backups.newest()
        except DataError as error:
            found["backup"] = str(error)
        else:
            if newest is not None and now - newest.made_at > LATE:
                found["backup"] = (
                    f"The newest backup is of {newest.made_at:%d %B %Y}: nights were missed. "
                    "`schoolgate backup` says what stands in the way."
                )
    return found


def prove_capabilities(app: App, account: str) -> str:
    """Find out what this account's token may do, and keep it; returns what stood in the way."""
    with app.store.read() as uow:
        if rest := uow.state.parked(account, writes=False, at=app.clock.now()):
            return rest.why
    adapter = app.adapters[account]
    # Asked for by name: since Python 3.12 isinstance does not see through a guarded adapter.
    ends_at: Callable[[], datetime | None] | None = getattr(adapter, "connection_ends", None)
    try:
        reports = adapter.capabilities()
        ends = ends_at() if ends_at else None
    except AdapterError as error:
        _log.error("capabilities_unknown", account=account, why=str(error))
        return str(error)
    with app.store.begin() as uow:
        uow.state.keep_capabilities(account, reports, app.clock.now())
        uow.state.keep_connection(account, ends, app.clock.now())
        uow.commit()
    return ""


def run_cycle(app: App) -> list[PollReport]:
    """What meets a comment on its day, once and in that order. What keeps the house, such as
    backups, retention and the watch, has its place on the timetable alone.
    """
    reports = []
    for account in app.adapters:
        reports += [*read_account(app, account), *read_people(app, account)]
    for account in app.adapters:
        act(app, account)
        look(app, account)
        look_after_people(app, account)
    remind_about_people(app)
    draw_sample(app)
    send_letters(app)
    return reports
