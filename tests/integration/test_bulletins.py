"""The daily and the weekly letter say of every stream what was read of it, and what was not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from bot.errors import AdapterError
from bot.model import Mail, Stream
from bot.services.ingest import poll
from bot.settings import AccountSettings
from tests.house import House, the_settings


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = replace(the_settings(), accounts=(AccountSettings("school", "m", 5),))
    house = House(tmp_path, settings)
    house.platform.lists_followers = True
    house.clock.advance(hours=4)  # the time of what can wait
    yield house
    house.close()


def letters_with(house: House, words: str) -> list[str]:
    texts = [said(mail) for mail in house.mailer.letters]
    return [text for text in texts if words in " ".join(text.split())]


def said(mail: Mail) -> str:
    part = BytesParser(policy=policy.default).parsebytes(mail.mime).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_whole_list_of_followers_that_was_swept_is_among_what_was_read(house: House) -> None:
    poll(house.store, house.clock, house.app.adapters["school"], Stream.FOLLOWERS)
    house.cycle()
    assert letters_with(house, "school, the whole list of followers: read to the end")


def test_a_list_of_followers_that_nobody_asks_for_is_not_said_to_be_unread(house: House) -> None:
    house.cycle()
    assert letters_with(house, "school, comments: read to the end")
    assert not letters_with(house, "the whole list of followers: never")


def test_one_failure_of_several_streams_is_one_line(house: House) -> None:
    for call in ("fetch_own_posts", "fetch_comments"):
        house.platform.fail(call, AdapterError("The memory platform is away."), times=9)
    house.platform.fail("fetch_newcomers", AdapterError("Too many newcomers."), times=9)
    house.cycle()
    [letter] = letters_with(house, "This letter covers the day at")
    words = " ".join(letter.split())
    assert (
        "school, the school's own posts and comments: could not be read. "
        "The memory platform is away."
    ) in words
    assert words.count("The memory platform is away.") == 1
    assert "school, newcomers: could not be read. Too many newcomers." in words
