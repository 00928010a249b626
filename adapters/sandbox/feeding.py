"""Texts from outside, written into the world batch by batch instead of the scripted day."""

from __future__ import annotations

import json
from collections.abc import Sequence

from adapters.sandbox.cast import READERS
from adapters.sandbox.day import clock_face
from adapters.sandbox.directions import Line, comment, newest, reply
from adapters.sandbox.players import Players
from adapters.sandbox.world import World
from bot.model import digest_of

BATCH = 40
"""Texts let out at once; half of them go to X, which allows 50 hides in a window."""
WINDOW = 15 * 60
"""Seconds between two batches: the length of X's rate windows (platforms.md)."""
_PAUSE = 5.0

_TOTAL, _DONE, _EMPTY = "fed total", "fed done", "fed empty"


def queue(world: World, texts: Sequence[str]) -> None:
    """Put texts in the queue, all or none; one that was queued before at the same place is not
    queued again. Empty ones, which no platform takes, are left out and counted.

    Texts are kept as JSON, where half a surrogate pair is legal.
    """
    with world.change():
        total, empty = _number(world, _TOTAL), left_out(world)
        for place, text in enumerate(texts):
            seen = f"fed {place} {digest_of(text)}"
            if world.note(seen) is not None:
                continue
            world.set_note(seen, "")
            if text.strip():
                world.set_note(f"fed text {total}", json.dumps(text))
                total += 1
            else:
                empty += 1
        world.set_note(_TOTAL, str(total))
        world.set_note(_EMPTY, str(empty))


def release(world: World) -> str | None:
    """Write the next batch, alternately on X and on Facebook; None when the queue is empty."""
    with world.change():
        done, total = _number(world, _DONE), _number(world, _TOTAL)
        if done == total:
            return None
        world.advance(WINDOW)
        sentence = clock_face(world)
        players = Players(world)
        upto = min(done + BATCH, total)
        for number in range(done, upto):
            world.advance(_PAUSE)
            _line(number, json.loads(world.note(f"fed text {number}") or "")).act(players)
        world.set_note(_DONE, str(upto))
        return f"{sentence} A batch of {upto - done} of your comments ({upto} of {total})."


def left_out(world: World) -> int:
    """How many of the texts were empty."""
    return _number(world, _EMPTY)


def _line(number: int, text: str) -> Line:
    handle, name = READERS[number // 2 % len(READERS)]
    if number % 2:
        return comment(name, newest("facebook"), text)
    return reply(handle, newest("x"), text)


def _number(world: World, key: str) -> int:
    return int(world.note(key) or 0)
