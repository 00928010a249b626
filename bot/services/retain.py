"""Letting go of what its period is over for: the job of every few hours, and its preview."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import log
from bot.log import Event
from bot.ports import Clock
from bot.retention import RetentionClass, class_of
from bot.services.decide import view_of
from bot.services.hold import OVERDUE, hold_deleted
from bot.services.purge import Purge, purge
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.effects import MACHINE
from bot.store.purges import GoneCase, What, Why

_AT_ONCE = 200
"""How much one transaction takes away: a hide must never wait long behind it."""


@dataclass(slots=True)
class RetentionReport:
    """What went, or would go. `cases` counts by class; nothing here names anybody or any case."""

    at: datetime
    held: int = 0
    deleted_by_author: int = 0
    authors: int = 0
    unflagged: int = 0
    polls: int = 0
    overdue_holds: int = 0
    cases: dict[RetentionClass, int] = field(default_factory=dict)

    @property
    def took_away(self) -> bool:
        return bool(
            self.deleted_by_author or self.authors or self.unflagged or self.polls or self.cases
        )


def preview_retention(store: Store, clock: Clock, settings: Settings) -> RetentionReport:
    """What `retain` would do now; changes nothing."""
    report, rules = RetentionReport(clock.now()), settings.retention
    with store.read() as uow:
        gone = uow.purges.gone(1_000_000)
        report.held = sum(_to_hold(one) for one in gone)
        report.deleted_by_author = len(gone) - report.held
        report.authors = len(uow.purges.no_longer_counted(_counting(settings, report), 1_000_000))
        report.unflagged = uow.purges.count_unflagged(_ago(report, rules.unflagged_days))
        report.polls = uow.purges.count_polls(_ago(report, rules.polls_days))
        report.overdue_holds = len(uow.holds.overdue(report.at))
        for case_id, _, closed_at in uow.purges.closed_before(
            report.at - rules.shortest, 0, 1_000_000
        ):
            _is_over(uow, settings, report, case_id, closed_at)
    return report


def retain(store: Store, clock: Clock, settings: Settings) -> RetentionReport:
    """Hold what has to be held, then take away what its period is over for. Idempotent."""
    report, rules = RetentionReport(clock.now()), settings.retention
    _deal_with_deleted(store, settings, report)
    _take_closed(store, settings, report)
    _take_authors(store, settings, report)
    while True:
        with store.begin() as uow:
            took = uow.purges.take_unflagged(_ago(report, rules.unflagged_days), _AT_ONCE)
            uow.commit()
        report.unflagged += took
        if took < _AT_ONCE:
            break
    with store.begin() as uow:
        report.polls = uow.purges.drop_polls(_ago(report, rules.polls_days))
        for hold in uow.holds.overdue(report.at):
            uow.cases.sound_alarm(hold.case_id, OVERDUE)
            report.overdue_holds += 1
        if report.unflagged or report.polls:
            # Of cases it says nothing: each has its own entry, and a total would betray those that
            # somebody may not see.
            facts = {"by": MACHINE, "unflagged": report.unflagged, "polls": report.polls}
            log.append(uow.log, uow.log_key, at=report.at, event=Event.RETAINED, facts=facts)
        uow.commit()
    if report.took_away:
        store.wipe_leftovers()
    return report


def _deal_with_deleted(store: Store, settings: Settings, report: RetentionReport) -> None:
    while True:
        with store.begin() as uow:
            gone = uow.purges.gone(_AT_ONCE)
            for one in gone:
                if _to_hold(one):
                    hold_deleted(uow, settings, one.case_id, report.at)
                    report.held += 1
                else:
                    since = _counting(settings, report)
                    wanted = Purge(
                        What.WORDS_AND_AUTHOR, Why.AUTHOR_DELETED, MACHINE, counts_since=since
                    )
                    purge(uow, store, uow.items.get(one.item_id), wanted, report.at)
                    report.deleted_by_author += 1
            uow.commit()
        if len(gone) < _AT_ONCE:
            return


def _to_hold(one: GoneCase) -> bool:
    """Once only: where the data protection officer ended a hold, that was their decision."""
    return one.grave and not one.was_held


def _take_closed(store: Store, settings: Settings, report: RetentionReport) -> None:
    after, before = 0, report.at - settings.retention.shortest
    while True:
        with store.begin() as uow:
            closed = uow.purges.closed_before(before, after, _AT_ONCE)
            for case_id, item_id, closed_at in closed:
                if _is_over(uow, settings, report, case_id, closed_at):
                    since = _counting(settings, report)
                    wanted = Purge(What.ALL, Why.RETENTION, MACHINE, counts_since=since)
                    purge(uow, store, uow.items.get(item_id), wanted, report.at)
            uow.commit()
        if len(closed) < _AT_ONCE:
            return
        after = closed[-1][0]


def _take_authors(store: Store, settings: Settings, report: RetentionReport) -> None:
    """Whose breaches count no longer: what stayed of them when the words went goes too."""
    while True:
        with store.begin() as uow:
            over = uow.purges.no_longer_counted(_counting(settings, report), _AT_ONCE)
            for item_id in over:
                wanted = Purge(What.WORDS_AND_AUTHOR, Why.RETENTION, MACHINE)
                purge(uow, store, uow.items.get(item_id), wanted, report.at)
            uow.commit()
        report.authors += len(over)
        if len(over) < _AT_ONCE:
            return


def _counting(settings: Settings, report: RetentionReport) -> datetime:
    """Since when what a person confirmed counts against its author."""
    return _ago(report, settings.newcomers.breach_days)


def _is_over(
    uow: UnitOfWork, settings: Settings, report: RetentionReport, case_id: int, closed_at: datetime
) -> bool:
    case = uow.cases.get(case_id)
    view = view_of(uow, case, uow.items.get(case.item_id))
    which = class_of(view, uow.decisions.last_outcome(case_id))
    if settings.retention.ends(which, closed_at) > report.at:
        return False
    report.cases[which] = report.cases.get(which, 0) + 1
    return True


def _ago(report: RetentionReport, days: int) -> datetime:
    return report.at - timedelta(days=days)
