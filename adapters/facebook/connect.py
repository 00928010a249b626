"""Connecting a Page: Facebook Login in the browser, and the Page token that does not expire.

developers.facebook.com, "Manually Build a Login Flow", "Long-Lived Access Tokens": the code gives a
token of an hour, that one gives a user's token of 60 days, and the Page's token made from it has no
end of its own (it dies with a password change, a lost role or 90 unused days; platforms.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Self
from urllib.parse import urlencode

from adapters.facebook.graph import Graph
from adapters.facebook.options import DEFAULTS, FacebookOptions, read_options
from adapters.facebook.session import GraphSession
from adapters.facebook.shapes import mapping, rows, text
from bot.errors import AdapterError
from bot.ports import Context, Options

SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
)
_DIALOGUE = "https://www.facebook.com"


class FacebookConnection:
    """bot.ports.Connection for one Page."""

    def __init__(self, options: FacebookOptions, prefix: str) -> None:
        self._options = options
        self._id, self._secret = f"{prefix}_APP_ID", f"{prefix}_APP_SECRET"
        self._token = f"{prefix}_PAGE_TOKEN"
        self.needs: Mapping[str, str] = {
            self._id: "The App ID, from developers.facebook.com → your app → Settings → Basic",
            self._secret: "The App secret, from the same page",
        }
        self._answers: Mapping[str, str] = {}
        self._redirect = ""

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        """The Page's own table, without its token. Raises SettingsError."""
        not_yet = replace(context, secret=lambda _: "not yet")
        prefix = str(options.get("secret_prefix", DEFAULTS["secret_prefix"]))
        return cls(read_options(options, not_yet), prefix)

    def begin(self, answers: Mapping[str, str], redirect: str, state: str) -> str:
        self._answers, self._redirect = answers, redirect
        query = urlencode(
            {
                "client_id": answers[self._id],
                "redirect_uri": redirect,
                "state": state,
                "response_type": "code",
                "scope": ",".join(SCOPES),
            }
        )
        base = self._options.base_url
        host = _DIALOGUE if base == DEFAULTS["base_url"] else base
        return f"{host}/{self._options.version}/dialog/oauth?{query}"

    def finish(self, code: str) -> Mapping[str, str]:
        short = self._access_token(code=code, redirect_uri=self._redirect)
        user = self._access_token(grant_type="fb_exchange_token", fb_exchange_token=short)
        secret = self._answers[self._secret]
        session = GraphSession(user, secret, self._options.base_url)
        graph = Graph(session, self._options.version)
        fields = {"fields": "id,name,access_token,tasks", "limit": "100"}
        pages = [page for each in graph.pages("me", "accounts", fields) for page in rows(each)]
        wanted = self._options.page_id
        mine = next((page for page in pages if text(page, "id") == wanted), None)
        if mine is None:
            listed = ", ".join(f"{text(p, 'name')} ({text(p, 'id')})" for p in pages) or "none"
            raise AdapterError(
                f"Whoever signed in was not given the Page {wanted}. Facebook lists: {listed}. "
                "Sign in as somebody with a role on the Page and tick it in Facebook's dialogue, "
                "or correct page_id.",
                permanent=True,
            )
        tasks = mine.get("tasks")
        if isinstance(tasks, list) and "MODERATE" not in tasks:
            raise AdapterError(
                "Whoever signed in may not moderate comments on the Page. Give them this role in "
                "the Page's settings (Page access → Community activity), then connect again.",
                permanent=True,
            )
        return {**self._answers, self._token: text(mine, "access_token")}

    def _access_token(self, **asked: str) -> str:
        app_id, secret = self._answers[self._id], self._answers[self._secret]
        # Signed as the app itself, so that no .netrc of this machine gets in.
        session = GraphSession(f"{app_id}|{secret}", "", self._options.base_url)
        query = {"client_id": app_id, "client_secret": secret, **asked}
        address = f"{self._options.base_url}/{self._options.version}/oauth/access_token"
        token = text(mapping(session.get(address, params=query).json()), "access_token")
        if not token:
            raise AdapterError("Facebook gave no token. Connect again from the beginning.")
        return token
