"""How often people agreed with the machine, for those who may switch hiding on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.access import may_switch_hiding
from bot.calibrating import ENOUGH
from bot.errors import NotAllowed
from bot.queries.agreement import agreement
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.pages import show

router = APIRouter()


@router.get("/agreement")
def report(request: Request, viewer: SignedIn, context: Context) -> Response:
    """Kind by kind, less what this viewer may not see."""
    if not may_switch_hiding(viewer):
        raise NotAllowed(
            "This report is for the communications officer and the headteacher, who may have "
            "hiding switched on."
        )
    found = agreement(context.store, context.settings, viewer, context.clock.now())
    return show(request, "agreement.html", viewer, report=found, enough=ENOUGH)
