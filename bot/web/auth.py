"""Who is looking: the session cookie, and the brake on guessing passwords and codes."""

from __future__ import annotations

import hmac
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.access import Viewer
from bot.services.signin import halfway, tidy, viewer_of
from bot.store.users import User
from bot.web.context import Context, WebContext
from bot.web.guard import KNOWN_COOKIE, SESSION_COOKIE

_MINUTES = 15
_PER_ADDRESS = RateLimitItemPerMinute(40, _MINUTES)  # a whole school may share one address
_HERE = RateLimitItemPerMinute(10, _MINUTES)  # at one user, from one address or known browser
_ANYWHERE = RateLimitItemPerHour(60)  # at one user, from wherever they never signed in
_KNOWN_FOR = 400 * 24 * 3600  # in seconds; browsers keep no cookie for longer


class SignInFirst(Exception):
    """Nobody is signed in: the answer is the sign-in page."""


def visitor(request: Request, context: Context) -> Viewer | None:
    """Who is looking, if anybody is signed in."""
    session_id = session_of(request)
    return viewer_of(context.store, context.clock, context.settings, session_id)


def still_signed_in(request: Request, context: WebContext) -> Viewer | None:
    """Who is looking, without counting as being at work: an open page must not keep a session."""
    session_id = session_of(request)
    return viewer_of(context.store, context.clock, context.settings, session_id, touch=False)


def halfway_in(request: Request, context: Context) -> User:
    """Who proved a password in this browser a moment ago, and has the second factor before them;
    raises SignInFirst.
    """
    user = halfway(context.store, context.clock, context.settings, session_of(request))
    if user is None:
        raise SignInFirst
    return user


Visitor = Annotated[Viewer | None, Depends(visitor)]
HalfwayIn = Annotated[User, Depends(halfway_in)]


def signed_in(found: Visitor) -> Viewer:
    """Who is looking; raises SignInFirst."""
    if found is None:
        raise SignInFirst
    return found


SignedIn = Annotated[Viewer, Depends(signed_in)]


def session_of(request: Request) -> str:
    """The id in the session cookie; empty where there is none."""
    return request.cookies.get(SESSION_COOKIE, "")


def keep_session(response: Response, context: WebContext, session_id: str) -> None:
    """Put the session's id into a cookie that ends with the browser and that no script can read."""
    response.set_cookie(
        SESSION_COOKIE, session_id, httponly=True, samesite="lax", secure=context.https
    )


def drop_session(response: Response, context: WebContext) -> None:
    """Take the cookie away."""
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", secure=context.https)


def know_browser(response: Response, context: WebContext, email: str) -> None:
    """Let the browser show next time that this user signed in by it. It opens nothing:
    it only keeps strangers' guesses from braking the owner.
    """
    number = token_urlsafe(16)
    response.set_cookie(
        KNOWN_COOKIE,
        f"{number}.{_sign(context, number, email)}",
        max_age=_KNOWN_FOR,
        httponly=True,
        samesite="lax",
        secure=context.https,
    )


def _known_browser(request: Request, context: WebContext, email: str) -> str:
    """The number of a browser that was signed in to this account before; else empty."""
    number, _, signature = request.cookies.get(KNOWN_COOKIE, "").partition(".")
    fits = hmac.compare_digest(signature.encode(), _sign(context, number, email).encode())
    return number if fits else ""


def _sign(context: WebContext, number: str, email: str) -> str:
    key = hmac.new(context.store.log_key, b"known browsers", sha256).digest()
    return hmac.new(key, f"{number}:{tidy(email)}".encode("utf-8", "replace"), sha256).hexdigest()


class Brake:
    """Counts tries at passwords and codes.

    A browser by which the user signed in before has a count of its own: no stranger, not
    even a pupil behind the same address, can use up the owner's tries. Everybody else is counted
    by user and address, by address, and, more slowly, by user wherever the tries come from, but
    not from addresses from which that user has signed in.

    Counted in memory: a restart forgets, which no guesser can bring about.
    """

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._owners: set[tuple[str, str]] = set()

    def lets_try(self, request: Request, context: WebContext, email: str, what: str) -> bool:
        """Count one try at `what`, before it is looked at; False where there were too many."""
        for limit, *names in self._counts(request, context, email, what):
            if not self._limiter.hit(limit, *names):
                return False
        return True

    def forget(self, request: Request, context: WebContext, email: str, what: str) -> None:
        """All of it was right: neither this user nor the school's address is guessing."""
        for limit, *names in self._counts(request, context, email, what):
            self._limiter.clear(limit, *names)
        self._owners.add((tidy(email), _address(request)))

    def _counts(
        self, request: Request, context: WebContext, email: str, what: str
    ) -> list[tuple[RateLimitItem, str, str, str]]:
        user, address = tidy(email), _address(request)
        if browser := _known_browser(request, context, email):
            return [(_HERE, what, "browser", browser)]
        counts: list[tuple[RateLimitItem, str, str, str]] = [
            (_PER_ADDRESS, what, "address", address),
            (_HERE, what, address, user),
        ]
        if (user, address) not in self._owners:
            counts.append((_ANYWHERE, what, "user", user))
        return counts


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
