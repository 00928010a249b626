"""The log, as far as it is the viewer's to read."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot import queries
from bot.access import may_see_log
from bot.errors import NotAllowed
from bot.queries import PER_PAGE
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.leafing import PageNumber, leafing
from bot.web.pages import show

router = APIRouter()


@router.get("/log")
def log(request: Request, viewer: SignedIn, context: Context, page: PageNumber = 1) -> Response:
    """Newest first, without numbers."""
    if not may_see_log(viewer):
        raise NotAllowed("Your role does not see what was written, so it does not see the log.")
    lines = queries.list_log(context.store, viewer, limit=PER_PAGE + 1, skip=(page - 1) * PER_PAGE)
    return show(
        request,
        "log.html",
        viewer,
        lines=lines[:PER_PAGE],
        leaves=leafing(page, more=len(lines) > PER_PAGE),
    )
