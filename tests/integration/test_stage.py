"""The stage of the demo over its real servers: settings, scenes, restarts, fed texts."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import cast

import pytest

from adapters.facebook.adapter import FacebookAdapter
from adapters.sandbox import stage as stage_module
from adapters.sandbox.day import DAY
from adapters.sandbox.directions import Line, Scene
from adapters.sandbox.players import SCHOOL, Players
from adapters.sandbox.stage import Stage
from adapters.smtp import SmtpMailer
from adapters.x.adapter import XAdapter
from bot.model import Comment as Item
from bot.model import Cursor, Edge, ItemKind, ItemRef, Newcomer
from bot.ports import Context, PlatformAdapter, Sandbox
from tests.builders import a_mail

OpenStage = Callable[[], Stage]


@pytest.fixture
def open_stage(tmp_path: Path) -> Iterator[OpenStage]:
    """Opens the same directory again and again; closes what a test left open."""
    opened: list[Stage] = []

    def opening() -> Stage:
        opened.append(Stage.open(tmp_path / "demo"))
        return opened[-1]

    yield opening
    for stage in opened:
        stage.close()


@pytest.fixture
def stage(open_stage: OpenStage) -> Stage:
    return open_stage()


def play_all(stage: Sandbox) -> list[str]:
    told = []
    while (sentence := stage.play()) is not None:
        told.append(sentence)
    return told


def adapters_on(stage: Stage, tmp_path: Path) -> dict[str, PlatformAdapter]:
    """The real adapters, built from the settings and secrets that the stage gives."""
    accounts = cast(Mapping[str, Mapping[str, object]], stage.settings()["accounts"])
    built: dict[str, PlatformAdapter] = {}
    for name, kind in (("x", XAdapter), ("facebook", FacebookAdapter)):
        own = ("adapter", "poll_minutes")
        options = {key: value for key, value in accounts[name].items() if key not in own}
        assert accounts[name]["adapter"] == name
        context = Context(stage.clock, stage.secrets().get, tmp_path, account=name)
        built[name] = kind.from_options(options, context)
    return built


def comments_of(adapter: PlatformAdapter) -> dict[ItemRef, Item]:
    found: dict[ItemRef, Item] = {}
    for page in adapter.fetch_comments(Cursor()):
        for item in page.items:
            if isinstance(item, Newcomer):
                continue  # one of the authors asks to follow the school
            assert isinstance(item, Item)
            if item.author is None or not item.author.is_school:
                found[item.ref] = item
    return found


def test_the_whole_day_can_be_played_through_the_port(stage: Stage) -> None:
    sandbox: Sandbox = stage
    told = play_all(sandbox)
    assert len(told) == len(DAY)
    assert sandbox.play() is None


def test_a_day_goes_on_where_another_process_left_it(open_stage: OpenStage) -> None:
    first = open_stage()
    told = [first.play(), first.play()]
    was = first.clock.now()
    first.close()
    second = open_stage()
    assert second.clock.now() >= was
    told += play_all(second)
    assert len(told) == len(DAY)
    assert len(set(told)) == len(DAY)


def test_a_scene_that_breaks_in_the_middle_leaves_nothing_and_is_played_anew(
    open_stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut:
        def act(self, players: Players) -> None:
            raise KeyboardInterrupt

    half = Scene(time(7, 35), "Never told.", (*DAY[0].directions, PowerCut()))
    stage = open_stage()
    before = stage.summary()
    with monkeypatch.context() as patched:
        patched.setattr(stage_module, "DAY", (half,))
        with pytest.raises(KeyboardInterrupt):
            stage.play()
    assert stage.summary() == before
    stage.close()
    again = open_stage()
    assert again.summary() == before
    assert len(play_all(again)) == len(DAY)


def test_the_real_adapters_find_every_comment_of_the_day(stage: Stage, tmp_path: Path) -> None:
    play_all(stage)
    x, facebook = adapters_on(stage, tmp_path).values()
    seen = stage.summary()
    assert len(comments_of(x)) == seen["comments on X"]
    assert len(comments_of(facebook)) == seen["comments on Facebook"]


def test_the_real_adapters_find_the_edges_and_the_withheld_authors(
    stage: Stage, tmp_path: Path
) -> None:
    play_all(stage)
    found = [
        item
        for adapter in adapters_on(stage, tmp_path).values()
        for item in comments_of(adapter).values()
    ]
    assert {item.edge for item in found} == {
        Edge.REPLY, Edge.MENTION, Edge.QUOTE, Edge.PAGE_COMMENT, Edge.VISITOR_POST, Edge.TAG,
    }  # fmt: skip
    assert sum(item.author is None for item in found) == 2
    assert any(item.text == "Lovely photos. Shame half of Year 5 are fat little losers."
               for item in found)  # fmt: skip
    assert any(item.text.endswith("copies of all of it.") for item in found)


def test_newcomers_appear_as_followers_and_first_commenters(stage: Stage, tmp_path: Path) -> None:
    for _ in range(8):
        stage.play()
    for adapter in adapters_on(stage, tmp_path).values():
        pages = list(adapter.fetch_newcomers(Cursor()))
        assert sum(len(page.items) for page in pages) >= 9


def test_what_is_hidden_through_the_adapters_is_counted_as_hidden(
    stage: Stage, tmp_path: Path
) -> None:
    for adapter in adapters_on(stage, tmp_path).values():
        ref = next(ref for ref, item in comments_of(adapter).items() if item.can_hide)
        assert ref.kind is ItemKind.COMMENT
        adapter.hide(ref)
    assert stage.summary()["hidden on X"] == 1
    assert stage.summary()["hidden on Facebook"] == 1


def test_what_authors_delete_is_counted_and_no_longer_there(stage: Stage) -> None:
    lines = [
        each
        for scene in DAY
        for each in scene.directions
        if isinstance(each, Line) and each.who != SCHOOL
    ]
    old = stage.summary()
    play_all(stage)
    new = stage.summary()
    there = "comments on X", "comments on Facebook"
    assert new["deleted"] == 2
    assert sum(new[key] - old[key] for key in there) == len(lines) - 2


def test_letters_reach_the_mailbox_with_these_settings(stage: Stage, tmp_path: Path) -> None:
    mail = cast(Mapping[str, object], stage.settings()["mail"])
    assert mail["mailer"] == "smtp"
    options = {key: value for key, value in mail.items() if key not in ("mailer", "sender")}
    context = Context(stage.clock, stage.secrets().get, tmp_path)
    SmtpMailer.from_options(options, context).send(a_mail())
    assert stage.summary()["letters"] == 1
    assert len(list((tmp_path / "demo" / "mailbox").glob("*.eml"))) == 1


def test_fed_texts_replace_the_scripted_day_and_alternate(stage: Stage, tmp_path: Path) -> None:
    before = stage.summary()
    stage.feed([f"Fed text {number}" for number in range(50)])
    assert len(play_all(stage)) == 2
    after = stage.summary()
    assert after["comments on X"] - before["comments on X"] == 25
    assert after["comments on Facebook"] - before["comments on Facebook"] == 25
    x, facebook = adapters_on(stage, tmp_path).values()
    on_x = {item.text for item in comments_of(x).values()}
    on_facebook = {item.text for item in comments_of(facebook).values()}
    assert all(any(text.endswith(f"Fed text {n}") for text in on_x) for n in range(0, 50, 2))
    assert {f"Fed text {n}" for n in range(1, 50, 2)} <= on_facebook


def test_texts_fed_after_the_first_scene_come_after_the_day(stage: Stage) -> None:
    stage.play()
    stage.feed(["One more"])
    told = play_all(stage)
    assert len(told) == len(DAY)
    assert told[-1].endswith("A batch of 1 of your comments (1 of 1).")


def test_the_same_file_fed_over_restarts_is_written_once(open_stage: OpenStage) -> None:
    texts = [f"Fed text {number}" for number in range(60)]
    first = open_stage()
    first.feed(texts)
    first.play()
    first.close()
    second = open_stage()
    second.feed(texts)
    assert len(play_all(second)) == 1
    third = second.summary()
    second.feed(texts)
    assert second.play() is None
    assert second.summary() == third


def test_any_text_can_be_fed_and_comes_back_whole(stage: Stage, tmp_path: Path) -> None:
    long = "Long and patient. " * 200
    strange = ["half \ud83d a pair", "nul \0 here", "\u202eright to left", "🎄" * 10, long, long]
    stage.feed(["", "  \n ", *strange])
    play_all(stage)
    assert stage.summary()["empty texts left out"] == 2
    x, facebook = adapters_on(stage, tmp_path).values()
    on_x = [item.text for item in comments_of(x).values()]
    on_facebook = [item.text for item in comments_of(facebook).values()]
    assert any("half \ufffd a pair" in text for text in on_x)
    assert any(long.strip() in text for text in on_x)
    assert any(long.strip() == text.strip() for text in on_facebook)


def test_time_passes_at_once_when_it_is_told_to(stage: Stage) -> None:
    before = stage.clock.now()
    stage.advance(3600)
    assert (stage.clock.now() - before).total_seconds() >= 3600


def test_a_closed_stage_no_longer_answers_and_may_be_closed_twice(stage: Stage) -> None:
    mail = cast(Mapping[str, object], stage.settings()["mail"])
    stage.close()
    stage.close()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(str(mail["host"]), int(str(mail["port"])), timeout=60)
