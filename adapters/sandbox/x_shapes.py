"""How X's v2 API writes posts and users: fields and expansions.

Shapes: fixtures/x (recordings and documentation). What one asks for decides what one gets: by
default a post has `id`, `text`, `edit_history_tweet_ids`, a user `id`, `name`, `username`
(docs.x.com, "Fields").
No field says whether a reply is hidden: the data dictionary has none, so the sandbox has none.
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

from adapters.sandbox.http_server import Json
from adapters.sandbox.world_x import HANDLE, XWorld

URL = re.compile(r"https?://[^\s<>\"]+")
_MEDIA_PREFIX = {"photo": "3", "video": "7", "animated_gif": "16"}
LONG = 280
_COUNTS = {
    "author": "SELECT COUNT(*) AS n FROM x_posts WHERE author = ?",
    "reply_to": "SELECT COUNT(*) AS n FROM x_posts WHERE reply_to = ?",
    "quote_of": "SELECT COUNT(*) AS n FROM x_posts WHERE quote_of = ?",
}


def when(timestamp: float) -> str:
    """X's times: UTC with milliseconds and a Z."""
    moment = datetime.fromtimestamp(timestamp, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def not_found(kind: str, parameter: str, value: str) -> Json:
    """The entry under `errors` for what is not there (fixture 200_partial)."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": "https://api.x.com/2/problems/resource-not-found",
    }


def not_authorized(kind: str, parameter: str, value: str) -> Json:
    """The entry for a post of a protected account that one does not follow."""
    return {
        "value": value,
        "detail": f"Sorry, you are not authorized to see the {kind} with {parameter}: [{value}].",
        "title": "Authorization Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": "https://api.x.com/2/problems/not-authorized-for-resource",
    }


class Shapes:
    """Writes objects for one request: the fields and expansions it asked for (old names)."""

    def __init__(self, world: XWorld, asked: Mapping[str, frozenset[str]]) -> None:
        self._world = world
        self._post_fields = asked["post"] | {"id", "text", "edit_history_tweet_ids"}
        self._user_fields = asked["user"] | {"id", "name", "username"}
        self._media_fields = asked["media"] | {"media_key", "type"}
        self._expansions = asked["expansions"]
        # An expansion brings along the field that it follows.
        self._post_fields |= {name.split(".")[0] for name in self._expansions}

    def posts(self, rows: Iterable[sqlite3.Row]) -> tuple[list[Json], Json, list[Json]]:
        """(`data`, `includes`, `errors`), still under the old names."""
        found = list(rows)
        users: dict[int, Json] = {}
        tweets: dict[int, Json] = {}
        media: dict[str, Json] = {}
        errors: list[Json] = []
        for row in found:
            self._follow(row, users, tweets, media, errors)
        includes: Json = {}
        for name, members in (("users", users), ("tweets", tweets), ("media", media)):
            if members:
                includes[name] = list(members.values())
        return [self.post(row) for row in found], includes, errors

    def _follow(
        self,
        row: sqlite3.Row,
        users: dict[int, Json],
        tweets: dict[int, Json],
        media: dict[str, Json],
        errors: list[Json],
    ) -> None:
        wanted: set[int] = set()
        if "author_id" in self._expansions:
            wanted.add(row["author"])
        if "in_reply_to_user_id" in self._expansions and (answered := self._answered(row)):
            wanted.add(int(answered))
        if "entities.mentions.username" in self._expansions:
            wanted |= {user["id"] for user in self._mentioned(row)}
        if {"referenced_tweets", "referenced_tweets.id"} & self._expansions:
            for number in (row["reply_to"], row["quote_of"]):
                other = None if number is None else self._post_row(number)
                if other is not None:
                    tweets[number] = self.post(other)
                    if "referenced_tweets.id.author_id" in self._expansions:
                        wanted.add(other["author"])
                elif number is not None:
                    errors.append(not_found("tweet", "referenced_tweets.id", str(number)))
        if "attachments.media_keys" in self._expansions and row["media"]:
            key = _media_key(row)
            url = {"url": f"https://pbs.twimg.com/media/{row['id']}.jpg"}
            item = {"media_key": key, "type": row["media"], **url, "width": 1200, "height": 800}
            media[key] = {name: item[name] for name in item if name in self._media_fields}
        for number in wanted - users.keys():
            user = self._world.row("SELECT * FROM x_users WHERE id = ?", number)
            if user is not None:
                users[number] = self.user(user)

    def post(self, row: sqlite3.Row) -> Json:
        """One post with the fields asked for; those without a value are left out, as X does."""
        text = html.escape(row["text"], quote=False)  # X escapes &, < and > in `text`
        cut = bool(row["long"]) and len(row["text"]) > LONG
        shown = text[: LONG - 26] + f"… https://t.co/{row['id'] % 10**10:010d}" if cut else text
        values: Mapping[str, Callable[[], object]] = {
            "id": lambda: str(row["id"]),
            "text": lambda: shown,
            "edit_history_tweet_ids": lambda: [*row["edited_from"].split(), str(row["id"])],
            "author_id": lambda: str(row["author"]),
            "created_at": lambda: when(row["at"]),
            "conversation_id": lambda: str(row["conversation"]),
            "in_reply_to_user_id": lambda: self._answered(row),
            "lang": lambda: "en",
            "possibly_sensitive": lambda: False,
            "reply_settings": lambda: "everyone",
            "entities": lambda: self._entities(row, shown) or None,
            "public_metrics": lambda: self._metrics(row["id"]),
            "referenced_tweets": lambda: _references(row) or None,
            "attachments": lambda: {"media_keys": [_media_key(row)]} if row["media"] else None,
            "note_tweet": lambda: {"text": text} if row["long"] else None,
        }
        found = {name: value() for name, value in values.items() if name in self._post_fields}
        return {name: value for name, value in found.items() if value is not None}

    def user(self, row: sqlite3.Row) -> Json:
        """One user with the fields asked for."""
        values: Mapping[str, Callable[[], object]] = {
            "id": lambda: str(row["id"]),
            "name": lambda: row["name"],
            "username": lambda: row["handle"],
            "created_at": lambda: when(row["created"]),
            "description": lambda: html.escape(row["bio"], quote=False),
            "protected": lambda: bool(row["protected"]),
            "verified": lambda: bool(row["verified"]),
            "verified_type": lambda: "blue" if row["verified"] else "none",
            "profile_image_url": lambda: (
                f"https://pbs.twimg.com/profile_images/{row['id']}/normal.jpg"
                if row["followers"]
                else "https://abs.twimg.com/sticky/default_profile_images/default_profile.png"
            ),
            "public_metrics": lambda: {
                "followers_count": self._follow_us() if row["ours"] else row["followers"],
                "following_count": row["following"],
                "tweet_count": self._count("author", row["id"]),
                "listed_count": 0,
            },
            "connection_status": lambda: self._connections(row["id"]),
        }
        return {name: value() for name, value in values.items() if name in self._user_fields}

    def _follow_us(self) -> int:
        return len(self._world.rows("SELECT 1 FROM x_relations WHERE relation = 'follower'"))

    def _connections(self, user: int) -> list[str]:
        """docs.x.com, user object: the relation between the reader and this user."""
        names = {
            "follower": "followed_by",
            "request": "follow_request_received",
            "blocked": "blocking",
            "muted": "muting",
        }
        rows = self._world.rows("SELECT relation FROM x_relations WHERE user = ? ORDER BY n", user)
        return [names[row["relation"]] for row in rows]

    def _metrics(self, number: int) -> Json:
        return {
            "retweet_count": 0,
            "reply_count": self._count("reply_to", number),
            "like_count": 0,
            "quote_count": self._count("quote_of", number),
            "bookmark_count": 0,
            "impression_count": 0,
        }

    def _count(self, column: Literal["author", "reply_to", "quote_of"], number: int) -> int:
        row = self._world.row(_COUNTS[column], number)
        return 0 if row is None else int(row["n"])

    def _answered(self, row: sqlite3.Row) -> str | None:
        answered = None if row["reply_to"] is None else self._post_row(row["reply_to"])
        return None if answered is None else str(answered["author"])

    def _post_row(self, number: int) -> sqlite3.Row | None:
        return self._world.row("SELECT * FROM x_posts WHERE id = ?", number)

    def _mentioned(self, row: sqlite3.Row) -> list[sqlite3.Row]:
        return self._world.rows(
            "SELECT u.id, u.handle FROM x_users u JOIN x_mentions m ON m.user = u.id"
            " WHERE m.post = ?",
            row["id"],
        )

    def _entities(self, row: sqlite3.Row, text: str) -> Json:
        known = {user["handle"].lower(): str(user["id"]) for user in self._mentioned(row)}
        mentions = [
            {
                "start": found.start(),
                "end": found.end(),
                "username": found.group(1),
                "id": known[found.group(1).lower()],
            }
            for found in HANDLE.finditer(text)
            if found.group(1).lower() in known
        ]
        urls = [
            {
                "start": found.start(),
                "end": found.end(),
                "url": found.group(),
                "expanded_url": found.group(),
                "display_url": found.group().split("://")[1],
            }
            for found in URL.finditer(text)
        ]
        found: Json = {}
        if mentions:
            found["mentions"] = mentions
        if urls:
            found["urls"] = urls
        return found


def _references(row: sqlite3.Row) -> list[Json]:
    kinds = (("replied_to", row["reply_to"]), ("quoted", row["quote_of"]))
    return [{"type": kind, "id": str(number)} for kind, number in kinds if number is not None]


def _media_key(row: sqlite3.Row) -> str:
    return f"{_MEDIA_PREFIX[row['media']]}_{row['id']}"
