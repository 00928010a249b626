"""How one call to the outside ended, and what that means for the intention behind it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import AdapterError, Denied, Gone, SignedOut, Throttled, Unsupported, WritesStopped
from bot.log import Event
from bot.model import PERSON_EFFECTS, EffectKind, EffectStatus, Observation, Presence
from bot.store.effects import StoredEffect

_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_AFTER_DENIAL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """How one call ended. `until` is set where it is to be tried again."""

    status: EffectStatus
    event: Event | None = None
    why: str = ""
    until: datetime | None = None
    alarm: str = ""
    park: bool = False
    presence: Presence | None = None
    hidden: bool | None = None
    counts: bool = True
    error: AdapterError | None = None


def reached(claimed: StoredEffect, seen: Observation) -> Settled | None:
    """Confirmed, if what the platform says is what was asked for."""
    if claimed.kind in PERSON_EFFECTS:
        # Whoever left may still be blocked: presence says nothing here.
        if _restricted(claimed, seen) is (claimed.kind in _RESTRICTING):
            return Settled(EffectStatus.CONFIRMED, Event.CONFIRMED)
        return None
    if seen.presence is Presence.GONE:
        event = Event.CONFIRMED if claimed.kind is EffectKind.DELETE else Event.GONE
        return Settled(EffectStatus.CONFIRMED, event, "it is gone", presence=Presence.GONE)
    wanted = {EffectKind.HIDE: True, EffectKind.UNHIDE: False}.get(claimed.kind)
    if wanted is not None and seen.hidden is wanted:
        return Settled(EffectStatus.CONFIRMED, Event.CONFIRMED, hidden=wanted)
    return None


_RESTRICTING = frozenset({EffectKind.BLOCK, EffectKind.MUTE})


def _restricted(claimed: StoredEffect, seen: Observation) -> bool | None:
    blocking = claimed.kind in (EffectKind.BLOCK, EffectKind.UNBLOCK)
    return seen.blocked if blocking else seen.muted


def says_nothing(claimed: StoredEffect, seen: Observation) -> bool:
    """Whether the platform does not tell how it stands with what was asked for."""
    said = _restricted(claimed, seen) if claimed.kind in PERSON_EFFECTS else seen.hidden
    return said is None


def unreadable(claimed: StoredEffect) -> Settled:
    """Given up: accepted, and the platform has no way to tell more."""
    return Settled(
        EffectStatus.FAILED,
        Event.FAILED,
        "the platform took it but does not say whether it happened",
        alarm=f"Nobody can tell whether the {claimed.kind} happened: please look on the platform.",
    )


def never_happened(claimed: StoredEffect) -> Settled:
    """Given up: accepted, and read back often enough as it was before."""
    return Settled(
        EffectStatus.FAILED,
        Event.FAILED,
        "the platform said yes, but it did not happen",
        alarm=f"The platform accepted the {claimed.kind} but it did not happen. Look at it there.",
    )


def read_back_later(claimed: StoredEffect, at: datetime, why: str) -> Settled:
    """Accepted; whether it is so is looked at again, each time after a longer wait."""
    until = at + _wait(claimed.attempts)
    return Settled(EffectStatus.ACCEPTED, Event.ACCEPTED, why, until=until)


def _wait(attempts: int) -> timedelta:
    doubled: timedelta = _FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 10)
    return min(doubled, _LONGEST_WAIT)


def after_error(claimed: StoredEffect, error: AdapterError, at: datetime) -> Settled:
    """What an error means for an intention (platforms.md, the error tables)."""
    why = str(error)
    back = (
        EffectStatus.ACCEPTED if claimed.status is EffectStatus.ACCEPTED else EffectStatus.PENDING
    )
    if isinstance(error, Gone) and claimed.kind not in PERSON_EFFECTS:
        event = Event.CONFIRMED if claimed.kind is EffectKind.DELETE else Event.GONE
        return Settled(EffectStatus.CONFIRMED, event, why, presence=Presence.GONE)
    if isinstance(error, Unsupported):
        return Settled(EffectStatus.UNSUPPORTED, Event.UNSUPPORTED, why, alarm=why)
    if isinstance(error, Throttled | WritesStopped):
        until = at + timedelta(seconds=error.retry_after or _LONGEST_WAIT.total_seconds())
        alarm = why if isinstance(error, WritesStopped) else ""
        whole = not isinstance(error, Throttled) or error.whole_account
        return Settled(back, None, why, until, alarm=alarm, park=whole, counts=False)
    if isinstance(error, SignedOut | Denied):
        # A person has to mend the token; the intention stands until then. One that is refused for
        # itself must not keep the account's others from being tried.
        park = isinstance(error, SignedOut)
        return Settled(back, None, why, at + _AFTER_DENIAL, alarm=why, park=park, counts=False)
    if error.permanent:
        return Settled(EffectStatus.FAILED, Event.FAILED, why, alarm=why)
    return Settled(
        back, None, why, _again(claimed, error, at), alarm=why if claimed.attempts >= 3 else ""
    )


def after_refusal(claimed: StoredEffect, error: AdapterError, at: datetime) -> Settled:
    """What it means for a letter that the mail server did not take it."""
    if error.permanent:
        return Settled(EffectStatus.FAILED, Event.NOT_TOLD, str(error), alarm=str(error))
    alarm = str(error) if claimed.attempts >= 3 else ""
    return Settled(EffectStatus.PENDING, None, str(error), _again(claimed, error, at), alarm=alarm)


def _again(claimed: StoredEffect, error: AdapterError, at: datetime) -> datetime:
    """When it is tried again: what the other side asked for, else longer each time."""
    asked = timedelta(seconds=error.retry_after) if error.retry_after else None
    return at + (asked or _wait(claimed.attempts))
