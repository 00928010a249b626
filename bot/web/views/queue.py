"""The queue, several decisions at once, and the switch that stops hiding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from bot import queries
from bot.access import Viewer
from bot.errors import Refused
from bot.model import TOGETHER, Kind, Outcome, Urgency
from bot.queries import PER_PAGE, Narrow, Same, Tab
from bot.services.decide import Wish, switch_hiding
from bot.services.several import Done, decide_several, withdraw_several
from bot.web.auth import SignedIn
from bot.web.context import Context, WebContext
from bot.web.leafing import PageNumber, leafing
from bot.web.pages import show
from bot.web.reasons import Chips, in_full

router = APIRouter()

_SEVERAL = 200
Refs = Annotated[list[str], Form()]


@dataclass(frozen=True, slots=True)
class Looking:
    """What one looks at: a tab, narrowed, perhaps grouped."""

    tab: Tab
    narrow: Narrow
    group: Same | None

    @property
    def narrowed(self) -> bool:
        return self.narrow != queries.EVERYTHING or self.group is not None


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the form for several that was not taken, what is wrong with it, and `at` what
    in it that is to be mended: case, outcome or reason.
    """

    cases: tuple[str, ...] = ()
    outcome: str = ""
    chips: tuple[str, ...] = ()
    reason: str = ""
    error: str = ""
    at: str = ""


def looking(
    tab: Tab = Tab.YOURS,
    kind: str = "",
    urgency: str = "",
    account: str = "",
    child: bool = False,
    q: Annotated[str, Query(max_length=200)] = "",
    same: str = "",
    of: str = "",
    group: str = "",
) -> Looking:
    """The query of the address; a form sends every field, so what is empty or unknown is all."""
    narrow = Narrow(
        Kind(kind) if kind in set(Kind) else None,
        Urgency(urgency) if urgency in set(Urgency) else None,
        account,
        child,
        q.strip(),
        Same(same) if same in set(Same) else None,
        of,
    )
    return Looking(tab, narrow, Same(group) if group in set(Same) else None)


@router.get("/")
def queue(
    request: Request,
    viewer: SignedIn,
    context: Context,
    look: Annotated[Looking, Depends(looking)],
    page: PageNumber = 1,
    done: str = "",
) -> Response:
    """One tab of the queue. Nothing waiting is said together with what was read, and what not."""
    return _page(request, viewer, context, look, page=page, done=done)


@router.post("/decisions")
def several(
    request: Request,
    viewer: SignedIn,
    context: Context,
    look: Annotated[Looking, Depends(looking)],
    page: PageNumber = 1,
    case: Refs = [],  # noqa: B006  FastAPI wants the default itself, and copies it
    outcome: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    chip: Chips = [],  # noqa: B006
) -> Response:
    """Decide several, and say of each what became of it; or show the same list again with what is
    wrong, all kept.
    """
    typed = Typed(tuple(case), outcome, tuple(chip), reason)
    words = in_full(chip, reason)
    seen = [_seen(one) for one in case[:_SEVERAL]]
    if not seen:
        typed = replace(typed, error="Please tick the cases that you decide.", at="case")
    elif outcome not in set(Outcome):
        typed = replace(typed, error="Please choose what you decide.", at="outcome")
    else:
        wishes = [Wish(ref, version, Outcome(outcome), words) for ref, version in seen]
        try:
            results = decide_several(context.store, context.clock, viewer, wishes)
        except Refused as refused:
            typed = replace(typed, error=str(refused), at="outcome" if words else "reason")
        else:
            return _what_came_of_it(request, viewer, context, results, outcome=outcome)
    return _page(request, viewer, context, look, page=page, typed=typed, status=422)


@router.post("/decisions/undo")
def undo_several(
    request: Request,
    viewer: SignedIn,
    context: Context,
    case: Refs = [],  # noqa: B006
) -> Response:
    """Take several decisions back, and say of each whether that was in time."""
    results = withdraw_several(context.store, context.clock, viewer, case[:_SEVERAL])
    return _what_came_of_it(request, viewer, context, results, undone=True)


@router.post("/hiding")
def hiding(viewer: SignedIn, context: Context, stop: Annotated[bool, Form()]) -> Response:
    """Stop all hiding, or let it go on."""
    switch_hiding(context.store, context.clock, viewer, stop=stop)
    return RedirectResponse("/reading", status_code=303)


def _what_came_of_it(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    results: list[Done],
    *,
    outcome: str = "",
    undone: bool = False,
) -> Response:
    """Each case in words, as the queue shows it; what could not be done comes first."""
    return show(
        request,
        "several.html",
        viewer,
        results=sorted(results, key=lambda one: not one.problem),
        lines=queries.lines_of(context.store, viewer, [one.ref for one in results]),
        covered=context.settings.web.covered,
        outcome=outcome,
        undone=undone,
    )


def _seen(one: str) -> tuple[str, int]:
    """A case and the version at which it was seen, as the form's box holds them."""
    ref, _, version = one.partition(":")
    return ref, int(version) if version.isascii() and version.isdecimal() else 0


def _page(
    request: Request,
    viewer: Viewer,
    context: WebContext,
    look: Looking,
    *,
    page: int = 1,
    done: str = "",
    typed: Typed | None = None,
    status: int = 200,
) -> Response:
    store, now = context.store, context.clock.now()
    lines: list[queries.CaseLine] = []
    groups: list[queries.GroupLine] = []
    counts = queries.count_cases(store, viewer)
    # Where there is none, looking for some takes longest: it goes through all that waits.
    any_there = counts[look.tab] > 0
    if any_there and look.group:
        groups = queries.list_groups(store, viewer, tab=look.tab, same=look.group, limit=PER_PAGE)
    elif any_there:
        lines = queries.list_cases(
            store,
            viewer,
            tab=look.tab,
            narrow=look.narrow,
            limit=PER_PAGE + 1,
            skip=(page - 1) * PER_PAGE,
            now=now,
        )
    return show(
        request,
        "queue.html",
        viewer,
        status=status,
        path="/",
        look=look,
        tab=look.tab,
        tabs=tuple(Tab),
        counts=counts,
        most=queries.MOST,
        oldest=queries.oldest_waiting(store, viewer),
        lines=lines[:PER_PAGE],
        groups=groups,
        leaves=leafing(page, more=len(lines) > PER_PAGE),
        query=_query(request),
        accounts=queries.reading_state(store, context.settings, now),
        kinds=tuple(Kind),
        urgencies=(Urgency.IMMEDIATE, Urgency.URGENT, Urgency.ROUTINE),
        account_names=[account.name for account in context.settings.accounts],
        covered=context.settings.web.covered,
        together=TOGETHER,
        typed=typed or Typed(),
        saved=queries.just_saved(store, viewer, done, now) if done else None,
    )


def _query(request: Request) -> str:
    """The address's query without its page, to be put before another page's number."""
    kept = request.url.remove_query_params(["page", "done"]).query
    return f"{kept}&" if kept else ""
