"""Plays the sandbox's day against the whole house: the same parts and steps, another clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.bootstrap import App
from bot.cycle import run_cycle
from bot.ports import Sandbox

_MOST_ROUNDS = 500


def play_day(app: App, sandbox: Sandbox) -> Iterator[str]:
    """Scene by scene, with a full cycle after each; yields what happened, in one sentence."""
    run_cycle(app)
    while (sentence := sandbox.play()) is not None:
        run_cycle(app)
        yield sentence


def settle(app: App, sandbox: Sandbox) -> bool:
    """Let time pass until every hide is settled and every letter has left; False if some will not.

    A platform that answers slowly, or caps the hides of a quarter of an hour, is waited for.
    """
    for _ in range(_MOST_ROUNDS):
        due = _next_due(app)
        if due is None:
            return True
        now = app.clock.now()
        sandbox.advance(max((due - now).total_seconds(), 0) + 1)
        run_cycle(app)
    return False


def _next_due(app: App) -> datetime | None:
    """When the next letter or effect is due, parking included."""
    with app.store.read() as uow:
        times = [uow.effects.next_due(), uow.letters.next_due() if app.mailer else None]
        now = app.clock.now()
        parked = [uow.state.parked(name, writes=True, at=now) for name in app.adapters]
        shut = [c for name in app.adapters for c in uow.circuits.open_ones(name, now).values()]
    waiting = [time for time in times if time is not None]
    if not waiting:
        return None
    soonest = min(waiting)
    until = [rest.until for rest in (*parked, *shut) if rest is not None and rest.until]
    if soonest <= now and until:
        return max(soonest, min(until)) + timedelta(seconds=1)
    return soonest
