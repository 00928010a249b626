"""Newcomers: every one is a person's decision."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot import queries
from bot.queries import PER_PAGE
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.leafing import PageNumber, leafing
from bot.web.pages import show

router = APIRouter()


@router.get("/newcomers")
def newcomers(
    request: Request, viewer: SignedIn, context: Context, page: PageNumber = 1
) -> Response:
    """Those who wait for this viewer, with the platform's facts."""
    skip = (page - 1) * PER_PAGE
    count = queries.count_newcomers(context.store, viewer)
    return show(
        request,
        "newcomers.html",
        viewer,
        people=queries.list_newcomers(context.store, viewer, skip=skip),
        leaves=leafing(page, more=count > page * PER_PAGE),
        accounts=queries.reading_state(context.store, context.settings, context.clock.now()),
    )
