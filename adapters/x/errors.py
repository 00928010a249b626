"""Whatever tweepy, requests or X's answer bring, as one of bot/errors.py: platforms.md's table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import requests
import tweepy  # type: ignore[import-untyped]  # it ships neither types nor stubs
import urllib3

from adapters.http import redact
from bot.errors import AdapterError, Denied, Gone, SignedOut, Throttled, WritesStopped
from bot.ports import Clock

RATE_WINDOW = 900.0
"""Seconds of one rate-limit window: waited where X does not say when it ends (platforms.md)."""

PERMISSIONS = {
    "oauth1-permissions": "the X app may only read. In the developer portal set it to “Read and "
    "write”, then make a new access token and put it where the old one is kept",
    "client-forbidden": "the X app is not attached to a project with API access. Attach it in the "
    "developer portal",
    "unsupported-authentication": "this token speaks for an app and not for the school's account. "
    "Use the four OAuth 1.0a secrets, or a token made by signing in as the account",
}
"""The last part of a problem type → what is missing and what to do (docs.x.com, 403)."""


class BadRequest(AdapterError):
    """X does not understand the call (400), such as a page mark that has grown too old."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class Forbidden(Denied):
    """X's catch-all 403: it does not say whether the permission or the item is the reason."""


@contextmanager
def calling(doing: str, clock: Clock) -> Iterator[None]:
    """Run one SDK call; nothing but AdapterError and its children leaves.

    `doing` completes "Could not …". Causes are cut off: the text of an SDK's exception may hold the
    address with its query, and in a traceback it would reach a log.
    """
    start = f"Could not {doing} on X"
    try:
        yield
    except tweepy.HTTPException as error:
        raise from_response(error.response, start, clock) from None
    except requests.Timeout:
        raise AdapterError(f"{start}: X did not answer in time. It is tried again.") from None
    except requests.exceptions.SSLError:
        raise AdapterError(
            f"{start}: the connection is not trusted. A web filter between this computer and X may "
            "open it: ask the technician to set REQUESTS_CA_BUNDLE to the filter's certificate."
        ) from None
    except requests.exceptions.JSONDecodeError:
        raise AdapterError(
            f"{start}: what came back was a page or cut short, not X's answer. It is tried again."
        ) from None
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise AdapterError(
            f"{start}: the connection failed ({type(error).__name__}). It is tried again; if it "
            "goes on, check this computer's way to the internet."
        ) from None
    except (tweepy.TweepyException, ValueError, TypeError, AttributeError, KeyError) as error:
        # `"errors": null` is a TypeError inside tweepy, an odd reset header a ValueError: the
        # status is lost, so wait as for the worst of them.
        raise AdapterError(
            f"{start}: the answer could not be understood ({type(error).__name__}). It is tried "
            "again.",
            retry_after=RATE_WINDOW,
        ) from None


def from_response(response: requests.Response, start: str, clock: Clock) -> AdapterError:
    """The error that an answer with a status outside 200–299 stands for."""
    status, body = response.status_code, _body(response)
    kind = str(body.get("type") or "").rsplit("/", 1)[-1]
    if kind == "usage-capped":
        return Throttled(
            f"{start}: this month's allowance of the X app is used up. Raise the cap in the "
            "developer portal; it is tried again tomorrow.",
            retry_after=until_tomorrow(clock.now()),
        )
    if status == 401:
        return SignedOut(
            f"{start}: X no longer accepts the school's sign-in. Check this computer's clock, then "
            "run `schoolgate connect` for this account, or make a new access token in the "
            "developer portal and put it where the old one is kept."
        )
    if status == 402:
        return WritesStopped(
            f"{start}: the X app has no credit left, and nothing works until somebody buys more in "
            "the developer portal. It is tried again tomorrow.",
            retry_after=until_tomorrow(clock.now()),
        )
    if status == 403:
        if kind in PERMISSIONS:
            return Denied(f"{start}: {PERMISSIONS[kind]}.")
        return Forbidden(f"{start}: X forbids it{_in_its_words(body)}.")
    if status == 404:
        return Gone(f"{start}: it is no longer there.")
    if status == 400:
        return BadRequest(f"{start}: X does not understand the call{_in_its_words(body)}.")
    if status == 429:
        return Throttled(
            f"{start}: X asks to be left alone for a while. It is tried again after that.",
            retry_after=_until_reset(response.headers.get("x-rate-limit-reset"), clock.now()),
            whole_account=False,  # X counts each kind of call by itself (platforms.md)
        )
    if 300 <= status < 400:
        return AdapterError(
            f"{start}: something on the way sends us elsewhere, such as a sign-in page of the "
            "network. It is tried again."
        )
    if status >= 500 or status == 408:
        return AdapterError(f"{start}: X has a fault of its own ({status}). It is tried again.")
    return AdapterError(f"{start}: X refuses ({status}){_in_its_words(body)}.", permanent=True)


def until_tomorrow(now: datetime) -> float:
    """Seconds until the next UTC day, on which X bills and counts anew (platforms.md)."""
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    return (midnight - now).total_seconds()


def _until_reset(header: str | None, now: datetime) -> float:
    """A missing or past reset must never mean "at once": that is how a client hammers (measured,
    platforms.md). A reset further away than a day is not believed."""
    if header is None or not header.isdecimal():
        return RATE_WINDOW
    wait = int(header) - now.timestamp()
    return wait if 0 < wait <= 86_400 else RATE_WINDOW


def _body(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _in_its_words(body: Mapping[str, Any]) -> str:
    words = body.get("detail") or body.get("title")
    return f" (“{redact(words)[:200]}”)" if isinstance(words, str) else ""
