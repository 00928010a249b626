"""The school of the long year: its machine, its people, and who writes to it."""

from __future__ import annotations

import random
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from bot.access import Viewer
from bot.bootstrap import App, build_app
from bot.errors import Conflict, NotAllowed, Refused
from bot.keeping.sealing import new_key
from bot.model import DayOutcome, ItemRef, Outcome, Role
from bot.plugins import Guarded
from bot.ports import Classifier, Mailer, PlatformAdapter
from bot.restoring import restore
from bot.school_calendar import SchoolCalendar, day_of
from bot.services.decide import Wish, decide
from bot.services.sign_day import sign_day
from bot.services.spend import Ledger
from bot.settings import AccountSettings
from bot.store import schema
from tests.builders import FixedClock, a_comment
from tests.house import HARMLESS, HIDES, QUEUES, KeywordClassifier, the_settings
from tests.longrun.weather import MailerUnderTheSky, PlatformUnderTheSky, Sky

HOLIDAYS = (
    (date(2026, 10, 26), date(2026, 10, 30)),
    (date(2026, 12, 21), date(2027, 1, 4)),
    (date(2027, 2, 15), date(2027, 2, 19)),
    (date(2027, 3, 29), date(2027, 4, 9)),
    (date(2027, 5, 31), date(2027, 6, 4)),
    (date(2027, 7, 23), date(2027, 8, 31)),
)
OFFICER = Viewer("jfield", frozenset({Role.COMMUNICATIONS_OFFICER}))
HEAD = Viewer("mhartley", frozenset({Role.HEADTEACHER}))
SAFEGUARDING = Viewer("dpenrose", frozenset({Role.DSL}))
PRICE = 0.005
PER_DAY = 60
PER_MONTH = 20 * PER_DAY
"""How many posts and acts the limits of a day and of a month pay for."""

_NEXT_VERSION = '''
"""A column that some later version will want."""

import sqlalchemy as sa
from alembic import op

revision = "{new}"
down_revision = "{old}"


def upgrade() -> None:
    op.add_column("item", sa.Column("{new}", sa.String(), nullable=True))
    op.create_index("ix_effect_{new}", "effect", ["asked_at"])
'''


def _in_haste(connection: Any, _record: object) -> None:
    """The disk of this year is not what is tried: tests/e2e/test_crash.py does that."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")


class School:
    """One school: everything of it that outlives a process, and the process of the hour."""

    def __init__(self, folder: Path, begin: datetime, sky: Sky, chance: random.Random) -> None:
        self.folder, self.sky, self.chance = folder, sky, chance
        self.clock = FixedClock(begin)
        self.platform = PlatformUnderTheSky(self.clock, sky)
        self.mailer = MailerUnderTheSky(self.clock, sky)
        self.classifier = KeywordClassifier()
        example = the_settings()
        self.settings = replace(
            example,
            accounts=(AccountSettings("school", "memory", 30),),
            calendar=SchoolCalendar(HOLIDAYS),
            backup=replace(example.backup, folder=str(folder / "share"), at=time(2, 30)),
            budget=replace(
                example.budget,
                per_day=PER_DAY * PRICE,
                per_month=PER_MONTH * PRICE,
                kept_for_hides=8 * PRICE,
                prices={"post": PRICE, "hide": PRICE},
            ),
        )
        self._key = new_key()
        self.written: list[ItemRef] = []
        self.harms: set[ItemRef] = set()
        self.shown_again: set[ItemRef] = set()
        """What a person decided to make visible; after a restore the platform alone knows it."""
        self.restores = self.upgrades = self.restarts = 0
        self.restored_on: set[str] = set()
        self._data = folder / "data0"
        self.app = self._start()

    def secret(self, name: str) -> str | None:
        return {"SCHOOLGATE_KEY": self._key}.get(name)

    # --- its machine -------------------------------------------------------------------------

    def _start(self) -> App:
        app = build_app(self.settings, clock=self.clock, data_dir=self._data, secret=self.secret)
        sa.event.listen(app.store.engine, "connect", _in_haste)
        app.store.engine.dispose()
        self.platform.budget = Ledger(lambda: app.store, self.clock, self.settings.budget, "school")
        return replace(
            app,
            adapters={"school": cast(PlatformAdapter, Guarded(self.platform, "school"))},
            classifiers=(cast(Classifier, self.classifier),),
            mailer=cast(Mailer, Guarded(self.mailer, "mailer")),
        )

    def restart(self) -> None:
        """As after a power cut: nothing is kept but the data folder."""
        self.app.close()
        self.restarts += 1
        self.app = self._start()

    def restore(self) -> None:
        """The disk dies; the newest nightly backup becomes the data folder of a new machine."""
        assert self.app.backups is not None
        newest = self.app.backups.newest()
        if newest is None:
            return
        self.app.close()
        shutil.rmtree(self._data)
        self.restores += 1
        self._data = self.folder / f"data{self.restores}"
        restore(newest.path, self._data, secret=self.secret, clock=self.clock)
        self.restored_on.add(self.clock.now().date().isoformat())
        self.app = self._start()

    def upgrade(self) -> None:
        """A later version is installed: it backs the data up, and brings them forward."""
        self.app.close()
        self.upgrades += 1
        later = Path(tempfile.mkdtemp(dir=self.folder)) / "migrations"
        shutil.copytree(schema._MIGRATIONS, later)
        head = self._head()
        new = f"later{self.upgrades}"
        words = _NEXT_VERSION.format(new=new, old=head)
        (later / "versions" / f"{new}.py").write_text(words, "utf-8")
        schema._MIGRATIONS = later
        self.app = self._start()
        assert schema.head(self.app.store.engine) == new, "the upgrade did not happen"

    @staticmethod
    def _head() -> str:
        from alembic.script import ScriptDirectory

        head = ScriptDirectory(str(schema._MIGRATIONS)).get_current_head()
        assert head is not None
        return head

    def close(self) -> None:
        self.app.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.app.store.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    # --- its people --------------------------------------------------------------------------

    def somebody_writes(self) -> ItemRef:
        fate = self.chance.random()
        words = HIDES if fate < 0.1 else QUEUES if fate < 0.15 else HARMLESS
        comment = a_comment(f"{words} {len(self.written)}", created_at=self.clock.now())
        ref = self.platform.post(comment)
        self.written.append(ref)
        if words is HIDES:
            self.harms.add(ref)
        return ref

    def regrets(self, ref: ItemRef) -> None:
        """Its author takes it away."""
        if self.platform.is_there(ref):
            self.platform.withdraw(ref)

    def works_through_the_queue(self) -> None:
        """Whoever may decides what is open; one hide in seven is found to be a mistake."""
        for ref, version, native in self.rows(
            "SELECT c.ref, c.version, i.native_id FROM moderation_case c JOIN item i "
            "ON i.id = c.item_id WHERE c.status = 'open'"
        ):
            item = next(r for r in self.written if r.native_id == native)
            wrong = item in self.harms and self.chance.random() < 0.15
            hide = item in self.harms and not wrong
            outcome = Outcome.HIDE if hide else Outcome.ALLOW
            for viewer in (HEAD, OFFICER, SAFEGUARDING):
                with suppress(NotAllowed, Conflict, Refused):
                    decide(
                        self.app.store, self.clock, viewer, Wish(ref, version, outcome, "as it is")
                    )
                    self.shown_again |= {item} if wrong else set()
                    break

    def signs_the_day(self) -> None:
        """The officer signs what can be signed."""
        today = day_of(self.clock.now())
        if not self.settings.calendar.is_school_day(today):
            return
        store, clock = self.app.store, self.clock
        try:
            sign_day(store, clock, self.settings, OFFICER, today, DayOutcome.CHECKED)
        except Conflict:
            why = "It could not be read."
            sign_day(store, clock, self.settings, OFFICER, today, DayOutcome.COULD_NOT_CHECK, why)
