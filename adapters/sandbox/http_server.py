"""What both sandbox servers share: HTTP on a loopback port, the journal, and scripted faults."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from adapters.sandbox.faults import Fault, Manner
from adapters.sandbox.world import Platform, Served, World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; of a query or form parameter given twice, the last value counts."""

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body as a JSON object; empty where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def form(self) -> dict[str, str]:
        """The query's and the form body's parameters together."""
        return {**self.query, **_parameters(self.body.decode("utf-8", "replace"))}

    @property
    def credentials(self) -> tuple[str, str]:
        """The Authorization header: (scheme, the rest)."""
        scheme, _, rest = self.headers.get("authorization", "").partition(" ")
        return scheme, rest


@dataclass(slots=True)
class Reply:
    """The answer to a request, before faults and bytes."""

    data: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class LocalServer(ABC):
    """One platform's API on 127.0.0.1. State is the world's; a server holds none of its own.

    Every request is handled in one transaction: its effect, its line in the journal and the fault
    it met stand or fall together, then the bytes are sent. Restarting a server loses nothing.
    """

    platform: ClassVar[Platform]
    json_type: ClassVar[str]

    def __init__(self, world: World, *, port: int = 0) -> None:
        self.world = world
        self.closing = threading.Event()
        self._http = _Http(("127.0.0.1", port), self)

    def start(self) -> str:
        """Begin to answer; returns the base URL, without a slash at the end."""
        threading.Thread(
            target=self._http.serve_forever,
            kwargs={"poll_interval": 0.02},
            name=f"sandbox-{self.platform}",
            daemon=True,
        ).start()
        return self.base_url

    @property
    def base_url(self) -> str:
        """Where the server listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        """Stop answering and drop every open connection."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._http.drop_connections()

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """What the platform would answer."""

    @abstractmethod
    def twist(self, manner: Manner, request: Request, reply: Reply) -> None:
        """Bend a good answer in place: REPEAT_CURSOR, PARTIAL or ERRORS_ONLY."""

    def handle(self, request: Request) -> tuple[Reply, Fault | None]:
        """Answer one request, with whatever fault is scripted for it, and write it down."""
        with self.world.change():
            fault = self.world.take_fault(self.platform, request.method, request.path)
            if fault is not None and fault.manner is Manner.ANSWER:
                reply = self._scripted(fault, request)
            else:
                reply = self.answer(request)
                if fault is not None and reply.status == 200:
                    self.twist(fault.manner, request, reply)
            lost = fault is not None and fault.manner is Manner.RESET
            shown = {key: value for key, value in request.query.items() if key != "access_token"}
            self.world.record(
                self.platform,
                Served(
                    method=request.method,
                    path=request.path,
                    query=shown,
                    status=0 if lost else reply.status,
                    at=self.world.clock.now(),
                    token_in_query="access_token" in request.query,
                    scheme=request.credentials[0],
                    fault="" if fault is None else fault.name,
                ),
            )
        return reply, fault

    def _scripted(self, fault: Fault, request: Request) -> Reply:
        headers = {**fault.headers, "Content-Type": fault.content_type}
        if fault.reset_in is not None:
            ends = int(self.world.clock.timestamp() + fault.reset_in)
            headers["x-rate-limit-reset"] = str(ends)
            headers["x-rate-limit-remaining"] = "0"
        text = fault.body.replace("{url}", self.base_url + request.target)
        return Reply(text.encode(), fault.status, headers)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], server: LocalServer) -> None:
        self.sandbox = server
        self._open: set[socket.socket] = set()
        self._resetting: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def keep(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def reset(self, connection: socket.socket) -> None:
        """Let this connection end with RST instead of FIN: lingering for 0 seconds does that."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with self._lock:
            self._resetting.add(connection)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            resetting = request in self._resetting
            self._resetting.discard(request)
        if resetting:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def drop_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was quicker

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is a fault of the sandbox: loud."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.keep(self.connection)

    def finish(self) -> None:
        self.server.forget(self.connection)
        super().finish()

    def _serve(self) -> None:
        sandbox = self.server.sandbox
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        target = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=target.path,
            target=self.path,
            query=_parameters(target.query),
            headers={key.lower(): value for key, value in self.headers.items()},
            body=body,
        )
        reply, fault = sandbox.handle(request)
        if fault is not None and fault.delay and sandbox.closing.wait(fault.delay):
            self.close_connection = True
            return
        self._send(reply, sandbox.json_type, None if fault is None else fault.manner)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  names set by http.server

    def _send(self, reply: Reply, json_type: str, manner: Manner | None) -> None:
        data = reply.data
        body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
        if manner is Manner.TRUNCATE:
            body = body[: len(body) // 2]
        headers = {
            "Date": formatdate(self.server.sandbox.world.clock.timestamp(), usegmt=True),
            "Content-Type": json_type,
            **reply.headers,
            "Content-Length": str(len(body)),
        }
        if manner is Manner.NO_CONTENT_TYPE:
            del headers["Content-Type"]
        lines = [f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}"]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if manner is Manner.RESET:
            self.wfile.write(head + body[: len(body) // 2])
            self.server.reset(self.connection)
            self.close_connection = True
            return
        self.wfile.write(head + body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  name set by http.server
        """Say nothing: the world's journal has it."""


def _parameters(text: str) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(text, keep_blank_values=True).items()}
