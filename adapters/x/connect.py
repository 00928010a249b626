"""Connecting an X account: OAuth 2.0 with PKCE, and the tokens of two hours that follow from it.

docs.x.com, "OAuth 2.0 Authorization Code Flow with PKCE": with `offline.access` a refresh token
comes with each access token, and is good for one refresh; so a new one is kept before it is used.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from threading import Lock
from typing import Self
from urllib.parse import urlencode

import requests

from adapters.http import ApiSession
from adapters.x.options import BASE_URL, BEARER, XOptions, read_options
from bot.errors import AdapterError, SignedOut
from bot.ports import Clock, Context, Options, SecretStore

SCOPES = ("tweet.read", "users.read", "follows.read", "tweet.moderate.write", "offline.access")
REFRESH, ENDS, CLIENT = "REFRESH_TOKEN", "TOKEN_ENDS", "CLIENT_ID"
_AUTHORIZE = "https://x.com"
_EARLY = timedelta(minutes=5)
_LASTS, _DAY = 7200, 86_400


class XConnection:
    """bot.ports.Connection for one X account."""

    def __init__(self, options: XOptions, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._client_id = f"{options.secret_prefix}_{CLIENT}"
        self.needs: Mapping[str, str] = {
            self._client_id: "The OAuth 2.0 Client ID, from the X developer portal → your app → "
            "Keys and tokens (type of app: native app)"
        }
        self._verifier = token_urlsafe(64)
        self._answers: Mapping[str, str] = {}
        self._redirect = ""

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        """The account's own table, without its tokens. Raises SettingsError."""
        not_yet = replace(context, secret=lambda _: "not yet")
        return cls(read_options(options, not_yet)[0], context.clock)

    def begin(self, answers: Mapping[str, str], redirect: str, state: str) -> str:
        self._answers, self._redirect = answers, redirect
        digest = sha256(self._verifier.encode()).digest()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": answers[self._client_id],
                "redirect_uri": redirect,
                "scope": " ".join(SCOPES),
                "state": state,
                "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
                "code_challenge_method": "S256",
            }
        )
        host = _AUTHORIZE if self._options.base_url == BASE_URL else self._options.base_url
        return f"{host}/i/oauth2/authorize?{query}"

    def finish(self, code: str) -> Mapping[str, str]:
        tokens = _token(
            self._options,
            self._clock,
            grant_type="authorization_code",
            client_id=self._answers[self._client_id],
            code=code,
            redirect_uri=self._redirect,
            code_verifier=self._verifier,
        )
        return {**self._answers, **tokens}


class UserToken:
    """The access token of a connected account, renewed five minutes before it ends."""

    def __init__(self, options: XOptions, secrets: SecretStore, clock: Clock) -> None:
        self._options, self._secrets, self._clock = options, secrets, clock
        self._lock = Lock()

    def __call__(self) -> str:
        """The token to use now; the new one is kept before it is given out.

        Raises SignedOut where X refuses to renew it, AdapterError where X cannot be reached.
        """
        with self._lock:
            if self._lasts():
                return self._secret(BEARER)
            with self._secrets.alone():
                if not self._lasts():  # another process may have renewed it meanwhile
                    self._secrets.keep(self._renewed())
                return self._secret(BEARER)

    def _renewed(self) -> Mapping[str, str]:
        return _token(
            self._options,
            self._clock,
            grant_type="refresh_token",
            client_id=self._secret(CLIENT),
            refresh_token=self._secret(REFRESH),
        )

    def _lasts(self) -> bool:
        ends = self._secret(ENDS)
        return bool(ends) and self._clock.now() < datetime.fromisoformat(ends) - _EARLY

    def _secret(self, name: str) -> str:
        return self._secrets.get(f"{self._options.secret_prefix}_{name}") or ""


def user_token(options: XOptions, context: Context) -> UserToken | None:
    """What renews the account's token; None where it was not made by `schoolgate connect`."""
    if context.secrets is None or not context.secrets.get(f"{options.secret_prefix}_{REFRESH}"):
        return None
    return UserToken(options, context.secrets, context.clock)


def _token(options: XOptions, clock: Clock, **form: str) -> Mapping[str, str]:
    try:
        answer = ApiSession(options.base_url).post(f"{BASE_URL}/2/oauth2/token", data=form)
        found = answer.json()
    except (requests.RequestException, OSError, ValueError):
        raise AdapterError("X could not be reached to sign in. It is tried again.") from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise AdapterError("X cannot sign anybody in just now. It is tried again.")
    if answer.status_code != 200 or not isinstance(found, dict) or not found.get("access_token"):
        raise SignedOut(
            "X refused the sign-in: it was taken back, or is too old. Run `schoolgate connect` for "
            "this account again."
        )
    ends = clock.now() + timedelta(seconds=_seconds(found.get("expires_in")))
    named = {
        BEARER: str(found["access_token"]),
        REFRESH: str(found.get("refresh_token") or form.get("refresh_token", "")),
        ENDS: ends.isoformat(),
    }
    return {f"{options.secret_prefix}_{name}": value for name, value in named.items()}


def _seconds(said: object) -> int:
    """For how many seconds a token is good; X's usual two hours where it gives no sensible number.

    Too long would be put right by a 401 alone, and too short costs a refresh: so at most a day.
    """
    seconds = int(str(said)) if re.fullmatch(r"[1-9][0-9]{0,5}", str(said), re.ASCII) else _LASTS
    return min(seconds, _DAY)
