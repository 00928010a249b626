"""What the platform adapters share of HTTP: one session towards one host, and no token in a log."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import requests

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and seconds between two bytes of the answer (platforms.md)."""


class ApiSession(requests.Session):
    """A `requests` session that speaks to `base_url` whatever host an SDK has built in.

    `base_url` is scheme, host and an optional path prefix, such as `http://127.0.0.1:8041/x`. The
    address is changed before a request is prepared, not in a transport adapter: an OAuth 1.0a
    signature covers the host (RFC 5849, 3.4.1.2), and the environment's proxy rules must see the
    address that is really called. The CA bundle of `REQUESTS_CA_BUNDLE` and the proxies of the
    environment are honoured. Nothing is tried twice here. Redirects come back as they are and are
    never followed, so that a token goes to one host only.
    """

    def __init__(self, base_url: str, timeout: tuple[float, float] = TIMEOUT) -> None:
        super().__init__()
        self._base = urlsplit(base_url.rstrip("/"))
        self._timeout = timeout

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        request.url = self._rebased(str(request.url))
        return super().prepare_request(request)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        kwargs["allow_redirects"] = False
        return super().send(request, **kwargs)

    def _rebased(self, url: str) -> str:
        parts = urlsplit(url)
        path = f"{self._base.path}/{parts.path.lstrip('/')}"
        return urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))


def parts_of(address: str) -> SplitResult:
    """The parts of an address that strangers may have written; all empty where it is none.

    `urlsplit` raises on a lone bracket and on letters that NFKC would turn into a slash, and one
    comment must not keep all others from being read.
    """
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def keeps_tokens_safe(base_url: object) -> bool:
    """Whether a token may be sent there: by https, or by plain http on this very machine."""
    parts = parts_of(base_url if isinstance(base_url, str) else "")
    host = parts.hostname or ""
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    )


def is_loopback(host: str) -> bool:
    """Whether this name or address never leaves the machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def answered_at(headers: Mapping[str, str]) -> datetime | None:
    """When the other side says that it answered (RFC 9110, Date); None where it does not say, or
    where something on the way had kept the answer (Age).
    """
    if headers.get("Age", "0") != "0":
        return None
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return date if date.tzinfo is not None else None


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """How long the other side wants to be left alone (RFC 9110, Retry-After, in seconds); None
    where it does not say so in a number of at most six digits, which is eleven days.
    """
    said = headers.get("Retry-After", "")
    return float(said) if re.fullmatch(r"[0-9]{1,6}", said) else None


_SECRETS = (
    (
        re.compile(
            r"(?i)([\"']?\b(?:oauth_\w+|\w*access_token|input_token|fb_exchange_token"
            r"|appsecret_proof|(?:client|app|consumer)_(?:secret|key))[\"']?\s*[=:]\s*)"
            r"[\"']?[^\s\"',&}]+[\"']?"
        ),
        r"\1[hidden]",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w\-.~+/%=]{12,}"), r"\1 [hidden]"),
    (re.compile(r"\bEAA[A-Za-z0-9]{16,}"), "[hidden]"),
)
_RUN, _QUERY = re.compile(r"[^\s'\"]+"), re.compile(r"\?[^)>]+")


def redact(text: str) -> str:
    """The same text without tokens, secrets, signatures and the queries of addresses."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return _RUN.sub(_without_queries, text)


def _without_queries(run: re.Match[str]) -> str:
    """One run of letters, without what follows a ? behind its first stroke.

    Not one pattern: from a long row of strokes it would begin again at each of them.
    """
    head, stroke, rest = run[0].partition("/")
    return head + stroke + _QUERY.sub("?[hidden]", rest)


class RedactingFilter(logging.Filter):
    """Takes tokens out of a record's message; a traceback that hangs on it is dropped."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True


_REDACT = RedactingFilter()


def guard_logs(*names: str) -> None:
    """Keep these loggers at WARNING or above, and redact what they then still say. Idempotent.

    tweepy, oauthlib and facebook-sdk write tokens at DEBUG and urllib3 writes whole addresses. A
    filter counts only on the logger that emits the record: name the modules that do.
    """
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
        logger.addFilter(_REDACT)
