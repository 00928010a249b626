"""The pages end when they are asked to, whatever a page is busy with."""

from __future__ import annotations

import urllib.request
from threading import Event, Thread

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web import WebServer

LIMIT = 30.0


def test_a_page_that_is_still_being_computed_does_not_hold_up_the_end(port: int) -> None:
    asked, done = Event(), Event()

    def slow(request: Request) -> Response:
        asked.set()
        done.wait(LIMIT)
        return PlainTextResponse("at last")

    server = WebServer(Starlette(routes=[Route("/", slow)]), host="127.0.0.1", port=port)
    server.start()
    url = f"http://127.0.0.1:{port}/"
    reader = Thread(target=_opened, args=(url,), daemon=True)
    reader.start()
    try:
        assert asked.wait(LIMIT)
        assert not server.stop(within=0.2), "it says that something is left behind"
    finally:
        done.set()
    assert server.stop(within=LIMIT)
    reader.join(LIMIT)


def _opened(url: str) -> None:
    with urllib.request.urlopen(url, timeout=LIMIT) as answer:
        answer.read()
