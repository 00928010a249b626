"""What one does about a case without deciding it: each a small form on its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot import queries
from bot.access import Viewer
from bot.errors import Conflict, Refused
from bot.model import NOTES, Role, Step
from bot.services import steps
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.pages import not_found
from bot.web.views.case_page import Typed, next_page, show_case
from bot.web.views.cases import CHANGED

router = APIRouter()

Words = Annotated[str, Form()]
_WHOM = "Please choose who is to get it."


@router.post("/cases/{ref}/note")
def note(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    reason: Words = "",
    step: Words = Step.NOTE,
    linked: Words = "",
) -> Response:
    """Write a note into the trail: of which sort, and with which other case it is linked."""
    given = steps.Note(reason, Step(step) if step in set(NOTES) else Step.NOTE, linked)
    act = partial(steps.note, context.store, context.clock, viewer, ref, given)
    typed = Typed("note", reason=reason, step=given.step, linked=linked)
    return _after(request, viewer, context, ref, act, typed)


@router.post("/cases/{ref}/route")
def route(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    role: Words = "",
    reason: Words = "",
    then: Words = "",
) -> Response:
    """Hand the case to another role."""
    return _hand_on(request, viewer, context, ref, role, reason, then, complaint=False)


@router.post("/cases/{ref}/forward")
def forward(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    role: Words = "",
    reason: Words = "",
    then: Words = "",
) -> Response:
    """Forward it under the complaints procedure."""
    return _hand_on(request, viewer, context, ref, role, reason, then, complaint=True)


@router.post("/cases/{ref}/contest")
def contest(
    request: Request, viewer: SignedIn, context: Context, ref: str, reason: Words = ""
) -> Response:
    """Note that somebody contests the decision: it goes to somebody who did not take it."""
    act = partial(
        steps.contest, context.store, context.clock, context.settings, viewer, ref, reason
    )
    return _after(request, viewer, context, ref, act, Typed("contest", reason=reason))


@router.post("/cases/{ref}/picture")
def picture(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    version: Annotated[int, Form()],
) -> Response:
    """It may be an indecent picture of a child: hide it and tell the DSL, nothing else."""
    act = partial(
        steps.suspect_picture, context.store, context.clock, context.settings, viewer, ref, version
    )
    return _after(request, viewer, context, ref, act, Typed("picture"))


def _hand_on(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    ref: str,
    role: str,
    reason: str,
    then: str,
    *,
    complaint: bool,
) -> Response:
    nobody = role not in set(Role)
    form = "forward" if complaint else "route"
    typed = Typed(form, at="role" if nobody else "", reason=reason, role=role)

    def act() -> None:
        if nobody:
            raise Refused(_WHOM)
        steps.route(
            context.store,
            context.clock,
            context.settings,
            viewer,
            ref,
            Role(role),
            reason,
            complaint=complaint,
        )

    return _after(request, viewer, context, ref, act, typed, onward=then == "next")


def _after(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    ref: str,
    act: Callable[[], object],
    typed: Typed,
    *,
    onward: bool = False,
) -> Response:
    """Do it and go on, or show the case again with what is wrong and what was typed."""
    if queries.get_case(context.store, viewer, ref) is None:
        return not_found(request, viewer)
    try:
        act()
    except Conflict:
        wrong, status = replace(typed, error=CHANGED, at=""), 409
    except Refused as refused:
        at = typed.at or ("" if typed.reason.strip() else "reason")
        wrong, status = replace(typed, error=str(refused), at=at), 422
    else:
        page = next_page(context, viewer, ref) if onward else f"/cases/{ref}"
        return RedirectResponse(page, status_code=303)
    return show_case(request, viewer, context, ref, status=status, typed=wrong)
