"""Read one stream of one account, and store what it brings (transaction T1, one a page)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.errors import AdapterError
from bot.log import Event
from bot.model import (
    Capability,
    Comment,
    Cursor,
    Edge,
    ItemKind,
    ItemRef,
    Newcomer,
    Outcome,
    OwnPost,
    Page,
    PollResult,
    Restriction,
    Stream,
)
from bot.observed import (
    note,
    note_edited,
    note_hidden_elsewhere,
    note_unhidden_elsewhere,
    park_if_asked,
)
from bot.ports import Clock, PlatformAdapter
from bot.school_calendar import LONDON
from bot.services.arrivals import open_newcomer_case
from bot.store import Store, UnitOfWork
from bot.store.cases import StoredCase
from bot.store.item_rows import StoredItem

SPENT = (
    "Reading stopped here: this month's budget for reading followers ([newcomers] reads_per_month "
    "in settings.toml) is spent."
)
CAME_BACK = "This person was removed, and follows the school again."
ASKS_AGAIN = "This person was here before, and asks to follow again."
FOLLOWS_AGAIN = "This person had left after a decision, and follows the school again."

_MOST_PAGES = 500
"""A poll that never ends would keep what it brought from being judged."""

_COMMENTS_ARE_ON = frozenset({Edge.PAGE_COMMENT, Edge.VISITOR_POST})
"""What nobody outside can do while a Page's comments are off (platforms.md, Facebook)."""


CAPABILITY_OF = {
    Stream.OWN_POSTS: Capability.READ_OWN_POSTS,
    Stream.COMMENTS: Capability.READ_COMMENTS,
    Stream.NEWCOMERS: Capability.READ_NEWCOMERS,
    Stream.FOLLOWERS: Capability.READ_NEWCOMERS,
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
    billed: int = 0

    @property
    def complete(self) -> bool:
        return self.result is PollResult.COMPLETE


def poll(
    store: Store,
    clock: Clock,
    adapter: PlatformAdapter,
    stream: Stream,
    *,
    most_billed: int | None = None,
    ending: Callable[[], bool] = _never,
) -> PollReport:
    """Read a stream to its end, or as far as the platform lets us, and say which of the two it was.

    `ending` is asked between two pages: once it is true, the rest is left for the next start.

    Never raises for what the platform does: a poll that failed is written down as failed, so that
    it can never pass for "nothing found". Idempotent: reading the same pages twice changes nothing.
    `most_billed`: where reading stops, and says so.
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
        why_not = left_alone.why if left_alone else ""
        if most_billed is not None and most_billed <= 0:
            why_not = why_not or SPENT
        pages = _nothing(why_not) if why_not else _pages(adapter, stream, cursor)
        read_before = bool(cursor.high_water)
        _read(store, clock, pages, report, first_start, read_before, most_billed, ending)
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
            billed=report.billed,
        )
        uow.commit()
    return report


def _pages(adapter: PlatformAdapter, stream: Stream, cursor: Cursor) -> Iterator[Page]:
    fetch: dict[Stream, Callable[[Cursor], Iterator[Page]]] = {
        Stream.OWN_POSTS: adapter.fetch_own_posts,
        Stream.COMMENTS: adapter.fetch_comments,
        Stream.NEWCOMERS: adapter.fetch_newcomers,
        Stream.FOLLOWERS: adapter.sweep_newcomers,
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
    most_billed: int | None,
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
        if most_billed is not None and report.billed >= most_billed:
            raise AdapterError(SPENT)
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
    people = [item for item in page.items if isinstance(item, Newcomer)]
    anew = uow.people.ask_anew(people, at=at) if people else ()
    met = uow.items.meet(
        page.items,
        at=at,
        read_at=asked_at,
        baseline_before=first_start,
        newcomers_are_baseline=not read_before,
    )
    for stored in met.new:
        if stored.ref.kind is ItemKind.NEWCOMER and not stored.baseline:
            open_newcomer_case(uow, stored, at)
    fresh = {s.ref for s in met.new if not s.baseline} | {s.ref for s in met.edited}
    _note_comments_on(uow, page, {s.ref for s in met.new if not s.baseline}, fresh, at)
    for stored in met.edited:
        note_edited(uow, stored, at)
    _know_again(uow, people, anew, asked_at, at)
    for stored in met.hidden_by_others:
        note_hidden_elsewhere(uow, stored, at)
    for stored in met.unhidden_by_others:
        note_unhidden_elsewhere(uow, stored, at)
    uow.state.keep_cursor(report.account, report.stream, page.cursor)
    if page.followers is not None:
        day = at.astimezone(LONDON).date()
        uow.people.count_followers(report.account, day, page.followers)
    report.seen += len(page.items)
    report.new += len(met.new)
    report.not_visible += page.not_visible
    report.billed += page.billed
    if page.problems:
        report.result = PollResult.PARTIAL
        report.why = " ".join([report.why, *page.problems]).strip()


def _note_comments_on(
    uow: UnitOfWork, page: Page, new: set[ItemRef], fresh: set[ItemRef], at: datetime
) -> None:
    """What only happens where outsiders can comment, or lets them: a tag, also one that was edited
    into an old post of the school's own (platforms.md, Facebook).
    """
    for item in page.items:
        if isinstance(item, OwnPost) and item.tags_somebody and item.ref in fresh:
            written = item.created_at if item.ref in new else at
            uow.episodes.note(item.account, Edge.TAG, written_at=written, at=at)
        if isinstance(item, Comment) and item.edge in _COMMENTS_ARE_ON and item.ref in new:
            uow.episodes.note(item.account, item.edge, written_at=item.created_at, at=at)


def _know_again(
    uow: UnitOfWork,
    people: list[Newcomer],
    anew: tuple[int, ...],
    asked_at: datetime,
    at: datetime,
) -> None:
    """Who is still there, under another name, or back after they had left."""
    if not people:
        return
    met = uow.people.meet_again(people, read_at=asked_at)
    back = tuple(dict.fromkeys((*met.returned, *anew)))
    for event, ids in ((Event.RENAMED, met.renamed), (Event.RETURNED, back)):
        for stored in uow.items.get_all(ids).values():
            note(uow, stored, event, at)
            case = uow.cases.find_by_item(stored.id)
            if case is None and event is Event.RETURNED and stored.baseline:
                open_newcomer_case(uow, stored, at)
            elif case is not None and event is Event.RETURNED:
                _put_before_the_officer(uow, stored, case)
            elif case is not None:
                uow.cases.touch(case.id)


def _put_before_the_officer(uow: UnitOfWork, stored: StoredItem, case: StoredCase) -> None:
    """Somebody who is back after a decision is decided about anew; the old decision stays."""
    removed = [r.kind for r in uow.restrictions.standing(stored.id)]
    if uow.items.asks_to_follow(stored.id):
        uow.cases.sound_alarm(case.id, ASKS_AGAIN)
    elif Restriction.REMOVE in removed:
        uow.cases.sound_alarm(case.id, CAME_BACK)
    elif uow.decisions.last_outcome(case.id) in (Outcome.APPROVE, Outcome.NOT_SUITABLE):
        uow.cases.sound_alarm(case.id, FOLLOWS_AGAIN)
