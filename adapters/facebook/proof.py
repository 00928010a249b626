"""Whether the token is the Page's own, and sees its comments: before either nothing is believed."""

from __future__ import annotations

from adapters.facebook.capabilities import READ_OTHERS, grants_of
from adapters.facebook.errors import missing_permission
from adapters.facebook.graph import Graph
from adapters.facebook.options import FacebookOptions
from adapters.facebook.shapes import text
from bot.errors import Denied, SignedOut
from bot.ports import Clock

_PROVEN_FOR = 24 * 3600.0  # seconds
_SIGHT_FOR = 60.0  # seconds


class Proof:
    """Asks Facebook whose token this is, and remembers the answer for a while."""

    def __init__(self, graph: Graph, options: FacebookOptions, clock: Clock) -> None:
        self._graph = graph
        self._options = options
        self._clock = clock
        self._proven_at: float | None = None
        self._sight_at: float | None = None

    def prove(self, *, afresh: bool = False) -> None:
        """Raise SignedOut unless `/me` is the Page itself, as it is for a Page's token only."""
        now = self._clock.monotonic()
        recent = self._proven_at is not None and now - self._proven_at < _PROVEN_FOR
        if recent and not afresh:
            return
        page_id = self._options.page_id
        self._proven_at = None
        if text(self._graph.node("me", "id"), "id") != page_id:
            kind = grants_of(self._graph, self._options.token, page_id).kind
            whose = (
                "the token of another Page" if kind == "PAGE" else "a user's token, not the Page's"
            )
            raise SignedOut(
                f"This is {whose}, so Facebook would show no comments of the Page {page_id}. Store "
                "the token that Facebook lists for this Page, or correct page_id."
            )
        self._proven_at = now

    def confirm_sight(self) -> None:
        """Raise unless comments are in the token's sight: error 100/33, "gone", means both."""
        now = self._clock.monotonic()
        if self._sight_at is not None and now - self._sight_at < _SIGHT_FOR:
            return
        self.prove(afresh=True)
        grants = grants_of(self._graph, self._options.token, self._options.page_id)
        if missing := grants.missing(READ_OTHERS):
            raise Denied(missing_permission(missing))
        self._sight_at = now
