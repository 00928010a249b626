"""Around newcomers: who is restricted, the parents' register, repeat authors, reports by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.access import Viewer, may_report, may_see_restrictions, may_vet
from bot.errors import NotAllowed, Refused
from bot.model import Role
from bot.queries.authors import list_authors, list_register
from bot.queries.restrictions import list_restrictions
from bot.services.person_reports import REPORT_LINKS, About, PersonReport, report
from bot.services.register import Imported, import_register, register, unregister
from bot.services.repeat import STEPS, note_step, step_for
from bot.services.restrict import lift, say_done
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.pages import show
from bot.wording import role_name

router = APIRouter()

_NOT_YOURS = "That is for the communications officer and the headteacher."


@router.get("/restrictions")
def restrictions(request: Request, viewer: SignedIn, context: Context) -> Response:
    """Who is blocked, muted or removed: by whom, why, until when, confirmed or not."""
    if not may_see_restrictions(viewer):
        raise NotAllowed(_NOT_YOURS)
    lines = list_restrictions(context.store, viewer, context.clock.now())
    return show(request, "restrictions.html", viewer, lines=lines)


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
    viewer: SignedIn,
    context: Context,
    platform: Annotated[str, Form()] = "",
    author: Annotated[str, Form()] = "",
    taken: Annotated[str, Form()] = "",
) -> Response:
    """Somebody notes that they took a step."""
    note_step(context.store, context.clock, viewer, platform, author, taken)
    return RedirectResponse("/authors", status_code=303)


@router.get("/staff-advice")
def staff_advice(request: Request, viewer: SignedIn) -> Response:
    """A letter to copy: advice to staff who follow the school. Nothing is recorded."""
    if not may_see_restrictions(viewer):
        raise NotAllowed(_NOT_YOURS)
    return show(request, "staff_advice.html", viewer)


@router.get("/report")
def reporting(
    request: Request, viewer: SignedIn, context: Context, about: str = "contact"
) -> Response:
    """The form for a contact attempt, or for somebody who poses as the school."""
    if not may_report(viewer):
        raise NotAllowed("Your role cannot report this here.")
    return _report(request, viewer, context, about)


@router.post("/report")
def reported(
    request: Request,
    viewer: SignedIn,
    context: Context,
    about: Annotated[str, Form()] = "",
    platform: Annotated[str, Form()] = "other",
    words: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
    of_staff: Annotated[str, Form()] = "",
    of_head: Annotated[str, Form()] = "",
    concerns: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Open the case and say so; who reported it need not be one of those who see it."""
    if about not in set(About):
        return _report(
            request, viewer, context, about, status=422, error="Please choose what it is."
        )
    known = platform if platform in REPORT_LINKS else "other"
    people = frozenset(concerns or ())
    given = PersonReport(
        About(about), known, words, address, bool(of_staff), people, of_head=bool(of_head)
    )
    try:
        made = report(context.store, context.clock, context.settings, viewer, given)
    except Refused as refused:
        return _report(request, viewer, context, about, status=422, error=str(refused), typed=given)
    told = " and ".join(role_name(role) for role in Role if role in made.told)
    link = REPORT_LINKS.get(known, "")
    more = [f"Please report it to the platform as well: {link}"] if link else []
    sentences = (f"Told is: {told}.", *(more if given.about is About.IMPERSONATION else ()))
    return show(request, "message.html", viewer, title="Thank you", sentences=sentences)


def _report(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    about: str,
    *,
    status: int = 200,
    error: str = "",
    typed: PersonReport | None = None,
) -> Response:
    chosen = about if about in set(About) else About.CONTACT
    return show(
        request,
        "report_person.html",
        viewer,
        status=status,
        about=chosen,
        error=error,
        typed=typed,
        links=REPORT_LINKS,
        people=[p for p in context.settings.people if p.roles and p.key != viewer.person_key],
    )


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
