"""The capability matrix of a Page's token: from its permissions, and from calls that do no harm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.facebook.errors import missing_permission
from adapters.facebook.graph import Graph
from adapters.facebook.shapes import Raw, flag, mapping, rows, text
from bot.errors import AdapterError, Denied, SignedOut, Unsupported
from bot.model import Capability, CapabilityReport, CapabilityState

_READ = ("pages_read_engagement",)
READ_OTHERS = ("pages_read_engagement", "pages_read_user_content")
_MODERATE = ("pages_manage_engagement",)

_WARN_DAYS = 30
NEWCOMERS_WHY = (
    "Facebook gives no list of followers: whoever is first seen to comment is shown instead."
)
REACTING_WHY = (
    "Who reacted is not told to a Page either, only how many did: a reaction alone brings nobody "
    "here."
)
"""Graph API reference, "Object Reactions": the edge returns the reaction of whoever asks, the Page
itself, and `summary.total_count`.
"""
REQUESTS_WHY = "Nobody has to ask to follow a Page, and nobody can be approved or declined."

MUTING_WHY = "Facebook lets a Page mute nobody. It can block people instead."


@dataclass(frozen=True, slots=True)
class Grants:
    """What `debug_token` says of the token. `scopes` None: Facebook did not say.

    `ends` is the earlier of `expires_at` and `data_access_expires_at` (0 there means never).
    """

    scopes: frozenset[str] | None = None
    kind: str = ""
    ends: datetime | None = None

    def missing(self, permissions: Sequence[str]) -> str:
        """The first of the permissions that is known to be missing, or empty."""
        if self.scopes is None:
            return ""
        return next((each for each in permissions if each not in self.scopes), "")


def grants_of(graph: Graph, token: str, page_id: str) -> Grants:
    """The token's grants for this Page; an empty Grants where Facebook will not tell.

    A granular scope with `target_ids` counts only for those Pages.
    """
    try:
        facts = graph.token_facts(token)
    except SignedOut:
        raise
    except AdapterError as error:
        if not error.permanent:
            raise
        return Grants()
    scopes = None
    if isinstance(listed := facts.get("scopes"), list):
        scopes = frozenset(map(str, listed)) - set(_for_other_pages(facts, page_id))
    times = (facts.get("expires_at"), facts.get("data_access_expires_at"))
    ends = [datetime.fromtimestamp(at, UTC) for at in times if isinstance(at, int) and at > 0]
    return Grants(scopes, text(facts, "type"), min(ends, default=None))


def everything_denied(why: str) -> list[CapabilityReport]:
    """The matrix of a token that cannot be used at all."""
    return [CapabilityReport(each, CapabilityState.DENIED, why) for each in Capability]


def matrix(graph: Graph, page_id: str, grants: Grants, now: datetime) -> list[CapabilityReport]:
    """One line for each capability, from two calls that only read; the token is proven before."""
    own, _ = _tried(graph, page_id, "id", grants.missing(_READ))
    fields = "id,comments.filter(stream).limit(10){id,can_hide,can_remove}"
    read, comments = _tried(graph, page_id, fields, grants.missing(READ_OTHERS))
    if read == _WORKS and grants.scopes is None and not comments:
        read = (CapabilityState.UNTESTED, "No comment was there to read, so nothing is proven yet.")
    ending = _ending(grants.ends, now)
    newcomers = " ".join(filter(None, (NEWCOMERS_WHY, REACTING_WHY, read[1])))
    hide = _moderation(grants, any(flag(each, "can_hide") for each in comments))
    delete = _moderation(grants, any(flag(each, "can_remove") for each in comments))
    return [
        CapabilityReport(Capability.READ_OWN_POSTS, *own),
        CapabilityReport(
            Capability.READ_COMMENTS, read[0], " ".join(filter(None, (read[1], ending)))
        ),
        CapabilityReport(Capability.READ_NEWCOMERS, read[0], newcomers),
        CapabilityReport(Capability.READ_REQUESTS, CapabilityState.IMPOSSIBLE, REQUESTS_WHY),
        CapabilityReport(Capability.OBSERVE, *read),
        CapabilityReport(Capability.HIDE, *hide),
        CapabilityReport(Capability.UNHIDE, *hide),
        CapabilityReport(Capability.DELETE, *delete),
        CapabilityReport(Capability.BLOCK, *_blocking(grants)),
        CapabilityReport(Capability.MUTE, CapabilityState.IMPOSSIBLE, MUTING_WHY),
    ]


_Finding = tuple[CapabilityState, str]
_WORKS: _Finding = (CapabilityState.WORKS, "")


def _tried(graph: Graph, page_id: str, fields: str, missing: str) -> tuple[_Finding, list[Raw]]:
    """How reading the newest posts went, and the comments that came with them."""
    if missing:
        return (CapabilityState.DENIED, missing_permission(missing)), []
    try:
        page = next(graph.pages(page_id, "published_posts", {"fields": fields, "limit": "5"}))
    except Unsupported as error:
        return (CapabilityState.IMPOSSIBLE, str(error)), []
    except Denied as error:
        return (CapabilityState.DENIED, str(error)), []
    except SignedOut:
        raise
    except AdapterError as error:
        return (CapabilityState.UNTESTED, str(error)), []
    posts = [mapping(post["comments"]) for post in rows(page) if "comments" in post]
    return _WORKS, [comment for post in posts for comment in rows(post)]


def _moderation(grants: Grants, allowed_somewhere: bool) -> _Finding:
    if missing := grants.missing(_MODERATE):
        return CapabilityState.DENIED, missing_permission(missing)
    if grants.scopes is None:
        return CapabilityState.UNTESTED, "Facebook does not say which permissions the token has."
    if not allowed_somewhere:
        return (
            CapabilityState.UNTESTED,
            "The permission is granted, but no recent comment is there to prove it on.",
        )
    return _WORKS


def _blocking(grants: Grants) -> _Finding:
    """Nothing but a real block proves it; the permission is the one for moderating."""
    if missing := grants.missing(_MODERATE):
        return CapabilityState.DENIED, missing_permission(missing)
    return CapabilityState.UNTESTED, "It shows when somebody is really blocked."


def _for_other_pages(facts: Raw, page_id: str) -> Iterator[str]:
    granular = facts.get("granular_scopes")
    for entry in granular if isinstance(granular, list) else []:
        targets = mapping(entry).get("target_ids")
        if isinstance(targets, list) and page_id not in map(str, targets):
            yield text(entry, "scope")


def _ending(ends: datetime | None, now: datetime) -> str:
    """A warning from 30 days on before the connection ends (platforms.md)."""
    if ends is None or (days := (ends - now).days) > _WARN_DAYS:
        return ""
    return f"The connection ends in {max(days, 0)} days: connect the Page again before then."
