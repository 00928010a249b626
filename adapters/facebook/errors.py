"""Graph's error table (platforms.md) as errors of the house: by code and subcode, never by type.

`type` says OAuthException even for throttling. Facebook's own wording is never repeated, for it
may echo a URL; only names of permissions are taken out of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from adapters.facebook.usage import seconds_to_regain_access
from adapters.http import seconds_to_wait
from bot.errors import (
    AdapterError,
    Denied,
    Gone,
    SignedOut,
    Throttled,
    Unsupported,
    WritesStopped,
)

THROTTLED_FOR = 15 * 60.0
"""Seconds to leave Facebook alone where it names no time; calling while throttled prolongs it."""
WRITES_STOPPED_FOR = 6 * 3600.0
"""Seconds without any write after error 368; Facebook only speaks of "temporarily"."""

_NOT_PERMITTED_SUBCODE = 2853006
_GONE_SUBCODE = 33
_PERMISSION = re.compile(r"\bpages_[a-z_]*[a-z]\b")

_AGAIN = "Connect the Page again: run `schoolgate connect` for its account."
_SIGNED_OUT = {
    458: "The app was removed from the account that had connected the Page.",
    459: "Facebook wants the person who connected the Page to sign in on facebook.com first.",
    460: "The password of the person who connected the Page was changed.",
    463: "The Page's token has expired.",
    464: "The account of the person who connected the Page is not confirmed.",
    467: "The Page's token is no longer valid.",
    492: "The person who connected the Page no longer has a role on it.",
    2069032: "This is a user's token, not the Page's.",
}


class RepeatedPage(AdapterError):
    """Facebook led back to a page of the same list that was already read."""


def graph_error(
    error: Mapping[str, object], status: int, headers: Mapping[str, str]
) -> AdapterError:
    """The error of the house for one `error` object of a Graph answer."""
    code, subcode = _int(error.get("code")), _int(error.get("error_subcode"))
    number = f"{code}/{subcode}" if subcode else f"{code}"
    message = str(error.get("message", ""))
    if code in (102, 104, 190):
        why = _SIGNED_OUT.get(subcode, "Facebook no longer accepts the Page's token.")
        return SignedOut(f"{why} {_AGAIN} (Facebook error {number})")
    if code == 100 and "appsecret_proof" in message:
        return SignedOut(
            "The app's secret (FACEBOOK_APP_SECRET, where the Page has no secret_prefix) does not "
            "belong to the app that made the Page's token: correct it, or leave it out. "
            "(Facebook error 100)"
        )
    if code in (4, 17, 32, 613) or 80000 <= code <= 80014:
        return throttled(headers, number)
    if code == 368:
        return WritesStopped(
            "Facebook has stopped all changes by this app for a while because it took them for "
            "misuse. A person should look at the Page's support inbox before hiding goes on. "
            "(Facebook error 368)",
            retry_after=WRITES_STOPPED_FOR,
        )
    if code == 100 and subcode == _GONE_SUBCODE:
        return Gone("Facebook no longer has this: it was deleted, or is out of the Page's sight.")
    named = _PERMISSION.search(message)
    permission = named.group() if named else ""
    if (
        code == 10
        or 200 <= code <= 299
        or subcode == _NOT_PERMITTED_SUBCODE
        or (code == 100 and permission)
    ):
        return _denied(permission, number)
    if code == 12:
        return Unsupported("Facebook no longer offers this. (Facebook error 12)")
    if code == 1 and "reduce the amount of data" in message:
        return AdapterError(
            "Facebook found one answer too long: write a smaller page_size into the settings of "
            "this Page. (Facebook error 1)"
        )
    if code == 2635:
        return AdapterError(
            "Facebook no longer serves this version of its interface: write a newer one under "
            "version into the settings of this Page. (Facebook error 2635)",
            permanent=True,
        )
    if code in (1, 2) or status >= 500 or error.get("is_transient") is True:
        return AdapterError(f"Facebook has trouble at the moment. (Facebook error {number})")
    return AdapterError(
        f"Facebook refused the request as wrong (Facebook error {number}): the same request will "
        "be refused again. Please tell whoever looks after Schoolgate.",
        permanent=True,
    )


def not_graph(status: int, headers: Mapping[str, str]) -> AdapterError:
    """An answer that the Graph API cannot have given: a gateway's page, cut JSON, a redirect.

    Always transient, even with status 401 or 403: it is not Facebook's word.
    """
    if status == 429:
        return throttled(headers, "HTTP 429")
    return AdapterError(
        f"What came back was not an answer of Facebook's (HTTP {status}). If this goes on, a "
        "proxy or web filter on the school's network may stand in between."
    )


def throttled(headers: Mapping[str, str], number: str) -> Throttled:
    """Leave Facebook alone for as long as its headers say, else THROTTLED_FOR."""
    wait = seconds_to_regain_access(headers) or seconds_to_wait(headers)
    wait = wait or THROTTLED_FOR
    return Throttled(
        f"Facebook has had too many requests and is left alone for {wait / 60:.0f} minutes. "
        f"(Facebook error {number})",
        retry_after=wait,
    )


def missing_permission(permission: str) -> str:
    """One sentence that names a missing permission and says what to do."""
    return (
        f"The permission {permission} is missing: connect the Page again and grant it to the app."
    )


def _denied(permission: str, number: str) -> Denied:
    what = (
        missing_permission(permission)
        if permission
        else "Facebook does not permit this to the Page's token: a permission is missing, or the "
        "person who connected the Page may not moderate it."
    )
    return Denied(f"{what} (Facebook error {number})")


def _int(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
