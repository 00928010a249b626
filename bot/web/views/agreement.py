"""Hiding is earned: how often people agreed with the machine, and the switches."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.access import may_switch_hiding
from bot.calibrating import ENOUGH
from bot.errors import NotAllowed, Refused
from bot.hiding import kinds_that_hide
from bot.model import Kind
from bot.queries.agreement import agreement
from bot.services.switch_kind import switch_kind
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
    return show(
        request,
        "agreement.html",
        viewer,
        report=found,
        enough=ENOUGH,
        switchable=context.settings.hiding.switchable,
        can_hide=[kind for kind in Kind if kind in kinds_that_hide(context.settings.policy)],
    )


@router.post("/hiding/kind")
def switched(
    request: Request,
    viewer: SignedIn,
    context: Context,
    kind: Annotated[Kind, Form()],
    hide: Annotated[bool, Form()],
) -> Response:
    """Let the machine hide one kind, or only observe it."""
    try:
        switch_kind(context.store, context.clock, context.settings, viewer, kind, hide=hide)
    except Refused as refused:
        return show(
            request,
            "message.html",
            viewer,
            status=422,
            title="That was not switched",
            sentences=[str(refused)],
        )
    return RedirectResponse(f"/agreement#kind-{kind}", status_code=303)
