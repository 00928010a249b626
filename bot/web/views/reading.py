"""What was read of each account, what its token may do, and whether hiding goes on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot import queries
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.pages import show

router = APIRouter()


@router.get("/reading")
def reading(request: Request, viewer: SignedIn, context: Context) -> Response:
    """Health without content: for every role."""
    return show(
        request,
        "reading.html",
        viewer,
        now=context.clock.now(),
        accounts=queries.reading_state(context.store, context.settings, context.clock.now()),
    )
