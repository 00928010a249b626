"""One case, and deciding about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot import queries
from bot.access import Viewer
from bot.errors import Conflict, NotAllowed, Refused
from bot.model import ItemKind, Outcome
from bot.queries.mail import told_of
from bot.services.answering import acknowledge
from bot.services.decide import Wish, decide
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.pages import not_found, show

router = APIRouter()

_CHANGED = (
    "Somebody else changed this case while you looked at it. What you wrote is still in the form. "
    "Read what is new, then save again if it is still right."
)
_CHOOSE = "Please choose what you decide."


@router.get("/cases/{ref}")
def case(request: Request, viewer: SignedIn, context: Context, ref: str) -> Response:
    """The case with everything that this viewer may know; whoever was written to has answered."""
    if queries.get_case(context.store, viewer, ref) is not None:
        acknowledge(context.store, context.clock, viewer, case_ref=ref)
    return _page(request, viewer, context, ref)


@router.post("/cases/{ref}/decision")
def decision(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    version: Annotated[int, Form()],
    outcome: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Decide, or show the case again with what is wrong and all that was typed."""
    found = queries.get_case(context.store, viewer, ref)
    if found is None:
        return not_found(request, viewer)
    typed = {"chosen": outcome, "reason": reason}
    if outcome not in set(Outcome):
        return _page(request, viewer, context, ref, status=422, error=_CHOOSE, **typed)
    wish = Wish(ref, version, Outcome(outcome), reason)
    try:
        decide(context.store, context.clock, viewer, wish)
    except Conflict:
        return _page(request, viewer, context, ref, status=409, error=_CHANGED, **typed)
    except NotAllowed:
        raise NotAllowed("This decision is for somebody else to take.") from None
    except Refused as refused:
        return _page(request, viewer, context, ref, status=422, error=str(refused), **typed)
    then = "/newcomers" if found.kind is ItemKind.NEWCOMER else f"/cases/{ref}"
    return RedirectResponse(then, status_code=303)


def _page(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    ref: str,
    *,
    status: int = 200,
    error: str = "",
    chosen: str = "",
    reason: str = "",
) -> Response:
    found = queries.get_case(context.store, viewer, ref)
    if found is None:
        return not_found(request, viewer)
    return show(
        request,
        "case.html",
        viewer,
        status=status,
        case=found,
        told=told_of(context.store, viewer, ref),
        thresholds=context.settings.policy.thresholds,
        error=error,
        chosen=chosen,
        reason=reason,
    )
