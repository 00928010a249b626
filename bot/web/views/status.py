"""Whether Schoolgate does its work: a page for people, three addresses for machines."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from bot.access import may_see_status
from bot.errors import NotAllowed
from bot.queries.health import health
from bot.web.auth import SignedIn
from bot.web.context import Context
from bot.web.figures import figures
from bot.web.pages import show

router = APIRouter()


@router.get("/status")
def status(request: Request, viewer: SignedIn, context: Context) -> Response:
    """The machinery, for the technician and the officer."""
    if not may_see_status(viewer):
        raise NotAllowed("This page is for whoever looks after Schoolgate.")
    now = context.clock.now()
    state = health(context.store, context.settings, now)
    return show(request, "status.html", viewer, state=state, now=now)


@router.get("/healthz")
def alive(context: Context) -> Response:
    """200 while the process answers and its database can be read."""
    with context.store.read() as uow:
        uow.jobs.all()
    return PlainTextResponse("ok")


@router.get("/readyz")
def ready(context: Context) -> Response:
    """200 while every account is read within its time, else 503 and why."""
    state = health(context.store, context.settings, context.clock.now())
    if state.ready:
        return PlainTextResponse("ready")
    words = [one.words for one in state.troubles]
    if not state.watched:
        words.insert(0, "Schoolgate has not looked after itself for five minutes.")
    return PlainTextResponse("\n".join(["not ready", *words]), status_code=503)


@router.get("/metrics")
def metrics(context: Context) -> Response:
    """Figures for Prometheus; none is about a person or counts a case."""
    return Response(figures(context), media_type=CONTENT_TYPE_LATEST)
