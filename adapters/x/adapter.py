"""One account of the school on X, as bot.ports.PlatformAdapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Self

from adapters.x import shapes
from adapters.x.capabilities import Matrix, own_id
from adapters.x.client import PAGE, Json, XClient
from adapters.x.connect import XConnection, user_token
from adapters.x.errors import Forbidden
from adapters.x.followers import Followers
from adapters.x.lookups import Lookups
from adapters.x.marks import (
    CommentMarks,
    Mark,
    comment_marks,
    cursor_for,
    post_mark,
    walk,
)
from adapters.x.options import Credentials, XOptions, read_options
from adapters.x.restricting import Restricting
from adapters.x.sweep import SWEPT_POSTS, queries_for
from bot.errors import AdapterError, Denied, Gone, Unsupported
from bot.model import (
    Capability,
    CapabilityReport,
    CapabilityState,
    Comment,
    Cursor,
    ItemKind,
    ItemRef,
    Observation,
    Page,
    Presence,
)
from bot.ports import Context, Options

FIRST_OWN_POSTS = timedelta(days=90)
"""How far back the very first reading of the school's own posts goes."""

MENTIONS_SHOWN = 800
"""X shows no mention beyond the newest 800, whatever `since_id` says (platforms.md)."""
UNSHOWN = (
    f"X shows only the newest {MENTIONS_SHOWN} mentions: older ones that came since the last poll "
    "could not be read."
)
GONE = "It is no longer on X."


class XAdapter(Restricting):
    """Reads and moderates one account through X's API v2.

    Cost: an empty poll is free; authors and conversation heads are looked up once each; the first
    run for newcomers reads one page only (platforms.md). Safe to use from several threads.
    """

    platform = shapes.PLATFORM
    lists_followers = True

    def __init__(self, options: XOptions, credentials: Credentials, context: Context) -> None:
        self.account = context.account
        self._options = options
        self._clock = context.clock
        bearer = user_token(options, context)
        self._client = XClient(credentials, options.base_url, context, bearer)
        self._matrix = Matrix(self._client, options)
        self._followers = Followers(
            self._client, context.clock, context.account, lambda: self._own_id
        )

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        """Raises SettingsError with every problem at once; makes no call."""
        return cls(*read_options(options, context), context)

    @classmethod
    def connection(cls, options: Options, context: Context) -> XConnection:
        """bot.ports.Connectable. Raises SettingsError."""
        return XConnection.from_options(options, context)

    @cached_property
    def _own_id(self) -> str:
        return self._options.user_id or own_id(self._client, self._options)

    @cached_property
    def _lookups(self) -> Lookups:
        return Lookups(self._client, self._own_id)

    def capabilities(self) -> Sequence[CapabilityReport]:
        """Costs a few posts and one follower at most. Hiding is untested until it was tried."""
        return self._matrix.reports()

    # --- reading -----------------------------------------------------------------------------

    def fetch_own_posts(self, cursor: Cursor) -> Iterator[Page]:
        """The account's posts, newest first, without its replies and retweets."""
        for listing, mark, last in walk(self._own_posts, post_mark(cursor)):
            now, rows = self._clock.now(), self._completed(listing)
            for row in rows:
                self._lookups.note_own(row["id"])
            posts = (shapes.own_post(row, self.account, listing.media, now) for row in rows)
            state = cursor_for(mark, cursor, last)
            yield Page(tuple(posts), state, last, problems=listing.problems)

    def fetch_comments(self, cursor: Cursor) -> Iterator[Page]:
        """All new mentions; then, when it is due, the sweep for quotes and untagged replies.

        Mentions are read first and their mark moves on even where the sweep fails, so that a
        search X refuses does not keep mentions from being read.
        """
        state = comment_marks(cursor)
        sweep, baseline, read = self._sweep_due(state), not state.mentions.since, 0
        for listing, mark, last in walk(self._mentions, state.mentions):
            read += len(listing.rows)
            unshown = last and not baseline and read >= MENTIONS_SHOWN
            state = replace(state, mentions=mark)
            last = last and not sweep
            problems = (UNSHOWN,) if unshown else ()
            yield self._comments(listing, cursor_for(state, cursor, last), last, problems)
        if sweep:
            yield from self._sweep(state, cursor)

    def fetch_newcomers(self, cursor: Cursor) -> Iterator[Page]:
        """The newest followers, and who asks to follow."""
        return self._followers.newest(cursor)

    def sweep_newcomers(self, cursor: Cursor) -> Iterator[Page]:
        """All followers, and at the end how many X withheld."""
        return self._followers.everybody(cursor)

    def observe(self, refs: Sequence[ItemRef]) -> Sequence[Observation]:
        """Still there or gone. Whether a reply is hidden cannot be read back on X: no field of a
        post tells it (docs.x.com, data dictionary), only the answer to hide itself does."""
        seen: dict[ItemRef, Observation] = {}
        people = [ref for ref in refs if ref.kind is ItemKind.NEWCOMER]
        posts = [ref for ref in refs if ref.kind in (ItemKind.COMMENT, ItemKind.OWN_POST)]
        for some, ask in ((posts, self._client.posts), (people, self._client.users)):
            for start in range(0, len(some), PAGE):
                for each in _observed(some[start : start + PAGE], ask):
                    seen[each.ref] = each
        return [seen.get(ref, Observation(ref, Presence.UNKNOWN)) for ref in refs]

    # --- acting ------------------------------------------------------------------------------

    def hide(self, ref: ItemRef) -> Observation:
        return self._set_hidden(ref, True)

    def unhide(self, ref: ItemRef) -> Observation:
        return self._set_hidden(ref, False)

    def delete(self, ref: ItemRef) -> Observation:
        """Only the school's own posts can be deleted."""
        if ref.kind is ItemKind.NEWCOMER:
            raise Unsupported(
                "X lets no program remove a follower. Open the profile on x.com, choose “Remove "
                "this follower”, and Schoolgate sees it at its next look."
            )
        if ref.kind is not ItemKind.OWN_POST:
            raise Unsupported(
                "X lets nobody delete what others wrote. Hide it where it answers the school's own "
                f"post, or report it to X: {shapes.permalink(ref.native_id)}"
            )
        answer = self._client.delete(ref.native_id)
        _raise_if_gone(answer, ref)
        if shapes.said(answer).get("deleted") is True:
            return Observation(ref, Presence.GONE)
        if self.observe([ref])[0].presence is Presence.GONE:
            raise Gone(GONE)
        raise AdapterError("X did not confirm that the post is deleted. It is tried again.")

    def _set_hidden(self, ref: ItemRef, hidden: bool) -> Observation:
        capability = Capability.HIDE if hidden else Capability.UNHIDE
        if ref.kind is not ItemKind.COMMENT:
            raise Unsupported("X does not allow hiding this: only replies can be hidden.")
        try:
            answer = self._client.set_hidden(ref.native_id, hidden)
        except Forbidden as refusal:
            raise self._explained(ref, refusal) from None
        except Denied as refusal:
            self._matrix.tried(capability, CapabilityState.DENIED, str(refusal))
            raise
        _raise_if_gone(answer, ref)
        if shapes.said(answer).get("hidden") is not hidden:
            raise AdapterError("X did not confirm it: nothing is taken as done. It is tried again.")
        self._matrix.tried(capability, CapabilityState.WORKS, "X confirmed it the last time.")
        return Observation(ref, Presence.PRESENT, hidden=hidden, can_hide=True)

    def _explained(self, ref: ItemRef, refusal: Forbidden) -> AdapterError:
        """A bare 403 means both "not your conversation" and "not with this token": ask which."""
        if self._lookups.holds(ref.native_id):
            return Denied(
                f"{refusal} The reply stands under the school's own post, so the token may lack "
                "the right to moderate (tweet.moderate.write), somebody at the school showed the "
                "reply again on x.com, or 725 replies to that post are hidden already."
            )
        return Unsupported(
            "X does not allow hiding this: only replies in conversations that the school's account "
            "began can be hidden. Mute the author or report it to X: "
            f"{shapes.permalink(ref.native_id)}"
        )

    # --- within ------------------------------------------------------------------------------

    def _own_posts(self, mark: Mark) -> Json:
        # The first reading is for context, and every post that X gives is billed.
        start = None if mark.since else self._clock.now() - FIRST_OWN_POSTS
        return self._client.own_posts(
            self._own_id, since_id=mark.since, token=mark.token, start=start
        )

    def _mentions(self, mark: Mark) -> Json:
        return self._client.mentions(self._own_id, since_id=mark.since, token=mark.token)

    def _sweep_due(self, state: CommentMarks) -> bool:
        """A mark from the future is a clock that was set back: sweep, rather than never again."""
        passed = self._clock.now().timestamp() - state.swept_at
        return not 0 <= passed < 60 * self._options.sweep_minutes

    def _sweep(self, state: CommentMarks, cursor: Cursor) -> Iterator[Page]:
        """Broken off, it starts anew next time: it is short, and only its end moves its marks."""
        begun = self._clock.now().timestamp()
        recent = shapes.listing(self._client.own_posts(self._own_id, max_results=SWEPT_POSTS))
        newest = ""
        for query in queries_for([row["id"] for row in recent.rows], self._options.handle):

            def search(mark: Mark, query: str = query) -> Json:
                return self._client.search(query, since_id=mark.since, token=mark.token)

            for listing, mark, _ in walk(search, Mark(since=state.swept)):
                newest = shapes.highest([newest, mark.since])
                yield self._comments(listing, cursor_for(state, cursor, False), False)
        state = replace(state, swept=newest, swept_at=begun)
        yield Page((), cursor_for(state, cursor, True), True, problems=recent.problems)

    def _completed(self, listing: shapes.Listing) -> Sequence[Json]:
        """Ask once more, by id, for what X left out of a page: the marks move on past it."""
        if not listing.lost:
            return listing.rows
        found, _ = shapes.lookup(self._client.posts(listing.lost))
        return (*listing.rows, *found.values())

    def _comments(
        self, listing: shapes.Listing, cursor: Cursor, last: bool, problems: tuple[str, ...] = ()
    ) -> Page:
        """Without what the school wrote itself, and without retweets, which say nothing new."""
        rows = [
            row
            for row in self._completed(listing)
            if shapes.author_id(row) != self._own_id and not shapes.is_retweet(row)
        ]
        authors, nameless = self._lookups.authors(rows)
        began_here, unclear = self._lookups.began_here(rows)
        now = self._clock.now()

        def comment(row: Json) -> Comment:
            ours = began_here.get(shapes.conversation_id(row)) if shapes.is_reply(row) else False
            return shapes.comment(
                row,
                self.account,
                media=listing.media,
                author=authors.get(shapes.author_id(row)),
                ours=ours,
                now=now,
            )

        said = (*listing.problems, *problems, *nameless, *unclear)
        asking = self._followers.people(self._lookups.take_requests())
        return Page((*map(comment, rows), *asking), cursor, last, problems=said)


def _observed(
    refs: Sequence[ItemRef], ask: Callable[[Sequence[str]], Json]
) -> Iterator[Observation]:
    """What X does not return is gone, unless it says that it only may not show it."""
    if not refs:
        return
    found, withheld = shapes.lookup(ask([ref.native_id for ref in refs]))
    for ref in refs:
        row = found.get(ref.native_id)
        blocked = muted = follows = asks = None
        if row is None:
            gone = withheld.get(ref.native_id, True)
        else:
            gone = ref.kind is ItemKind.NEWCOMER and not shapes.still_follows(row)
            if ref.kind is ItemKind.NEWCOMER:
                blocked, muted = shapes.restrictions(row)
                follows, asks = shapes.following(row)
        present = Presence.PRESENT if row is not None else Presence.UNKNOWN
        yield Observation(
            ref,
            Presence.GONE if gone else present,
            blocked=blocked,
            muted=muted,
            follows=follows,
            asks_to_follow=asks,
        )


def _raise_if_gone(answer: Json, ref: ItemRef) -> None:
    if shapes.says_gone(answer, ref.native_id):
        raise Gone(GONE)
