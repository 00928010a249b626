"""Read one stream of one account, and store what it brings (transaction T1, one a page)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.errors import AdapterError
from bot.model import (
    Capability,
    Cursor,
    ItemKind,
    Page,
    PollResult,
    Role,
    Stream,
    Urgency,
)
from bot.observed import (
    note_edited,
    note_hidden_elsewhere,
    note_unhidden_elsewhere,
    park_if_asked,
)
from bot.ports import Clock, PlatformAdapter
from bot.store import Store, UnitOfWork
from bot.store.items import StoredItem

_MOST_PAGES = 500
"""A poll that never ends would keep what it brought from being judged."""


CAPABILITY_OF = {
    Stream.OWN_POSTS: Capability.READ_OWN_POSTS,
    Stream.COMMENTS: Capability.READ_COMMENTS,
    Stream.NEWCOMERS: Capability.READ_NEWCOMERS,
}
_ENDING = "Schoolgate was asked to end while it read. It goes on there at the next start."


def _never() -> bool:
    return False


@dataclass
class PollReport:
    """How one poll went. `why` is a plain sentence wherever it was not complete."""

    account: str
    stream: Stream
    result: PollResult = PollResult.COMPLETE
    why: str = ""
    seen: int = 0
    new: int = 0
    not_visible: int = 0

    @property
    def complete(self) -> bool:
        return self.result is PollResult.COMPLETE


def poll(
    store: Store,
    clock: Clock,
    adapter: PlatformAdapter,
    stream: Stream,
    ending: Callable[[], bool] = _never,
) -> PollReport:
    """Read a stream to its end, or as far as the platform lets us, and say which of the two it was.

    `ending` is asked between two pages: once it is true, the rest is left for the next start.

    Never raises for what the platform does: a poll that failed is written down as failed, so that
    it can never pass for "nothing found". Idempotent: reading the same pages twice changes nothing.
    """
    report = PollReport(adapter.account, stream)
    started = clock.now()
    with store.begin() as uow:
        first_start = uow.state.first_start(adapter.account, started)
        parked = uow.state.parked(adapter.account, writes=False, at=started)
        shut = uow.circuits.open_ones(adapter.account, started).get(CAPABILITY_OF[stream])
        cursor = uow.state.cursor(adapter.account, stream)
        poll_id = uow.state.open_poll(adapter.account, stream, started)
        uow.commit()
    left_alone = parked or shut
    failure: AdapterError | None = None
    try:
        pages = _nothing(left_alone.why) if left_alone else _pages(adapter, stream, cursor)
        _read(store, clock, pages, report, first_start, bool(cursor.high_water), ending)
    except AdapterError as error:
        failure = error
        report.result = PollResult.PARTIAL if report.seen else PollResult.FAILED
        report.why = str(error)
        park_if_asked(store, clock, adapter.account, error)
    with store.begin() as uow:
        if failure is None:
            uow.circuits.worked(adapter.account, CAPABILITY_OF[stream])
        elif not left_alone and not ending():
            uow.circuits.failed(adapter.account, CAPABILITY_OF[stream], failure, clock.now())
        uow.state.close_poll(
            poll_id,
            at=clock.now(),
            result=report.result,
            why=report.why,
            seen=report.seen,
            new=report.new,
            not_visible=report.not_visible,
        )
        uow.commit()
    return report


def _pages(adapter: PlatformAdapter, stream: Stream, cursor: Cursor) -> Iterator[Page]:
    fetch: dict[Stream, Callable[[Cursor], Iterator[Page]]] = {
        Stream.OWN_POSTS: adapter.fetch_own_posts,
        Stream.COMMENTS: adapter.fetch_comments,
        Stream.NEWCOMERS: adapter.fetch_newcomers,
    }
    return fetch[stream](cursor)


def _nothing(why: str) -> Iterator[Page]:
    """The pages of an account that wants to be left alone."""
    raise AdapterError(why)
    yield


def _read(
    store: Store,
    clock: Clock,
    pages: Iterator[Page],
    report: PollReport,
    first_start: datetime,
    read_before: bool,
    ending: Callable[[], bool],
) -> None:
    for _ in range(_MOST_PAGES):
        if ending():
            raise AdapterError(_ENDING)
        asked_at = clock.now()
        page = next(pages, None)
        if page is None:
            raise AdapterError("The platform stopped before the last page. It will be read again.")
        with store.begin() as uow:
            ingest(uow, page, report, clock.now(), asked_at, first_start, read_before)
            uow.commit()
        if page.last:
            return
    raise AdapterError(
        f"There were more than {_MOST_PAGES} pages to read. The rest is read at the next poll."
    )


def ingest(
    uow: UnitOfWork,
    page: Page,
    report: PollReport,
    at: datetime,
    asked_at: datetime,
    first_start: datetime,
    read_before: bool,
) -> None:
    """Store one page and where reading goes on. The baseline is what was there before the start."""
    met = uow.items.meet(
        page.items,
        at=at,
        read_at=asked_at,
        baseline_before=first_start,
        newcomers_are_baseline=not read_before,
    )
    for stored in met.new:
        if stored.ref.kind is ItemKind.NEWCOMER and not stored.baseline:
            _open_newcomer_case(uow, stored, at)
    for stored in met.edited:
        note_edited(uow, stored, at)
    for stored in met.hidden_by_others:
        note_hidden_elsewhere(uow, stored, at)
    for stored in met.unhidden_by_others:
        note_unhidden_elsewhere(uow, stored, at)
    uow.state.keep_cursor(report.account, report.stream, page.cursor)
    report.seen += len(page.items)
    report.new += len(met.new)
    report.not_visible += page.not_visible
    if page.problems:
        report.result = PollResult.PARTIAL
        report.why = " ".join([report.why, *page.problems]).strip()


def _open_newcomer_case(uow: UnitOfWork, stored: StoredItem, at: datetime) -> None:
    uow.cases.open(
        item_id=stored.id,
        reading_id=stored.reading_id,
        urgency=Urgency.ROUTINE,
        kinds=(),
        child=False,
        baseline=False,
        audience={Role.COMMUNICATIONS_OFFICER},
        excluded=(),
        at=at,
    )
