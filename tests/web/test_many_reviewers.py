"""Many reviewers deciding at once through HTTP: nothing lost, nothing doubled, no 5xx.

SCHOOLGATE_TEST_REVIEWERS and SCHOOLGATE_TEST_CASES make it a load test (.ci/long: 20 and 2,000).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from bot.log import verify
from bot.store import tables as t
from tests.builders import a_comment
from tests.web.pages_stage import AN_ADVERT, OFFICER, Browser, School

REVIEWERS = int(os.environ.get("SCHOOLGATE_TEST_REVIEWERS", "4"))
CASES = int(os.environ.get("SCHOOLGATE_TEST_CASES", "24"))


@pytest.fixture
def filled(school: School) -> School:
    for number in range(CASES):
        school.meet(a_comment(f"Advert {number}", created_at=school.clock.now()))
    for _ in range(CASES // 50 + 1):
        school.judge(AN_ADVERT)
    return school


def work(browser: Browser) -> Counter[int]:
    """Decide whatever the queue shows first, until nothing waits; returns how answers ended."""
    seen: Counter[int] = Counter()
    while True:
        page = browser.opens("/")
        seen[page.status] += 1
        refs = re.findall(r'name="case" value="(\w+):(\d+)"', page.text)
        if not refs:
            return seen
        for ref, version in refs[:5]:
            answer = browser.decides(ref, "hide", "An advert.", int(version))
            seen[answer.status] += 1


def test_many_reviewers_lose_and_double_no_decision(filled: School) -> None:
    browsers = [filled.signed_in(OFFICER)]
    for _ in range(REVIEWERS - 1):
        again = filled.stranger()
        again.client.cookies.update(browsers[0].client.cookies)
        browsers.append(again)
    with ThreadPoolExecutor(REVIEWERS) as pool:
        statuses = sum(pool.map(work, browsers), Counter[int]())
    assert not [status for status in statuses if status >= 500], statuses
    assert set(statuses) <= {200, 409}
    with filled.store.engine.connect() as connection:
        decided = connection.scalars(sa.select(t.decision.c.case_id)).all()
        asked = connection.scalars(sa.select(t.effect.c.case_id)).all()
        still_open = connection.scalars(sa.select(t.case.c.id).where(t.case.c.status == "open"))
        assert list(still_open) == []
    assert sorted(decided) == sorted(set(decided)) == sorted(asked)
    assert len(decided) == CASES
    with filled.store.read() as uow:
        entries = uow.log.after(0, limit=1_000_000)
    assert verify(entries, b"a key for tests").ok
    assert sum(entry.event == "decided" for entry in entries) == CASES
