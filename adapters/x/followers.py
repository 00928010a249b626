"""Who follows the account and who asks to: the newest, all of them, and the open requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from adapters.x import shapes
from adapters.x.client import FOLLOWERS_PAGE, LOOK_PAGE, PAGE, SWEEP_PAGE, Json, XClient
from adapters.x.marks import (
    FollowerMarks,
    Mark,
    SweepMarks,
    cursor_for,
    follower_marks,
    sweep_marks,
    walk,
)
from bot.errors import AdapterError, Denied
from bot.model import Cursor, Newcomer, Page
from bot.ports import Clock

FOLLOWERS_KNOWN = 200
"""Ids kept to recognise where the new followers end."""
FOLLOWER_PAGES = 50
"""Pages of followers read in one run at most: each of the people on one is billed."""
SMALL_PAGES = 5
"""So many pages of a run are small; beyond them a flood is read in fewer calls."""
COUNT_EVERY = 3600.0
"""Seconds: where a trial sweeps at every poll, X is not asked each time how many there are."""
REQUESTS_KNOWN = 1000
"""Open requests looked at in one run; each is looked up, and billed, once."""
UNREAD_REQUESTS = "Who asks to follow could not be read."
UNREAD_FOLLOWERS = (
    f"More people followed since the last look than {FOLLOWER_PAGES} pages hold: the earlier ones "
    "were not read."
)


class Followers:
    """Lists the people about one account; each of them is billed.

    `own_id` is asked at the first call only: finding out may cost one.
    """

    def __init__(
        self, client: XClient, clock: Clock, account: str, own_id: Callable[[], str]
    ) -> None:
        self._client = client
        self._clock = clock
        self._account = account
        self._own_id = own_id
        self._counted_at = float("-inf")

    def newest(self, cursor: Cursor) -> Iterator[Page]:
        """Newest followers, page by page until one holds nobody new: X promises no order.

        The very first run reads one page. Pages are small at first, for whoever is on them is
        billed: a day with 20 new followers reads 25 people.
        """
        state = follower_marks(cursor)
        if not state.token:
            page, state = self._requests(state, cursor)
            if page is not None:
                yield page
        first_run = not cursor.high_water
        known = set(state.known)
        pages = count(1)
        size = FOLLOWERS_PAGE if first_run else LOOK_PAGE

        def fetch(mark: Mark) -> Json:
            grown = next(pages) > SMALL_PAGES
            return self._followers(mark, FOLLOWERS_PAGE if grown else size)

        for number, (listing, mark, end) in enumerate(
            walk(fetch, Mark(token=state.token)), start=1
        ):
            fresh = [row for row in listing.rows if row["id"] not in known]
            state = replace(
                state, token=mark.token, fresh=(*state.fresh, *(row["id"] for row in fresh))
            )
            met = not fresh
            last = end or met or first_run or number == FOLLOWER_PAGES
            problems = listing.problems
            if last and not (end or met or first_run):
                problems += (UNREAD_FOLLOWERS,)
            if last:
                newest = tuple(dict.fromkeys((*state.fresh, *state.known)))
                state = FollowerMarks(known=newest[:FOLLOWERS_KNOWN], asking=state.asking)
            here = cursor_for(state, cursor, last)
            yield Page(self.people(fresh), here, last, problems=problems, billed=len(listing.rows))
            if last:
                return

    def everybody(self, cursor: Cursor) -> Iterator[Page]:
        """All followers, a thousand a page; at the end X's own count tells how many it withheld."""
        state = sweep_marks(cursor)
        for listing, mark, end in walk(
            lambda mark: self._followers(mark, SWEEP_PAGE), Mark(token=state.token)
        ):
            state = replace(state, token=mark.token, read=state.read + len(listing.rows))
            people, billed, missing = self.people(listing.rows), len(listing.rows), 0
            counted = None
            if end:
                counted = self._counted() or None
                missing, billed = max(0, (counted or 0) - state.read), billed + 1
                state = SweepMarks(swept_at=self._clock.now().isoformat())
            here = cursor_for(state, cursor, end)
            yield Page(people, here, end, missing, listing.problems, billed, counted)

    def _followers(self, mark: Mark, size: int) -> Json:
        return self._client.followers(self._own_id(), token=mark.token, max_results=size)

    def _requests(self, state: FollowerMarks, cursor: Cursor) -> tuple[Page | None, FollowerMarks]:
        """Whoever newly asks to follow a protected account, where X lists them to this token.

        A refusal is no failed reading: the capability says it. Each is looked up, and billed, once.
        """
        if not self._client.protected:
            return None, state
        try:
            asking = self._client.incoming()[:REQUESTS_KNOWN]
            unknown = [each for each in asking if each not in state.asking]
            found = [
                row
                for start in range(0, len(unknown), PAGE)
                for row in shapes.lookup(self._client.users(unknown[start : start + PAGE]))[
                    0
                ].values()
            ]
        except Denied:
            return None, state
        except AdapterError as error:
            here = cursor_for(state, cursor, False)
            return Page((), here, False, problems=(f"{UNREAD_REQUESTS} {error}",)), state
        state = replace(state, asking=tuple(asking))
        # The look-up says that they ask; whoever was granted meanwhile comes as a follower.
        people = self.people([row for row in found if shapes.asks_to_follow(row)])
        return Page(people, cursor_for(state, cursor, False), False, billed=len(found)), state

    def _counted(self) -> int:
        """How many followers X itself counts; 0 where it does not say, or was asked just now."""
        if self._clock.monotonic() - self._counted_at < COUNT_EVERY:
            return 0
        self._counted_at = self._clock.monotonic()
        metrics = shapes.part(shapes.said(self._client.me()), "public_metrics")
        counted = metrics.get("followers_count")
        return counted if isinstance(counted, int) else 0

    def people(self, rows: Sequence[Json]) -> tuple[Newcomer, ...]:
        """These people as newcomers to the account, first seen now."""
        now = self._clock.now()
        return tuple(shapes.newcomer(row, self._account, now) for row in rows)
