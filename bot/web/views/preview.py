"""What other settings would change, before anything is switched on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.access import may_switch_hiding
from bot.errors import NotAllowed
from bot.model import Action
from bot.queries.preview import Change, last_preview
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.pages import show

router = APIRouter()


@router.get("/preview")
def preview(request: Request, viewer: SignedIn, context: Context) -> Response:
    """The last preview, for those who may switch hiding; counts what is theirs to see alone."""
    if not may_switch_hiding(viewer):
        raise NotAllowed("Only who may switch hiding sees what other settings would change.")
    return show(
        request,
        "preview.html",
        viewer,
        preview=last_preview(context.store, viewer),
        actions=tuple(Action),
        changes=tuple(Change),
    )
