"""News arrive as events that hold references and standing, of what the viewer may see alone."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bot.access import Viewer
from bot.queries.news import newest_mark, news_since
from bot.services.signin import viewer_of
from bot.web.views.news import stream_of
from tests.web.pages_stage import ABOUT_THE_HEAD, AN_INSULT, HEAD, OFFICER, School


def viewer(school: School, key: str) -> Viewer:
    person = next(p for p in school.settings.people if p.key == key)
    return Viewer(key, person.roles)


def told(school: School, key: str, mark: int, *, stays: bool = True) -> list[dict[str, Any]]:
    """What the stream of this person sends in its first look."""

    async def collect() -> list[str]:
        who = viewer(school, key)
        look = lambda since: news_since(school.store, who, since)  # noqa: E731
        stream = stream_of(look, lambda: stays, mark, pause=0, rounds=1)
        return [event async for event in stream]

    # In a thread of its own: a browser's test in the same process keeps its loop running.
    with ThreadPoolExecutor(1) as alone:
        found = alone.submit(lambda: asyncio.run(collect())).result()
    events = [event for event in found if event.startswith("data: ")]
    return [json.loads(event.removeprefix("data: ")) for event in events]


def test_a_new_case_and_a_confirmation_are_told(school: School) -> None:
    mark = newest_mark(school.store)
    ref = school.comes("You cow", AN_INSULT)
    [event] = told(school, OFFICER, mark)
    assert event == {"waiting": 1, "new": [ref], "standing": {}}


def test_a_confirmation_tells_how_the_comment_stands(school: School) -> None:
    ref = school.comes("You cow", AN_INSULT)
    browser = school.signed_in(OFFICER)
    browser.decides(ref, "hide", "An insult.")
    mark = newest_mark(school.store)
    browser.sends(f"/cases/{ref}/undo", {})
    [event] = told(school, OFFICER, mark)
    assert list(event["standing"]) == [ref]


def test_who_is_accused_is_told_nothing_of_it(school: School) -> None:
    mark = newest_mark(school.store)
    school.comes("The head locks children in", ABOUT_THE_HEAD)
    assert told(school, HEAD, mark) == []


def test_a_session_that_is_over_ends_the_stream(school: School) -> None:
    mark = newest_mark(school.store)
    school.comes("You cow", AN_INSULT)
    assert told(school, OFFICER, mark, stays=False) == []
    assert school.stranger().opens("/news").status == 204


def test_an_open_page_does_not_keep_a_session_alive(school: School) -> None:
    browser = school.signed_in(OFFICER)
    session_id = browser.client.cookies["schoolgate_session"]
    found = []
    for _ in range(3):
        school.clock.advance(minutes=school.settings.sign_in.idle_minutes / 2)
        found.append(
            viewer_of(school.store, school.clock, school.settings, session_id, touch=False)
        )
    assert found[0] is not None
    assert found[2] is None
