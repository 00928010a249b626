"""Where the weather is played: the demo's school on the sandbox, and the document of it."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from adapters.sandbox.stage import Stage
from adapters.sandbox.world import Platform
from bot import program_log
from bot.bootstrap import App, build_app
from bot.cycle import run_cycle, watch
from bot.model import Role
from bot.queries.health import find_troubles
from bot.services import alarm
from bot.services.alarm import tell_troubles
from bot.settings import load
from tests.house import HIDES

DAY = 24 * 3600

DOCUMENT = Path(__file__).parents[2] / "docs" / "weather.md"
WRITE = "SCHOOLGATE_WRITE_WEATHER"
"""Set, the document is written anew instead of being held against what is seen."""

STEPS = {
    "within 10 minutes": 600,
    "within an hour": 3000,
    "within a day": 23 * 3600,
}

_NUMBERS = count(1)
_NAMES = {
    Role.COMMUNICATIONS_OFFICER: "officer",
    Role.HEADTEACHER: "headteacher",
    Role.CHAIR_OF_GOVERNORS: "chair",
    Role.DSL: "safeguarding lead",
    Role.DPO: "data protection officer",
    Role.ICT_TECHNICIAN: "technician",
}


class Scene:
    """The demo's school and a house beside it, past the baseline."""

    def __init__(self, directory: Path) -> None:
        program_log.configure(directory, console=False)
        self.directory = directory
        self.stage = Stage.open(directory)
        self.world = self.stage.world
        settings = load(None, environ={}, overrides=self.stage.settings())
        # Not the model: what is judged here is weather, and the rules alone find the threat.
        words = tuple(one for one in settings.classifiers if one.classifier == "lexicon")
        self.app: App = build_app(
            replace(settings, classifiers=words),
            clock=self.stage.clock,
            data_dir=directory,
            secret=self.stage.secrets().get,
        )
        run_cycle(self.app)

    def harm(self, platform: Platform) -> str:
        """Somebody writes what must be hidden, now."""
        self.stage.advance(60)
        if platform == "x":
            author = self.world.x_user(f"account{next(_NUMBERS)}", "New Account")
            post = self.world.x_post(self.world.x_account_id(), "Sports day is on Friday")
            written = self.world.x_post(author, HIDES, reply_to=post)
        else:
            post = self.world.fb_post("Sports day is on Friday")
            written = self.world.fb_comment(post, self.world.fb_user("Stranger"), HIDES)
        self.stage.advance(60)
        return written

    def hidden(self) -> set[str]:
        return self.world.x_hidden() | self.world.fb_hidden()

    def hide_of(self, native_id: str) -> tuple[str, str, str]:
        """The newest hide of this comment: its status, why, and its case's alarm."""
        with self.app.store.engine.connect() as connection:
            sql = (
                "SELECT e.status, e.why, c.alarm FROM effect e JOIN item i ON i.id = e.item_id "
                "JOIN moderation_case c ON c.item_id = i.id "
                f"WHERE i.native_id = '{native_id}' AND e.kind = 'hide' ORDER BY e.id DESC"
            )
            row = connection.exec_driver_sql(sql).first()
        return tuple(row) if row is not None else ("", "", "")

    def stored(self, native_id: str) -> bool:
        with self.app.store.engine.connect() as connection:
            sql = f"SELECT 1 FROM item WHERE native_id = '{native_id}'"
            return connection.exec_driver_sql(sql).first() is not None

    def program_log(self) -> list[dict[str, object]]:
        lines = (self.directory / program_log.FILE).read_text().splitlines()
        return [json.loads(line) for line in lines]

    def time_passes(self) -> None:
        """The fault ends, and everybody has waited long enough."""
        self.world.clear_faults()
        for _ in range(3):
            self.stage.advance(DAY / 3)
            run_cycle(self.app)

    def recovers(self, native_id: str) -> str:
        """The fault ends; how long until the comment is hidden, in words; "" if it is not."""
        self.world.clear_faults()
        for words, seconds in STEPS.items():
            self.stage.advance(seconds)
            run_cycle(self.app)
            if native_id in self.hidden():
                return words
        return ""

    def troubles(self) -> list[str]:
        """What the status page says."""
        app = self.app
        return list(find_troubles(app.store, app.settings, app.clock.now()).values())

    def believes(self, native_id: str) -> tuple[str, bool]:
        """What is stored of a comment: where it is, and whether it is hidden."""
        with self.app.store.engine.connect() as connection:
            sql = "SELECT presence, hidden FROM item WHERE native_id = ?"
            row = connection.exec_driver_sql(sql, (native_id,)).one()
        return str(row[0]), bool(row[1])

    def letters_about_it(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """Who is written to once it lasts; how long that is, is test_unattended's."""
        app, before = self.app, self.letters_written()
        watch(app)
        with monkeypatch.context() as patch:
            patch.setattr(alarm, "_PASSES", timedelta(0))
            tell_troubles(app.store, app.clock, app.settings)
        return roles(self.letters_written() - before)

    @staticmethod
    def document() -> str:
        """docs/weather.md as it stands."""
        return DOCUMENT.read_text("utf-8")

    def letters_written(self) -> Counter[tuple[str, str]]:
        """How many letters were written so far, by template and person."""
        with self.app.store.engine.connect() as connection:
            sql = "SELECT template, person, count(*) FROM letter GROUP BY template, person"
            rows = connection.exec_driver_sql(sql).all()
        return Counter({(template, person): number for template, person, number in rows})

    def close(self) -> None:
        self.app.close()
        self.stage.close()


def clean(words: str) -> str:
    """Without numbers that differ from run to run, and fit for a table."""
    return re.sub(r"\d{6,}", "…", " ".join(words.split())).replace("|", "/")


def holds_row(heading: str, name: str, seen: str) -> bool:
    """Whether the document says so; told to write it, it does from now on."""
    if os.environ.get(WRITE):
        _write_row(heading, name, seen)
    return seen in DOCUMENT.read_text("utf-8").splitlines()


def _write_row(heading: str, name: str, seen: str) -> None:
    lines = DOCUMENT.read_text("utf-8").splitlines()
    start = lines.index(heading)
    rest = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("## ")), len(lines))
    known = [n for n in range(start, rest) if lines[n].startswith(f"| {name} |")]
    if known:
        lines[known[0]] = seen
    else:
        last = max(n for n in range(start, rest) if lines[n].startswith("|"))
        lines.insert(last + 1, seen)
    DOCUMENT.write_text("\n".join(lines) + "\n", "utf-8")


def roles(letters: Counter[tuple[str, str]], template: str = "trouble") -> str:
    """Whom such letters went to, as the document names them."""
    people = {one.key: one.roles for one in load(None, environ={}).people}
    told = {role for kind, person in letters if kind == template for role in people[person]}
    return ", ".join(sorted(_NAMES[role] for role in told)) or "nobody"
