"""Reads what others wrote on a Page: below its posts, as visitors, and where they tag it.

Graph has no page-wide list of comments and no usable `since` on comments (platforms.md), so the
watched posts are read again each time, comments and all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.facebook.errors import RepeatedPage
from adapters.facebook.graph import Graph, Position, next_position
from adapters.facebook.shapes import Raw, Shapes, created, mapping, rows, text
from bot.errors import AdapterError, SignedOut
from bot.model import Comment, Edge

_COMMENT_FIELDS = "id,from,message,created_time,is_hidden,can_hide,parent,attachment,permalink_url"
_FOREIGN_POST_FIELDS = "id,from,message,created_time,is_hidden,permalink_url,attachments"
OWN_POST_FIELDS = "id,message,created_time,permalink_url,attachments,message_tags"

# With fifty comments each: much more, and Graph asks to "reduce the amount of data".
_POSTS_WITH_COMMENTS = 10
_POSTS_ALONE = 50


@dataclass(frozen=True, slots=True)
class Part:
    """What one call brought: comments, how many more Facebook counts, and what went wrong."""

    comments: tuple[Comment, ...] = ()
    not_visible: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one Page, `page_size` comments of a post at a time.

    `since` is how old a post may be to be read; None means all of them. Each part holds something,
    and what one call brought is given out before the next call.
    """

    graph: Graph
    shapes: Shapes
    now: Callable[[], datetime]
    page_size: int

    def comments(self, since: datetime | None) -> Iterator[Part]:
        """Everything others wrote, the Page's own comments left out.

        The Page's own posts come last: where visitors' posts are denied, that is a problem of the
        part, and where everything is, the run itself raises.
        """
        below = (
            f"comments.filter(stream).limit({self.page_size}).summary(true){{{_COMMENT_FIELDS}}}"
        )
        visits = self._foreign("visitor_posts", Edge.VISITOR_POST, since, below)
        yield from _optional("The posts of visitors on the Page", visits)
        tags = self._foreign("tagged", Edge.TAG, since)
        yield from _optional("Posts that tag the Page", tags)
        fields = f"id,created_time,{below}"
        for posts in self.posts("published_posts", fields, since, _POSTS_WITH_COMMENTS):
            named, problems = _named(posts)
            yield from self._with_comments(named, [], problems)

    def posts(
        self, edge: str, fields: str, since: datetime | None, limit: int = _POSTS_ALONE
    ) -> Iterator[list[Raw]]:
        """The posts of one list, newest first; ends after a page that is too old throughout.

        A page of which only some are too old (pinned, backdated) does not end it.
        """
        params = {"fields": fields, "limit": str(limit)}
        for page in self.graph.pages(self.shapes.page_id, edge, params):
            posts = rows(page)
            yield posts
            if since and posts and all((created(post) or since) < since for post in posts):
                return

    def _foreign(
        self, edge: str, kind: Edge, since: datetime | None, below: str = ""
    ) -> Iterator[Part]:
        fields = f"{_FOREIGN_POST_FIELDS},{below}" if below else _FOREIGN_POST_FIELDS
        for posts in self.posts(edge, fields, since, _POSTS_WITH_COMMENTS):
            named, problems = _named(posts)
            items = [self.shapes.foreign_post(post, kind, self.now()) for post in named]
            yield from self._with_comments(named if below else [], items, problems)

    def _with_comments(
        self, posts: list[Raw], comments: list[Comment], problems: tuple[str, ...]
    ) -> Iterator[Part]:
        """`comments` and those that came with the posts; then the rest of posts that have more."""
        longer: list[tuple[str, Raw, Position]] = []
        not_visible = 0
        for post in posts:
            post_id, first = text(post, "id"), post.get("comments")
            if not isinstance(first, Mapping):
                # With summary(true) an empty list is a list, too: this is not "no comments".
                problems += ("Facebook left out the comments below one post.",)
                continue
            found, nameless = self._below(post_id, first)
            comments += found
            problems += nameless
            if (onward := next_position(first)) is not None:
                longer.append((post_id, first, onward))
            else:
                not_visible += _missing(first, len(rows(first)))
        yield from _part(comments, not_visible, problems)
        for post_id, first, onward in longer:
            yield from self._more_below(post_id, first, onward)

    def _more_below(self, post_id: str, first: Raw, start: Position) -> Iterator[Part]:
        seen = len(rows(first))
        params = {"filter": "stream", "limit": str(self.page_size), "fields": _COMMENT_FIELDS}
        try:
            for page in self.graph.pages(post_id, "comments", params, start):
                seen += len(rows(page))
                found, nameless = self._below(post_id, page)
                is_last = next_position(page) is None
                yield from _part(found, _missing(first, seen) if is_last else 0, nameless)
        except RepeatedPage:
            # One such post must not keep all older ones from being read.
            problem = "Facebook led in circles below one post: some comments there are unread."
            yield Part(problems=(problem,))

    def _below(self, post_id: str, page: Raw) -> tuple[list[Comment], tuple[str, ...]]:
        named, problems = _named(rows(page))
        return [self.shapes.comment(row, post_id, self.now()) for row in named], problems


def _optional(what: str, parts: Iterator[Part]) -> Iterator[Part]:
    """These parts; where they are refused for good, a problem instead of the whole run's end."""
    try:
        yield from parts
    except AdapterError as error:
        lasting = error.permanent or isinstance(error, RepeatedPage)
        if isinstance(error, SignedOut) or not lasting:
            raise
        yield Part(problems=(f"{what} could not be read. {error}",))


def _part(
    comments: Sequence[Comment], not_visible: int, problems: tuple[str, ...]
) -> Iterator[Part]:
    """One part without the Page's own comments, or none where nothing is left."""
    others = tuple(each for each in comments if each.author is None or not each.author.is_school)
    if others or not_visible or problems:
        yield Part(others, not_visible, problems)


def _missing(page: Raw, seen: int) -> int:
    """How many comments `summary.total_count` counts beyond those returned."""
    total = mapping(page.get("summary", {})).get("total_count")
    return max(0, total - seen) if isinstance(total, int) else 0


def _named(raws: list[Raw]) -> tuple[list[Raw], tuple[str, ...]]:
    """Those that have an id, and a problem where some have none."""
    named = [raw for raw in raws if text(raw, "id")]
    lost = len(raws) - len(named)
    problem = f"Facebook sent {lost} without an id: they could not be kept."
    return named, (problem,) if lost else ()
