"""The weekly sample: what was left up, for the officer to look through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.access import Viewer, may_answer_sample
from bot.errors import NotAllowed, Refused
from bot.model import Action, Kind, Target
from bot.queries.sample import list_sample
from bot.services.sample import SAYABLE, answer
from bot.store.samples import SampleAnswer
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.pages import show

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in a form that was not taken, and what is wrong with it."""

    ref: str
    error: str
    kind: str
    target: str
    should: str


@router.get("/sample")
def sample(request: Request, viewer: SignedIn, context: Context) -> Response:
    """What waits for an answer, then what was answered and can be changed."""
    return _page(request, viewer, context)


@router.post("/sample/{ref}")
def answered(
    request: Request,
    viewer: SignedIn,
    context: Context,
    ref: str,
    should: Annotated[Action, Form()],
    kind: Annotated[str, Form()] = "",
    target: Annotated[Target, Form()] = Target.NONE,
) -> Response:
    """Keep an answer, or show the list again with what is wrong."""
    given = SampleAnswer(should, Kind(kind) if kind in set(Kind) else None, target)
    try:
        answer(context.store, context.clock, context.settings, viewer, ref, given)
    except Refused as refused:
        typed = Typed(ref, str(refused), kind, target, should)
        return _page(request, viewer, context, status=422, typed=typed)
    return RedirectResponse("/sample", status_code=303)


def _page(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    *,
    status: int = 200,
    typed: Typed | None = None,
) -> Response:
    if not may_answer_sample(viewer):
        raise NotAllowed("The weekly sample is for the communications officer.")
    lines = list_sample(context.store, viewer, context.clock.now())
    return show(
        request,
        "sample.html",
        viewer,
        status=status,
        waiting_lines=[line for line in lines if line.answer is None],
        answered_lines=[line for line in lines if line.answer is not None],
        weekly=context.settings.sample.weekly,
        kinds=SAYABLE,
        typed=typed,
    )
