"""Signing in and out."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.services.signin import sign_in, sign_out
from bot.web.auth import Brake, Visitor, drop_session, keep_session
from bot.web.context import Context
from bot.web.guard import SESSION_COOKIE
from bot.web.pages import show

router = APIRouter()

_OUR_PAGES = re.compile(r"/(cases/[0-9a-f]{1,32}|newcomers|log|reading|sample|agreement)?")

_WRONG = "That e-mail address and password do not fit. Please try again."
_TOO_OFTEN = "There were too many tries. Please wait a quarter of an hour, or ask your technician."


def own_page(path: str) -> str:
    """The path if it is one of our pages, else the queue: nobody is sent elsewhere by a link."""
    return path if _OUR_PAGES.fullmatch(path) else "/"


@router.get("/sign-in")
def form(request: Request, viewer: Visitor, then: str = "/") -> Response:
    """The sign-in page; `then` is where the visitor wanted to go."""
    if viewer is not None:
        return RedirectResponse(own_page(then), status_code=303)
    return show(request, "signin.html", then=own_page(then), email="", error="")


@router.post("/sign-in")
def enter(
    request: Request,
    context: Context,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    then: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in, or say that it did not work, alike for an unknown address and a wrong password."""
    brake: Brake = request.app.state.brake
    address = request.client.host if request.client else ""
    status, error, session_id = 429, _TOO_OFTEN, None
    if brake.lets_try(email, address):
        status, error = 401, _WRONG
        session_id = sign_in(context.store, context.clock, email, password)
    if session_id is None:
        return show(
            request, "signin.html", status=status, then=own_page(then), email=email, error=error
        )
    brake.forget(email, address)
    response = RedirectResponse(own_page(then), status_code=303)
    keep_session(response, context, session_id)
    return response


@router.post("/sign-out")
def leave(request: Request, context: Context) -> Response:
    """End the session."""
    session_id = request.cookies.get(SESSION_COOKIE)
    if session_id is not None:
        sign_out(context.store, session_id)
    response = RedirectResponse("/sign-in", status_code=303)
    drop_session(response, context)
    return response
