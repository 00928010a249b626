"""Requests of people about their own data, for the data protection officer who answers them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.access import Viewer
from bot.documents.own_data import own_data_json, own_data_paper
from bot.documents.redacting import Redactor
from bot.errors import Refused
from bot.queries.rights import find_person
from bot.school_calendar import day_of, start_of
from bot.services.rights import (
    answer_request,
    get_request,
    list_requests,
    note_access_export,
    open_request,
)
from bot.store.rights import RightsDecision, RightsKind
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.pages import not_found, show

router = APIRouter()

FORMS = {"pdf": "application/pdf", "json": "application/json"}


@router.get("/requests")
def requests(request: Request, viewer: SignedIn, context: Context) -> Response:
    """All requests with their clocks, and a form for a new one."""
    return _list(request, viewer, context)


@router.post("/requests")
def opened(
    request: Request,
    viewer: SignedIn,
    context: Context,
    kind: Annotated[RightsKind, Form()] = RightsKind.ACCESS,
    handle: Annotated[str, Form()] = "",
    received: Annotated[str, Form()] = "",
) -> Response:
    """Note a request: its month runs from the day on which it came."""
    try:
        came = start_of(date.fromisoformat(received)) if received else None
    except ValueError:
        came = None
    try:
        ref = open_request(context.store, context.clock, viewer, kind, handle, came)
    except Refused as refused:
        typed = {"handle": handle, "kind": kind, "received": received}
        return _list(request, viewer, context, status=422, error=str(refused), typed=typed)
    return RedirectResponse(f"/requests/{ref}", status_code=303)


@router.get("/requests/{ref}")
def one_request(request: Request, viewer: SignedIn, context: Context, ref: str) -> Response:
    """One request, all that is held on whoever asks, and what is to be decided."""
    return _one(request, viewer, context, ref)


@router.post("/requests/{ref}/answer")
def answered(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    decision: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Write down the answer; a granted erasure takes away all that is theirs."""
    store = context.store
    asked = get_request(store, viewer, ref)
    if asked is None:
        return not_found(request, viewer)
    if decision not in set(RightsDecision):
        error = "Please choose how it is answered."
        return _one(request, viewer, context, ref, status=422, error=error, typed=reason)
    held, chosen = find_person(store, viewer, asked.handle), RightsDecision(decision)
    try:
        answer_request(store, context.clock, viewer, ref, chosen, reason, held.theirs, held.keys)
    except Refused as refused:
        return _one(request, viewer, context, ref, status=422, error=str(refused), typed=reason)
    return RedirectResponse(f"/requests/{ref}", status_code=303)


@router.post("/requests/{ref}/own-data")
def own_data(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    form: Annotated[str, Form()] = "pdf",
) -> Response:
    """What they get who ask for their own data, others left out: to be read before it is sent."""
    asked = get_request(context.store, viewer, ref)
    if asked is None or form not in FORMS:
        return not_found(request, viewer)
    held = find_person(context.store, viewer, asked.handle)
    note_access_export(context.store, context.clock, viewer)
    redactor, school = Redactor.of(context.settings), context.settings.school.name
    if form == "json":
        content = own_data_json(held, redactor, asked.handle)
    else:
        content = own_data_paper(held, redactor, asked.handle, school=school)
    headers = {"Content-Disposition": f'attachment; filename="own-data-{ref}.{form}"'}
    return Response(content, media_type=FORMS[form], headers=headers)


def _list(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    *,
    status: int = 200,
    error: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    now = context.clock.now()
    found = list_requests(context.store, viewer)
    return show(
        request,
        "requests.html",
        viewer,
        status=status,
        unanswered=[one for one in found if one.decision is None],
        answered=[one for one in found if one.decision is not None],
        days_left={one.ref: (day_of(one.due_at) - day_of(now)).days for one in found},
        kinds=tuple(RightsKind),
        today=day_of(now).isoformat(),
        error=error,
        typed=typed or {"handle": "", "kind": "", "received": ""},
    )


def _one(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    ref: str,
    *,
    status: int = 200,
    error: str = "",
    typed: str = "",
) -> Response:
    asked = get_request(context.store, viewer, ref)
    if asked is None:
        return not_found(request, viewer)
    return show(
        request,
        "request.html",
        viewer,
        status=status,
        asked=asked,
        held=find_person(context.store, viewer, asked.handle),
        days_left=(day_of(asked.due_at) - day_of(context.clock.now())).days,
        decisions=tuple(RightsDecision),
        error=error,
        typed=typed,
    )
