"""Graph's JSON as values of the house. Bodies are made up after Meta's documentation."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.facebook.shapes import Shapes, flag, mapping, rows, text
from bot.errors import AdapterError
from bot.model import AttachmentKind, Author, Edge, ItemKind, ItemRef, digest_of
from tests.builders import NOON

PAGE = "100200300"
POST = f"{PAGE}_555"
SHAPES = Shapes("school", PAGE)


def a_raw_comment(**more: Any) -> dict[str, Any]:
    return {
        "id": "555_7",
        "from": {"id": "900", "name": "Robin Vale"},
        "message": "When does it begin?",
        "created_time": "2026-11-20T09:15:00+0000",
        "is_hidden": False,
        "can_hide": True,
        "permalink_url": "https://www.facebook.com/555?comment_id=7",
        **more,
    }


def with_attachment(**attachment: Any) -> Any:
    comment = SHAPES.comment(a_raw_comment(attachment=attachment), POST, NOON)
    (only,) = comment.attachments
    return only


def test_a_comment_keeps_all_that_facebook_says() -> None:
    comment = SHAPES.comment(a_raw_comment(), POST, NOON)
    assert comment.ref == ItemRef("facebook", ItemKind.COMMENT, "555_7")
    assert comment.account == "school"
    assert comment.edge is Edge.PAGE_COMMENT
    assert comment.text == "When does it begin?"
    assert comment.created_at == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
    assert comment.author == Author("900", name="Robin Vale")
    assert (comment.post_id, comment.parent_id) == (POST, POST)
    assert comment.permalink == "https://www.facebook.com/555?comment_id=7"
    assert (comment.can_hide, comment.hidden) == (True, False)
    assert comment.attachments == ()


def test_a_reply_answers_its_parent_below_the_same_post() -> None:
    comment = SHAPES.comment(a_raw_comment(parent={"id": "555_6"}), POST, NOON)
    assert (comment.post_id, comment.parent_id) == (POST, "555_6")


@pytest.mark.parametrize("withheld", [None, {}, {"name": "Robin Vale"}, "900"])
def test_a_withheld_author_is_none(withheld: object) -> None:
    assert SHAPES.comment(a_raw_comment(**{"from": withheld}), POST, NOON).author is None


def test_the_page_itself_is_the_school() -> None:
    raw = a_raw_comment(**{"from": {"id": PAGE, "name": "Rossmead School"}})
    author = SHAPES.comment(raw, POST, NOON).author
    assert author is not None
    assert author.is_school


def test_what_facebook_leaves_out_is_unknown_and_not_false() -> None:
    comment = SHAPES.comment({"id": "555_7"}, POST, NOON)
    assert (comment.can_hide, comment.hidden, comment.author) == (None, None, None)
    assert (comment.text, comment.permalink) == ("", "")
    assert comment.created_at == NOON


def test_lone_surrogates_and_tags_leave_the_text_as_it_is() -> None:
    tags = [{"id": "1", "name": "Robin", "offset": 0, "length": 5, "type": "user"}]
    comment = SHAPES.comment(a_raw_comment(message="Robin \ud83c!", message_tags=tags), POST, NOON)
    assert comment.text == "Robin \ud83c!"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("photo", AttachmentKind.PHOTO),
        ("album", AttachmentKind.PHOTO),
        ("video_inline", AttachmentKind.VIDEO),
        ("video_share_youtube", AttachmentKind.VIDEO),
        ("animated_image_video", AttachmentKind.VIDEO),
        ("animated_image_share", AttachmentKind.GIF),
        ("sticker", AttachmentKind.GIF),
        ("share", AttachmentKind.LINK),
        ("fallback", AttachmentKind.LINK),
    ],
)
def test_an_attachment_type_becomes_one_of_four_kinds(kind: str, expected: AttachmentKind) -> None:
    assert with_attachment(type=kind).kind is expected


@pytest.mark.parametrize("kind", ["", "something_new"])
def test_an_unknown_attachment_is_a_picture_so_that_a_person_looks(kind: str) -> None:
    assert with_attachment(type=kind).kind is AttachmentKind.PHOTO


def test_a_link_leads_past_facebooks_redirect() -> None:
    shim = "https://l.facebook.com/l.php?u=https%3A%2F%2Fbakes.example%2Fsale%3Fa%3D1&h=AT0xyz"
    link = with_attachment(type="share", url=shim, title="Cake sale")
    assert (link.url, link.title) == ("https://bakes.example/sale?a=1", "Cake sale")


@pytest.mark.parametrize("url", ["https://ex℀mple.com/", "http://[x/", "https://a]b.test"])
def test_a_strangers_broken_link_is_left_as_it_is(url: str) -> None:
    assert with_attachment(type="share", url=url).url == url


def test_a_redirect_of_somebody_else_is_left_alone() -> None:
    url = "https://l.example/l.php?u=https%3A%2F%2Fbakes.example"
    assert with_attachment(type="share", url=url).url == url


def test_an_attachment_without_an_address_takes_its_targets() -> None:
    attached = with_attachment(type="photo", target={"id": "1", "url": "https://fb.example/p/1"})
    assert attached.url == "https://fb.example/p/1"


def test_reading_a_shared_link_twice_is_one_reading() -> None:
    shim = "https://l.facebook.com/l.php?u=https%3A%2F%2Fbakes.example&h={}"
    one, two = (with_attachment(type="share", url=shim.format(h)) for h in ("AT1", "AT2"))
    assert digest_of("x", (one,)) == digest_of("x", (two,))


def test_a_visitors_post_heads_its_own_conversation_and_cannot_be_hidden() -> None:
    raw = a_raw_comment(
        id=f"{PAGE}_8",
        can_hide=True,
        attachments={"data": [{"type": "photo"}, {"type": "video_inline"}]},
    )
    post = SHAPES.foreign_post(raw, Edge.VISITOR_POST, NOON)
    assert post.ref == ItemRef("facebook", ItemKind.COMMENT, f"{PAGE}_8")
    assert (post.edge, post.post_id, post.parent_id) == (Edge.VISITOR_POST, "", "")
    assert post.can_hide is False
    kinds = [each.kind for each in post.attachments]
    assert kinds == [AttachmentKind.PHOTO, AttachmentKind.VIDEO]


def test_an_own_post_is_an_own_post() -> None:
    raw = {"id": POST, "message": "Sports day!", "created_time": "2026-11-19T08:00:00+0100"}
    post = SHAPES.own_post(raw, NOON)
    assert post.ref == ItemRef("facebook", ItemKind.OWN_POST, POST)
    assert post.created_at == datetime(2026, 11, 19, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize("page", [{}, {"data": None}, {"data": {}}, {"data": ["x"]}])
def test_an_answer_without_data_is_not_an_empty_list(page: dict[str, Any]) -> None:
    with pytest.raises(AdapterError) as wrong:
        rows(page)
    assert not wrong.value.permanent


def test_only_an_object_is_an_object() -> None:
    with pytest.raises(AdapterError):
        mapping([])


def test_numbers_are_ids_but_true_is_none() -> None:
    assert text({"id": 12}, "id") == "12"
    assert text({"id": True}, "id") == ""
    assert flag({"is_hidden": "true"}, "is_hidden") is None


def test_a_time_without_a_zone_is_utc_wherever_the_machine_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    if hasattr(time, "tzset"):
        time.tzset()
    try:
        comment = SHAPES.comment(a_raw_comment(created_time="2026-11-20T09:15:00"), POST, NOON)
    finally:
        monkeypatch.undo()
        if hasattr(time, "tzset"):
            time.tzset()
    assert comment.created_at == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+0500", "9999-12-31T23:59:59-0500", "now", 7])
def test_a_time_that_is_none_is_the_time_of_reading(when: object) -> None:
    assert SHAPES.comment(a_raw_comment(created_time=when), POST, NOON).created_at == NOON
