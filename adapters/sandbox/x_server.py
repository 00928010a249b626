"""A local server that behaves as X's API v2 is documented to behave.

What it imitates, beyond what each function says: routes, methods, authentication and limits as in
docs.x.com (API reference) and /work/shared/platforms.md; bodies as in /work/shared/fixtures/x.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal
from urllib.parse import unquote

from adapters.sandbox.faults import Manner
from adapters.sandbox.http_server import LocalServer, Reply, Request
from adapters.sandbox.oauth import answer_x, x_user_token
from adapters.sandbox.world import Platform
from adapters.sandbox.x_call import TOP, Call, token
from adapters.sandbox.x_posts import PostEndpoints
from adapters.sandbox.x_problems import Problem, invalid, plain, problem
from adapters.sandbox.x_shapes import not_found
from adapters.sandbox.x_users import UserEndpoints
from adapters.sandbox.x_vocabulary import (
    MEDIA_FIELDS,
    USER_EXPANSIONS,
    USER_FIELDS,
    expansions,
    names,
    old_name,
    post_fields,
    rename,
)

WINDOW = 15 * 60.0
Access = Literal["user", "any", "app"]
_OBJECTS = names(
    "expansions tweet.fields post.fields user.fields media.fields poll.fields place.fields"
)
_TIMELINE = names("max_results pagination_token since_id until_id start_time end_time")
_AUTH_NAMES = {
    "oauth1": "OAuth 1.0a User Context",
    "user": "OAuth 2.0 User Context",
    "app": "OAuth 2.0 Application-Only",
}


class Endpoints(PostEndpoints, UserEndpoints):
    """Every endpoint there is."""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: `limit` calls per user and 15 minutes; `{…}` in `path` are ids or names."""

    method: str
    path: str
    limit: int
    handler: Callable[[Endpoints, Call], Reply]
    params: frozenset[str] = field(default_factory=frozenset)
    results: tuple[int, int, int] = (1, 100, 100)  # max_results: least, most, default
    access: Access = "any"
    version: str = "2"

    def match(self, path: str) -> tuple[str, ...] | None:
        pattern = re.sub(r"\{\w+\}", "([^/]+)", self.path)
        found = re.fullmatch(f"/{self.version}/{pattern}", path)
        return None if found is None else found.groups()


# Limits: platforms.md; users/me, tweets and users/{id}/tweets as measured live in August 2026.
ROUTES = (
    Route("GET", "users/me", 75, Endpoints.me, _OBJECTS, access="user"),
    Route("GET", "users/{id}/mentions", 300, Endpoints.mentions, _OBJECTS | _TIMELINE,
          (5, 100, 10)),
    Route("GET", "users/{id}/tweets", 900, Endpoints.timeline,
          _OBJECTS | _TIMELINE | {"exclude"}, (5, 100, 10)),
    Route("GET", "tweets/search/recent", 300, Endpoints.search,
          _OBJECTS | _TIMELINE | {"query", "next_token", "sort_order"}, (10, 100, 10)),
    Route("GET", "tweets/{id}/quote_tweets", 75, Endpoints.quotes,
          _OBJECTS | {"max_results", "pagination_token", "exclude"}, (10, 100, 10)),
    Route("GET", "tweets", 5000, Endpoints.posts, _OBJECTS | {"ids"}),
    Route("GET", "tweets/{id}", 900, Endpoints.post, _OBJECTS),
    Route("DELETE", "tweets/{id}", 50, Endpoints.delete, access="user"),
    Route("PUT", "tweets/{id}/hidden", 50, Endpoints.hide, access="user"),
    Route("GET", "users", 900, Endpoints.users, _OBJECTS | {"ids"}),
    Route("GET", "users/by", 900, Endpoints.users_by, _OBJECTS | {"usernames"}),
    Route("GET", "users/by/username/{name}", 900, Endpoints.user_by, _OBJECTS),
    Route("GET", "users/{id}", 900, Endpoints.user, _OBJECTS),
    Route("GET", "users/{id}/followers", 300, Endpoints.followers,
          _OBJECTS | {"max_results", "pagination_token"}, (1, 1000, 100)),
    Route("GET", "users/{id}/blocking", 15, Endpoints.blocking,
          _OBJECTS | {"max_results", "pagination_token"}, (1, 1000, 100), access="user"),
    Route("GET", "users/{id}/muting", 15, Endpoints.muting,
          _OBJECTS | {"max_results", "pagination_token"}, (1, 1000, 100), access="user"),
    Route("POST", "users/{id}/muting", 50, Endpoints.mute, access="user"),
    Route("DELETE", "users/{id}/muting/{target}", 50, Endpoints.unmute, access="user"),
    Route("GET", "usage/tweets", 50, Endpoints.usage, frozenset(("days", "usage.fields")),
          access="app"),
    Route("GET", "friendships/incoming.json", 15, Endpoints.incoming,
          frozenset(("cursor", "stringify_ids")), access="user", version="1.1"),
)  # fmt: skip


class XServer(LocalServer):
    """The X half of the sandbox: `XServer(world).start()` gives the base URL, without `/2`."""

    platform: ClassVar[Platform] = "x"
    json_type: ClassVar[str] = "application/json; charset=utf-8"

    def answer(self, request: Request) -> Reply:
        try:
            return answer_x(self.world, request) or self._answer(request)
        except Problem as found:
            return found.reply

    def twist(self, manner: Manner, request: Request, reply: Reply) -> None:
        data = reply.data.get("data")
        if manner is Manner.REPEAT_CURSOR and "meta" in reply.data:
            given = request.query.get("pagination_token") or request.query.get("next_token")
            reply.data["meta"]["next_token"] = given or token(TOP)
        elif manner in (Manner.PARTIAL, Manner.ERRORS_ONLY):
            items = data if isinstance(data, list) else [data or {}]
            lost = items[:1] if manner is Manner.PARTIAL else items
            left = items[len(lost) :]
            errors = [
                not_found("user" if "username" in item else "tweet", "id", str(item.get("id", "0")))
                for item in lost
            ]
            reply.data["errors"] = [*reply.data.get("errors", []), *errors]
            reply.data.pop("data", None)
            if left:
                reply.data["data"] = left
            else:
                reply.data.pop("meta", None)

    def _answer(self, request: Request) -> Reply:
        route, ids = self._route(request)
        kind = self._authenticate(request, route)
        limits = self._take_call(route, kind)
        try:
            self._check_names(request, route)
            call = Call(request, ids, _asked(request.query), _max_results(request, route))
            reply = route.handler(Endpoints(self.world), call)
        except Problem as found:
            reply = found.reply
        if self.world.x_naming == "post":
            reply.data = rename(reply.data)
        reply.headers.update(limits)
        return reply

    def _route(self, request: Request) -> tuple[Route, tuple[str, ...]]:
        known = False
        for route in ROUTES:
            ids = route.match(request.path)
            known = known or ids is not None
            if ids is not None and route.method == request.method:
                return route, ids
        if known:
            raise plain(405, "Method Not Allowed")
        raise plain(404, "Not Found")

    def _authenticate(self, request: Request, route: Route) -> str:
        """Who asks: OAuth 1.0a (the key and token are compared, the signature is not checked), a
        PKCE user's bearer token, or the app-only one. 401 and 403 as in the fixtures."""
        tokens = self.world.x_tokens()
        scheme, rest = request.credentials
        kind = ""
        if scheme.lower() == "oauth":
            given = {key: unquote(value) for key, value in re.findall(r'(\w+)="([^"]*)"', rest)}
            known = (tokens.consumer_key, tokens.access_token)
            if (given.get("oauth_consumer_key"), given.get("oauth_token")) == known:
                kind = "oauth1"
        elif scheme.lower() == "bearer":
            known_bearers = {tokens.bearer: "user", tokens.app_bearer: "app"}
            if connected := x_user_token(self.world):
                known_bearers[connected] = "user"
            kind = known_bearers.get(rest.strip(), "")
        if not kind:
            raise plain(401, "Unauthorized")
        if (route.access == "app") != (kind == "app") and route.access != "any":
            wanted = ["app"] if route.access == "app" else ["oauth1", "user"]
            listed = ", ".join(_AUTH_NAMES[one] for one in wanted)
            detail = (
                f"Authenticating with {_AUTH_NAMES[kind]} is forbidden for this endpoint."
                f"  Supported authentication types are [{listed}]."
            )
            raise problem(403, "Unsupported Authentication", detail, "unsupported-authentication")
        return "app" if kind == "app" else "user"

    def _take_call(self, route: Route, kind: str) -> dict[str, str]:
        """docs.x.com, "Rate limits": a fixed window that starts with the first call in it."""
        name = f"x {kind} {route.method} {route.path}"
        allowed, left, ends = self.world.take_call(name, route.limit, WINDOW)
        headers = {
            "x-rate-limit-limit": str(route.limit),
            "x-rate-limit-remaining": str(left),
            "x-rate-limit-reset": str(ends),
            "x-access-level": "read-write",
        }
        if not allowed:
            found = plain(429, "Too Many Requests")
            found.reply.headers.update(headers)
            raise found
        return headers

    def _check_names(self, request: Request, route: Route) -> None:
        """An unknown parameter is a 400 that lists the known ones (seen in public reports)."""
        for name, value in request.query.items():
            if name not in route.params:
                known = ",".join(["id", *sorted(route.params)])
                raise invalid(name, value, f"The query parameter [{name}] is not one of [{known}]")


def _asked(query: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The fields and expansions asked for, under their old names; `tweet.fields` and
    `post.fields` are both understood, each in its own vocabulary (measured in August 2026)."""
    asked = {
        "post": _values(query, "tweet.fields", post_fields("tweet"))
        | _values(query, "post.fields", post_fields("post")),
        "user": _values(query, "user.fields", USER_FIELDS | {"pinned_post_id"}),
        "media": _values(query, "media.fields", MEDIA_FIELDS),
        "expansions": _values(query, "expansions", expansions() | USER_EXPANSIONS),
    }
    return {kind: frozenset(map(old_name, values)) for kind, values in asked.items()}


def _values(query: Mapping[str, str], name: str, known: frozenset[str]) -> frozenset[str]:
    if not query.get(name):
        return frozenset()
    values = frozenset(query[name].split(","))
    for value in sorted(values - known):
        listed = ",".join(sorted(known))
        message = f"The `{name}` query parameter value [{value}] is not one of [{listed}]"
        raise invalid(name, value, message)
    return values


def _max_results(request: Request, route: Route) -> int:
    least, most, default = route.results
    given = request.query.get("max_results", str(default))
    if not given.isdecimal() or not least <= int(given) <= most:
        message = (
            f"The `max_results` query parameter value [{given}] is not between {least} and {most}"
        )
        raise invalid("max_results", given, message)
    return int(given)
