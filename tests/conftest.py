"""What every test may ask for: the repository on the import path, a clock, a plug-in's context."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

# The shared contract classes are no test modules: without this their asserts would say nothing.
pytest.register_assert_rewrite(
    "tests.contract.adapter_contract",
    "tests.contract.classifier_contract",
    "tests.contract.mailer_contract",
)

from bot.ports import Context  # noqa: E402
from tests.builders import FixedClock  # noqa: E402
from tests.ports import a_port  # noqa: E402


@pytest.fixture
def clock() -> FixedClock:
    """Stands at NOON until the test moves it."""
    return FixedClock()


@pytest.fixture
def port() -> Iterator[int]:
    """A port for a server of this test."""
    with a_port() as port:
        yield port


@pytest.fixture
def secrets() -> dict[str, str]:
    """The secrets that `context` hands out: a test adds its own before it builds a plug-in."""
    return {}


@pytest.fixture
def context(clock: FixedClock, secrets: dict[str, str], tmp_path: Path) -> Context:
    """A plug-in's context on the fixed clock, an empty data directory and `secrets`."""
    return Context(clock=clock, secret=secrets.get, data_dir=tmp_path, account="school")
