"""Turns a template and its facts into a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot import queries
from bot.access import (
    Viewer,
    may_answer_sample,
    may_find_person,
    may_report,
    may_see_log,
    may_see_restrictions,
    may_see_status,
    may_sign_day,
    may_switch_hiding,
    may_vet,
)
from bot.coverage import alike, shared_failures
from bot.queries.sample import count_sample
from bot.school_calendar import LONDON, day_of
from bot.services.signin import person_of
from bot.settings import Settings
from bot.store.effects import MACHINE
from bot.web import decision_words, evidence_words, people_words, sentences, words
from bot.web.context import WebContext
from bot.wording import plain_name, role_name

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Pages:
    """The templates of one app."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._environment = Environment(
            loader=PackageLoader("bot", "web/templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            words=words,
            decision_words=decision_words,
            people_words=people_words,
            sentences=sentences,
            evidence_words=evidence_words,
            plain_name=plain_name,
            role_name=role_name,
            who=_Names(context.settings),
            alike=alike,
            shared_failures=shared_failures,
            school=context.settings.school.name,
        )
        self._environment.filters.update(
            when=lambda at: when(at, context.clock.now()),
            exactly=exactly,
            capital=capital,
            british=british,
            lower_first=lower_first,
            web_link=web_link,
            plain=plain_name,
            marked=marked,
        )

    def render(self, template: str, token: Callable[[], str], **facts: object) -> str:
        """A page for nobody in particular."""
        return self._environment.get_template(template).render(viewer=None, token=token, **facts)

    def render_for(
        self, viewer: Viewer, template: str, token: Callable[[], str], **facts: object
    ) -> str:
        """A page of somebody who is signed in, with what every page shows around its own matter."""
        store, settings = self._context.store, self._context.settings
        return self._environment.get_template(template).render(
            viewer=viewer,
            person=person_of(settings, viewer.person_key),
            token=token,
            waiting=queries.count_waiting(store, viewer),
            newcomers_waiting=queries.count_newcomers(store, viewer, self._context.clock.now()),
            samples_waiting=count_sample(store, viewer, self._context.clock.now())
            if may_answer_sample(viewer)
            else None,
            hiding=queries.hiding_state(store, settings),
            sees_log=may_see_log(viewer),
            finds_people=may_find_person(viewer),
            signs_days=may_sign_day(viewer),
            sees_status=may_see_status(viewer),
            switches_hiding=may_switch_hiding(viewer),
            vets=may_vet(viewer),
            reports=may_report(viewer),
            sees_restrictions=may_see_restrictions(viewer),
            **facts,
        )


def show(
    request: Request,
    template: str,
    viewer: Viewer | None = None,
    *,
    status: int = 200,
    **facts: object,
) -> HTMLResponse:
    """Answer with a page, for whoever is signed in or for nobody."""
    pages: Pages = request.app.state.pages
    token: Callable[[], str] = request.scope["csrftoken"]
    facts = {"path": request.url.path, **facts}
    if viewer is None:
        html = pages.render(template, token, **facts)
    else:
        html = pages.render_for(viewer, template, token, **facts)
    return HTMLResponse(html, status_code=status)


def not_found(request: Request, viewer: Viewer | None) -> HTMLResponse:
    """The one answer for what is not there and for what is not this viewer's to see."""
    return show(
        request,
        "message.html",
        viewer,
        status=404,
        title="That page is not here",
        sentences=(
            "The address may be mistyped, or the page may not be for you.",
            "What waits for you is in the queue.",
        ),
    )


class _Names(dict[str, str]):
    """From the key of a person to how the pages name them; who has left keeps their key."""

    def __init__(self, settings: Settings) -> None:
        super().__init__({person.key: person.name for person in settings.people})
        self[MACHINE] = "Schoolgate"
        self["command line"] = "Somebody at the command line"
        self[""] = "Somebody on the platform"

    def __missing__(self, key: str) -> str:
        return key


def when(at: datetime, now: datetime) -> str:
    """A moment as one says it: "today at 12:05"; UK time."""
    local, today = at.astimezone(LONDON), day_of(now)
    clock = f"{local:%H:%M}"
    days = (today - local.date()).days
    if days in (0, 1):
        return f"{'today' if days == 0 else 'yesterday'} at {clock}"
    year = "" if local.year == today.year else f" {local.year}"
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year}"
    return f"{day} at {clock}"


def exactly(at: datetime) -> str:
    """A moment in full, UK time: "20 Nov 2026, 12:05:31"."""
    local = at.astimezone(LONDON)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M:%S}"


def british(fact: str) -> str:
    """A platform's fact as one reads it: a day "2026-11-20" as "20 Nov 2026", all else as it is."""
    try:
        day = date.fromisoformat(fact)
    except ValueError:
        return fact
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if fact[4:5] == "-" else fact


def capital(text: str) -> str:
    """The first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The first letter small, the rest as it is."""
    return text[:1].lower() + text[1:]


def web_link(url: str) -> str:
    """The address if it may be a link; empty for `javascript:` and the like."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def marked(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is to be marked; spans beyond its end are cut."""
    pieces, done = [], 0
    for start, end in sorted(spans):
        start, end = max(start, done), min(end, len(text))
        if start < end:
            pieces += [(text[done:start], False), (text[start:end], True)]
            done = end
    return [piece for piece in (*pieces, (text[done:], False)) if piece[0]]
