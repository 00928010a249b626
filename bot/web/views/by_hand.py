"""Putting what was seen elsewhere into the log."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from bot.access import Viewer, may_enter_by_hand
from bot.errors import NotAllowed, Refused
from bot.model import Kind, Target
from bot.services.report import PLACES, Report, Upload, enter_by_hand
from bot.services.sample import SAYABLE
from bot.services.told import LONDON
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.pages import show

router = APIRouter()

_FIELDS = (
    "where",
    "day",
    "at_time",
    "link",
    "author",
    "supplied_by",
    "summary",
    "kind",
    "target",
    "serious",
)


@router.get("/log/by-hand")
def form(request: Request, viewer: SignedIn, context: Context) -> Response:
    """An empty form."""
    return _page(request, viewer, context, dict.fromkeys(_FIELDS, ""))


@router.post("/log/by-hand")
def entered(
    request: Request,
    viewer: SignedIn,
    context: Context,
    where: Annotated[str, Form()] = "",
    day: Annotated[str, Form()] = "",
    at_time: Annotated[str, Form()] = "",
    link: Annotated[str, Form()] = "",
    author: Annotated[str, Form()] = "",
    supplied_by: Annotated[str, Form()] = "",
    summary: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    target: Annotated[Target, Form()] = Target.NONE,
    serious: Annotated[bool, Form()] = False,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Keep it, or show the form again with what is wrong; only the file has to be chosen again."""
    typed = {
        "where": where,
        "day": day,
        "at_time": at_time,
        "link": link,
        "author": author,
        "supplied_by": supplied_by,
        "summary": summary,
        "kind": kind,
        "target": target,
        "serious": "yes" if serious else "",
    }
    try:
        report = Report(
            where=where,
            summary=summary,
            kind=_kind(kind),
            target=target,
            serious=serious,
            occurred_at=_moment(day, at_time),
            supplied_by=supplied_by,
            link=link,
            author=author,
            file=_upload(file),
        )
        ref = enter_by_hand(context.store, context.clock, context.settings, viewer, report)
    except Refused as refused:
        return _page(request, viewer, context, typed, status=422, error=str(refused))
    return RedirectResponse(f"/log/cases/{ref}?entered=yes", status_code=303)


def _page(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    typed: dict[str, str],
    *,
    status: int = 200,
    error: str = "",
) -> Response:
    if not may_enter_by_hand(viewer):
        raise NotAllowed("Your role cannot put anything into the log by hand.")
    return show(
        request,
        "by_hand.html",
        viewer,
        status=status,
        places=PLACES,
        kinds=SAYABLE,
        targets=tuple(Target),
        today=context.clock.now().astimezone(LONDON).date().isoformat(),
        typed=typed,
        error=error,
    )


def _kind(value: str) -> Kind:
    if value not in set(Kind):
        raise Refused("Please choose what it holds.")
    return Kind(value)


def _moment(day: str, at_time: str) -> datetime:
    try:
        chosen = date.fromisoformat(day)
        clock = time.fromisoformat(at_time) if at_time else time(0, 0)
    except ValueError:
        raise Refused("Please give the day on which it was written or said.") from None
    return datetime.combine(chosen, clock.replace(tzinfo=None), LONDON)


def _upload(file: UploadFile | None) -> Upload | None:
    if file is None or not file.filename:
        return None
    return Upload(file.filename[-120:], file.file.read())
