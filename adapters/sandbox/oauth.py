"""Signing in at the sandbox: OAuth 2.0 as X (with PKCE) and Facebook document it.

docs.x.com, "OAuth 2.0 Authorization Code Flow with PKCE"; developers.facebook.com, "Manually Build
a Login Flow" and "Long-Lived Access Tokens". The sandbox's person says yes at once; `deny` makes
them say no. X's access token lasts two hours, and each refresh token is good for one refresh.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode, urlsplit

from adapters.sandbox.http_server import Reply, Request
from adapters.sandbox.world import World
from adapters.sandbox.world_facebook import APP_ID, APP_SECRET

X_CLIENT_ID = "sandboxClientId0123456789"
_X_LASTS = timedelta(hours=2).total_seconds()
_ACCESS, _ENDS, _REFRESH, _CODE = "x_access", "x_access_ends", "x_refresh", "x_code"
_FB_CODE = "fb_code"
_DENY = "oauth_deny"


def deny(world: World) -> None:
    """Let the person in front of the browser say no, from now on."""
    world.set_note(_DENY, "yes")


def x_user_token(world: World) -> str | None:
    """The access token that signing in gave last, while it lasts."""
    ends = float(world.note(_ENDS) or 0)
    return world.note(_ACCESS) if world.clock.timestamp() < ends else None


def answer_x(world: World, request: Request) -> Reply | None:
    """What X answers on its two OAuth addresses; None on all others."""
    if request.path == "/i/oauth2/authorize":
        asked = request.query
        if asked.get("client_id") != X_CLIENT_ID or asked.get("code_challenge_method") != "S256":
            return Reply({"error": "invalid_request"}, 400)
        code = token_urlsafe(16)
        world.set_note(_CODE, f"{code} {asked['redirect_uri']} {asked['code_challenge']}")
        return _back(world, asked, code)
    if request.path == "/2/oauth2/token" and request.method == "POST":
        return _x_token(world, request.form)
    return None


def _x_token(world: World, form: Mapping[str, str]) -> Reply:
    refused = Reply(
        {
            "error": "invalid_request",
            "error_description": "Value passed for the token was invalid.",
        },
        400,
    )
    if form.get("client_id") != X_CLIENT_ID:
        return refused
    if form.get("grant_type") == "refresh_token":
        if form.get("refresh_token") != world.note(_REFRESH):
            return refused
    else:
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(sha256(verifier).digest()).decode().rstrip("=")
        if f"{form.get('code')} {form.get('redirect_uri')} {challenge}" != world.note(_CODE):
            return refused
        world.set_note(_CODE, "")
    access, refresh = token_urlsafe(32), token_urlsafe(32)
    world.set_note(_ACCESS, access)
    world.set_note(_REFRESH, refresh)
    world.set_note(_ENDS, str(world.clock.timestamp() + _X_LASTS))
    return Reply(
        {
            "token_type": "bearer",
            "expires_in": int(_X_LASTS),
            "access_token": access,
            "refresh_token": refresh,
        }
    )


def answer_facebook(world: World, request: Request) -> Reply | None:
    """What Facebook answers on its login dialogue and on oauth/access_token; None elsewhere."""
    _, _, path = request.path.lstrip("/").partition("/")
    asked = request.form
    if path == "dialog/oauth":
        code = token_urlsafe(16)
        world.set_note(_FB_CODE, f"{code} {asked['redirect_uri']}")
        return _back(world, asked, code)
    if path != "oauth/access_token":
        return None
    ours = (asked.get("client_id"), asked.get("client_secret")) == (APP_ID, APP_SECRET)
    if ours and asked.get("fb_exchange_token") == world.fb_token("short"):
        return Reply({"access_token": world.fb_token("user"), "token_type": "bearer"})
    if ours and f"{asked.get('code')} {asked.get('redirect_uri')}" == world.note(_FB_CODE):
        world.set_note(_FB_CODE, "")
        return Reply({"access_token": world.fb_token("short"), "expires_in": 5_183})
    message = "This authorization code has been used or is not valid."
    return Reply({"error": {"message": message, "type": "OAuthException", "code": 100}}, 400)


def _back(world: World, asked: Mapping[str, str], code: str) -> Reply:
    """Back to where the program listens: on this machine only."""
    if urlsplit(asked["redirect_uri"]).hostname not in ("127.0.0.1", "localhost"):
        return Reply({"error": "redirect_uri"}, 400)
    answer = {"error": "access_denied"} if world.note(_DENY) else {"code": code}
    query = urlencode({"state": asked.get("state", ""), **answer})
    return Reply({}, 302, {"Location": f"{asked['redirect_uri']}?{query}"})
