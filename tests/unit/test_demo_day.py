"""The script of the demo: does it show everything that a school should see?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.sandbox import feeding
from adapters.sandbox.cast import FOLLOWERS, READERS, SCHOOL_HANDLE, SCHOOL_NAME, X_PEOPLE
from adapters.sandbox.day import DAY, perform, set_up
from adapters.sandbox.day_before import BEFORE
from adapters.sandbox.directions import (
    AllWell,
    Delete,
    Edit,
    FilteredByFacebook,
    Follow,
    Line,
    Rename,
    Scene,
    Unhide,
    reply,
)
from adapters.sandbox.players import SCHOOL, Players
from adapters.sandbox.world import World
from bot.model import AttachmentKind, Edge, Kind
from bot.rules.newcomers import Pointing, School, pointers
from bot.settings import load

LONDON = ZoneInfo("Europe/London")
EVERYTHING = [direction for scene in DAY for direction in scene.directions]
LINES = [each for each in EVERYTHING if isinstance(each, Line) and each.who != SCHOOL]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The world on the morning of the day."""
    made = World(tmp_path / "sandbox.db")
    set_up(made)
    yield made
    made.close()


def local(world: World) -> datetime:
    return world.clock.now().astimezone(LONDON)


def test_the_day_holds_at_least_sixty_comments_in_twelve_to_eighteen_scenes() -> None:
    assert len(LINES) >= 60
    assert 12 <= len(DAY) <= 18


def test_every_kind_that_a_person_can_find_is_said_somewhere() -> None:
    shown = {kind for line in LINES for kind in line.kinds}
    # Nothing is "unscored" by what it says: that is a classifier that failed.
    assert set(Kind) - shown == {Kind.UNSCORED}


def test_every_edge_of_both_platforms_is_used() -> None:
    assert {line.edge for line in LINES} == {
        Edge.REPLY, Edge.MENTION, Edge.QUOTE, Edge.PAGE_COMMENT, Edge.VISITOR_POST, Edge.TAG,
    }  # fmt: skip
    assert {follow.how for follow in EVERYTHING if isinstance(follow, Follow)} == {
        "follows", "asks", "leaves",
    }  # fmt: skip


def test_every_sort_of_newcomer_comes_and_one_is_renamed() -> None:
    school = School(SCHOOL_NAME, (SCHOOL_HANDLE,), load(None, environ={}).people)
    follows = {each.who for each in EVERYTHING if isinstance(each, Follow)}
    pointed = {
        one.kind
        for handle in follows
        for one in pointers(
            X_PEOPLE[handle].name, handle, X_PEOPLE[handle].bio, {}, school, date(2026, 11, 24)
        )
    }
    assert pointed >= {
        Pointing.SCHOOL_YEAR, Pointing.PARENT, Pointing.STAFF, Pointing.BUSINESS,
        Pointing.LOOK_ALIKE,
    }  # fmt: skip
    bios = [X_PEOPLE[handle].bio for handle in follows]
    assert any(bio.startswith("yr 6") for bio in bios)
    assert any("My year 5" in bio for bio in bios)
    [renamed] = [each for each in EVERYTHING if isinstance(each, Rename)]
    assert renamed.who in FOLLOWERS


def test_both_platforms_have_their_share_of_the_comments() -> None:
    on_x = sum(line.platform == "x" for line in LINES)
    assert 0.35 < on_x / len(LINES) < 0.65


def test_the_odd_shapes_of_comments_are_there() -> None:
    named = {line.name for line in LINES if line.name}
    assert any(line.withheld for line in LINES)
    assert any(not line.tagged for line in LINES)
    assert any(len(line.text) > 280 and line.platform == "x" for line in LINES)
    assert any(line.edge is Edge.PAGE_COMMENT and line.to in named for line in LINES)
    assert {line.attachment for line in LINES} >= {
        AttachmentKind.PHOTO, AttachmentKind.GIF, AttachmentKind.LINK,
    }  # fmt: skip


def test_comments_are_edited_deleted_filtered_and_unhidden() -> None:
    happenings = {type(each) for each in EVERYTHING}
    assert happenings >= {Edit, Delete, FilteredByFacebook, Unhide}


def test_harmless_comments_are_many_and_some_of_them_hard() -> None:
    harmless = [line for line in LINES if not line.kinds]
    assert len(harmless) >= len(LINES) / 3
    assert sum(line.look_alike for line in harmless) >= 10


def test_an_uploaded_photo_is_always_expected_in_the_queue() -> None:
    photos = [line for line in LINES if line.attachment is AttachmentKind.PHOTO]
    assert photos
    assert all(Kind.UNREAD_ATTACHMENT in line.kinds for line in photos)


def test_the_headteacher_and_a_named_teacher_with_a_child_are_accused() -> None:
    accusations = [line.text for line in LINES if Kind.ALLEGATION in line.kinds]
    assert any("Mrs Hartley" in text for text in accusations)
    assert any("Mr Dunmore" in text and "my son" in text for text in accusations)


def test_the_same_words_are_alarming_only_from_a_stranger() -> None:
    asking = [line for line in LINES if line.text.startswith("What time do the little ones")]
    assert [line.kinds for line in asking] == [(Kind.EXPLOITATION,), ()]


def test_both_campaigns_say_the_same() -> None:
    texts = [line.text for line in LINES if Kind.CAMPAIGNING in line.kinds]
    assert len({re.sub("Greenway Independents|Fenland Alliance", "", text) for text in texts}) == 1
    assert len(texts) == 2


def test_one_pile_on_brings_fifteen_replies_within_five_minutes() -> None:
    replies = [
        [each for each in scene.directions if isinstance(each, Line) and each.edge is Edge.REPLY]
        for scene in DAY
    ]
    scene = max(range(len(DAY)), key=lambda number: len(replies[number]))
    assert len(replies[scene]) >= 15
    assert len(DAY[scene].directions) * DAY[scene].pause <= 5 * 60


def test_the_scenes_follow_each_other_through_a_school_day() -> None:
    starts = [scene.at for scene in DAY]
    assert starts == sorted(starts)
    assert starts[0] >= time(7, 30)
    assert starts[-1] <= time(18, 0)
    for scene, following in pairwise(DAY):
        apart = _seconds(following.at) - _seconds(scene.at)
        # Time to poll, judge and send letters in between, without the script falling behind.
        assert apart >= len(scene.directions) * scene.pause + 15 * 60


def test_everybody_on_x_is_in_the_cast_under_a_name_that_x_would_take() -> None:
    before = [each for _, _, each in BEFORE if isinstance(each, Line)]
    writing = {line.who for line in LINES + before if line.platform == "x"} - {SCHOOL}
    assert writing <= X_PEOPLE.keys()
    assert {*FOLLOWERS, *(handle for handle, _ in READERS)} <= X_PEOPLE.keys()
    assert all(re.fullmatch(r"\w{1,15}", name, re.ASCII) for name in (*X_PEOPLE, SCHOOL_HANDLE))


def test_nothing_in_the_script_leads_to_a_real_address_or_telephone() -> None:
    texts = [each.text for each in EVERYTHING if isinstance(each, (Line, Edit))]
    links = [link for text in texts for link in re.findall(r"https?://([^/\s]+)", text)]
    numbers = [number for text in texts for number in re.findall(r"\b0[\d ]{9,12}\d", text)]
    assert links
    assert all(link.endswith(".example") for link in links)
    # Ofcom keeps these numbers for drama.
    assert numbers
    assert all(number.startswith("07700 900") for number in numbers)


def test_the_day_begins_at_seven_on_a_tuesday_with_old_comments(world: World) -> None:
    assert local(world).strftime("%A %H:%M") == "Tuesday 07:00"
    old = [each for _, _, each in BEFORE if isinstance(each, Line) and each.who != SCHOOL]
    assert {line.platform for line in old} == {"x", "facebook"}
    assert len(world.rows("SELECT 1 FROM notes WHERE key LIKE 'comment %'")) == len(old)
    this_morning = datetime.combine(local(world).date(), time(0), LONDON).timestamp()
    assert not world.rows("SELECT 1 FROM x_posts WHERE at >= ?", this_morning)
    assert not world.rows("SELECT 1 FROM fb_objects WHERE at >= ?", this_morning)


def test_setting_up_twice_makes_one_school(world: World) -> None:
    account, posts = world.x_account_id(), world.x_posts()
    set_up(world)
    assert (world.x_account_id(), world.x_posts()) == (account, posts)


def test_the_whole_day_can_be_played_and_every_line_is_written(world: World) -> None:
    old = len(world.rows("SELECT 1 FROM notes WHERE key LIKE 'comment %'"))
    told = [perform(world, scene) for scene in DAY]
    assert [line[:5] for line in told] == [f"{scene.at:%H:%M}" for scene in DAY]
    assert len(world.rows("SELECT 1 FROM notes WHERE key LIKE 'comment %'")) == old + len(LINES)


def test_a_scene_that_comes_late_says_the_time_that_it_is(world: World) -> None:
    world.jump_to(world.clock.now() + timedelta(hours=2))
    assert perform(world, DAY[0]).startswith("09:00 ")


def test_nothing_is_dated_before_what_a_poll_may_have_read(world: World) -> None:
    read_at = world.clock.timestamp()
    for scene in DAY:
        known = world.x_posts()
        perform(world, scene)
        fresh = [int(post) for post in world.x_posts() - known]
        marks = ",".join("?" * len(fresh))
        oldest = world.row(f"SELECT MIN(at) AS at FROM x_posts WHERE id IN ({marks})", *fresh)
        assert oldest is not None
        assert oldest["at"] is None or oldest["at"] > read_at
        read_at = world.clock.timestamp()


def test_trouble_lasts_for_one_scene_and_is_gone_in_the_next(world: World) -> None:
    number = next(
        n for n, scene in enumerate(DAY) if any(isinstance(d, AllWell) for d in scene.directions)
    )
    for scene in DAY[:number]:
        perform(world, scene)
    for _ in range(10):
        assert world.take_fault("x", "GET", "/2/users/1/mentions") is not None
        assert world.take_fault("facebook", "GET", "/v26.0/1/published_posts") is not None
    perform(world, DAY[number])
    assert world.take_fault("x", "GET", "/2/users/1/mentions") is None
    assert world.take_fault("facebook", "GET", "/v26.0/1/published_posts") is None


def test_the_day_goes_on_when_a_person_has_deleted_what_the_script_answers(world: World) -> None:
    players = Players(world)
    for scene in DAY:
        perform(world, scene)
        for line in scene.directions:
            if isinstance(line, Line) and line.name:
                Delete(line.name).act(players)
    assert perform(world, Scene(time(18), "Good night.", ())).endswith("Good night.")


def test_nobody_answers_what_is_gone(world: World) -> None:
    reply("dev_and_co", "nativity", "Gone in a moment.", name="gone").act(Players(world))
    Delete("gone").act(Players(world))
    before = world.x_posts()
    reply("FenlandTom", "gone", "What was that?").act(Players(world))
    assert world.x_posts() == before


def test_speaking_of_what_was_never_there_is_a_fault_of_the_script(world: World) -> None:
    with pytest.raises(LookupError, match="never there"):
        Delete("never there").act(Players(world))


def test_fed_texts_come_in_batches_that_leave_room_for_the_rate_windows(world: World) -> None:
    feeding.queue(world, [f"Text number {number}" for number in range(90)])
    began = world.clock.timestamp()
    told = []
    while (sentence := feeding.release(world)) is not None:
        told.append(sentence[6:])
    assert told == [
        "A batch of 40 of your comments (40 of 90).",
        "A batch of 40 of your comments (80 of 90).",
        "A batch of 10 of your comments (90 of 90).",
    ]
    assert world.clock.timestamp() - began >= 3 * 15 * 60


def test_the_same_file_fed_again_adds_nothing_and_a_longer_one_its_end(world: World) -> None:
    texts = ["One", "Two", "Two", ""]
    feeding.queue(world, texts)
    feeding.queue(world, texts)
    feeding.release(world)
    feeding.queue(world, [*texts, "Three"])
    assert str(feeding.release(world)).endswith("(4 of 4).")
    assert feeding.release(world) is None
    assert feeding.left_out(world) == 1


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60
