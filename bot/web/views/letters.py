"""A letter's own page, what was told by telephone, what did not get through, and the drill."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.access import NO_CONTENT
from bot.errors import NotAllowed, Refused
from bot.model import Role
from bot.queries.mail import get_letter, last_drill, undelivered
from bot.services.answering import OPENED, acknowledge_letter, told_by_telephone
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.pages import not_found, show

router = APIRouter()


@router.get("/letters/{ref}")
def letter(request: Request, viewer: SignedIn, context: Context, ref: str) -> Response:
    """What a letter told of, for its reader alone. Whoever reads content has thereby answered;
    a drill, and whoever reads none, is answered by the button.
    """
    found = get_letter(context.store, viewer, ref)
    if found is None:
        return not_found(request, viewer)
    if found.cases and viewer.roles - NO_CONTENT:
        acknowledge_letter(context.store, context.clock, viewer, ref=ref, how=OPENED)
        found = get_letter(context.store, viewer, ref) or found
    return show(request, "letter.html", viewer, letter=found)


@router.post("/letters/{ref}/known")
def known(viewer: SignedIn, context: Context, ref: str) -> Response:
    """Its reader presses the button."""
    acknowledge_letter(context.store, context.clock, viewer, ref=ref)
    return RedirectResponse(f"/letters/{ref}", status_code=303)


@router.post("/cases/{ref}/told")
def told(
    viewer: SignedIn, context: Context, ref: str, person: Annotated[str, Form()] = ""
) -> Response:
    """The officer has rung somebody."""
    try:
        told_by_telephone(context.store, context.clock, viewer, case_ref=ref, person=person)
    except NotAllowed:
        raise NotAllowed("Only the communications officer writes that down.") from None
    except Refused:
        pass  # they have answered meanwhile: the page says so
    return RedirectResponse(f"/cases/{ref}#told", status_code=303)


@router.get("/undelivered")
def not_delivered(request: Request, viewer: SignedIn, context: Context) -> Response:
    """Letters that do not get through."""
    if not viewer.roles & {Role.COMMUNICATIONS_OFFICER, Role.ICT_TECHNICIAN}:
        raise NotAllowed("The communications officer and the technician look after the letters.")
    return show(request, "undelivered.html", viewer, letters=undelivered(context.store, viewer))


@router.get("/drill")
def drill(request: Request, viewer: SignedIn, context: Context) -> Response:
    """Who answered the last drill; without content, so for every role."""
    return show(request, "drill.html", viewer, lines=last_drill(context.store))
