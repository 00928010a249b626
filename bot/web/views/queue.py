"""The queue, and the switch that stops hiding."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot import queries
from bot.queries import PER_PAGE, Tab
from bot.services.decide import switch_hiding
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.leafing import PageNumber, leafing
from bot.web.pages import show

router = APIRouter()


@router.get("/")
def queue(
    request: Request,
    viewer: SignedIn,
    context: Context,
    tab: Tab = Tab.YOURS,
    page: PageNumber = 1,
) -> Response:
    """One tab of the queue. Nothing waiting is said together with what was read, and what not."""
    lines = queries.list_cases(context.store, viewer, tab=tab, skip=(page - 1) * PER_PAGE)
    counts = queries.count_cases(context.store, viewer)
    return show(
        request,
        "queue.html",
        viewer,
        tab=tab,
        tabs=tuple(Tab),
        counts=counts,
        lines=lines,
        leaves=leafing(page, more=counts[tab] > page * PER_PAGE),
        accounts=queries.reading_state(context.store, context.settings, context.clock.now()),
    )


@router.post("/hiding")
def hiding(viewer: SignedIn, context: Context, stop: Annotated[bool, Form()]) -> Response:
    """Stop all hiding, or let it go on."""
    switch_hiding(context.store, context.clock, viewer, stop=stop)
    return RedirectResponse("/reading", status_code=303)
