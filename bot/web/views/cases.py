"""One case, and deciding about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot import queries
from bot.errors import Conflict, NotAllowed, Refused
from bot.model import ItemKind, Outcome
from bot.queries import CasePage
from bot.services.decide import NEEDS_REASON, Wish, decide
from bot.services.withdraw import withdraw
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.pages import not_found, show
from bot.web.reasons import Chips, in_full
from bot.web.views.case_page import Typed, next_page, show_case

router = APIRouter()

CHANGED = (
    "Somebody else changed this case while you looked at it. What you wrote is still in the form. "
    "Read what is new, then save again if it is still right."
)
_CHOOSE = "Please choose what you decide."


@router.get("/cases/{ref}")
def case(
    request: Request, viewer: SignedIn, context: Context, ref: str, done: str = ""
) -> Response:
    """The case with everything that this viewer may know; opening it tells others of it."""
    return show_case(request, viewer, context, ref, done=done)


@router.post("/cases/{ref}/decision")
def decision(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    version: Annotated[int, Form()],
    outcome: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    chip: Chips = [],  # noqa: B006  FastAPI wants the default itself, and copies it
    then: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Decide, or show the case again with what is wrong and all that was typed.

    A deletion is asked about once more before it is taken.
    """
    found = queries.get_case(context.store, viewer, ref)
    if found is None:
        return not_found(request, viewer)
    typed = Typed(chosen=outcome, reason=reason, chips=tuple(chip))
    if outcome not in set(Outcome):
        typed = replace(typed, error=_CHOOSE, at="outcome")
        return show_case(request, viewer, context, ref, status=422, typed=typed)
    wish = Wish(ref, version, Outcome(outcome), in_full(chip, reason))
    if _asks_again(found, wish) and sure != "yes":
        return show(request, "delete.html", viewer, case=found, wish=wish, then=then)
    try:
        decide(context.store, context.clock, viewer, wish)
    except Conflict:
        typed = replace(typed, error=CHANGED)
        return show_case(request, viewer, context, ref, status=409, typed=typed)
    except NotAllowed:
        raise NotAllowed("This decision is for somebody else to take.") from None
    except Refused as refused:
        wordless = wish.outcome in NEEDS_REASON and not wish.reason
        typed = replace(typed, error=str(refused), at="reason" if wordless else "")
        return show_case(request, viewer, context, ref, status=422, typed=typed)
    if found.kind is ItemKind.NEWCOMER:
        return RedirectResponse("/newcomers", status_code=303)
    onward = next_page(context, viewer, ref) if then == "next" else f"/cases/{ref}?done={ref}"
    return RedirectResponse(onward, status_code=303)


@router.post("/cases/{ref}/undo")
def undo(request: Request, viewer: SignedIn, context: Context, ref: str) -> Response:
    """Take one's newest decision back while nothing has left; then look at the case again."""
    if queries.get_case(context.store, viewer, ref) is None:
        return not_found(request, viewer)
    try:
        withdraw(context.store, context.clock, viewer, ref)
    except Refused as refused:
        typed = Typed(form="undo", error=str(refused))
        return show_case(request, viewer, context, ref, status=409, typed=typed)
    return RedirectResponse(f"/cases/{ref}", status_code=303)


def _asks_again(found: CasePage, wish: Wish) -> bool:
    """Whether this is a deletion that could be taken as it stands."""
    return (
        wish.outcome is Outcome.DELETE
        and wish.outcome in found.outcomes
        and wish.version == found.version
        and (wish.outcome not in NEEDS_REASON or bool(wish.reason))
    )
