"""The `http` beacon: an address that is called while all is well (a dead man's switch)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import requests

from adapters.http import ApiSession
from bot.errors import AdapterError, Problem, SettingsError
from bot.ports import Context, Options


@dataclass(frozen=True, slots=True)
class HttpBeacon:
    """bot.ports.Beacon by one GET; the address is a secret of sorts and is in no message."""

    url: str = field(repr=False)

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:  # noqa: ARG003
        """Options: `url`. Raises SettingsError."""
        url = options.get("url")
        if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}:
            raise SettingsError([Problem("url", "must be a web address, beginning with https://")])
        return cls(url)

    def ping(self) -> None:
        """Call the address; any answer below 400 will do."""
        parts = urlsplit(self.url)
        try:
            with ApiSession(f"{parts.scheme}://{parts.netloc}") as session:
                answer = session.get(self.url)
        except requests.RequestException:
            raise AdapterError("The address under ping_url could not be reached.") from None
        if answer.status_code >= 400:
            raise AdapterError(f"The address under ping_url answers {answer.status_code}.")
