"""The demo's mailbox as pages: the letters that were sent, by person. Never part of the product.

Whoever can open it reads everybody's letters, so it listens on this machine alone, and only while a
demo runs.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from adapters.sandbox.mailbox import LOOPBACK, Mailbox

_PAGE_RULES = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"
_LETTER_RULES = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""A letter is shown as a mail program shows it: no script, nothing fetched, nowhere to go."""

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.0625rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1, h2 { line-height: 1.25; }
a { color: light-dark(#0b4f86, #93c6ff); }
li { margin: .25rem 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8b97a2; }
iframe { width: 100%; height: 36rem; border: 1px solid #8b97a2; background: #fff; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; }
dt { font-weight: bold; } dd { margin: 0; overflow-wrap: anywhere; }
"""
_LINK = re.compile(r"https?://[^\s<>\"]+")


class MailboxPages:
    """Serves what lies in a mailbox on a free loopback port, until it is closed."""

    def __init__(self, mailbox: Mailbox) -> None:
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages._answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Addresses of letters belong in no log."""

        self._mailbox = mailbox
        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> str:
        """Serve; returns the address of the first page."""
        self._thread.start()
        return f"http://{LOOPBACK}:{self._server.server_address[1]}/"

    def close(self) -> None:
        """Serve no more."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        # A page elsewhere whose name leads here must not read letters (DNS rebinding).
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname
        place, _, name = urlsplit(request.path).path.strip("/").partition("/")
        letters = {path.stem: path for path in self._mailbox.letters()}
        status, rules, body = (
            404,
            _PAGE_RULES,
            _page("Not here", "<p><a href='/'>All letters</a></p>"),
        )
        if host not in (LOOPBACK, "localhost"):
            body = _page("Not here", "")
        elif not place:
            status, body = 200, _all_of(letters)
        elif name in letters and place == "letters":
            status, body = 200, _one(name, _read(letters[name]))
        elif name in letters and place == "html":
            status, rules, body = 200, _LETTER_RULES, _part(_read(letters[name]), "html")
        content = body.encode("utf-8", "replace")
        request.send_response(status)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.send_header("Content-Length", str(len(content)))
        request.send_header("Content-Security-Policy", rules)
        request.send_header("Cache-Control", "no-store")
        request.send_header("X-Content-Type-Options", "nosniff")
        request.end_headers()
        request.wfile.write(content)


def _read(path: Path) -> EmailMessage:
    parser = BytesParser(policy=policy.default)
    return parser.parsebytes(path.read_bytes())


def _part(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _all_of(letters: Mapping[str, Path]) -> str:
    """By person, the newest letter of each first."""
    by_person: dict[str, list[str]] = {}
    for name, path in reversed(list(letters.items())):
        letter = _read(path)
        line = (
            f'<li><a href="/letters/{escape(name)}">{escape(str(letter["Subject"]))}</a>, '
            f"{escape(str(letter['Date']))}</li>"
        )
        by_person.setdefault(str(letter["To"]), []).append(line)
    people: Sequence[str] = [
        f"<h2>{escape(person)} ({len(lines)})</h2><ul>{''.join(lines)}</ul>"
        for person, lines in sorted(by_person.items())
    ]
    return _page("The demo’s mailbox", "".join(people) or "<p>No letter was sent yet.</p>")


def _one(name: str, letter: EmailMessage) -> str:
    heads = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted")
    facts = "".join(f"<dt>{head}</dt><dd>{escape(str(letter[head]))}</dd>" for head in heads)
    text = escape(_part(letter, "plain"))
    words = _LINK.sub(lambda found: f'<a href="{found.group()}">{found.group()}</a>', text)
    return _page(
        "A letter",
        f'<p><a href="/">All letters</a></p><dl>{facts}</dl><h2>As text</h2><pre>{words}</pre>'
        f'<h2>As HTML</h2><iframe sandbox title="The letter as HTML" src="/html/{escape(name)}">'
        "</iframe>",
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{title}</title><style>{_STYLE}'
        f"</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )
