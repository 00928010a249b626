"""Every route of the pages, once: who may use it, and how a test opens it.

A new route needs one line in `DOORS`. The tests of access (tests/web/test_every_route.py) and of
accessibility (tests/browser) read this table and complain of a route that is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from tests.builders import NOON
from tests.web.pages_stage import CHAIR, DPO, DSL, HEAD, OFFICER, TECHNICIAN

EVERYBODY = frozenset({OFFICER, HEAD, DSL, CHAIR, DPO, TECHNICIAN})
READERS = EVERYBODY - {TECHNICIAN}


@dataclass(frozen=True, slots=True)
class Door:
    """A route, and for whom it opens.

    `open_to`: keys of people who sign in. `strangers`: it also answers who is not signed in.
    `fills`: what stands in the braces of its path; "{ref}" of a case and of a sample is filled in
    by the test, and whoever may not see that one gets 404. `form`: what a test sends. `page`: a
    whole page, to be looked at in a browser; `states`: queries that show other faces of it.
    """

    open_to: frozenset[str] = EVERYBODY
    strangers: bool = False
    fills: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    page: bool = True
    states: tuple[str, ...] = ()


_TABS = ("?tab=others", "?tab=done", "?tab=baseline")
_HIDING = frozenset({OFFICER, HEAD})
_VETTING = frozenset({OFFICER})
_DATA = frozenset({DPO})
_MACHINERY = frozenset({OFFICER, TECHNICIAN})
_REASON = {"reason": "a test"}
TODAY = NOON.date().isoformat()

DOORS: Mapping[str, Door] = {
    "GET /": Door(states=_TABS),
    "GET /cases/{ref}": Door(),
    "POST /cases/{ref}/decision": Door(
        READERS, form={"outcome": "hide", "reason": "a test", "version": "1"}
    ),
    "POST /cases/{ref}/undo": Door(),
    "POST /cases/{ref}/note": Door(READERS, form=_REASON),
    "POST /cases/{ref}/route": Door(READERS, form={"role": "dsl", **_REASON}),
    "POST /cases/{ref}/forward": Door(READERS, form={"role": "headteacher", **_REASON}),
    "POST /cases/{ref}/contest": Door(READERS, form=_REASON),
    "POST /cases/{ref}/picture": Door(READERS, form={"version": "1"}),
    "POST /cases/{ref}/told": Door(_VETTING, form={"person": HEAD}),
    "POST /decisions": Door(form={"outcome": "hide", **_REASON}),
    "POST /decisions/undo": Door(),
    "GET /news": Door(strangers=True, page=False),  # strangers get 204, and no more
    "GET /newcomers": Door(),
    "POST /newcomers": Door(form={"outcome": "approve"}),
    "POST /newcomers/baseline": Door(_VETTING, form={"account": "school"}),
    "GET /restrictions": Door(_HIDING),
    "POST /restrictions/{ref}/done": Door(_HIDING),
    "POST /restrictions/{ref}/lift": Door(_HIDING),
    "GET /register": Door(_VETTING),
    "POST /register": Door(_VETTING, form={"platform": "x", "handle": "@kelly"}),
    "POST /register/import": Door(_VETTING, form={"lines": "x,@kelly"}),
    "POST /register/{entry_id}/remove": Door(_VETTING, fills={"entry_id": "1"}),
    "GET /authors": Door(_HIDING),
    "POST /authors/step": Door(_HIDING, form={"platform": "x", "author": "1", "taken": "advice"}),
    "GET /staff-advice": Door(_HIDING),
    "GET /report": Door(READERS, states=("?about=contact", "?about=impersonation")),
    "POST /report": Door(READERS, form={"where": "blog", "summary": "a test", "day": TODAY}),
    "GET /log": Door(READERS),
    "GET /log/search": Door(
        READERS, states=("?words=canary", "?kind=allegation", "?status=open", "?where=other")
    ),
    "POST /log/export": Door(READERS, form={"form": "csv"}),
    "GET /log/cases/{ref}": Door(READERS),
    "POST /log/cases/{ref}/{act}": Door(READERS, fills={"act": "hold"}, form={"said": "a test"}),
    "GET /log/cases/{ref}/files/{file_ref}": Door(READERS, page=False),
    "GET /requests": Door(_DATA),
    "POST /requests": Door(_DATA, form={"kind": "access", "handle": "somebody"}),
    "GET /requests/{ref}": Door(_DATA),
    "POST /requests/{ref}/answer": Door(_DATA, form={"decision": "refused", **_REASON}),
    "POST /requests/{ref}/own-data": Door(_DATA, form={"form": "json"}),
    "GET /today": Door(_HIDING),
    "POST /today/sign": Door(_HIDING, form={"day": TODAY, "outcome": "could_not_check", **_REASON}),
    "POST /today/comments-off": Door(_HIDING, form={"account": "school"}),
    "GET /days": Door(_HIDING),
    "GET /letters/{ref}": Door(),
    "POST /letters/{ref}/known": Door(),
    "GET /undelivered": Door(_MACHINERY),
    "GET /drill": Door(),
    "GET /status": Door(_MACHINERY),
    "GET /readyz": Door(strangers=True, page=False),
    "GET /metrics": Door(strangers=True, page=False),
    "GET /reading": Door(),
    "POST /hiding": Door(_HIDING, form={"stop": "yes"}),
    "POST /hiding/kind": Door(_HIDING, form={"kind": "abuse", "hide": "yes"}),
    "GET /preview": Door(_HIDING),
    "GET /agreement": Door(_HIDING),
    "GET /sample": Door(frozenset({OFFICER})),
    "POST /sample/{ref}": Door(frozenset({OFFICER}), form={"should": "allow"}),
    "GET /your-sign-in": Door(),
    "GET /sign-in": Door(strangers=True),
    "POST /sign-in": Door(strangers=True, form={"email": "x", "password": "x"}),
    "GET /sign-in/code": Door(frozenset()),  # only halfway in: tests/web/test_second_factor.py
    "POST /sign-in/code": Door(frozenset(), form={"code": "000000"}),
    "GET /sign-in/set-up": Door(frozenset()),
    "GET /sign-in/set-up.svg": Door(frozenset(), page=False),
    "POST /sign-in/set-up": Door(frozenset(), form={"code": "000000"}),
    "GET /invitation/{link}": Door(frozenset(), strangers=True, fills={"link": "made-up"}),
    "POST /invitation/{link}": Door(frozenset(), strangers=True, fills={"link": "made-up"}),
    "POST /sign-out": Door(strangers=True),
    "POST /sign-out/everywhere": Door(),
    "GET /healthz": Door(strangers=True, page=False),
}


def routes_of(app: FastAPI) -> Iterator[str]:
    """The app's routes as the table names them: "GET /cases/{ref}"."""
    for route in _flat(app.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield f"{method} {route.path}"


def _flat(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """FastAPI keeps the routes of a router that was included inside it."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _flat(included.routes)
