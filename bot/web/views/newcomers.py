"""Newcomers: every one is a person's decision, one by one or in bulk."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot import queries
from bot.access import Viewer
from bot.errors import Conflict, Refused
from bot.model import Outcome, Restriction, Unsuitable
from bot.queries.newcomers import count_baseline, follower_counts
from bot.queries.restrictions import undone_tasks
from bot.services.arrivals import only_from_now, take_baseline
from bot.services.vet import Vetting, vet
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.leafing import PageNumber, leafing
from bot.web.pages import show
from bot.wording import WHY

router = APIRouter()

_CHANGED = (
    "Somebody else changed one of these while you looked at them. Nothing was saved: look again, "
    "then decide once more."
)
_OFFERED_AT_ONCE = 50
_PER_PAGE = 20


@router.get("/newcomers")
def newcomers(
    request: Request, viewer: SignedIn, context: Context, page: PageNumber = 1
) -> Response:
    """Those who wait for this viewer, with the platform's facts and what they say themselves."""
    return _page(request, viewer, context, page)


@router.post("/newcomers")
def decided(
    request: Request,
    viewer: SignedIn,
    context: Context,
    pick: Annotated[list[str] | None, Form()] = None,
    outcome: Annotated[str, Form()] = "",
    why: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    passed_to: Annotated[str, Form()] = "",
    then: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    """Decide about one or about all that were ticked, or show what is wrong; all or nothing."""
    cases = [(ref, int(version)) for ref, _, version in map(_parts, pick or ()) if version]
    error, status = "", 422
    try:
        wish = Vetting(
            cases,
            Outcome(outcome) if outcome in set(Outcome) else Outcome.CLEARED,
            Unsuitable(why) if why in set(Unsuitable) else None,
            reason,
            passed_to,
            Restriction(then) if then in set(Restriction) else None,
            _day(until),
        )
        vet(context.store, context.clock, context.settings, viewer, wish)
    except Conflict:
        error, status = _CHANGED, 409
    except Refused as refused:
        error = "Please choose what you decide." if not outcome else str(refused)
    if error:
        return _page(request, viewer, context, 1, status=status, error=error)
    then_page = "/restrictions" if then else "/newcomers"
    return RedirectResponse(then_page, status_code=303)


@router.post("/newcomers/baseline")
def baseline(
    viewer: SignedIn,
    context: Context,
    account: Annotated[str, Form()] = "",
    choice: Annotated[str, Form()] = "review",
) -> Response:
    """Offer the next of those who followed before the first start, or leave them as they are."""
    if choice == "from_now":
        only_from_now(context.store, context.clock, viewer, account)
    else:
        take_baseline(context.store, context.clock, viewer, account, most=_OFFERED_AT_ONCE)
    return RedirectResponse("/newcomers", status_code=303)


def _parts(pick: str) -> tuple[str, str, str]:
    ref, colon, version = pick.partition(":")
    good = version.isascii() and version.isdecimal() and len(version) < 10
    return ref, colon, version if good else ""


def _day(text: str) -> date | None:
    """Raises Refused for what is no day."""
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise Refused("Please write the last day as year-month-day, such as 2027-07-31.") from None


def _page(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    page: int,
    *,
    status: int = 200,
    error: str = "",
) -> Response:
    store, settings, now = context.store, context.settings, context.clock.now()
    skip = (page - 1) * _PER_PAGE
    count = queries.count_newcomers(store, viewer, now)
    return show(
        request,
        "newcomers.html",
        viewer,
        status=status,
        people=queries.list_newcomers(store, viewer, settings, now, limit=_PER_PAGE, skip=skip),
        leaves=leafing(page, more=count > page * _PER_PAGE),
        accounts=queries.reading_state(store, settings, now),
        baseline=count_baseline(store, viewer),
        to_do=undone_tasks(store, viewer).tasks,
        counts=follower_counts(store, viewer),
        offered_at_once=_OFFERED_AT_ONCE,
        reasons=WHY,
        error=error,
    )
