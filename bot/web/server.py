"""Serves the pages from a thread of the daemon's one process."""

from __future__ import annotations

import ssl
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from bot.errors import DataError


class WebServer:
    """uvicorn in a thread. Signals are the main thread's affair (bot/cli/run.py)."""

    def __init__(
        self, app: ASGIApp, *, host: str, port: int, certificate: str = "", key: str = ""
    ) -> None:
        self.address = (host, port)
        self._certificate = (certificate, key)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                log_config=None,
                server_header=False,
                ssl_certfile=certificate or None,
                ssl_keyfile=key or None,
                # An open event stream would outlive SIGTERM by 12 seconds (stack.md).
                timeout_graceful_shutdown=3,
            )
        )
        self._thread = Thread(target=self._serve, name="web", daemon=True)

    def _serve(self) -> None:
        try:
            self._server.run()
        except SystemExit:
            # How uvicorn says that it could not start; start() tells the person.
            return

    def start(self) -> None:
        """Returns once the pages can be opened.

        Raises DataError where the port is taken, or the certificate cannot be used.
        """
        self._prove_certificate()
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.02)
            if not self._thread.is_alive():
                host, port = self.address
                raise DataError(
                    f"The pages cannot be served at {host}:{port}: something else uses that port. "
                    "Choose another one: [web] port in settings.toml, or --port for the demo."
                )

    def _prove_certificate(self) -> None:
        certificate, key = self._certificate
        if not certificate and not key:
            return
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as error:
            raise DataError(
                "The certificate of the pages cannot be used. Both [web] certificate and "
                "certificate_key must name PEM files that belong together and that Schoolgate may "
                f"read ({error.strerror or type(error).__name__})."
            ) from error

    def ask_to_stop(self) -> None:
        """Take no more requests; returns at once."""
        self._server.should_exit = True

    def stop(self, within: float = 5.0) -> bool:
        """Answer what is under way, for so many seconds at most; returns whether it has ended.

        A page that is being computed cannot be broken off: its thread may be left behind.
        """
        self.ask_to_stop()
        self._thread.join(within)
        return not self._thread.is_alive()
