"""One Facebook Page behind `bot.ports.PlatformAdapter`.

Sources: platforms.md (Facebook), which sums up Meta's documentation and the trials of the SDK.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from adapters.facebook.capabilities import (
    MUTING_WHY,
    NEWCOMERS_WHY,
    everything_denied,
    grants_of,
    matrix,
)
from adapters.facebook.connect import FacebookConnection
from adapters.facebook.graph import Graph
from adapters.facebook.options import FacebookOptions, read_options
from adapters.facebook.proof import Proof
from adapters.facebook.reading import OWN_POST_FIELDS, Part, Reader
from adapters.facebook.session import GraphSession
from adapters.facebook.shapes import PLATFORM, Shapes, flag, text
from adapters.facebook.usage import SLOW_FROM
from bot.errors import AdapterError, Denied, Gone, SignedOut, Throttled, Unsupported, WritesStopped
from bot.model import (
    Author,
    CapabilityReport,
    Cursor,
    Edge,
    ItemKind,
    ItemRef,
    Newcomer,
    Observation,
    Page,
    Presence,
)
from bot.ports import Context, Options


@dataclass(slots=True)
class _Met:
    """Who was seen to comment in one run, each with when and where first; and what went wrong."""

    authors: dict[str, tuple[Author, datetime, str]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def add(self, part: Part) -> None:
        self.problems += part.problems
        for comment in part.comments:
            if comment.author is None:
                continue
            known = self.authors.get(comment.author.native_id)
            if known is None or comment.created_at < known[1]:
                seen = (comment.author, comment.created_at, comment.permalink)
                self.authors[comment.author.native_id] = seen


class FacebookAdapter:
    """Reads and moderates one Page with its own access token.

    Posts younger than `recent_days` are read at each run, all posts every `full_sweep_minutes`
    (later while more than 75 % of Facebook's allowance is used); a cursor's high-water mark is when
    the last full sweep began. Graph's own cursors must not be stored, so an interrupted run starts
    again from the newest posts: no page has a resume mark. The caller dedupes by ref and digest.

    Nothing is believed before the token is proven to be this Page's, once per adapter and again
    each day: with a user's token Facebook answers `{"data": []}` where a Page's reads everything.
    """

    platform = PLATFORM
    lists_followers = False

    def __init__(self, options: FacebookOptions, context: Context) -> None:
        self.account = account = context.account
        self._options = options
        self._clock = clock = context.clock
        session = GraphSession(
            options.token, options.app_secret, options.base_url, date_seen=context.date_seen
        )
        self._graph = Graph(session, options.version)
        self._shapes = Shapes(account, options.page_id)
        self._proof = Proof(self._graph, options, clock)
        self._reader = Reader(self._graph, self._shapes, clock.now, options.page_size)
        self._ends: datetime | None = None
        self._met: _Met | None = None

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        """Options: see `read_options`. Makes no call. Raises SettingsError."""
        return cls(read_options(options, context), context)

    @classmethod
    def connection(cls, options: Options, context: Context) -> FacebookConnection:
        """bot.ports.Connectable. Raises SettingsError."""
        return FacebookConnection.from_options(options, context)

    def connection_ends(self) -> datetime | None:
        """bot.ports.Expiring: from the last `debug_token`."""
        return self._ends

    def capabilities(self) -> Sequence[CapabilityReport]:
        """Permissions from `debug_token`, reading by trying; see capabilities.py."""
        try:
            self._proof.prove(afresh=True)
            grants = grants_of(self._graph, self._options.token, self._options.page_id)
            self._ends = grants.ends
        except (SignedOut, Denied) as error:
            return everything_denied(str(error))
        return matrix(self._graph, self._options.page_id, grants, self._clock.now())

    def fetch_own_posts(self, cursor: Cursor) -> Iterator[Page]:
        """The Page's published posts, watched as the comments are."""
        self._proof.prove()
        since, done = self._window(cursor)
        for posts in self._reader.posts("published_posts", OWN_POST_FIELDS, since):
            named = [post for post in posts if text(post, "id")]
            items = tuple(self._shapes.own_post(post, self._clock.now()) for post in named)
            yield Page(items, Cursor(cursor.high_water), last=False)
        yield Page((), done, last=True)

    def fetch_comments(self, cursor: Cursor) -> Iterator[Page]:
        """Comments and replies on the Page, visitors' posts, and posts that tag it.

        Where only visitors' posts or tags are denied, the page says so as a problem. The last page
        of a run is always empty.
        """
        self._proof.prove()
        since, done = self._window(cursor)
        met = _Met(dict(self._met.authors)) if self._met else _Met()
        for part in self._reader.comments(since):
            met.add(part)
            yield Page(
                part.comments,
                Cursor(cursor.high_water),
                last=False,
                not_visible=part.not_visible,
                problems=part.problems,
            )
        self._met = met
        yield Page((), done, last=True)

    def fetch_newcomers(self, cursor: Cursor) -> Iterator[Page]:
        """Whoever wrote something that `fetch_comments` has read since the last call; one page.

        Where it has read nothing, the recent posts are read for it. Facebook lists no followers;
        no mark of known people is kept, for the caller knows them by their refs, and a run names
        no more people than wrote in the window that was read.
        """
        met, self._met = self._met, None
        if met is None:
            self._proof.prove()
            met = _Met()
            for part in self._reader.comments(self._recent()):
                met.add(part)
        now = self._clock.now()
        people = tuple(self._newcomer(*seen, now) for seen in met.authors.values())
        yield Page(
            people,
            Cursor(now.isoformat()),
            last=True,
            problems=met.problems,
            followers=self._followers(cursor, now),
        )

    def sweep_newcomers(self, cursor: Cursor) -> Iterator[Page]:  # noqa: ARG002  there is no list
        raise Unsupported(NEWCOMERS_WHY)
        yield

    def observe(self, refs: Sequence[ItemRef]) -> Sequence[Observation]:
        """One call for each ref, for the batched `?ids=` is broken since October 2026.

        A person cannot be looked up: UNKNOWN, and whether the Page's own list has them blocked.
        Raises where the answer says nothing of the item, such as Throttled; what only this one
        item refuses is UNKNOWN.
        """
        people = [ref for ref in refs if ref.kind is ItemKind.NEWCOMER]
        blocked = self._blocked() if people else None
        return [
            Observation(
                ref, Presence.UNKNOWN, blocked=None if blocked is None else ref.native_id in blocked
            )
            if ref.kind is ItemKind.NEWCOMER
            else self._observed(ref)
            for ref in refs
        ]

    def hide(self, ref: ItemRef) -> Observation:
        """Hide a comment. The author and the author's friends may still see it (platforms.md)."""
        return self._set_hidden(ref, hidden=True)

    def unhide(self, ref: ItemRef) -> Observation:
        return self._set_hidden(ref, hidden=False)

    def delete(self, ref: ItemRef) -> Observation:
        """Delete it. Facebook's "success" is no proof: UNKNOWN until it is observed."""
        if ref.kind is ItemKind.NEWCOMER:
            raise Unsupported("A person cannot be deleted from Facebook.")
        try:
            self._graph.delete(ref.native_id)
        except Gone:
            self._proof.confirm_sight()
            raise
        return Observation(ref, Presence.UNKNOWN)

    def block(self, ref: ItemRef) -> Observation:
        """Needs the Page-scoped id, which comes with a comment's `from` only."""
        return self._set_blocked(ref, blocked=True)

    def unblock(self, ref: ItemRef) -> Observation:
        return self._set_blocked(ref, blocked=False)

    def mute(self, ref: ItemRef) -> Observation:  # noqa: ARG002  nobody can be
        raise Unsupported(MUTING_WHY)

    def unmute(self, ref: ItemRef) -> Observation:  # noqa: ARG002  nobody can be
        raise Unsupported(MUTING_WHY)

    def fetch_blocked(self) -> Sequence[Author]:
        self._proof.prove()
        listed = self._graph.blocked(self._options.page_id)
        return [Author(text(row, "id"), name=text(row, "name")) for row in listed]

    # --- parts -------------------------------------------------------------------------------

    def _recent(self) -> datetime:
        return self._clock.now() - timedelta(days=self._options.recent_days)

    def _window(self, cursor: Cursor) -> tuple[datetime | None, Cursor]:
        """From when on posts are read (None: all), and the cursor that the finished run leaves."""
        now = self._clock.now()
        every = timedelta(minutes=self._options.full_sweep_minutes)
        try:
            swept = datetime.fromisoformat(cursor.high_water)
        except ValueError:
            return None, Cursor(now.isoformat())
        # A sweep in the future means that the clock was set back.
        is_due = not timedelta() <= now - swept < every
        if is_due and self._graph.percent_used < SLOW_FROM:
            return None, Cursor(now.isoformat())
        return self._recent(), Cursor(cursor.high_water)

    def _followers(self, cursor: Cursor, now: datetime) -> int | None:
        """How many follow the Page, asked once a day: never who. None where it was not asked, or
        Facebook does not say; a count is not worth a failed reading.
        """
        if cursor.high_water[:10] == now.isoformat()[:10]:
            return None
        try:
            said = self._graph.node(self._options.page_id, "id,followers_count")
        except AdapterError as error:
            if isinstance(error, SignedOut | Throttled):
                raise
            return None
        count = said.get("followers_count")
        return count if isinstance(count, int) and not isinstance(count, bool) else None

    def _newcomer(self, author: Author, at: datetime, permalink: str, now: datetime) -> Newcomer:
        return Newcomer(
            ref=ItemRef(PLATFORM, ItemKind.NEWCOMER, author.native_id, self.account),
            account=self.account,
            edge=Edge.FIRST_COMMENT,
            author=author,
            seen_at=now,
            permalink=permalink,
            facts={
                "first comment seen": f"{at.day} {at:%B %Y}",
                "how we know": NEWCOMERS_WHY,
            },
        )

    def _look(self, ref: ItemRef) -> Observation:
        """What Facebook says of a post or comment now. Raises Gone.

        A Page's posts are `{page}_{post}`. Asking a post for `can_hide`, which only comments have,
        is error 100: so posts elsewhere that tag the Page give themselves away.
        """
        if not ref.native_id.startswith(f"{self._options.page_id}_"):
            try:
                raw = self._graph.node(ref.native_id, "id,is_hidden,can_hide")
            except AdapterError as error:
                if isinstance(error, Gone) or not _is_refusal_of_this(error):
                    raise
            else:
                found = flag(raw, "is_hidden"), flag(raw, "can_hide")
                return Observation(ref, Presence.PRESENT, *found)
        raw = self._graph.node(ref.native_id, "id,is_hidden")
        return Observation(ref, Presence.PRESENT, flag(raw, "is_hidden"), can_hide=False)

    def _blocked(self) -> frozenset[str] | None:
        """Who is blocked; None where Facebook refuses to say."""
        try:
            return frozenset(each.native_id for each in self.fetch_blocked())
        except AdapterError as error:
            if not _is_refusal_of_this(error) and not isinstance(error, Denied):
                raise
            return None

    def _set_blocked(self, ref: ItemRef, *, blocked: bool) -> Observation:
        if ref.kind is not ItemKind.NEWCOMER:
            raise Unsupported("On Facebook only people can be blocked.")
        self._proof.prove()
        said = self._graph.set_blocked(self._options.page_id, ref.native_id, blocked)
        return Observation(ref, Presence.UNKNOWN, blocked=blocked if said else None)

    def _observed(self, ref: ItemRef) -> Observation:
        try:
            return self._look(ref)
        except Gone:
            self._proof.confirm_sight()
            return Observation(ref, Presence.GONE)
        except AdapterError as error:
            if not _is_refusal_of_this(error):
                raise
            return Observation(ref, Presence.UNKNOWN)

    def _set_hidden(self, ref: ItemRef, *, hidden: bool) -> Observation:
        if ref.kind is not ItemKind.COMMENT:
            raise Unsupported("On Facebook only comments can be hidden.")
        try:
            before = self._look(ref)
        except Gone:
            self._proof.confirm_sight()
            raise
        if before.hidden is hidden:
            return before
        # A hidden comment may say that it cannot be hidden, and can be unhidden all the same.
        if before.can_hide is False and hidden:
            raise Unsupported(
                "Facebook does not allow hiding this: it is a visitor's own post, a post elsewhere "
                "that tags the Page, or the Page's own comment. A person can delete it on the "
                "Page, or report it to Facebook."
            )
        self._graph.set_hidden(ref.native_id, hidden)
        return Observation(ref, Presence.PRESENT, hidden=None, can_hide=before.can_hide)


def _is_refusal_of_this(error: AdapterError) -> bool:
    """Whether it is about one item only: permanent, and neither token nor permission."""
    whole_account = (SignedOut, Denied, Throttled, WritesStopped)
    return error.permanent and not isinstance(error, whole_account)
