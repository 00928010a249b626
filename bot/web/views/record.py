"""The record of one case in the log, what is added to it, and what leaves the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from bot.access import Viewer, may_hold, may_purge, may_release, may_see_log, may_see_trail
from bot.documents.taking import FORMS, Wanted, log_in_form, pack_of
from bot.errors import NotAllowed, Refused
from bot.model import Kind, Role
from bot.queries import PER_PAGE
from bot.queries.finding import Filters, confirmed_history, find_records, get_record, proof_of
from bot.services.hold import place_hold, release_hold
from bot.services.purge import purge_case, redact
from bot.services.report import PLACES
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.leafing import PageNumber, leafing
from bot.web.pages import not_found, show

router = APIRouter()

_NO_LOG = "Your role does not see what was written, so it does not see the log."


@router.get("/log/search")
def search(
    request: Request,
    viewer: SignedIn,
    context: Context,
    words: str = "",
    kind: str = "",
    where: str = "",
    status: str = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    page: PageNumber = 1,
) -> Response:
    """Records by their words and by filters, newest first."""
    if not may_see_log(viewer):
        raise NotAllowed(_NO_LOG)
    filters = Filters(
        words,
        Kind(kind) if kind in set(Kind) else None,
        where,
        status,
        _day(since),
        _day(until),
    )
    found = find_records(
        context.store,
        viewer,
        context.settings.retention,
        filters,
        limit=PER_PAGE + 1,
        skip=(page - 1) * PER_PAGE,
    )
    return show(
        request,
        "search.html",
        viewer,
        records=found[:PER_PAGE],
        leaves=leafing(page, more=len(found) > PER_PAGE),
        typed={
            "words": words,
            "kind": kind,
            "where": where,
            "status": status,
            "since": since,
            "until": until,
        },
        platforms=(*sorted({one.adapter for one in context.settings.accounts}), *PLACES),
        kinds=tuple(Kind),
    )


@router.post("/log/export")
def export(
    viewer: SignedIn,
    context: Context,
    request: Request,
    form: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    """The log as a file, a piece at a time."""
    wanted = Wanted(form, _day(since), _day(until))
    try:
        pieces = log_in_form(context.store, context.clock, context.settings, viewer, wanted)
    except Refused as refused:
        return show(
            request, "message.html", viewer, status=422, title="Not taken out", sentences=[refused]
        )
    day = f"{context.clock.now():%Y-%m-%d}"
    headers = {"Content-Disposition": f'attachment; filename="log-{day}.{form}"'}
    return StreamingResponse(pieces, media_type=FORMS[form], headers=headers)


@router.get("/log/cases/{ref}")
def record(
    request: Request, viewer: SignedIn, context: Context, ref: str, entered: str = ""
) -> Response:
    """One record, with the proof of its entries."""
    return _page(request, viewer, context, ref, entered=bool(entered))


@router.post("/log/cases/{ref}/{act}")
def act_on(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    act: str,
    said: Annotated[str, Form()] = "",
    phrase: Annotated[str, Form()] = "",
) -> Response:
    """Hold it, release it, take something out of it, or take its evidence out."""
    store, clock, settings = context.store, context.clock, context.settings
    if get_record(store, viewer, settings.retention, ref) is None:
        return not_found(request, viewer)
    try:
        match act:
            case "pack":
                pack = pack_of(store, clock, settings, viewer, ref)
                headers = {"Content-Disposition": f'attachment; filename="evidence-{ref}.zip"'}
                return Response(pack, media_type="application/zip", headers=headers)
            case "hold":
                place_hold(store, clock, settings, viewer, ref, said)
            case "release":
                release_hold(store, clock, viewer, ref, said)
            case "redact":
                redact(store, clock, viewer, ref, phrase, said)
            case "purge":
                purge_case(store, clock, viewer, ref, said)
            case _:
                return not_found(request, viewer)
    except Refused as refused:
        return _page(request, viewer, context, ref, status=422, error=str(refused), typed=said)
    return RedirectResponse(f"/log/cases/{ref}", status_code=303)


@router.get("/log/cases/{ref}/files/{file_ref}")
def file(request: Request, viewer: SignedIn, context: Context, ref: str, file_ref: str) -> Response:
    """A file that staff put in, to be saved: never shown inside a page."""
    found = get_record(context.store, viewer, context.settings.retention, ref)
    chosen = [one for one in found.files if one.ref == file_ref and not one.purged] if found else []
    if not chosen:
        return not_found(request, viewer)
    with context.store.read() as uow:
        content = uow.uploads.content(file_ref)
    headers = {"Content-Disposition": f'attachment; filename="{file_ref}"'}
    return Response(content, media_type=chosen[0].media_type, headers=headers)


def _page(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    ref: str,
    *,
    status: int = 200,
    error: str = "",
    typed: str = "",
    entered: bool = False,
) -> Response:
    found = get_record(context.store, viewer, context.settings.retention, ref)
    if found is None:
        return not_found(request, viewer)
    held = next((hold for hold in found.holds if hold.released_at is None), None)
    view = found.view
    return show(
        request,
        "record.html",
        viewer,
        status=status,
        record=found,
        held=held,
        days_left=(held.decide_by - context.clock.now()).days if held else 0,
        history=confirmed_history(context.store, viewer, found),
        proofs=proof_of(context.store, viewer, found),
        adds=may_see_trail(viewer, view),
        holds=may_hold(viewer, view),
        releases=may_release(viewer, view),
        purges=may_purge(viewer, view),
        takes_out=bool(viewer.roles & {Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS}),
        error=error,
        typed=typed,
        entered=entered,
    )


def _day(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        return None
