"""A Hugging Face Hub on a loopback port: one model, two requests to find it and one for each file.

Remembers what was asked for. Answers as huggingface.co does where a model, a revision or the whole
house is not to be had.
"""

from __future__ import annotations

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

COMMIT = "4d6c22e74ba2fdd26bc4f7238f50766b045a0d94"


class HubServer:
    """Serves the files of `folder` as the model `name` at COMMIT, tagged `v1`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.asked: list[str] = []
        self.out_of_order = False
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self, body=True)

            def do_HEAD(self) -> None:
                hub.answer(self, body=False)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name there
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def files_asked(self) -> set[str]:
        """The names of all files that somebody wanted."""
        return {path.rsplit("/", 1)[1] for path in self.asked if "/resolve/" in path}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler, *, body: bool) -> None:
        path = unquote(urlsplit(request.path).path)
        self.asked.append(path)
        if self.out_of_order:
            return self._send(request, 500, b"{}", body=body)
        if self.name not in path:
            return self._send(request, 404, b"{}", {"X-Error-Code": "RepoNotFound"}, body=body)
        if not any(f"/{revision}" in path for revision in (COMMIT, "v1")):
            return self._send(request, 404, b"{}", {"X-Error-Code": "RevisionNotFound"}, body=body)
        if path.startswith("/api/models/"):
            found: object = {"id": self.name, "sha": COMMIT, "siblings": []}
            if "/tree/" in path:
                found = [_entry(file) for file in sorted(self.folder.iterdir())]
            return self._send(request, 200, json.dumps(found).encode(), body=body)
        data = (self.folder / path.rsplit("/", 1)[1]).read_bytes()
        marks = {"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
        return self._send(request, 200, data, marks, body=body)

    @staticmethod
    def _send(
        request: BaseHTTPRequestHandler,
        status: int,
        data: bytes,
        headers: dict[str, str] | None = None,
        *,
        body: bool,
    ) -> None:
        request.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            request.send_header(name, value)
        request.end_headers()
        if body:
            request.wfile.write(data)


def _entry(file: Path) -> dict[str, object]:
    data = file.read_bytes()
    return {
        "type": "file",
        "path": file.name,
        "size": len(data),
        "oid": hashlib.sha1(data).hexdigest(),
    }
