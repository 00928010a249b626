"""The faults of the weather table: what a platform, or the way to it, may answer instead."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import requests
from urllib3.exceptions import NameResolutionError

from adapters.sandbox import faults
from adapters.sandbox.faults import Fault
from adapters.sandbox.world import Platform

Raises = Callable[[], Exception]


@dataclass(frozen=True)
class Weather:
    """One row: a fault that the sandbox's server plays, or what `requests` raises before any
    server is reached. `hides` is False where the answer to a hide means something else.
    """

    platform: Platform
    name: str
    fault: Fault | None = None
    raises: Raises | None = None
    hides: bool = True


def _problem(status: int, kind: str) -> Fault:
    body = {"title": "Forbidden", "type": f"https://api.x.com/2/problems/{kind}", "status": status}
    return Fault(f"x_{kind}", status=status, body=json.dumps(body))


def _plain(status: int, title: str, **headers: str) -> Fault:
    body = {"title": title, "detail": title, "type": "about:blank", "status": status}
    return Fault(f"x_{status}", status=status, body=json.dumps(body), headers=headers)


BOTH: dict[str, Fault] = {
    "connection reset in the answer": faults.connection_reset(),
    "truncated JSON": faults.truncated_json(),
    "502 as HTML": faults.bad_gateway(),
    "HTML with 200 (a web filter)": faults.html_in_200(),
    "redirected to another host": Fault(
        "redirected", status=302, headers={"Location": "https://login.example/"}
    ),
    "503 as HTML with Retry-After": replace(
        faults.bad_gateway(), name="unavailable", status=503, headers={"Retry-After": "120"}
    ),
}
NETWORK: dict[str, Raises] = {
    "TLS is not trusted": lambda: requests.exceptions.SSLError("certificate verify failed"),
    "the name is not found (DNS)": lambda: requests.ConnectionError(
        NameResolutionError("api", None, OSError())  # type: ignore[arg-type]  # any object will do
    ),
    "the proxy refuses": lambda: requests.exceptions.ProxyError("407"),
    "no connection in time": lambda: requests.ConnectTimeout("timed out"),
    "no more of the answer in time": lambda: requests.ReadTimeout("timed out"),
}
X: dict[str, Fault] = BOTH | {
    "401": faults.x_unauthorized(),
    "402 no credit": faults.x_credits_depleted(),
    "403 the app may only read": faults.x_forbidden(),
    "403 the app has no project": _problem(403, "client-forbidden"),
    "403 the wrong sort of token": _problem(403, "unsupported-authentication"),
    "403 without a reason": _plain(403, "Forbidden"),
    "404": _plain(404, "Not Found"),
    "409": _plain(409, "Conflict"),
    "429 with reset": faults.x_rate_limited(60),
    "429 without reset": faults.x_rate_limited(None),
    "429 with a past reset": faults.x_rate_limited(-60),
    "429 the month's allowance": _problem(429, "usage-capped"),
    "500": faults.x_server_error(),
    "503": faults.x_unavailable(),
    "200 with errors only": faults.x_errors_only(),
    "200 with errors: null": Fault("x_errors_null", body=json.dumps({"errors": None})),
}
_CODES: list[tuple[int, int | None, str]] = [
    (1, None, "unknown"),
    (1, 2853006, "not permitted"),
    (2, None, "unavailable"),
    (4, None, "too many calls of the app"),
    (10, None, "a permission is missing"),
    (12, None, "no longer offered"),
    (17, None, "too many calls of the user"),
    (32, None, "too many calls of the Page"),
    (100, None, "a wrong request"),
    (100, 33, "gone"),
    (190, 458, "the app was removed"),
    (190, 459, "sign in first"),
    (190, 460, "the password was changed"),
    (190, 463, "the token has expired"),
    (190, 464, "the account is not confirmed"),
    (190, 467, "the token is no longer valid"),
    (190, 492, "the role on the Page is lost"),
    (190, 2069032, "a user's token"),
    (200, None, "not permitted"),
    (283, None, "a permission is missing"),
    (368, None, "taken for misuse"),
    (613, None, "too many calls"),
]
FACEBOOK: dict[str, Fault] = BOTH | {
    "500 JSON": faults.graph_server_error(),
    "500 without error": faults.graph_server_error(with_error=False),
    "80001 with the time to wait": faults.graph_throttled(),
    **{
        f"{code}{f'/{subcode}' if subcode else ''} {words}": faults.graph_error(code, subcode)
        for code, subcode, words in _CODES
    },
}
_MEANS_GONE = {"404", "100/33 gone"}


def _rows(platform: Platform, table: dict[str, Fault]) -> list[Weather]:
    played = [Weather(platform, n, f, hides=n not in _MEANS_GONE) for n, f in table.items()]
    return played + [Weather(platform, n, raises=r) for n, r in NETWORK.items()]


TABLE: list[Weather] = _rows("x", X) + _rows("facebook", FACEBOOK)


def failing_sends(wrong: Raises, only: Callable[[str, str], bool]) -> Any:
    """A `requests` transport that fails so for the calls (method, address) that `only` picks."""
    real = requests.adapters.HTTPAdapter.send

    def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        if only(str(request.method), str(request.url)):
            raise wrong()
        return real(self, request, *args, **kwargs)

    return send
