"""The HTTP below facebook-sdk: where the token goes, and what counts as an answer.

facebook-sdk 3.1.0 ignores the HTTP status, returns a 500 without `error` as success, took a 502
page that echoed the URL for a token answer, and fails on a missing Content-Type (all measured,
platforms.md). So every answer is judged here, before the SDK sees it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests
from requests.auth import AuthBase

from adapters.facebook.errors import graph_error, not_graph
from adapters.facebook.usage import SLOW_FROM, percent_used
from adapters.http import TIMEOUT, ApiSession, answered_at, guard_logs
from bot.errors import AdapterError

_log = logging.getLogger(__name__)


class GraphSession(ApiSession):
    """A session that hands the SDK nothing but JSON objects without `error`.

    The token travels as `Authorization: Bearer` (the SDK is given none, so that it cannot put it
    into an address); with `app_secret`, each call carries `appsecret_proof`, the HMAC-SHA256 of the
    token (developers.facebook.com, Securing Graph API Requests). All else is raised as an
    AdapterError. `percent_used` is the allowance used, as the last answer said it.
    """

    def __init__(
        self,
        token: str,
        app_secret: str,
        base_url: str,
        timeout: tuple[float, float] = TIMEOUT,
        date_seen: Callable[[datetime], None] | None = None,
    ) -> None:
        super().__init__(base_url, timeout)
        self._date_seen = date_seen
        guard_logs("urllib3.connectionpool")
        self.auth = _Bearer(token)
        if app_secret:
            proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256)
            self.params = {"appsecret_proof": proof.hexdigest()}
        self.percent_used = 0.0

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        try:
            response = super().send(request, **kwargs)
        except requests.Timeout:
            # `from None`: the cause holds the whole address, and a traceback would print it.
            raise AdapterError("Facebook did not answer in time.") from None
        except OSError:  # every RequestException is one, and so is a CA bundle that is not there
            raise AdapterError(
                "Facebook could not be reached, or the connection broke. Is the internet "
                "connection up?"
            ) from None
        self._note_usage(response)
        if self._date_seen is not None and (date := answered_at(response.headers)) is not None:
            self._date_seen(date)
        _check(response)
        response.headers["Content-Type"] = "application/json"  # proven; the SDK looks only here
        return response

    def _note_usage(self, response: requests.Response) -> None:
        used = percent_used(response.headers)
        if used is None:
            return
        if used >= SLOW_FROM > self.percent_used:
            _log.warning("Facebook: %.0f %% of the allowed calls are used; saving calls.", used)
        self.percent_used = used


class _Bearer(AuthBase):
    """Sets the token; as `session.auth` it also keeps a .netrc from replacing it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _check(response: requests.Response) -> None:
    try:
        answer = response.json()
    except ValueError:
        raise not_graph(response.status_code, response.headers) from None
    if not isinstance(answer, dict):
        raise not_graph(response.status_code, response.headers)
    error = answer.get("error")
    if isinstance(error, dict):
        raise graph_error(error, response.status_code, response.headers)
    if error or not 200 <= response.status_code < 300:
        raise not_graph(response.status_code, response.headers)
