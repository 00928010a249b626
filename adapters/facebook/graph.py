"""The few Graph API calls that the product makes, through facebook-sdk."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from adapters.facebook.errors import RepeatedPage
from adapters.facebook.session import GraphSession
from adapters.facebook.shapes import Raw, mapping, rows, text
from bot.errors import AdapterError

with warnings.catch_warnings():
    # A "\d" of 2018: DeprecationWarning before Python 3.12, SyntaxWarning since, at each first
    # import. It would be the first thing that a school sees.
    warnings.filterwarnings("ignore", "invalid escape sequence")
    import facebook

MAX_PAGES = 2000
"""Pages of one list; more than any Page of a school has, so reaching it means going in circles."""
MAX_EMPTY_PAGES = 20
"""Empty pages in a row that still name a next one (they occur, platforms.md)."""
_POSITION = ("after", "until", "since", "offset", "__paging_token")

Position = Mapping[str, str]
"""Where in a list to go on: Graph's paging parameters. Lives within one run, never stored."""


class Graph:
    """Facebook's Graph API in one version; all errors are AdapterErrors (session.py)."""

    def __init__(self, session: GraphSession, version: str) -> None:
        # No `version=`: the SDK's own check knows 2.8 to 3.1 only. Token, timeout: GraphSession.
        self._sdk = facebook.GraphAPI(session=session)
        self._sdk.version = version
        self._session = session

    @property
    def percent_used(self) -> float:
        """The allowance used, in percent, as Facebook last said it."""
        return self._session.percent_used

    def node(self, native_id: str, fields: str) -> Raw:
        """One object. By id alone: the SDK's `get_objects` is broken since October 2026."""
        return mapping(self._sdk.get_object(quote(native_id, safe=""), fields=fields))

    def pages(
        self,
        native_id: str,
        edge: str,
        params: Mapping[str, str],
        start: Position | None = None,
    ) -> Iterator[Raw]:
        """The pages of a list, from `start` on; only the query of a `next` link is followed.

        Raises RepeatedPage where Facebook leads in circles (`get_all_connections` would loop).
        """
        position = start or {}
        seen = {tuple(sorted(position.items()))}
        empty = 0
        for _ in range(MAX_PAGES):
            page = mapping(
                self._sdk.get_connections(quote(native_id, safe=""), edge, **params, **position)
            )
            empty = 0 if rows(page) else empty + 1
            yield page
            onward = next_position(page)
            if onward is None:
                return
            key = tuple(sorted(onward.items()))
            if key in seen or empty >= MAX_EMPTY_PAGES:
                break
            seen.add(key)
            position = onward
        raise RepeatedPage("Facebook led in circles through one of its lists: the rest is unread.")

    def set_hidden(self, comment_id: str, hidden: bool) -> None:
        """Ask for `is_hidden`. A success only means accepted (platforms.md: read back)."""
        path = f"{self._sdk.version}/{quote(comment_id, safe='')}"
        _accepted(self._sdk.request(path, post_args={"is_hidden": str(hidden).lower()}))

    def delete(self, native_id: str) -> None:
        """Delete a post or a comment for good."""
        _accepted(self._sdk.delete_object(quote(native_id, safe="")))

    def blocked(self, page_id: str) -> Iterator[Raw]:
        """Those whom the Page blocks (Page API, "Manage a Page")."""
        for page in self.pages(page_id, "blocked", {"limit": "100"}):
            yield from rows(page)

    def set_blocked(self, page_id: str, psid: str, blocked: bool) -> bool:
        """Ask for it; whether Facebook says that it is so. A POST answers `{psid: true}`."""
        path = f"{self._sdk.version}/{quote(page_id, safe='')}/blocked"
        if not blocked:
            _accepted(self._sdk.request(path, args={"user": psid}, method="DELETE"))
            return True
        return mapping(self._sdk.request(path, post_args={"user": psid})).get(psid) is True

    def token_facts(self, token: str) -> Raw:
        """What Facebook says of a token, asked with that token: type, scopes, expiry.

        `input_token` must stand in the query (Graph API reference, debug_token); the log guard of
        adapters/http.py keeps addresses out of the logs.
        """
        answer = mapping(self._sdk.get_object("debug_token", input_token=token))
        return mapping(answer.get("data", answer))


def next_position(page: Raw) -> Position | None:
    """Where the next page starts; None on the last one. `after` alone proves nothing: the last
    page has it too."""
    link = text(mapping(page.get("paging", {})), "next")
    if not link:
        return None
    query = dict(parse_qsl(urlsplit(link).query))
    return {name: query[name] for name in _POSITION if name in query}


def _accepted(answer: object) -> None:
    if mapping(answer).get("success") is not True:
        raise AdapterError("Facebook did not say that it carried out the request.")
