"""Around newcomers: who is restricted, the parents' register, repeat authors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.access import Viewer, may_see_restrictions, may_vet
from bot.errors import NotAllowed, Refused
from bot.queries.authors import knows_author, list_authors, list_register
from bot.queries.restrictions import list_restrictions, undone_tasks
from bot.services.register import Imported, import_register, register, unregister
from bot.services.repeat import STEPS, note_step, step_for
from bot.services.restrict import lift, say_done
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.pages import not_found, show

router = APIRouter()

_NOT_YOURS = "That is for the communications officer and the headteacher."


@router.get("/restrictions")
def restrictions(request: Request, viewer: SignedIn, context: Context) -> Response:
    """Who is blocked, muted or removed: by whom, why, until when, confirmed or not."""
    if not may_see_restrictions(viewer):
        raise NotAllowed(_NOT_YOURS)
    lines = list_restrictions(context.store, viewer, context.clock.now())
    undone = undone_tasks(context.store, viewer)
    return show(request, "restrictions.html", viewer, lines=lines, undone=undone)


@router.post("/restrictions/{ref}/done")
def done(viewer: SignedIn, context: Context, ref: str) -> Response:
    """Somebody says that they did it on the platform."""
    say_done(context.store, context.clock, viewer, ref)
    return RedirectResponse("/restrictions", status_code=303)


@router.post("/restrictions/{ref}/lift")
def lifted(viewer: SignedIn, context: Context, ref: str) -> Response:
    """Somebody ends it."""
    lift(context.store, context.clock, viewer, ref)
    return RedirectResponse("/restrictions", status_code=303)


@router.get("/register")
def registered(request: Request, viewer: SignedIn, context: Context) -> Response:
    """The parents' register."""
    return _register(request, viewer, context)


@router.post("/register")
def registering(
    request: Request,
    viewer: SignedIn,
    context: Context,
    platform: Annotated[str, Form()] = "",
    handle: Annotated[str, Form()] = "",
) -> Response:
    """Add one handle."""
    try:
        register(context.store, context.clock, viewer, platform, handle)
    except Refused as refused:
        return _register(request, viewer, context, status=422, error=str(refused), typed=handle)
    return RedirectResponse("/register", status_code=303)


@router.post("/register/import")
def importing(
    request: Request, viewer: SignedIn, context: Context, lines: Annotated[str, Form()] = ""
) -> Response:
    """Add many at once, from a CSV pasted in."""
    try:
        taken = import_register(context.store, context.clock, viewer, lines)
    except Refused as refused:
        return _register(request, viewer, context, status=422, error=str(refused), pasted=lines)
    return _register(request, viewer, context, taken=taken)


@router.post("/register/{entry_id}/remove")
def removing(viewer: SignedIn, context: Context, entry_id: int) -> Response:
    """Take one out."""
    unregister(context.store, viewer, entry_id)
    return RedirectResponse("/register", status_code=303)


@router.get("/authors")
def authors(request: Request, viewer: SignedIn, context: Context) -> Response:
    """Who wrote what people confirmed as breaches, and the step that policy names."""
    if not may_see_restrictions(viewer):
        raise NotAllowed(_NOT_YOURS)
    settings = context.settings
    lines = list_authors(context.store, viewer, settings, context.clock.now())
    return show(
        request,
        "authors.html",
        viewer,
        lines=[(line, step_for(line.count, settings.newcomers)) for line in lines],
        steps=STEPS,
        days=settings.newcomers.breach_days,
    )


@router.post("/authors/step")
def step(
    request: Request,
    viewer: SignedIn,
    context: Context,
    platform: Annotated[str, Form()] = "",
    author: Annotated[str, Form()] = "",
    taken: Annotated[str, Form()] = "",
) -> Response:
    """Somebody notes that they took a step about an author whose words they may read."""
    if may_see_restrictions(viewer) and not knows_author(context.store, viewer, platform, author):
        return not_found(request, viewer)
    note_step(context.store, context.clock, viewer, platform, author, taken)
    return RedirectResponse("/authors", status_code=303)


@router.get("/staff-advice")
def staff_advice(request: Request, viewer: SignedIn) -> Response:
    """A letter to copy: advice to staff who follow the school. Nothing is recorded."""
    if not may_see_restrictions(viewer):
        raise NotAllowed(_NOT_YOURS)
    return show(request, "staff_advice.html", viewer)


def _register(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    *,
    status: int = 200,
    error: str = "",
    typed: str = "",
    pasted: str = "",
    taken: Imported | None = None,
) -> Response:
    if not may_vet(viewer):
        raise NotAllowed("The parents' register is for the communications officer.")
    return show(
        request,
        "register.html",
        viewer,
        status=status,
        lines=list_register(context.store, viewer),
        error=error,
        typed=typed,
        pasted=pasted,
        taken=taken,
    )
