"""The day's page: five minutes after the bell, then a name under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.access import Viewer, may_sign_day
from bot.errors import Conflict, NotAllowed, Refused
from bot.model import DayOutcome
from bot.queries.mail import undelivered
from bot.queries.today import HISTORY_DAYS, get_day, list_days
from bot.school_calendar import day_of
from bot.services.sign_day import end_comments_on, sign_day
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.leafing import PageNumber, leafing
from bot.web.pages import not_found, show

router = APIRouter()

_OLDEST = 3660
"""In days: longer than any school keeps its records."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in a form that was not taken, and what is wrong with it."""

    error: str
    outcome: DayOutcome
    reason: str


@router.get("/today")
def today(
    request: Request, viewer: SignedIn, context: Context, day: date | None = None
) -> Response:
    """Today, or an earlier day."""
    return _page(request, viewer, context, day or day_of(context.clock.now()))


@router.post("/today/sign")
def sign(
    request: Request,
    viewer: SignedIn,
    context: Context,
    day: Annotated[date, Form()],
    outcome: Annotated[DayOutcome, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Sign for a day, or show it again as it is now with what is wrong and what was typed."""
    try:
        sign_day(context.store, context.clock, context.settings, viewer, day, outcome, reason)
    except (Conflict, Refused) as refused:
        typed = Typed(str(refused), outcome, reason)
        status = 409 if isinstance(refused, Conflict) else 422
        return _page(request, viewer, context, day, status=status, typed=typed)
    return RedirectResponse(f"/today?day={day.isoformat()}#signed", status_code=303)


@router.post("/today/comments-off")
def comments_off(viewer: SignedIn, context: Context, account: Annotated[str, Form()]) -> Response:
    """Somebody switched an account's comments off."""
    end_comments_on(context.store, context.clock, viewer, account)
    return RedirectResponse("/today", status_code=303)


@router.get("/days")
def days(request: Request, viewer: SignedIn, context: Context, page: PageNumber = 1) -> Response:
    """Who signed for which day."""
    _only_signers(viewer)
    skip = (page - 1) * HISTORY_DAYS
    now, settings = context.clock.now(), context.settings
    found = list_days(context.store, settings, now, skip=skip)
    more = bool(list_days(context.store, settings, now, skip=skip + HISTORY_DAYS))
    return show(
        request,
        "days.html",
        viewer,
        days=found,
        today=day_of(now),
        leaves=leafing(page, more=more),
    )


def _only_signers(viewer: Viewer) -> None:
    if not may_sign_day(viewer):
        raise NotAllowed(
            "The day's page is for the communications officer, and for the headteacher. What was "
            "read is on the page “What was read”."
        )


def _page(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    day: date,
    *,
    status: int = 200,
    typed: Typed | None = None,
) -> Response:
    _only_signers(viewer)
    now = context.clock.now()
    if not 0 <= (day_of(now) - day).days <= _OLDEST:
        return not_found(request, viewer)
    found = get_day(context.store, context.settings, viewer, day, now)
    lost = len(undelivered(context.store, viewer))
    return show(request, "today.html", viewer, status=status, found=found, typed=typed, lost=lost)
