"""One call of the Graph API, read: who asks, in which version; and Graph's errors."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from adapters.sandbox.faults import GRAPH_STATUS, graph_error_body
from adapters.sandbox.http_server import Reply, Request
from adapters.sandbox.world import World
from adapters.sandbox.world_facebook import APP_ID, APP_SECRET

Viewer = Literal["page", "user", "app"]
OLDEST, NEWEST = 22, 26
DOCS = "https://developers.facebook.com/docs/graph-api"
CALLS_PER_ENGAGED_USER = 4800  # in 24 hours (platforms.md, Limits)
_DAY = timedelta(days=1).total_seconds()
_EXPIRED_FOR = timedelta(hours=2).total_seconds()


class GraphProblem(Exception):
    """Ends the handling of a request with one of Graph's errors."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        kind: str = "OAuthException",
    ) -> None:
        super().__init__(message)
        body = graph_error_body(code, message, subcode)
        body["error"] = {**body["error"], "type": kind}
        self.reply = Reply(body, GRAPH_STATUS.get(code, 400))


def gone(method: str, object_id: str) -> GraphProblem:
    """100/33: there is no such object, or this token may not see it (fixtures error_100_…)."""
    return GraphProblem(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist,"
        " cannot be loaded due to missing permissions, or does not support this operation."
        f" Please read the Graph API documentation at {DOCS}",
        subcode=33,
        kind="GraphMethodException",
    )


def no_field(name: str, node: str) -> GraphProblem:
    """100: a field that this type of node does not have."""
    return GraphProblem(
        100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})"
    )


@dataclass(frozen=True, slots=True)
class GraphCall:
    """One request: its path without the version, and what its token lets it do."""

    request: Request
    path: tuple[str, ...]
    version: str
    token: str
    viewer: Viewer
    base_url: str

    def need_page_token(self) -> None:
        """190/2069032: a user token where a Page token is needed (platforms.md)."""
        if self.viewer != "page":
            message = "A Page access token is required for this call for the new Pages experience."
            raise GraphProblem(190, message, subcode=2069032)


def version_of(path: str) -> tuple[str, tuple[str, ...]]:
    """(version served, the rest of the path).

    Versions before v22 are a 2635; one that does not exist yet, or none, is served as the oldest
    (live probe of August 2026: both fall back to the default, which the sandbox takes for v22.0).
    """
    parts = tuple(part for part in path.split("/") if part)
    oldest = f"v{OLDEST}.0"
    if not parts or not (found := re.fullmatch(r"v(\d+)\.(\d+)", parts[0])):
        return oldest, parts
    number = int(found.group(1))
    if number < OLDEST:
        raise GraphProblem(
            2635,
            "(#2635) You are calling a deprecated version of the Ads API."
            f" Please update to the latest version: v{NEWEST}.0.",
        )
    return (parts[0] if number <= NEWEST else oldest), parts[1:]


def authenticate(world: World, request: Request) -> tuple[str, Viewer]:
    """(token, whose it is); it may stand in the query, in the form or after `Bearer`.

    104 without one, 190 for an unknown and 190/463 for an expired one (fixture error_190_463), 100
    for a wrong `appsecret_proof` (docs, "Secure Graph API Calls"; a right one is not required).
    """
    scheme, rest = request.credentials
    header = rest.strip() if scheme.lower() in ("bearer", "oauth") else ""
    token = request.form.get("access_token") or header
    if not token:
        raise GraphProblem(104, "An access token is required to request this resource.")
    proof = request.form.get("appsecret_proof")
    if proof is not None and not hmac.compare_digest(
        proof.encode(), world.fb_proof(token).encode()
    ):
        message = "Invalid appsecret_proof provided in the API argument"
        raise GraphProblem(100, message, kind="GraphMethodException")
    if token == world.fb_token("expired"):
        now = int(world.clock.timestamp())
        raise GraphProblem(
            190,
            "Error validating access token: Session has expired at unix time"
            f" {now - int(_EXPIRED_FOR)}. The current unix time is {now}.",
            subcode=463,
        )
    viewers: dict[str, Viewer] = {
        world.fb_token("page"): "page",
        world.fb_token("user"): "user",
        f"{APP_ID}|{APP_SECRET}": "app",
    }
    if token not in viewers:
        raise GraphProblem(190, "Invalid OAuth access token - Cannot parse access token")
    return token, viewers[token]


def take_call(world: World, viewer: Viewer) -> dict[str, str]:
    """Count the call and say how much of the day's allowance is used, in percent.

    A Page token is limited per Page and reported in X-Business-Use-Case-Usage, others per app in
    X-App-Usage (docs, "Rate Limits"; fixture headers_usage). Over 100 % it is an 80001 or a 4.
    """
    people = world.row("SELECT COUNT(*) AS n FROM fb_people WHERE NOT page")
    limit = CALLS_PER_ENGAGED_USER * max(1, 0 if people is None else int(people["n"]))
    name = "page" if viewer == "page" else "app"
    allowed, left, ends = world.take_call(f"graph {name}", limit, _DAY)
    percent = 100 * (limit - left) // limit
    usage = {"call_count": percent, "total_cputime": percent // 2, "total_time": percent // 2}
    if viewer != "page":
        headers = {"X-App-Usage": json.dumps(usage)}
    else:
        wait = 0 if allowed else (ends - int(world.clock.timestamp())) // 60 + 1
        case = {"type": "pages", **usage, "estimated_time_to_regain_access": wait}
        headers = {"X-Business-Use-Case-Usage": json.dumps({world.fb_page_id(): [case]})}
    if not allowed:
        code = 80001 if viewer == "page" else 4
        problem = GraphProblem(code, f"(#{code}) There have been too many calls. Try again later.")
        problem.reply.headers.update(headers)
        raise problem
    return headers
