"""The endpoints of X's v2 API that read, hide and delete posts."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

from adapters.sandbox.http_server import Json, Reply
from adapters.sandbox.store import Value
from adapters.sandbox.world_x import EPOCH_MS
from adapters.sandbox.x_call import TOP, Call, Endpoint, number_of
from adapters.sandbox.x_problems import invalid, plain, problem
from adapters.sandbox.x_query import QueryError, Searched, parse
from adapters.sandbox.x_shapes import URL, not_authorized, not_found

HIDES_PER_CONVERSATION = 725  # docs.x.com, "Hide replies"
SEARCHED_DAYS = 7
SEARCH_LAG = 30  # docs.x.com, recent search: `end_time` is by default 30 seconds ago

# docs.x.com, "Timelines": the newest 800 mentions, the newest 3,200 of one's own posts.
_MENTIONS = (
    "SELECT * FROM (SELECT v.* FROM x_mentions m JOIN x_visible v ON v.id = m.post"
    " WHERE m.user = ? AND v.at <= ? ORDER BY m.post DESC LIMIT 800)"
    " WHERE id > ? AND id < ? AND at >= ? AND at <= ? ORDER BY id DESC LIMIT ?"
)
_OWN = (
    "SELECT * FROM (SELECT * FROM x_visible WHERE author = ? AND (NOT ? OR reply_to IS NULL)"
    " AND at <= ? ORDER BY id DESC LIMIT 3200)"
    " WHERE id > ? AND id < ? AND at >= ? AND at <= ? ORDER BY id DESC LIMIT ?"
)
_AUTHOR_OF = "SELECT u.handle FROM x_users u JOIN x_posts p ON p.author = u.id WHERE p.id = ?"
_MENTIONED = "SELECT u.handle FROM x_users u JOIN x_mentions m ON m.user = u.id WHERE m.post = ?"


class PostEndpoints(Endpoint):
    """Mentions, timelines, search, quotes, look-up, hiding and deleting."""

    def mentions(self, call: Call) -> Reply:
        """GET users/:id/mentions: newest first, only the newest 800 (platforms.md)."""
        user = self._user(call.ids[0], "id")
        if isinstance(user, Reply):
            return user
        return self._within(call, _MENTIONS, user["id"], self._now)

    def timeline(self, call: Call) -> Reply:
        """GET users/:id/tweets: newest first; `exclude=replies,retweets`."""
        user = self._user(call.ids[0], "id")
        if isinstance(user, Reply):
            return user
        no_replies = "replies" in call.request.query.get("exclude", "").split(",")
        return self._within(call, _OWN, user["id"], int(no_replies), self._now)

    def _within(self, call: Call, timeline: str, *values: Value) -> Reply:
        rows = self._world.rows(
            timeline,
            *values,
            *(call.number("since_id", 0), min(call.number("until_id", TOP), call.before)),
            *(call.time("start_time", 0.0), call.time("end_time", self._now), call.size + 1),
        )
        return self._posts_page(call, rows)

    def search(self, call: Call) -> Reply:
        """GET tweets/search/recent: 7 days, newest first, 512 characters; a `since_id` older than
        the 7 days is a 400 (public reports); the newest 30 seconds are not there yet (docs)."""
        query = call.request.query.get("query", "")
        try:
            match = parse(query)
        except QueryError as error:
            message = f"There were errors processing your request: {error}"
            raise invalid("query", query, message) from None
        oldest = self._now - timedelta(days=SEARCHED_DAYS).total_seconds()
        since = call.number("since_id", 0)
        floor = (int(oldest * 1000) - EPOCH_MS) << 22
        if 0 < since < floor:
            first = f"{datetime.fromtimestamp(oldest, UTC):%Y-%m-%dT%H:%MZ}"
            message = (
                f"'since_id' must be a tweet id created after {first}."
                f" Please use a 'since_id' that is larger than {floor}"
            )
            raise invalid("since_id", str(since), message)
        start = call.time("start_time", oldest)
        if start < oldest - 60:
            given = call.request.query["start_time"]
            first = f"{datetime.fromtimestamp(oldest, UTC):%Y-%m-%dT%H:%MZ}"
            message = f"Invalid 'start_time':'{given}'. 'start_time' must be on or after {first}."
            raise invalid("start_time", given, message)
        rows = self._world.rows(
            "SELECT * FROM x_visible WHERE at >= ? AND at <= ? AND id > ? AND id < ?"
            " ORDER BY id DESC",
            *(start, call.time("end_time", self._now - SEARCH_LAG), since),
            min(call.number("until_id", TOP), call.before),
        )
        found: list[sqlite3.Row] = []
        for row in rows:
            if match(self._searched(row)):
                found.append(row)
            if len(found) > call.size:
                break
        return self._posts_page(call, found)

    def quotes(self, call: Call) -> Reply:
        """GET tweets/:id/quote_tweets: newest first; no newest and oldest id (fixture)."""
        rows = self._world.rows(
            "SELECT * FROM x_visible WHERE quote_of = ? AND id < ? AND at <= ?"
            " ORDER BY id DESC LIMIT ?",
            *(number_of(call.ids[0]), call.before, self._now, call.size + 1),
        )
        reply = self._posts_page(call, rows)
        reply.data["meta"].pop("newest_id", None)
        reply.data["meta"].pop("oldest_id", None)
        return reply

    def posts(self, call: Call) -> Reply:
        """GET tweets?ids=: what is gone stands under `errors` (docs, fixture 200_partial)."""
        ids = call.listed("ids")
        found: list[sqlite3.Row] = []
        errors: list[Json] = []
        for one in ids:
            row = self._visible(one)
            if row is not None:
                found.append(row)
            elif self._world.row("SELECT 1 FROM x_posts WHERE id = ? AND at <= ?", number_of(one),
                                 self._now) is not None:  # fmt: skip
                errors.append(not_authorized("tweet", "ids", one))
            else:
                errors.append(not_found("tweet", "ids", one))
        return self._posts_reply(call, found, errors)

    def post(self, call: Call) -> Reply:
        """GET tweets/:id: a deleted one is a 200 with only `errors`."""
        row = self._visible(call.ids[0])
        if row is None:
            return Reply({"errors": [not_found("tweet", "id", call.ids[0])]})
        reply = self._posts_reply(call, [row], [])
        reply.data["data"] = reply.data["data"][0]
        return reply

    def hide(self, call: Call) -> Reply:
        """PUT tweets/:id/hidden: "You can only hide replies to conversations you started"
        (docs.x.com); idempotent (API reference); not one's own replies (Labs FAQ); at most 725 in
        a conversation. The wording of the 403 is X's general one: none is documented."""
        hidden = call.request.json.get("hidden")
        if not isinstance(hidden, bool):
            raise invalid("hidden", str(hidden), "$.hidden: is missing but it is required")
        post = self._visible(call.ids[0])
        if post is None:
            raise problem(404, "Not Found Error", f"Could not find tweet with id: [{call.ids[0]}].",
                          "resource-not-found")  # fmt: skip
        ours = int(self._world.x_account_id())
        root = self._world.row("SELECT author FROM x_posts WHERE id = ?", post["conversation"])
        started = root is not None and root["author"] == ours
        counted = self._world.row(
            "SELECT COUNT(*) AS n FROM x_posts WHERE conversation = ? AND hidden AND id != ?",
            *(post["conversation"], post["id"]),
        )
        full = counted is not None and counted["n"] >= HIDES_PER_CONVERSATION and hidden
        if not started or post["reply_to"] is None or post["author"] == ours or full:
            raise plain(403, "Forbidden", "You are not permitted to perform this action.")
        self._world.write("UPDATE x_posts SET hidden = ? WHERE id = ?", int(hidden), post["id"])
        return Reply({"data": {"hidden": hidden}})

    def delete(self, call: Call) -> Reply:
        """DELETE tweets/:id: one's own only (docs); `deleted` says whether it was."""
        row = self._visible(call.ids[0])
        if row is None:
            return Reply({"data": {"deleted": False}})
        if row["author"] != int(self._world.x_account_id()):
            raise plain(403, "Forbidden", "You are not authorized to delete this Tweet.")
        self._world.x_delete(call.ids[0])
        return Reply({"data": {"deleted": True}})

    def _searched(self, row: sqlite3.Row) -> Searched:
        quoted = [
            f"https://x.com/{handle}/status/{row['quote_of']}"
            for handle in self._handles(_AUTHOR_OF, row["quote_of"])
        ]
        links = [found.group().lower() for found in URL.finditer(row["text"])]
        return Searched(
            text=row["text"].lower(),
            author=self._handles(_AUTHOR_OF, row["id"]) | {str(row["author"])},
            to=self._handles(_AUTHOR_OF, row["reply_to"]),
            mentions=self._handles(_MENTIONED, row["id"]),
            conversation=str(row["conversation"]),
            quoted="" if row["quote_of"] is None else str(row["quote_of"]),
            replied="" if row["reply_to"] is None else str(row["reply_to"]),
            urls=" ".join(links + quoted),
            media=row["media"],
        )

    def _handles(self, sql: str, post: Value) -> frozenset[str]:
        return frozenset(str(row["handle"]).lower() for row in self._world.rows(sql, post))
