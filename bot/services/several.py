"""One decision for several cases: each is decided by itself, with its own trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.access import Viewer
from bot.errors import Conflict, NotAllowed, Refused
from bot.model import TOGETHER
from bot.ports import Clock
from bot.services.decide import Wish, decide
from bot.services.withdraw import withdraw
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one case; `problem` is empty where it was done."""

    ref: str
    problem: str = ""


def decide_several(
    store: Store, clock: Clock, viewer: Viewer, wishes: Sequence[Wish]
) -> list[Done]:
    """Decide each, in a transaction of its own: one that cannot be decided harms no other.

    Raises Refused, and decides nothing, where it is no decision for several or has no reason.
    """
    for wish in wishes:
        if wish.outcome not in TOGETHER:
            raise Refused("That cannot be decided of several at once. Open them one by one.")
        if not wish.reason.strip():
            raise Refused("Please give a reason: it goes into the log of each of them.")
    return [_done(wish.case_ref, partial(decide, store, clock, viewer, wish)) for wish in wishes]


def withdraw_several(store: Store, clock: Clock, viewer: Viewer, refs: Sequence[str]) -> list[Done]:
    """Undo each, as `withdraw` does."""
    return [_done(ref, partial(withdraw, store, clock, viewer, ref)) for ref in refs]


def _done(ref: str, act: Callable[[], None]) -> Done:
    try:
        act()
    except Conflict:
        return Done(ref, "Somebody else changed it first. Look at it again.")
    except NotAllowed:
        return Done(ref, "It is for somebody else to decide.")
    except Refused as refused:
        return Done(ref, str(refused))
    return Done(ref)
