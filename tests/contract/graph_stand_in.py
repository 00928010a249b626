"""A stand-in for Microsoft's sign-in and Graph `sendMail`, on a loopback port."""

from __future__ import annotations

import base64
import json
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

TENANT = "11111111-2222-3333-4444-555555555555"
SECRET = "a client secret for tests"


class GraphStandIn:
    """Answers as Microsoft does; `answers` are what the next letters meet instead of 202.

    An answer is (status, headers), or "lose" (taken, and the connection breaks).
    """

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.mailboxes: list[str] = []
        self.tokens_given = 0
        self.valid = {""}
        self.answers: deque[tuple[int, dict[str, str]] | str] = deque()
        self.refuses_sign_in: tuple[int, str] | None = None
        stand_in = self

        class Handler(_Handler):
            graph = stand_in

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering. Idempotent."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    graph: GraphStandIn

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        pass

    def do_GET(self) -> None:
        assert self.path.endswith("/.well-known/openid-configuration"), self.path
        base = f"https://login.microsoftonline.com/{TENANT}"
        self._say(
            200,
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/oauth2/v2.0/token"):
            self._token(parse_qs(body.decode()))
        else:
            self._letter(body)

    def _token(self, form: dict[str, list[str]]) -> None:
        if self.graph.refuses_sign_in:
            status, error = self.graph.refuses_sign_in
            self._say(status, {"error": error, "error_description": "AADSTS700: private words"})
            return
        assert form["grant_type"] == ["client_credentials"]
        assert form["client_secret"] == [SECRET]
        self.graph.tokens_given += 1
        token = f"token-{self.graph.tokens_given}"
        self.graph.valid = {token}
        answer = {"token_type": "Bearer", "expires_in": 3599, "access_token": token}
        self._say(200, answer)

    def _letter(self, body: bytes) -> None:
        scheme, _, token = self.headers["Authorization"].partition(" ")
        if scheme != "Bearer" or token not in self.graph.valid:
            self._say(401, {"error": {"code": "InvalidAuthenticationToken"}})
            return
        assert self.headers["Content-Type"] == "text/plain"
        answer = self.graph.answers.popleft() if self.graph.answers else (202, {})
        if answer == "lose":
            self._keep(body)
            self.close_connection = True
            self.connection.close()
            return
        assert isinstance(answer, tuple)
        status, headers = answer
        if status == 202:
            self._keep(body)
        said = {} if status == 202 else {"error": {"code": "x", "message": "head@ is private"}}
        self._say(status, said, headers)

    def _keep(self, body: bytes) -> None:
        self.graph.letters.append(base64.b64decode(body, validate=True))
        self.graph.mailboxes.append(self.path.split("/")[3])

    def _say(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
