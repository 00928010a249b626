"""The school whose pages these tests open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from bot.services import signin
from bot.web.views import news
from tests.web.pages_stage import School


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """An empty school: nothing was read, nobody has signed in."""
    school = School(tmp_path)
    yield school
    school.store.close()


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hash as ever with as little work as it allows: these tests sign in often."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(signin, "_passwords", lambda: quick)


@pytest.fixture
def news_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream of news looks once, at once, and is over: a test waits for its whole answer."""
    monkeypatch.setattr(news, "PAUSE", 0.0)
    monkeypatch.setattr(news, "ROUNDS", 1)
