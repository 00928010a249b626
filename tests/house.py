"""A whole house on the in-memory platform, for tests of what the product does.

Every port stands behind a proxy that fails the test when it is called while a unit of work is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from adapters.memory import MemoryAdapter, MemoryMailer
from bot.bootstrap import App
from bot.cycle import run_cycle
from bot.log import Verification, verify
from bot.model import Comment, ItemRef, Mail, Scores, Text
from bot.ports import Classifier, Context, Mailer, PlatformAdapter
from bot.services.ingest import PollReport
from bot.settings import HidingMode, MailSettings, Settings, load
from bot.store import Store
from bot.store.schema import upgrade
from bot.store.unit import a_unit_is_open
from tests.builders import FixedClock, a_comment

KEY = b"a key for tests"

HARMLESS = "Lovely assembly this morning, well done everyone."
QUEUES = "Does anybody know when the school will answer my formal complaint?"
HIDES = "I am going to smash Miss Bramley's face in."
"""A threat: hidden, immediate, told to the headteacher alone."""


class Outside:
    """Stands before a port: no call may be made while a unit of work is open."""

    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if not callable(value):
            return value

        def call(*args: object, **kwargs: object) -> object:
            assert not a_unit_is_open(), f"{name} was called inside a transaction"
            answer = value(*args, **kwargs)
            return self._steps(answer) if hasattr(answer, "__next__") else answer

        return call

    @staticmethod
    def _steps(pages: Any) -> Any:
        while True:
            assert not a_unit_is_open(), "a page was fetched inside a transaction"
            try:
                page = next(pages)
            except StopIteration:
                return
            yield page


class KeywordClassifier:
    """Scores a label 0.9 where its word stands in the text; fails on the texts it is told to."""

    name = "keywords"
    version = "1"

    def __init__(self, labels: Mapping[str, str] | None = None) -> None:
        self.labels = dict(labels or {})
        self.fails_on: set[str] = set()
        self.asked: list[str] = []

    @classmethod
    def from_options(cls, options: Mapping[str, object], context: Context) -> KeywordClassifier:
        return cls()

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        assert not a_unit_is_open(), "scored inside a transaction"
        self.asked += [text.words for text in texts]
        if any(text.words in self.fails_on for text in texts):
            raise RuntimeError("the model broke")
        return [
            {label: 0.9 if word in text.words else 0.0 for word, label in self.labels.items()}
            for text in texts
        ]


def the_settings(*, hide: bool = True, breaker_per_hour: int = 30, mail: bool = True) -> Settings:
    """The example school, hiding switched on unless told otherwise."""
    example = load(None, environ={})
    mode = HidingMode.HIDE if hide else HidingMode.OBSERVE
    return replace(
        example,
        hiding=replace(example.hiding, mode=mode, kinds={}, breaker_per_hour=breaker_per_hour),
        mail=MailSettings("memory", "Schoolgate <gate@rossmore.example>", {}) if mail else None,
    )


class House:
    """Store, platform, classifier, mailer and clock of one school."""

    def __init__(self, directory: Path, settings: Settings | None = None) -> None:
        self.clock = FixedClock()
        self.platform = MemoryAdapter(account="school")
        self.classifier = KeywordClassifier()
        self.mailer = MemoryMailer()
        self.settings = settings or the_settings()
        self.directory = directory
        self.store = Store(directory / "schoolgate.db", KEY)
        upgrade(self.store.engine)

    @property
    def app(self) -> App:
        return App(
            settings=self.settings,
            clock=self.clock,
            store=self.store,
            data_dir=self.directory,
            adapters={"school": cast(PlatformAdapter, Outside(self.platform))},
            classifiers=(cast(Classifier, self.classifier),),
            mailer=cast(Mailer, Outside(self.mailer)) if self.settings.mail else None,
        )

    def cycle(self) -> list[PollReport]:
        return run_cycle(self.app)

    def past_the_baseline(self) -> None:
        """One cycle over an empty platform: what comes later is new."""
        self.cycle()
        self.clock.advance(minutes=10)

    def comes(self, text: str, **facts: Any) -> ItemRef:
        """A comment appears on the platform now."""
        comment: Comment = a_comment(text, **{"created_at": self.clock.now(), **facts})
        return self.platform.post(comment)

    def verify(self) -> Verification:
        with self.store.read() as uow:
            return verify(uow.log.after(0, limit=1_000_000), KEY)

    def events(self) -> list[str]:
        """The log's events, oldest first."""
        with self.store.read() as uow:
            return [entry.event for entry in uow.log.after(0, limit=1_000_000)]

    @property
    def escalations(self) -> tuple[Mail, ...]:
        """The letters about cases that were sent: none of the daily, the weekly and the like."""
        about = {
            row[0]
            for row in self.rows("SELECT message_id FROM letter WHERE template = 'escalation'")
        }
        return tuple(mail for mail in self.mailer.letters if mail.message_id in about)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.store.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def close(self) -> None:
        self.store.close()
