"""How far a stream was read, and the walk over newest-first pages; what a Cursor's strings hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from adapters.x.errors import BadRequest
from adapters.x.shapes import Json, Listing, highest, listing
from bot.errors import AdapterError
from bot.model import Cursor


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a newest-first list.

    `since`: everything up to this id was read. While a run is under way, `token` is its next page
    and `newest` the highest id it has met, which becomes `since` only after the last page.
    """

    since: str = ""
    token: str = ""
    newest: str = ""


@dataclass(frozen=True, slots=True)
class CommentMarks:
    """The mentions; and the sweep: the highest id it has met, and when it was last made (Unix)."""

    mentions: Mark = field(default_factory=Mark)
    swept: str = ""
    swept_at: float = 0.0


@dataclass(frozen=True, slots=True)
class FollowerMarks:
    """The newest followers that are known, newest first; `fresh` and `token` belong to a run.

    `asking` are those whose open requests were looked up already.
    """

    known: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    token: str = ""
    asking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepMarks:
    """A run over all followers: its next page, how many it has read, and (finished) when."""

    token: str = ""
    read: int = 0
    swept_at: str = ""


def post_mark(cursor: Cursor) -> Mark:
    return _mark(_loaded(cursor))


def comment_marks(cursor: Cursor) -> CommentMarks:
    stored = _loaded(cursor)
    at = stored.get("swept_at")
    return CommentMarks(
        mentions=_mark(stored.get("mentions") or {}),
        swept=str(stored.get("swept") or ""),
        swept_at=float(at) if isinstance(at, int | float) else 0.0,
    )


def follower_marks(cursor: Cursor) -> FollowerMarks:
    stored = _loaded(cursor)
    return FollowerMarks(
        known=tuple(map(str, stored.get("known") or ())),
        fresh=tuple(map(str, stored.get("fresh") or ())),
        token=str(stored.get("token") or ""),
        asking=tuple(map(str, stored.get("asking") or ())),
    )


def sweep_marks(cursor: Cursor) -> SweepMarks:
    stored = _loaded(Cursor(resume=cursor.resume or "{}"))
    read = stored.get("read")
    return SweepMarks(str(stored.get("token") or ""), read if isinstance(read, int) else 0)


def cursor_for(
    state: Mark | CommentMarks | FollowerMarks | SweepMarks, before: Cursor, last: bool
) -> Cursor:
    """The page's cursor: with the last page a new high-water mark, till then where to go on."""
    text = json.dumps(asdict(state), separators=(",", ":"))
    return Cursor(high_water=text) if last else Cursor(before.high_water, text)


def walk(fetch: Callable[[Mark], Json], mark: Mark) -> Iterator[tuple[Listing, Mark, bool]]:
    """Yield each page, the mark to go on from after it, and whether it was the last.

    Raises AdapterError where X repeats a page token, which would be a walk without end; the mark
    given out just before starts the list anew, so that the fault does not outlive its cause.
    """
    mark, answer = _first(fetch, mark)
    seen = {mark.token}
    while True:
        page = listing(answer)
        newest = highest([mark.newest, page.newest])
        if not page.next_token:
            yield page, Mark(since=highest([mark.since, newest])), True
            return
        if page.next_token in seen:
            yield page, Mark(since=mark.since), False
            raise AdapterError(
                "X sent the same page mark twice, so the list could not be read to its end. It is "
                "tried again from the start."
            )
        seen.add(page.next_token)
        mark = replace(mark, token=page.next_token, newest=newest)
        yield page, mark, False
        answer = fetch(mark)


def _first(fetch: Callable[[Mark], Json], mark: Mark) -> tuple[Mark, Json]:
    """The first page of a run; stored marks that X refuses must not make every run fail.

    A page token grows old, and the recent search answers 400 to a `since_id` older than a week
    ("must be a tweet id created after …"): each is left out in turn, and items read twice are
    known by their ids.
    """
    *attempts, weakest = dict.fromkeys((mark, Mark(since=mark.since), Mark()))
    for attempt in attempts:
        try:
            return attempt, fetch(attempt)
        except BadRequest:
            continue
    return weakest, fetch(weakest)


def _mark(stored: dict[str, Any]) -> Mark:
    return Mark(**{name: str(stored.get(name) or "") for name in ("since", "token", "newest")})


def _loaded(cursor: Cursor) -> dict[str, Any]:
    """What an unknown or broken mark says: nothing, so that the stream is read from the start."""
    try:
        stored = json.loads(cursor.resume or cursor.high_water or "{}")
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}
