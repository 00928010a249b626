"""A dead man's switch by HTTP: a service such as healthchecks.io alarms when the calls stop."""

from __future__ import annotations

from typing import Self

import requests

from adapters.http import guard_logs
from bot.errors import AdapterError, Problem, SettingsError
from bot.ports import Clock, Context, Options

_SECONDS = (5.0, 10.0)
_SELDOM = 290.0
"""Seconds from one call to the next: such services count in minutes."""


class HttpPing:
    """Calls one address, at most every five minutes; nothing is sent along."""

    def __init__(self, url: str, clock: Clock) -> None:
        guard_logs("urllib3.connectionpool")  # who knows the address can keep the switch quiet
        self._url, self._clock = url, clock
        self._pinged: float | None = None

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        """`url`: https, or http for a service inside the school. Raises SettingsError."""
        url = str(options.get("url", ""))
        if not url.startswith(("https://", "http://")):
            raise SettingsError([Problem("url", 'write an address that begins with "https://"')])
        return cls(url, context.clock)

    def ping(self) -> None:
        """One GET; its answer's words are not looked at. Raises AdapterError."""
        now = self._clock.monotonic()
        if self._pinged is not None and now - self._pinged < _SELDOM:
            return
        try:
            with requests.get(self._url, timeout=_SECONDS, allow_redirects=False) as answer:
                refused = answer.status_code >= 400
        except OSError as error:  # every RequestException is one
            raise AdapterError(
                f"The address under ping_url could not be reached ({type(error).__name__})."
            ) from None
        if refused:
            raise AdapterError(f"The address under ping_url refuses ({answer.status_code}).")
        self._pinged = now
