"""Reports by hand: what was seen elsewhere, a contact attempt, somebody who poses as the school."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from bot.access import Viewer, may_report
from bot.errors import NotAllowed, Refused
from bot.model import Kind, Role, Target
from bot.school_calendar import LONDON, day_of
from bot.services.report import PLACES, REPORT_LINKS, About, Report, Upload, enter_by_hand
from bot.services.sample import SAYABLE
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.pages import show
from bot.wording import role_name

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


@router.get("/report")
def form(
    request: Request, viewer: SignedIn, context: Context, about: str = About.ELSEWHERE
) -> Response:
    """An empty form for what is reported."""
    chosen = About(about) if about in set(About) else About.ELSEWHERE
    return _page(request, viewer, context, chosen, dict.fromkeys(_FIELDS, ""))


@router.post("/report")
def reported(
    request: Request,
    viewer: SignedIn,
    context: Context,
    about: Annotated[About, Form()] = About.ELSEWHERE,
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
    concerns: Annotated[list[str] | None, Form()] = None,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Keep it, or show the form again with what is wrong; only the file has to be chosen again.

    Whoever reported it need not be one of those who see it.
    """
    people = frozenset(concerns or ())
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
            occurred_at=_moment(day, at_time),
            about=about,
            kind=Kind(kind) if kind in set(Kind) else None,
            target=target,
            serious=serious,
            supplied_by=supplied_by,
            link=link,
            author=author,
            file=_upload(file),
            concerns=people,
        )
        made = enter_by_hand(context.store, context.clock, context.settings, viewer, report)
    except Refused as refused:
        return _page(request, viewer, context, about, typed, people, status=422, error=str(refused))
    if about is About.ELSEWHERE:
        return RedirectResponse(f"/log/cases/{made.ref}?entered=yes", status_code=303)
    told = " and ".join(role_name(role) for role in Role if role in made.told)
    sentences = [f"Told is: {told}."]
    if about is About.IMPERSONATION and where in REPORT_LINKS:
        sentences.append(f"Please report it to the platform as well: {REPORT_LINKS[where]}")
    return show(request, "message.html", viewer, title="Thank you", sentences=sentences)


def _page(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    about: About,
    typed: dict[str, str],
    concerns: frozenset[str] = frozenset(),
    *,
    status: int = 200,
    error: str = "",
) -> Response:
    if not may_report(viewer):
        raise NotAllowed("Your role cannot put anything into the log by hand.")
    return show(
        request,
        "report.html",
        viewer,
        status=status,
        about=about,
        places=PLACES,
        kinds=SAYABLE,
        targets=tuple(Target),
        links=REPORT_LINKS,
        today=day_of(context.clock.now()).isoformat(),
        typed=typed,
        concerns=concerns,
        people=[p for p in context.settings.people if p.roles and p.key != viewer.person_key],
        error=error,
    )


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
