"""Sign-in of a program at Microsoft 365, for the mailers that need it.

The OAuth 2.0 client credentials flow, by Microsoft's own library (msal), which also keeps the token
until it runs out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import msal
import requests

from adapters.http import ApiSession, guard_logs
from bot.errors import AdapterError

CLIENT_SECRET = "MICROSOFT_CLIENT_SECRET"  # noqa: S105  the name of the secret, not the secret
LOGIN = "https://login.microsoftonline.com"
_MEND = frozenset({"invalid_client", "unauthorized_client", "invalid_request", "invalid_scope"})


@dataclass(slots=True)
class SignIn:
    """Gets tokens for one app registration; safe to share between threads.

    `scope` ends in `/.default`: what an administrator has granted to the app. `login_url` is
    another host only for national clouds and for tests.
    """

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    login_url: str = LOGIN
    _app: Any = field(default=None, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def token(self, *, renewed: bool = False) -> str:
        """A token that works now; `renewed`: not the one that was just refused.

        Raises AdapterError, without the answer's own words: they hold names and numbers of ours.
        """
        guard_logs("msal", "msal.application", "msal.token_cache", "msal.authority")
        with self._lock:
            try:
                if self._app is None or renewed:
                    self._app = self._fresh()
                answer = self._app.acquire_token_for_client(scopes=[self.scope])
            except (OSError, ValueError):  # requests' own exceptions are OSErrors
                self._app = None
                raise AdapterError(
                    "Microsoft's sign-in could not be reached. It is tried again; if this lasts, "
                    "check the network and the tenant in the settings."
                ) from None
        if token := answer.get("access_token"):
            return str(token)
        permanent = answer.get("error") in _MEND
        raise AdapterError(
            "Microsoft does not let Schoolgate sign in. Check tenant and client_id in the "
            f"settings, and whether {CLIENT_SECRET} has run out."
            if permanent
            else "Microsoft's sign-in did not work this time. It is tried again.",
            permanent=permanent,
        )

    def _fresh(self) -> Any:
        session: requests.Session = ApiSession(self.login_url)
        return msal.ConfidentialClientApplication(
            self.client_id,
            client_credential=self.client_secret,
            authority=f"{LOGIN}/{self.tenant}",
            instance_discovery=False,
            http_client=session,
        )
