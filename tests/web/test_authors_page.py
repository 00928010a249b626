"""Repeat authors: who may note a step, and about whom."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.store import tables as t
from tests.builders import an_author
from tests.web.pages_stage import ABOUT_THE_HEAD, AN_INSULT, HEAD, OFFICER, School


def steps(school: School) -> list[tuple[str, str]]:
    with school.store.engine.connect() as connection:
        rows = connection.execute(sa.select(t.author_step.c.author_id, t.author_step.c.step))
        return [(row.author_id, row.step) for row in rows]


def note(school: School, key: str, author: str, platform: str = "memory") -> int:
    form = {"platform": platform, "author": author, "taken": "advice"}
    return school.signed_in(key).sends("/authors/step", form).status


def test_a_step_is_noted_about_an_author_whose_words_one_may_read(school: School) -> None:
    school.comes("You cow", AN_INSULT, author=an_author("77"))
    assert note(school, HEAD, "77") == 200
    assert steps(school) == [("77", "advice")]


@pytest.mark.parametrize(("platform", "author"), [("memory", "78"), ("x", "77"), ("memory", "")])
def test_no_step_is_noted_about_somebody_of_whom_nothing_is_there(
    school: School, platform: str, author: str
) -> None:
    school.comes("You cow", AN_INSULT, author=an_author("77"))
    assert note(school, OFFICER, author, platform) == 404
    assert steps(school) == []


def test_whoever_is_accused_cannot_tell_by_a_step_that_somebody_accused_them(
    school: School,
) -> None:
    school.comes("The head covers it up", ABOUT_THE_HEAD, author=an_author("77"))
    assert note(school, HEAD, "77") == note(school, HEAD, "made-up") == 404
    assert steps(school) == []
    assert note(school, OFFICER, "77") == 200
