"""What the pages work with; handed to `create_app`, found by every route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from bot.ports import Clock
from bot.settings import Settings
from bot.store import Store


@dataclass(frozen=True, slots=True)
class WebContext:
    """The store, the time and the school's settings: no adapter, no classifier, no network."""

    store: Store
    clock: Clock
    settings: Settings

    @property
    def https(self) -> bool:
        """Whether people reach the pages under TLS (by a proxy in front of them)."""
        return self.settings.web.public_url.startswith("https://")


def context_of(request: Request) -> WebContext:
    """The context of the app that answers this request."""
    return cast(WebContext, request.app.state.context)


Context = Annotated[WebContext, Depends(context_of)]
