"""Stands before everything else: safe headers on every answer, and no request of an odd shape.

It also drops what asgi-csrf would stumble over or be talked round with: foreign cookies (another
program on the same host may set one that cannot be parsed), its own header, and `Authorization`.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_COOKIE = "schoolgate_session"
FORM_COOKIE = "schoolgate_form"
KNOWN_COOKIE = "schoolgate_known"
FORM_FIELD = "csrftoken"  # asgi-csrf knows no other

LARGEST_BODY = 64 * 1024
"""In bytes: a reason may be long, an upload is not expected anywhere."""

UPLOADS = frozenset({"/report"})
"""Where a form may bring a file along, and be larger."""

LARGEST_UPLOAD = 6 * 1024 * 1024
"""In bytes: what a file may have (bot/services/report.py), and the form around it."""

_TOKEN_FIELD = re.compile(rb'name="' + FORM_FIELD.encode() + rb'"\r\n\r\n([!-~]*)\r\n--')

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_OURS = frozenset({SESSION_COOKIE, FORM_COOKIE, KNOWN_COOKIE})
_DROPPED = frozenset({b"cookie", b"x-csrftoken", b"authorization"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def safe_headers(*, https: bool, static: bool = False) -> dict[str, str]:
    """The headers of every answer. HSTS only under TLS: it would lock http://schoolbox.local out
    (stack.md).
    """
    headers = {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache" if static else "no-store",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class Guard:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = safe_headers(https=self._https, static=scope["path"].startswith("/static/"))

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        scope = {**scope, "headers": _own_headers(scope)}
        if scope["method"] == "HEAD":
            await self._app({**scope, "method": "GET"}, receive, _without_body(send_safely))
            return
        if scope["method"] not in _SAFE_METHODS:
            uploads = scope["path"] in UPLOADS
            body = await _whole_body(receive, LARGEST_UPLOAD if uploads else LARGEST_BODY)
            refusal = _refusal(Headers(scope=scope), body, uploads=uploads)
            if refusal is not None:
                await refusal(scope, receive, send_safely)
                return
            if uploads and _is_multipart(Headers(scope=scope)):
                scope = {**scope, "headers": _with_token(scope["headers"], body or b"")}
            receive = _replay(body or b"", receive)
        await self._app(scope, receive, send_safely)


def _without_body(send: Send) -> Send:
    """Answers HEAD: what GET would, less the body (RFC 9110, 9.3.2). Our routes know only GET."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})

    return send_head


def _own_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    cookies = [
        pair.strip()
        for name, value in scope["headers"]
        if name == b"cookie" and value.isascii()
        for pair in value.decode("ascii").split(";")
    ]
    ours = [pair for pair in cookies if pair.partition("=")[0] in _OURS]
    kept = [(name, value) for name, value in scope["headers"] if name not in _DROPPED]
    return [*kept, (b"cookie", "; ".join(ours).encode("ascii"))] if ours else kept


async def _whole_body(receive: Receive, largest: int) -> bytes | None:
    """The body; None where it is too large, or where the browser went away."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > largest or message["type"] == "http.disconnect":
            return None
    return body


def _refusal(headers: Headers, body: bytes | None, *, uploads: bool) -> PlainTextResponse | None:
    if body is None:
        return PlainTextResponse("That was too long.", status_code=413)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if uploads and _is_multipart(headers):
        return None
    if kind != "application/x-www-form-urlencoded":
        return PlainTextResponse("Only forms are taken.", status_code=415)
    if not body.isascii() or not _token_of(body).isascii():
        return PlainTextResponse("That form cannot be read.", status_code=400)
    return None


def _is_multipart(headers: Headers) -> bool:
    kind, _, options = headers.get("content-type", "").partition(";")
    return kind.strip().lower() == "multipart/form-data" and "boundary=" in options


def _with_token(headers: list[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers, with the form's token in one that asgi-csrf compares.

    Its own reading of such a form breaks with today’s python-multipart (TypeError); spelled
    with capitals, which mean the same, it does not try, and refuses where the header does not fit.
    """
    found = _TOKEN_FIELD.search(body)
    spelled = [
        (
            name,
            b"Multipart/Form-Data;" + value.partition(b";")[2]
            if name == b"content-type"
            else value,
        )
        for name, value in headers
    ]
    return [*spelled, (b"x-csrftoken", found[1] if found else b"")]


def _token_of(body: bytes) -> str:
    return dict(parse_qsl(body.decode("ascii"))).get(FORM_FIELD, "")


def _replay(body: bytes, then: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else await then()

    return receive
