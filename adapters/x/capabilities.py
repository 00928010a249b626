"""What this token may do on X: proven by the cheapest calls there are, or not claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from adapters.x import shapes
from adapters.x.client import FEWEST_POSTS, XClient
from adapters.x.options import XOptions
from bot.errors import AdapterError, Denied, SignedOut, Unsupported, WritesStopped
from bot.model import Capability, CapabilityReport, CapabilityState

T = TypeVar("T")

_TRIED = (Capability.HIDE, Capability.UNHIDE, Capability.MUTE)
_NO_POST = "1"
"""X has no such post: that it says so proves the look-up, free of charge."""


REQUESTS_PUBLIC = "The school's account is public, so nobody has to ask."
REQUESTS_LISTED = (
    "X lists who asks. It lets no program accept or decline: that is done on "
    "x.com/follower_requests."
)
REQUESTS_WHY = (
    "Whoever asks to follow and also writes to the school is seen all the same; look at the rest "
    "on x.com/follower_requests."
)


def own_id(client: XClient, options: XOptions) -> str:
    """The id of the account whose token this is.

    Raises Denied where it is not the account that the settings name, and AdapterError.
    """
    me = shapes.said(client.me())
    name, user_id = str(me.get("username") or ""), str(me.get("id") or "")
    if name.lower() != options.handle.lower() or options.user_id not in ("", user_id):
        raise Denied(
            f"The X token belongs to @{name} (user_id {user_id}), and the settings name another "
            f"account, @{options.handle}. Make a token while signed in as the school's account, or "
            "correct the settings."
        )
    return user_id


class Matrix:
    """Every capability with its state and why; remembers what hiding has proven since the start."""

    def __init__(self, client: XClient, options: XOptions) -> None:
        self._client = client
        self._options = options
        self._tried: dict[Capability, CapabilityReport] = {}

    def tried(self, capability: Capability, state: CapabilityState, why: str) -> None:
        """Remember how a real attempt ended."""
        self._tried[capability] = CapabilityReport(capability, state, why)

    def reports(self) -> Sequence[CapabilityReport]:
        """Raises AdapterError where X cannot be reached at all."""
        try:
            user_id = own_id(self._client, self._options)
        except (Denied, SignedOut, WritesStopped) as refusal:
            return [_denied(each, str(refusal)) for each in Capability]
        return [*self._reading(user_id), *self._writing()]

    def _reading(self, user_id: str) -> Iterator[CapabilityReport]:
        client = self._client
        yield _probed(
            Capability.READ_OWN_POSTS,
            lambda: client.own_posts(user_id, max_results=FEWEST_POSTS),
            shapes.listing,
        )
        yield _probed(
            Capability.READ_COMMENTS,
            lambda: client.mentions(user_id, max_results=FEWEST_POSTS),
            shapes.listing,
        )
        yield _probed(
            Capability.READ_NEWCOMERS,
            lambda: client.followers(user_id, max_results=1),
            shapes.listing,
        )
        yield self._requests()
        yield _probed(Capability.OBSERVE, lambda: client.posts([_NO_POST]), shapes.lookup)

    def _requests(self) -> CapabilityReport:
        """Nobody has to ask to follow a public account. A protected one's list is tried at once: it
        is free, and most apps may not read it."""
        requests = Capability.READ_REQUESTS
        if not self._client.protected:
            return CapabilityReport(requests, CapabilityState.UNTESTED, REQUESTS_PUBLIC)
        found = _probed(requests, self._client.incoming, lambda listed: listed)
        if found.state is CapabilityState.WORKS:
            return CapabilityReport(requests, found.state, REQUESTS_LISTED)
        # No permission could be given to the token: X keeps this from most apps (platforms.md).
        refused = found.state is CapabilityState.DENIED
        state = CapabilityState.IMPOSSIBLE if refused else found.state
        return CapabilityReport(requests, state, f"{found.why} {REQUESTS_WHY}")

    def _writing(self) -> Iterator[CapabilityReport]:
        """`x-access-level: read` proves that nothing can be written; more proves nothing, for a
        PKCE token may still lack tweet.moderate.write."""
        if self._client.access_level == "read":
            why = (
                "The X app may only read. In the developer portal set it to “Read and write”, then "
                "make a new access token and put it where the old one is kept."
            )
            yield from (_denied(each, why) for each in _TRIED)
        else:
            why = "X tells whether this works only when it is really done to somebody."
            for each in _TRIED:
                untested = CapabilityReport(each, CapabilityState.UNTESTED, why)
                yield self._tried.get(each, untested)
        yield CapabilityReport(
            Capability.DELETE,
            CapabilityState.IMPOSSIBLE,
            "X lets nobody delete what others wrote, only the school's own posts.",
        )
        yield CapabilityReport(
            Capability.BLOCK,
            CapabilityState.IMPOSSIBLE,
            "X lets only Enterprise programs block people: a person does it on x.com.",
        )


def _probed(
    capability: Capability, ask: Callable[[], T], read: Callable[[T], object]
) -> CapabilityReport:
    try:
        read(ask())
    except (Denied, SignedOut, WritesStopped) as refusal:
        return _denied(capability, str(refusal))
    except Unsupported as never:
        return CapabilityReport(capability, CapabilityState.IMPOSSIBLE, str(never))
    except AdapterError as error:
        return CapabilityReport(capability, CapabilityState.UNTESTED, str(error))
    return CapabilityReport(capability, CapabilityState.WORKS, "X answered just now.")


def _denied(capability: Capability, why: str) -> CapabilityReport:
    return CapabilityReport(capability, CapabilityState.DENIED, why)
