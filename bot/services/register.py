"""The parents' opt-in register: which handles the school knows to be parents', until August.

It sorts newcomers for the officer and decides nothing. It holds no name, no child and no reason:
purpose-limited to vetting, gone with the school year (UK GDPR, Article 5(1)(b) and (e)).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date

from bot.access import Viewer, may_vet
from bot.errors import NotAllowed, Refused
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.store import Store

MOST_LINES = 2000
_HANDLE = re.compile(r"[\w.]{1,60}", re.ASCII)
PLATFORMS = ("x", "facebook")


@dataclass(frozen=True, slots=True)
class Imported:
    """How many handles were taken, and the numbers of the lines that were not."""

    taken: int
    wrong: tuple[int, ...]


def end_of_school_year(day: date) -> date:
    """The 31st of August that comes next: the last day on which an entry made today counts."""
    end = date(day.year, 8, 31)
    return end if day <= end else date(day.year + 1, 8, 31)


def register(store: Store, clock: Clock, viewer: Viewer, platform: str, handle: str) -> None:
    """Note that a parent told the school this handle; renews it if it is there.

    Raises NotAllowed, and Refused for what is no handle.
    """
    _may(viewer)
    plain = plain_handle(handle)
    if plain is None or platform not in PLATFORMS:
        raise Refused("Please write a handle as the platform shows it, such as @kelly_mum_of3.")
    _keep(store, clock, viewer.person_key, [(platform, plain)])


def import_register(store: Store, clock: Clock, viewer: Viewer, text: str) -> Imported:
    """Take a CSV: a handle on each line, or platform and handle; a heading is passed over.

    Lines that cannot be read are left out and named. Raises NotAllowed, and Refused where nothing
    can be taken.
    """
    _may(viewer)
    taken: list[tuple[str, str]] = []
    wrong: list[int] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if not cells or (number == 1 and cells[-1].lower() in ("handle", "account", "username")):
            continue
        platform = cells[0].lower() if len(cells) > 1 else PLATFORMS[0]
        plain = plain_handle(cells[1] if len(cells) > 1 else cells[0])
        if plain is None or platform not in PLATFORMS or len(taken) >= MOST_LINES:
            wrong.append(number)
        else:
            taken.append((platform, plain))
    if not taken:
        raise Refused("No line of this holds a handle: write one on each line, such as x,@name.")
    _keep(store, clock, viewer.person_key, taken)
    return Imported(len(set(taken)), tuple(wrong))


def unregister(store: Store, viewer: Viewer, entry_id: int) -> None:
    """Take an entry out: a parent's wish, or a mistake. Twice is once. Raises NotAllowed."""
    _may(viewer)
    with store.begin() as uow:
        uow.people.unregister(entry_id)
        uow.commit()


def plain_handle(handle: str) -> str | None:
    """A handle as it is compared: without @ and in small letters; None for what is none."""
    bare = handle.strip().removeprefix("@").lower()
    return bare if _HANDLE.fullmatch(bare) else None


def _keep(store: Store, clock: Clock, by: str, entries: list[tuple[str, str]]) -> None:
    today = day_of(clock.now())
    with store.begin() as uow:
        for platform, handle in dict.fromkeys(entries):
            end = end_of_school_year(today)
            uow.people.register(platform, handle, by=by, on=today, expires_on=end)
        uow.commit()


def _may(viewer: Viewer) -> None:
    if not may_vet(viewer):
        raise NotAllowed("The parents' register is for the communications officer.")
