"""Plays the sandbox's day against the whole house: the same parts and steps, another clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from datetime import datetime, timedelta
from functools import partial

from bot.bootstrap import App
from bot.cycle import act, run_cycle, send_letters, watch
from bot.ports import Sandbox
from bot.rhythm import next_due
from bot.services import runs
from bot.works import WATCH, works

_MOST_ROUNDS = 500
_ALWAYS = {"letters", WATCH}


def go_round(app: App) -> None:
    """One full cycle: everything is read, judged, carried out and told."""
    _as_jobs(app, {*(f"read:{name}" for name in app.adapters), *_ALWAYS}, partial(run_cycle, app))


def carry_out(app: App) -> None:
    """What people decided on the pages leaves, and the letters; nothing is read for it."""
    _as_jobs(app, _ALWAYS, partial(_act_and_write, app))


def _act_and_write(app: App) -> None:
    for account in app.adapters:
        act(app, account)
    send_letters(app)


def _as_jobs(app: App, names: Set[str], run: Callable[[], object]) -> None:
    """Do it, look whether all is well, and write that down where the page *Status* reads it, as the
    daemon's timetable would.
    """
    timetable = {work.name: work for work in works(app)}
    shown = {f"read:{name}" for name in app.adapters} | _ALWAYS
    runs.expect(app.store, {name: timetable[name].allowed for name in shown})
    started = app.clock.monotonic()
    begun = {name: runs.began(app.store, app.clock, name) for name in sorted(names)}
    run()
    why = watch(app)
    took, now = app.clock.monotonic() - started, app.clock.now()
    for name, at in begun.items():
        due = next_due(timetable[name].rhythm, at, now, app.settings.slowing, name)
        said = why if name == WATCH else ""
        runs.ended(app.store, app.clock, name, took=took, why=said, next_at=due)


def play_day(app: App, sandbox: Sandbox) -> Iterator[str]:
    """Scene by scene, with a full cycle after each; yields what happened, in one sentence."""
    go_round(app)
    while (sentence := sandbox.play()) is not None:
        go_round(app)
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
        go_round(app)
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
