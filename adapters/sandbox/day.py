"""The demo's day: how the world is set up for it, and how one scene is played."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adapters.sandbox.cast import FOLLOWERS, SCHOOL_HANDLE, SCHOOL_NAME
from adapters.sandbox.day_afternoon import AFTERNOON
from adapters.sandbox.day_before import BEFORE
from adapters.sandbox.day_morning import MORNING
from adapters.sandbox.day_noon import NOON
from adapters.sandbox.directions import Follow, Scene
from adapters.sandbox.players import Players
from adapters.sandbox.world import World

DAY: tuple[Scene, ...] = (*MORNING, *NOON, *AFTERNOON)
OPENS_AT = time(7, 0)
_LONDON = ZoneInfo("Europe/London")
_TUESDAY = 1


def set_up(world: World) -> None:
    """Make the school and what was there before the day, once; the clock is put to its morning.

    The day is the next Tuesday: the world's clock never goes back, and the script's “Thursday”
    stays true.
    """
    with world.change():
        if world.note("day") is not None:
            return
        today = world.clock.now().astimezone(_LONDON).date()
        day = today + timedelta(days=(_TUESDAY - today.weekday()) % 7 or 7)
        world.set_note("day", day.isoformat())
        world.jump_to(_moment(day, OPENS_AT))
        world.x_account(SCHOOL_HANDLE, SCHOOL_NAME)
        world.fb_page(SCHOOL_NAME)
        for handle in FOLLOWERS:
            Follow(handle).act(Players(world))
        for days, at, direction in BEFORE:
            direction.act(Players(world, _moment(day - timedelta(days=days), at)))


def perform(world: World, scene: Scene) -> str:
    """Play one scene, from its time on (from now on, if that is past); says what happened."""
    world.jump_to(_moment(date.fromisoformat(world.note("day") or ""), scene.at))
    sentence = f"{clock_face(world)} {scene.tells}"
    players = Players(world)
    for direction in scene.directions:
        # One after the other, never dated back: a poll may already have read up to now.
        world.advance(scene.pause)
        direction.act(players)
    return sentence


def clock_face(world: World) -> str:
    """What the clock on the school's wall says."""
    return f"{world.clock.now().astimezone(_LONDON):%H:%M}"


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, _LONDON)
