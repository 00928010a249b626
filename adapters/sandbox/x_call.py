"""One call of X's v2 API, read, and what all its endpoints need to answer it."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.sandbox.http_server import Json, Reply, Request
from adapters.sandbox.world import World
from adapters.sandbox.x_problems import invalid
from adapters.sandbox.x_shapes import Shapes, not_found

TOP = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read: the ids in its path, what it asked for (old names), its page size."""

    request: Request
    ids: tuple[str, ...]
    asked: dict[str, frozenset[str]]
    size: int

    def number(self, name: str, default: int) -> int:
        """A post id among the parameters."""
        given = self.request.query.get(name)
        if given is None:
            return default
        if not given.isdecimal() or len(given) > 19:
            message = f"The `{name}` query parameter value [{given}] is not valid"
            raise invalid(name, given, message)
        return int(given)

    def time(self, name: str, default: float) -> float:
        """A time among the parameters, YYYY-MM-DDTHH:mm:ssZ."""
        given = self.request.query.get(name)
        if given is None:
            return default
        try:
            return (
                datetime.strptime(given[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC).timestamp()
            )
        except ValueError:
            message = f"The `{name}` query parameter value [{given}] is not a valid RFC3339 date"
            raise invalid(name, given, message) from None

    @property
    def before(self) -> int:
        """Where the page begins: everything on it is below this number."""
        query = self.request.query
        name = "next_token" if "next_token" in query else "pagination_token"
        if not query.get(name):
            return TOP
        try:
            return int(base64.b32decode(query[name].upper()).decode())
        except ValueError:
            message = f"The `{name}` query parameter value [{query[name]}] is not valid"
            raise invalid(name, query[name], message) from None

    def listed(self, parameter: str) -> list[str]:
        """A parameter that holds 1 to 100 values."""
        values = [value for value in self.request.query.get(parameter, "").split(",") if value]
        if not 1 <= len(values) <= 100:
            message = (
                f"The number of values in the `{parameter}` query parameter list"
                f" [{len(values)}] is not between 1 and 100"
            )
            raise invalid(parameter, ",".join(values), message)
        return values


def token(before: int) -> str:
    """The opaque pagination token of the page that holds what is below `before`."""
    padded = f"{before:>20}"  # 20 bytes are 32 base32 letters, without padding
    return base64.b32encode(padded.encode()).decode().lower()


class Endpoint:
    """What the handlers share; each handler takes a `Call`, and answers under the old names."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._now = world.clock.timestamp()

    def _visible(self, post_id: str) -> sqlite3.Row | None:
        return self._world.row(
            "SELECT * FROM x_visible WHERE id = ? AND at <= ?", number_of(post_id), self._now
        )

    def _posts_page(self, call: Call, rows: Sequence[sqlite3.Row]) -> Reply:
        """An empty page has no `data`; one more row than asked for means there is a next page."""
        page = list(rows[: call.size])
        reply = self._posts_reply(call, page, [])
        meta: Json = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": str(page[0]["id"]), "oldest_id": str(page[-1]["id"])}
        if len(rows) > call.size:
            meta["next_token"] = token(page[-1]["id"])
        reply.data["meta"] = meta
        return reply

    def _posts_reply(self, call: Call, rows: list[sqlite3.Row], errors: list[Json]) -> Reply:
        data, includes, missing = Shapes(self._world, call.asked).posts(rows)
        body: Json = {}
        if data:
            body["data"] = data
        if includes:
            body["includes"] = includes
        if errors or missing:
            body["errors"] = errors + missing
        day = f"{self._world.clock.now():%Y-%m-%d}"
        for item in [*data, *includes.get("tweets", [])]:
            self._world.write("INSERT OR IGNORE INTO x_billed VALUES (?, ?)", day, int(item["id"]))
        return Reply(body)

    def _user(self, value: str, parameter: str) -> sqlite3.Row | Reply:
        if parameter.startswith("username"):
            row = self._world.row("SELECT * FROM x_users WHERE handle = ?", value)
        else:
            row = self._world.row("SELECT * FROM x_users WHERE id = ?", number_of(value))
        return row or Reply({"errors": [not_found("user", parameter, value)]})


def number_of(value: str) -> int:
    """An id of a path or a list, as a number. Raises Problem (400)."""
    if not value.isdecimal() or len(value) > 19:
        message = f"The `id` query parameter value [{value}] is not valid"
        raise invalid("id", value, message)
    return int(value)
