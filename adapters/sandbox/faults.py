"""Faults that can be scripted into the sandbox's answers; each says what it imitates."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Self


class Manner(StrEnum):
    """What a fault does to an answer. All but ANSWER let the real call happen first: a hide whose
    answer is lost has been done."""

    ANSWER = "answer"  # another answer instead; nothing is read or changed
    SLOW = "slow"  # the real answer, late
    RESET = "reset"  # half of the real answer, then a TCP reset
    TRUNCATE = "truncate"  # half of the real body, with a matching Content-Length
    NO_CONTENT_TYPE = "no_content_type"
    REPEAT_CURSOR = "repeat_cursor"  # the next page is this page again
    PARTIAL = "partial"  # X: the first item is missing, and named under `errors`
    ERRORS_ONLY = "errors_only"  # X: 200 without `data`


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for a platform to misbehave; make them with the functions below.

    `body` may hold `{url}`, which becomes the URL asked for. `reset_in` puts an
    `x-rate-limit-reset` so many seconds ahead (behind, if negative). `delay` is in real seconds.
    """

    name: str
    manner: Manner = Manner.ANSWER
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    reset_in: float | None = None
    delay: float = 0.0

    def dumps(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Self:
        fault = cls(**json.loads(text))
        return replace(fault, manner=Manner(fault.manner))


# --- both platforms, and whatever stands between -------------------------------------------


def slow(seconds: float) -> Fault:
    """The real answer, `seconds` late: shows whether the client has a timeout."""
    return Fault("slow", Manner.SLOW, delay=seconds)


def connection_reset() -> Fault:
    """The connection breaks in the middle of the answer; the call itself was carried out."""
    return Fault("connection_reset", Manner.RESET)


def truncated_json() -> Fault:
    """A complete HTTP answer whose JSON stops half way, as a proxy cuts it."""
    return Fault("truncated_json", Manner.TRUNCATE)


def missing_content_type() -> Fault:
    """The real answer without Content-Type (facebook-sdk: KeyError, platforms.md)."""
    return Fault("missing_content_type", Manner.NO_CONTENT_TYPE)


def repeated_cursor() -> Fault:
    """The next page's cursor leads to this page again (get_all_connections loops, platforms.md)."""
    return Fault("repeated_cursor", Manner.REPEAT_CURSOR)


def bad_gateway() -> Fault:
    """A 502 HTML page of a gateway that echoes the URL (platforms.md: facebook-sdk took one that
    held `access_token=` for a token answer)."""
    body = (
        "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>"
        "<h1>Bad Gateway</h1><p>No answer for {url} in time.</p></body></html>"
    )
    return Fault("bad_gateway", status=502, body=body, content_type="text/html; charset=utf-8")


def html_in_200() -> Fault:
    """An HTML page with status 200, as a school's web filter sends it (platforms.md)."""
    body = "<!DOCTYPE html><html><body><h1>This page was blocked</h1></body></html>"
    return Fault("html_in_200", status=200, body=body, content_type="text/html; charset=utf-8")


# --- X ----------------------------------------------------------------------------------------


def _x(name: str, status: int, body: dict[str, object], **more: float | None) -> Fault:
    return Fault(name, status=status, body=json.dumps(body), reset_in=more.get("reset_in"))


def _x_plain(name: str, status: int, title: str, detail: str = "") -> Fault:
    detail = detail or title
    body = {"title": title, "type": "about:blank", "status": status, "detail": detail}
    return _x(name, status, dict(body))


def x_rate_limited(reset_in: float | None = 60) -> Fault:
    """429 (fixture 429_rate_limit_v2). `reset_in=None`: without the header; negative: in the past;
    both occur (platforms.md, measured: 976 immediate requests with tweepy's own waiting)."""
    fault = _x_plain("x_rate_limited", 429, "Too Many Requests")
    return replace(fault, reset_in=reset_in)


def x_credits_depleted() -> Fault:
    """402 (fixture 402_credits_depleted)."""
    detail = "Your enrolled account [0] does not have any credits to fulfill this request."
    kind = "https://api.twitter.com/2/problems/credits"
    body: dict[str, object] = {"title": "CreditsDepleted", "detail": detail, "type": kind}
    return _x("x_credits_depleted", 402, body)


def x_unauthorized() -> Fault:
    """401 (fixture 401_unauthorized): the token is dead."""
    return _x_plain("x_unauthorized", 401, "Unauthorized")


def x_forbidden() -> Fault:
    """403 (fixture 403_oauth1_permissions): the app lacks the permission."""
    detail = (
        "Your client app is not configured with the appropriate oauth1 app permissions"
        " for this endpoint."
    )
    kind = "https://api.x.com/2/problems/oauth1-permissions"
    body: dict[str, object] = {"title": "Forbidden", "detail": detail, "type": kind, "status": 403}
    return _x("x_forbidden", 403, body)


def x_server_error() -> Fault:
    """500 with JSON (the problem shape of X's v2 errors)."""
    return _x_plain("x_server_error", 500, "Internal Server Error")


def x_unavailable() -> Fault:
    """503 (docs x-api/fundamentals/response-codes-and-errors)."""
    return _x_plain("x_unavailable", 503, "Service Unavailable")


def x_partial() -> Fault:
    """200 with `data` and `errors` (fixture 200_partial): the first item could not be given."""
    return Fault("x_partial", Manner.PARTIAL)


def x_errors_only() -> Fault:
    """200 with `errors` and no `data` (platforms.md: tweepy then gives data=None)."""
    return Fault("x_errors_only", Manner.ERRORS_ONLY)


# --- Graph ------------------------------------------------------------------------------------

_GRAPH_MESSAGES = {
    1: "An unknown error occurred",
    2: "Service temporarily unavailable",
    4: "(#4) Application request limit reached",
    10: "(#10) This endpoint requires the 'pages_read_user_content' permission",
    12: "(#12) This method is deprecated",
    17: "(#17) User request limit reached",
    32: "(#32) Page request limit reached",
    100: "(#100) Invalid parameter",
    190: "Error validating access token: the session is not valid",
    200: "(#200) Permissions error",
    283: "(#283) That action requires the extended permission pages_read_engagement",
    368: "(#368) The action attempted has been deemed abusive or is otherwise disallowed",
    613: "(#613) Calls to this api have exceeded the rate limit.",
    80001: "(#80001) There have been too many calls to this Page account.",
}
GRAPH_STATUS = {1: 500, 2: 503, 4: 403, 10: 403, 17: 400, 190: 401, 200: 403}


def graph_error_body(
    code: int, message: str, subcode: int | None = None
) -> dict[str, dict[str, object]]:
    """Graph's error envelope. `type` says OAuthException for almost all (platforms.md)."""
    error: dict[str, object] = {"message": message, "type": "OAuthException", "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    error["fbtrace_id"] = "AsandboxTrace0"
    return {"error": error}


def graph_error(code: int, subcode: int | None = None, *, message: str = "") -> Fault:
    """Any Graph error of platforms.md's table: 1, 2, 10, 12, 100 (33 = gone), 190 with 458, 459,
    460, 463, 464, 467, 492, 2069032, 200, 283, 368 …"""
    text = message or _GRAPH_MESSAGES.get(code, f"(#{code}) An error occurred")
    body = json.dumps(graph_error_body(code, text, subcode))
    name = f"graph_{code}" if subcode is None else f"graph_{code}_{subcode}"
    return Fault(name, status=GRAPH_STATUS.get(code, 400), body=body)


def graph_throttled(code: int = 80001, minutes: int = 5, *, page_id: str = "0") -> Fault:
    """4, 17, 32, 613 or 80001 with usage headers (fixtures error_80001_buc, headers_usage): 80001
    names `estimated_time_to_regain_access` in minutes; the others only X-App-Usage in percent."""
    usage = {"call_count": 100, "total_cputime": 25, "total_time": 25}
    headers = {"X-App-Usage": json.dumps(usage)}
    if code == 80001:
        case = {"type": "pages", **usage, "estimated_time_to_regain_access": minutes}
        headers = {"X-Business-Use-Case-Usage": json.dumps({page_id: [case]})}
    return replace(graph_error(code), name=f"graph_throttled_{code}", headers=headers)


def graph_server_error(*, with_error: bool = True) -> Fault:
    """500 with JSON; without `error` facebook-sdk returns it as success (platforms.md)."""
    body = graph_error_body(1, _GRAPH_MESSAGES[1]) if with_error else {"success": False}
    name = "graph_500" if with_error else "graph_500_without_error"
    return Fault(name, status=500, body=json.dumps(body))
