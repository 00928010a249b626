"""The pages: plain HTML forms that need no script, and nothing fetched from elsewhere."""

from __future__ import annotations

import hmac
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from asgi_csrf import asgi_csrf
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from bot.errors import NotAllowed, Refused
from bot.web.auth import Brake, SignInFirst, visitor
from bot.web.context import WebContext, context_of
from bot.web.guard import FORM_COOKIE, Guard, safe_headers
from bot.web.pages import Pages, not_found, show
from bot.web.views import (
    agreement,
    cases,
    letters,
    log,
    newcomers,
    news,
    people,
    preview,
    queue,
    reading,
    record,
    reports,
    requests,
    sample,
    signin,
    status,
    steps,
    today,
)

__all__ = ["WebContext", "create_app"]

_STATIC = Path(__file__).parent / "static"


def create_app(context: WebContext) -> FastAPI:
    """The pages of one school, as an ASGI app. Opens nothing and starts nothing.

    The secret that signs form tokens is derived from the log's key, so it needs no file of its own
    and outlives a restart.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.context = context
    app.state.pages = pages = Pages(context)
    app.state.brake = Brake()
    for view in (
        *(today, queue, cases, steps, news, newcomers, people),
        *(log, reports, record, requests, reading),
        *(letters, preview, agreement, sample, status, signin),
    ):
        app.include_router(view.router)
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(NotAllowed, _not_allowed)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(
        asgi_csrf,
        cookie_name=FORM_COOKIE,
        signing_secret=hmac.new(context.store.log_key, b"form tokens", sha256).hexdigest(),
        always_protect=_EveryPath(),
        cookie_secure=context.https,
        send_csrf_failed=partial(_stale_form, pages),
    )
    app.add_middleware(Guard, https=context.https)
    return app


class _EveryPath(set[str]):
    """Without any cookie asgi-csrf lets a form through, except on the paths in a set: nobody shall
    be signed in, or invited, that way.
    """

    def __contains__(self, path: object) -> bool:
        return True


def _sign_in_first(request: Request, _error: Exception) -> Response:
    wanted = request.url.path if request.method == "GET" else "/"
    then = "" if wanted == "/" else f"?then={quote(wanted)}"
    return RedirectResponse(f"/sign-in{then}", status_code=303)


def _not_allowed(request: Request, error: Exception) -> Response:
    return _message(request, 403, "That is not for your role", str(error))


def _refused(request: Request, error: Exception) -> Response:
    return _message(request, 400, "That cannot be done", str(error))


def _not_understood(request: Request, _error: Exception) -> Response:
    return _message(
        request,
        400,
        "That could not be understood",
        "The address or the form is not complete. Please go back and try again.",
    )


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return not_found(request, visitor(request, context_of(request)))
    return PlainTextResponse(error.detail, status_code=error.status_code, headers=error.headers)


def _message(request: Request, status: int, title: str, *sentences: str) -> Response:
    viewer = visitor(request, context_of(request))
    return show(request, "message.html", viewer, status=status, title=title, sentences=sentences)


def _broken(request: Request, _error: Exception) -> Response:
    """Starlette answers this outside of every middleware, so the headers are set here."""
    pages: Pages = request.app.state.pages
    html = pages.render(
        "message.html",
        str,
        path="",
        title="Something went wrong here",
        sentences=(
            "It is not your fault, and nothing that you typed was saved. Please try again.",
            "If it happens again, tell your technician what time it was.",
        ),
    )
    headers = safe_headers(https=context_of(request).https)
    return HTMLResponse(html, status_code=500, headers=headers)


async def _stale_form(pages: Pages, scope: Scope, send: Send, _error: object) -> None:
    html = pages.render(
        "message.html",
        str,
        path="",
        title="That form was too old",
        sentences=(
            "For your safety it was not taken, and nothing was changed.",
            "Go back, copy what you wrote, load the page again and send it once more.",
        ),
    )

    async def nothing_more() -> dict[str, str]:
        return {"type": "http.disconnect"}

    receive: Receive = nothing_more
    await HTMLResponse(html, status_code=403)(scope, receive, send)
