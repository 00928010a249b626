"""How the Graph API shows the Page, its posts and its comments: fields, edges, cursors.

Shapes: fixtures/facebook (public test suites and Meta's documentation, SOURCES.md).
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from adapters.sandbox.graph_call import GraphCall, GraphProblem, gone, no_field
from adapters.sandbox.graph_fields import Field, written
from adapters.sandbox.http_server import Json
from adapters.sandbox.world import World

Position = tuple[float, int]
FIRST_PAGE: Position = (-1.0, 0)
_DEFAULT_LIMIT, _MOST = 25, 100
# docs, Comment node: kinds of attachments as they come over the wire.
_ATTACHMENTS = {
    "photo": "photo",
    "video": "video_inline",
    "gif": "animated_image_share",
    "link": "share",
}
_NODES = {
    "comment": "Comment",
    "post": "PagePost",
    "visitor_post": "PagePost",
    "tagging_post": "PagePost",
}
_DEFAULT_FIELDS = {
    "comment": ("created_time", "from", "message", "id"),
    "post": ("created_time", "message", "id"),
    "visitor_post": ("created_time", "message", "id"),
    "tagging_post": ("message", "id", "tagged_time"),  # fixture tagged_post
}


def cursor(position: Position) -> str:
    """An opaque cursor; Meta's end in ZD."""
    packed = base64.urlsafe_b64encode(json.dumps(position).encode()).decode()
    return packed.rstrip("=") + "ZD"


def _position(text: str) -> Position:
    packed = text.removesuffix("ZD")
    try:
        at, number = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        return float(at), int(number)
    except (ValueError, TypeError):
        raise GraphProblem(100, "(#100) Invalid cursors values") from None


def when(timestamp: float) -> str:
    """Graph's times: UTC, whole seconds, +0000."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%dT%H:%M:%S}+0000"


class Nodes:
    """What one call sees. `from`, `can_hide` and the like need the Page's token."""

    def __init__(self, world: World, call: GraphCall) -> None:
        self._world = world
        self._call = call
        self._now = world.clock.timestamp()
        self._page = world.fb_page_id()

    def find(self, object_id: str) -> sqlite3.Row:
        """A post or comment; 100/33 for what is gone, not there yet, or kept from the API."""
        row = self._world.row(
            "SELECT * FROM fb_objects WHERE id = ? AND at <= ? AND NOT not_visible",
            *(object_id, self._now),
        )
        if row is None:
            raise gone(self._call.request.method, object_id)
        return row

    # --- nodes -------------------------------------------------------------------------------

    def node(self, row: sqlite3.Row, fields: Sequence[Field]) -> Json:
        """One post or comment with the fields asked for; what has no value is left out."""
        asked = fields or tuple(Field(name) for name in _DEFAULT_FIELDS[row["kind"]])
        values = self._comment(row) if row["kind"] == "comment" else self._post(row)
        found: Json = {}
        for field in asked:
            if field.name == "comments":
                found["comments"] = self.comments(row, field.modifiers, field.fields)
            elif field.name not in values:
                raise no_field(field.name, _NODES[row["kind"]])
            else:
                value = values[field.name]()
                if value is not None:
                    found[field.name] = value
        return {**found, "id": row["id"]}

    def _comment(self, row: sqlite3.Row) -> Mapping[str, Callable[[], object]]:
        by_page = row["author"] == self._page
        admin = self._call.viewer == "page"
        return {
            **self._common(row),
            "is_hidden": lambda: bool(row["hidden_by"]),
            # Never for the Page's own comments (platforms.md, Hide; docs: Page admins only).
            "can_hide": lambda: admin and not by_page,
            "can_remove": lambda: admin,
            "can_comment": lambda: True,
            "can_like": lambda: True,
            "can_reply_privately": lambda: admin and not by_page,
            "is_private": lambda: False,
            "user_likes": lambda: False,
            "like_count": lambda: 0,
            "comment_count": lambda: len(self._answers(row["id"])),
            "parent": lambda: self._parent(row),
            "object": lambda: {"id": row["post"]},
            "attachment": lambda: _attachment(row),
            "message_tags": lambda: None,
        }

    def _post(self, row: sqlite3.Row) -> Mapping[str, Callable[[], object]]:
        return {
            **self._common(row),
            "updated_time": lambda: when(row["at"]),
            "is_hidden": lambda: False,
            "is_published": lambda: True,
            "status_type": lambda: "mobile_status_update",
            "story": lambda: None,
            "full_picture": lambda: None,
            "attachments": lambda: None,
            "shares": lambda: None,
            "to": lambda: None if row["kind"] == "post" else {"data": [self._person(self._page)]},
            "tagged_time": lambda: when(row["at"]) if row["kind"] == "tagging_post" else None,
            "message_tags": lambda: self._tags(row),
        }

    def _common(self, row: sqlite3.Row) -> Mapping[str, Callable[[], object]]:
        return {
            "id": lambda: row["id"],
            "message": lambda: row["text"],
            "created_time": lambda: when(row["at"]),
            "from": lambda: self._from(row),
            "permalink_url": lambda: _permalink(row),
        }

    def _from(self, row: sqlite3.Row) -> Json | None:
        """Only with a Page token, and even then not always (platforms.md); a Page is public."""
        if row["author"] == self._page or (self._call.viewer == "page" and not row["from_missing"]):
            return self._person(row["author"])
        return None

    def _person(self, person_id: str) -> Json:
        row = self._world.row("SELECT name FROM fb_people WHERE id = ?", person_id)
        return {"name": "" if row is None else row["name"], "id": person_id}

    def _parent(self, row: sqlite3.Row) -> Json | None:
        """Only replies have one: the comment that they answer."""
        parent = self._world.row(
            "SELECT * FROM fb_objects WHERE id = ? AND kind = 'comment'", row["parent"]
        )
        return None if parent is None else self.node(parent, ())

    def _tags(self, row: sqlite3.Row) -> list[Json] | None:
        """Who is tagged: the Page in somebody's post, people in the Page's own, by their names."""
        if row["kind"] not in ("tagging_post", "post"):
            return None
        of_page = row["kind"] == "tagging_post"
        named = self._world.rows("SELECT id, name FROM fb_people WHERE page = ?", int(of_page))
        kind = "page" if of_page else "user"
        tags: list[Json] = [
            {"id": one["id"], "name": one["name"], "type": kind, "offset": start, "length": length}
            for one in named
            if (start := row["text"].find(one["name"])) >= 0 and (length := len(one["name"]))
        ]
        return tags or None

    # --- edges -------------------------------------------------------------------------------

    def comments(self, row: sqlite3.Row, asked: Mapping[str, str], fields: Sequence[Field]) -> Json:
        """The comments of a post (`filter=stream`: all; else only those on the post itself), or
        the answers to a comment. `since` is not honoured: "not to be trusted" (platforms.md)."""
        stream = asked.get("filter", "toplevel") == "stream" and row["kind"] != "comment"
        rows = self._stream(row["id"]) if stream else self._answers(row["id"])
        order = asked.get("order") or ("chronological" if stream else "ranked")
        found = self._connection(
            *(f"{row['id']}/comments", rows, asked, fields),
            newest_first=order == "reverse_chronological",
        )
        if asked.get("summary", "").lower() in ("true", "1", "total_count"):
            # Counts also what is never returned: "N not visible to the API" (platforms.md).
            found["summary"] = {"order": order, "total_count": len(rows), "can_comment": True}
        return found

    def posts(self, edge: str, asked: Mapping[str, str], fields: Sequence[Field]) -> Json:
        """published_posts, feed, visitor_posts or tagged of the Page: newest first."""
        kinds = {
            "published_posts": ("post", "post"),
            "feed": ("post", "visitor_post"),
            "visitor_posts": ("visitor_post", "visitor_post"),
            "tagged": ("tagging_post", "tagging_post"),
        }[edge]
        rows = self._world.rows(
            "SELECT * FROM fb_objects WHERE kind IN (?, ?) AND at <= ?"
            " AND at >= ? AND at <= ? ORDER BY at, n",
            *(*kinds, self._now, _time(asked, "since", 0.0), _time(asked, "until", self._now)),
        )
        return self._connection(f"{self._page}/{edge}", rows, asked, fields, newest_first=True)

    def _stream(self, post_id: str) -> list[sqlite3.Row]:
        return self._world.rows(
            "SELECT * FROM fb_objects WHERE post = ? AND kind = 'comment' AND at <= ?"
            " ORDER BY at, n",
            *(post_id, self._now),
        )

    def _answers(self, object_id: str) -> list[sqlite3.Row]:
        return self._world.rows(
            "SELECT * FROM fb_objects WHERE parent = ? AND at <= ? ORDER BY at, n",
            *(object_id, self._now),
        )

    def _connection(
        self,
        path: str,
        rows: Sequence[sqlite3.Row],
        asked: Mapping[str, str],
        fields: Sequence[Field],
        *,
        newest_first: bool,
    ) -> Json:
        """One page. A user token silently gets none (platforms.md). Rows that are not visible take
        up room on their page, so that a page can be short or empty and yet have a `next`."""
        if self._call.viewer != "page":
            return {"data": []}
        ordered = list(reversed(rows)) if newest_first else list(rows)
        limit = min(_MOST, _whole(asked.get("limit", ""), _DEFAULT_LIMIT))
        start = 0
        if asked.get("after"):
            after = _position(asked["after"])
            if after != FIRST_PAGE:
                passed = [
                    ((row["at"], row["n"]) >= after)
                    if newest_first
                    else ((row["at"], row["n"]) <= after)
                    for row in ordered
                ]
                start = sum(passed)
        page = ordered[start : start + limit]
        found: Json = {"data": [self.node(row, fields) for row in page if not row["not_visible"]]}
        if page:
            ends = [cursor((row["at"], row["n"])) for row in (page[0], page[-1])]
            found["paging"] = {"cursors": {"before": ends[0], "after": ends[1]}}
            if start + limit < len(ordered):
                found["paging"]["next"] = self._next(path, asked, fields, ends[1])
        return found

    def _next(
        self, path: str, asked: Mapping[str, str], fields: Sequence[Field], after: str
    ) -> str:
        """The next page's URL; Graph writes the token into it, however it was sent."""
        query = {key: value for key, value in asked.items() if key not in ("after", "fields")}
        if fields:
            query["fields"] = written(tuple(fields))
        query |= {"access_token": self._call.token, "after": after}
        return f"{self._call.base_url}/{self._call.version}/{path}?{urlencode(query)}"


def _time(asked: Mapping[str, str], name: str, default: float) -> float:
    """`since` and `until` of posts: unix seconds or ISO 8601."""
    given = asked.get(name)
    if not given:
        return default
    try:
        return float(given) if given.isdecimal() else datetime.fromisoformat(given).timestamp()
    except ValueError:
        raise GraphProblem(100, f"(#100) Invalid parameter: {name}") from None


def _whole(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and int(text) > 0 else default


def _permalink(row: sqlite3.Row) -> str:
    page, _, post = row["post"].partition("_")
    url = f"https://www.facebook.com/{page}/posts/{post}"
    return f"{url}?comment_id={row['id'].rpartition('_')[2]}" if row["kind"] == "comment" else url


def _attachment(row: sqlite3.Row) -> Json | None:
    if not row["attachment"]:
        return None
    url = f"https://www.facebook.com/{row['attachment']}/{row['n']}"
    image = {"height": 720, "src": f"https://scontent.xx.fbcdn.net/{row['n']}.jpg", "width": 720}
    found: Json = {"type": _ATTACHMENTS[row["attachment"]], "url": url, "media": {"image": image}}
    if row["attachment"] != "link":
        found["target"] = {"id": str(row["n"]), "url": url}
    return found
