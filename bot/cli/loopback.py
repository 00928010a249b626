"""Waits on this machine for the browser to come back from a platform's sign-in (RFC 8252, 7.3)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qsl, urlsplit

from bot.errors import DataError, Refused

_PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Schoolgate</title>
<p>Schoolgate has its answer. You can close this window and look at the terminal.</p></html>"""


class Loopback:
    """One HTTP address on 127.0.0.1 that answers until the sign-in has come back, once.

    `redirect` is what the platform's app must name as its callback. Raises DataError where the port
    is taken.
    """

    def __init__(self, port: int) -> None:
        self.state = token_urlsafe(24)
        self._came: dict[str, str] = {}
        try:
            self._server = HTTPServer(("127.0.0.1", port), self._handler())
        except OSError as error:
            raise DataError(
                f"Port {port} of this machine is taken. Choose another with --port, and name it in "
                "the callback address of your app."
            ) from error
        self.redirect = f"http://127.0.0.1:{self._server.server_address[1]}/callback"

    def wait(self, seconds: float, opened: Callable[[], object]) -> str:
        """The code that comes back after `opened` was called; closes the address again.

        Raises Refused where nobody comes back in time, or the answer is no.
        """
        self._server.timeout = 1.0
        opened()
        try:
            for _ in range(int(seconds)):
                self._server.handle_request()
                if self._came:
                    return self.code_of(self._came)
        finally:
            self.close()
        raise Refused("Nobody came back from the sign-in in time. Run this again.")

    def close(self) -> None:
        """Let go of the port."""
        self._server.server_close()

    def code_of(self, answer: dict[str, str]) -> str:
        """The code in an answer that is to this very question. Raises Refused."""
        if not hmac.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise Refused("An answer came that belongs to another sign-in. Run this again.")
        if not answer.get("code"):
            raise Refused("The sign-in was not allowed in the browser. Nothing was changed.")
        return answer["code"]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        came = self._came

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                target = urlsplit(self.path)
                known = target.path == "/callback"
                if known:
                    came.update(parse_qsl(target.query))
                    came.setdefault("state", "")
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Referrer-Policy", "no-referrer")
                self.send_header("Content-Length", str(len(_PAGE) if known else 0))
                self.end_headers()
                self.wfile.write(_PAGE if known else b"")

            def log_message(self, *_: object) -> None:
                """The address holds the code: it is written nowhere."""

        return Handler
