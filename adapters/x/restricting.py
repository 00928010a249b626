"""What X lets a program do about people: mute. Blocking is for Enterprise, removing for nobody."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.x import shapes
from adapters.x.capabilities import Matrix
from adapters.x.client import XClient
from adapters.x.marks import Mark, walk
from bot.errors import AdapterError, Denied, Gone, Unsupported
from bot.model import Author, Capability, CapabilityState, ItemKind, ItemRef, Observation, Presence

BLOCKING = (
    "X lets only Enterprise programs block people. Open the profile on x.com and block there; "
    "Schoolgate looks later whether it happened."
)


class Restricting:
    """The half of the adapter that is about people; each call is for a person's decision."""

    _client: XClient
    _matrix: Matrix

    def block(self, ref: ItemRef) -> Observation:  # noqa: ARG002  nobody can be
        raise Unsupported(BLOCKING)

    def unblock(self, ref: ItemRef) -> Observation:  # noqa: ARG002  nobody can be
        raise Unsupported(BLOCKING)

    def mute(self, ref: ItemRef) -> Observation:
        return self._set_muted(ref, True)

    def unmute(self, ref: ItemRef) -> Observation:
        return self._set_muted(ref, False)

    def fetch_blocked(self) -> Sequence[Author]:
        """X bills each person on this list (platforms.md)."""
        listings = walk(lambda mark: self._client.blocked(token=mark.token), Mark())
        return [shapes.author(row) for listing, _, _ in listings for row in listing.rows]

    def _set_muted(self, ref: ItemRef, muted: bool) -> Observation:
        if ref.kind is not ItemKind.NEWCOMER:
            raise Unsupported("Only people can be muted on X.")
        try:
            answer = self._client.set_muted(ref.native_id, muted)
        except Denied as refusal:
            self._matrix.tried(Capability.MUTE, CapabilityState.DENIED, str(refusal))
            raise
        if shapes.says_gone(answer, ref.native_id):
            raise Gone("This person is no longer on X.")
        if shapes.said(answer).get("muting") is not muted:
            raise AdapterError("X did not confirm it: nothing is taken as done. It is tried again.")
        self._matrix.tried(Capability.MUTE, CapabilityState.WORKS, "X confirmed it the last time.")
        return Observation(ref, Presence.UNKNOWN, muted=muted)
