"""Who is looking: the session cookie, and the brake on guessing passwords."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.access import Viewer
from bot.services.signin import viewer_of
from bot.web.context import Context, WebContext
from bot.web.guard import SESSION_COOKIE

_MINUTES = 15
_PER_EMAIL = RateLimitItemPerMinute(10, _MINUTES)
_PER_ADDRESS = RateLimitItemPerMinute(40, _MINUTES)  # a whole school may share one address


class SignInFirst(Exception):
    """Nobody is signed in: the answer is the sign-in page."""


def visitor(request: Request, context: Context) -> Viewer | None:
    """Who is looking, if anybody is signed in."""
    session_id = request.cookies.get(SESSION_COOKIE)
    if session_id is None:
        return None
    return viewer_of(context.store, context.clock, context.settings, session_id)


def still_signed_in(request: Request, context: WebContext) -> Viewer | None:
    """Who is looking, without counting as being at work: an open page must not keep a session."""
    session_id = request.cookies.get(SESSION_COOKIE)
    if session_id is None:
        return None
    return viewer_of(context.store, context.clock, context.settings, session_id, touch=False)


Visitor = Annotated[Viewer | None, Depends(visitor)]


def signed_in(found: Visitor) -> Viewer:
    """Who is looking; raises SignInFirst."""
    if found is None:
        raise SignInFirst
    return found


SignedIn = Annotated[Viewer, Depends(signed_in)]


def keep_session(response: Response, context: WebContext, session_id: str) -> None:
    """Put the session's id into a cookie that ends with the browser and that no script can read."""
    response.set_cookie(
        SESSION_COOKIE, session_id, httponly=True, samesite="lax", secure=context.https
    )


def drop_session(response: Response, context: WebContext) -> None:
    """Take the cookie away."""
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", secure=context.https)


class Brake:
    """Counts sign-ins, per e-mail address and per network address, over a quarter of an hour.

    Counted in memory: a restart forgets, which no guesser can bring about.
    """

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def lets_try(self, email: str, address: str) -> bool:
        """Count one try, before its password is looked at; False where there were too many."""
        return self._limiter.hit(_PER_ADDRESS, "address", address) and self._limiter.hit(
            _PER_EMAIL, "email", _key(email)
        )

    def forget(self, email: str, address: str) -> None:
        """It was the right password: neither the person nor the school's address is guessing."""
        self._limiter.clear(_PER_EMAIL, "email", _key(email))
        self._limiter.clear(_PER_ADDRESS, "address", address)


def _key(email: str) -> str:
    return email.strip().casefold()
