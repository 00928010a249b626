"""News as server-sent events: that something came or changed, never what was written.

The page decides how to show it without moving what somebody reads (static/schoolgate.js).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from bot.queries.news import News, newest_mark, news_since
from bot.web import words
from bot.web.auth import still_signed_in
from bot.web.context import Context

router = APIRouter()

PAUSE = 3.0
ROUNDS = 100
"""In seconds and in looks: then the browser connects again, and is asked who it is again."""


@router.get("/news")
def news(request: Request, context: Context) -> Response:
    """The stream of whoever looks, until the page is closed or the session is over.

    204 to nobody in particular: a browser then stops asking.
    """
    viewer = still_signed_in(request, context)
    if viewer is None:
        return Response(status_code=204)
    mark = newest_mark(context.store)

    def look(since: int) -> News | None:
        return news_since(context.store, viewer, since)

    def stays() -> bool:
        return still_signed_in(request, context) == viewer

    stream = stream_of(look, stays, mark, pause=PAUSE, rounds=ROUNDS)
    return StreamingResponse(stream, media_type="text/event-stream")


async def stream_of(
    look: Callable[[int], News | None],
    stays: Callable[[], bool],
    mark: int,
    *,
    pause: float,
    rounds: int,
) -> AsyncIterator[str]:
    """The events as they are sent; ends after so many rounds, or where the viewer may not stay."""
    yield "retry: 5000\n\n"
    for _ in range(rounds):
        await asyncio.sleep(pause)
        if not await run_in_threadpool(stays):
            return
        found = await run_in_threadpool(look, mark)
        if found is None:
            yield ": nothing new\n\n"  # so that a closed connection is noticed
            continue
        mark = found.mark
        if found.new or found.moved:
            yield f"data: {json.dumps(_told(found))}\n\n"


def _told(found: News) -> dict[str, object]:
    standing = {
        one.ref: words.standing(one.presence, one.hidden, one.latest) for one in found.moved
    }
    return {"waiting": found.waiting, "new": list(found.new), "standing": standing}
