"""X's error bodies (shapes: fixtures/x/documented_errors.json and public reports)."""

from __future__ import annotations

from adapters.sandbox.http_server import Reply

_HEADERS = {"Content-Type": "application/problem+json"}


class Problem(Exception):
    """Ends the handling of a request with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def plain(status: int, title: str, detail: str = "") -> Problem:
    """A problem without a type of its own: 401, 403, 404, 429 …"""
    body = {"title": title, "type": "about:blank", "status": status, "detail": detail or title}
    return Problem(Reply(body, status, dict(_HEADERS)))


def problem(status: int, title: str, detail: str, kind: str) -> Problem:
    """A problem of a documented type (docs.x.com, "Response codes and errors")."""
    address = f"https://api.x.com/2/problems/{kind}"
    body = {"title": title, "detail": detail, "type": address, "status": status}
    return Problem(Reply(body, status, dict(_HEADERS)))


def invalid(parameter: str, value: str, message: str) -> Problem:
    """400: one parameter is wrong; `errors` says which."""
    body = {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.x.com/2/problems/invalid-request",
    }
    return Problem(Reply(body, 400, dict(_HEADERS)))
