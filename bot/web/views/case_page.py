"""The page of one case, as it is shown at first and again when something was not saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response

from bot import queries
from bot.access import Viewer
from bot.model import NOTES, ItemKind, Step
from bot.queries.mail import told_of
from bot.services.answering import acknowledge
from bot.services.claims import look_at
from bot.services.steps import COMPLAINTS
from bot.web.context import WebContext
from bot.web.pages import not_found, show


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in a form that was not taken, and what is wrong with it.

    `form` is the one it was: decide, note, route, forward, contest or picture; `at` what in it is
    to be mended, where it is one thing: outcome, reason or role.
    """

    form: str = "decide"
    error: str = ""
    at: str = ""
    chosen: str = ""
    reason: str = ""
    chips: tuple[str, ...] = ()
    role: str = ""
    step: str = Step.NOTE
    linked: str = ""


def show_case(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    ref: str,
    *,
    status: int = 200,
    typed: Typed | None = None,
    done: str = "",
) -> Response:
    """The case with everything that this viewer may know, and with what was typed."""
    store, now, settings = context.store, context.clock.now(), context.settings
    found = queries.get_case(store, viewer, ref)
    trail = queries.get_trail(store, viewer, ref)
    if found is None or trail is None:
        return not_found(request, viewer)
    lasts = timedelta(minutes=settings.web.claim_minutes)
    if status == 200:
        acknowledge(store, context.clock, viewer, case_ref=ref)
    other = look_at(store, context.clock, viewer, ref, lasts=lasts)
    before, after = None, None
    if found.kind is not ItemKind.NEWCOMER:
        before, after = queries.neighbours(store, viewer, ref, now)
    kinds = {one.kind for one in found.machine.found} if found.machine else set()
    return show(
        request,
        "case.html",
        viewer,
        status=status,
        case=found,
        trail=trail,
        told=told_of(store, viewer, ref),
        other=other,
        before=before,
        after=after,
        complaints=[role for role in COMPLAINTS if role in found.routes],
        covered=bool(kinds & settings.web.covered),
        thresholds=settings.policy.thresholds,
        typed=typed or Typed(),
        notes=NOTES,
        saved=queries.just_saved(store, viewer, done, now) if done else None,
    )


def next_page(context: WebContext, viewer: Viewer, ref: str) -> str:
    """Where one goes on to after this case: the next that waits, or the queue."""
    _, after = queries.neighbours(context.store, viewer, ref, context.clock.now())
    return f"/cases/{after}?done={ref}" if after else f"/?done={ref}"
