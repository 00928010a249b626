"""Signing in and out, in two steps; being invited; one's own sign-in."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.errors import Refused
from bot.services import second_factor
from bot.services.signin import (
    factors_needed,
    halfway,
    recovery_codes_left,
    sign_in,
    sign_out,
    sign_out_everywhere,
)
from bot.services.users import accept, invited
from bot.store.users import User
from bot.web.auth import (
    Brake,
    HalfwayIn,
    SignedIn,
    Visitor,
    drop_session,
    keep_session,
    know_browser,
    session_of,
)
from bot.web.context import Context, WebContext
from bot.web.pages import not_found, show

router = APIRouter()

_OUR_PAGES = re.compile(r"/(?!sign-|invitation)([a-z0-9_-]+(/[a-z0-9_-]+)*)?")

_WRONG = "That e-mail address and password do not fit. Please try again."
_WRONG_CODE = "That code does not fit, or was used before. Please take the next one."
_NOT_SET_UP = "That code does not fit. Please type the six digits that the app shows now."
_NOT_TWICE = "The two passwords are not the same. Please type them again."
_TOO_OFTEN = "There were too many tries. Please wait a quarter of an hour, or ask your technician."


def own_page(path: str) -> str:
    """The path if it can only be one of ours, else the queue: no link leads anybody elsewhere."""
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
    """The first step; what does not fit reads alike for an unknown address and a wrong password."""
    brake, then = _brake(request), own_page(then)
    status, error, session_id = 429, _TOO_OFTEN, None
    if brake.lets_try(request, context, email, "password"):
        status, error = 401, _WRONG
        old = session_of(request)
        session_id = sign_in(context.store, context.clock, email, password, instead_of=old)
    if session_id is None:
        return show(request, "signin.html", status=status, then=then, email=email, error=error)
    return _second_step(request, context, session_id, email, then)


@router.get("/sign-in/code")
def ask_for_code(request: Request, _user: HalfwayIn, then: str = "/") -> Response:
    """The second step: a code of the app, or a recovery code."""
    return show(request, "code.html", then=own_page(then), error="")


@router.post("/sign-in/code")
def take_code(
    request: Request,
    context: Context,
    user: HalfwayIn,
    code: Annotated[str, Form()] = "",
    then: Annotated[str, Form()] = "/",
) -> Response:
    """Let them in with the right code."""
    then = own_page(then)
    status, error, session_id = 429, _TOO_OFTEN, None
    if _brake(request).lets_try(request, context, user.email, "code"):
        status, error = 401, _WRONG_CODE
        old = session_of(request)
        session_id = second_factor.prove(context.store, context.clock, user, code, instead_of=old)
    if session_id is None:
        return show(request, "code.html", status=status, then=then, error=error)
    response = RedirectResponse(then, status_code=303)
    _let_in(request, response, context, session_id, user.email)
    return response


@router.get("/sign-in/set-up")
def offer_set_up(request: Request, context: Context, user: HalfwayIn, then: str = "/") -> Response:
    """How to make one's telephone show codes, for whoever has none yet."""
    return _set_up_page(request, context, user, own_page(then))


@router.get("/sign-in/set-up.svg")
def qr_code(context: Context, user: HalfwayIn) -> Response:
    """The secret as a picture, for the telephone to read: black on white in any colour scheme."""
    secret = second_factor.secret_of(context.store, user)
    address = second_factor.address_of(secret, user, context.settings.school.name)
    picture = BytesIO()
    segno.make(address, micro=False).save(picture, kind="svg", scale=5, border=4, light="#ffffff")
    return Response(picture.getvalue(), media_type="image/svg+xml")


@router.post("/sign-in/set-up")
def take_set_up(
    request: Request,
    context: Context,
    user: HalfwayIn,
    code: Annotated[str, Form()] = "",
    then: Annotated[str, Form()] = "/",
) -> Response:
    """Take the app's first code; show the recovery codes, this once."""
    then = own_page(then)
    if not _brake(request).lets_try(request, context, user.email, "code"):
        return _set_up_page(request, context, user, then, status=429, error=_TOO_OFTEN)
    old = session_of(request)
    made = second_factor.set_up(
        context.store, context.clock, context.settings, user, code, instead_of=old
    )
    if made is None:
        return _set_up_page(request, context, user, then, status=401, error=_NOT_SET_UP)
    session_id, codes = made
    response = show(request, "recovery.html", then=then, codes=codes)
    _let_in(request, response, context, session_id, user.email)
    return response


@router.get("/invitation/{link}")
def invitation(request: Request, context: Context, link: str) -> Response:
    """Where the letter leads. Looking uses nothing up: mail programs look before people do."""
    return _invitation_page(request, context, link)


@router.post("/invitation/{link}")
def take_invitation(
    request: Request,
    context: Context,
    link: str,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Set the password, and go on to the second step."""
    if password != again:
        return _invitation_page(request, context, link, status=422, error=_NOT_TWICE)
    person, old = invited(context.store, context.clock, context.settings, link), session_of(request)
    try:
        session_id = accept(
            context.store, context.clock, context.settings, link, password, instead_of=old
        )
    except Refused as refused:
        return _invitation_page(request, context, link, status=422, error=str(refused))
    if session_id is None or person is None:
        return _invitation_page(request, context, link)
    return _second_step(request, context, session_id, person.email, "/")


@router.get("/your-sign-in")
def yours(request: Request, viewer: SignedIn, context: Context) -> Response:
    """One's own sign-in: what is left of the recovery codes, and the way out of every browser."""
    return show(
        request,
        "your_sign_in.html",
        viewer,
        codes_left=recovery_codes_left(context.store, viewer.person_key),
        second_factor=context.settings.sign_in.second_factor,
    )


@router.post("/sign-out")
def leave(request: Request, context: Context) -> Response:
    """End the session."""
    sign_out(context.store, session_of(request))
    return _left(context)


@router.post("/sign-out/everywhere")
def leave_everywhere(viewer: SignedIn, context: Context) -> Response:
    """End all of one's sessions: this one, and whatever was left open elsewhere."""
    sign_out_everywhere(context.store, viewer.person_key)
    return _left(context)


def _left(context: WebContext) -> Response:
    response = RedirectResponse("/sign-in", status_code=303)
    drop_session(response, context)
    return response


def _brake(request: Request) -> Brake:
    brake: Brake = request.app.state.brake
    return brake


def _second_step(
    request: Request, context: WebContext, session_id: str, email: str, then: str
) -> Response:
    """Where whoever proved a password goes next."""
    if factors_needed(context.settings) == 1:
        response = RedirectResponse(then, status_code=303)
        _let_in(request, response, context, session_id, email)
        return response
    user = halfway(context.store, context.clock, context.settings, session_id)
    step = "code"
    if user is not None and not user.has_second_factor:
        second_factor.offer(context.store, user)
        step = "set-up"
    response = RedirectResponse(f"/sign-in/{step}?then={then}", status_code=303)
    keep_session(response, context, session_id)
    return response


def _let_in(
    request: Request, response: Response, context: WebContext, session_id: str, email: str
) -> None:
    for what in ("password", "code"):
        _brake(request).forget(request, context, email, what)
    keep_session(response, context, session_id)
    know_browser(response, context, email)


def _set_up_page(
    request: Request,
    context: WebContext,
    user: User,
    then: str,
    *,
    status: int = 200,
    error: str = "",
) -> Response:
    if user.has_second_factor:
        return RedirectResponse(f"/sign-in/code?then={then}", status_code=303)
    secret = second_factor.secret_of(context.store, user)
    return show(
        request, "set_up.html", status=status, then=then, secret=_in_fours(secret), error=error
    )


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _invitation_page(
    request: Request, context: WebContext, link: str, *, status: int = 200, error: str = ""
) -> Response:
    person = invited(context.store, context.clock, context.settings, link)
    if person is None:
        return not_found(request, None)
    return show(request, "invitation.html", status=status, person=person, link=link, error=error)
