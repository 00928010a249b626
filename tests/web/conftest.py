"""The school whose pages these tests open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.pages_stage import School


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """An empty school: nothing was read, nobody has signed in."""
    school = School(tmp_path)
    yield school
    school.store.close()
