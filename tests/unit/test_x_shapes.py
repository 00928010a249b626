"""X's JSON in both namings → the model; marks, queries and options of the X adapter."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.x import XAdapter, shapes
from adapters.x.errors import BadRequest
from adapters.x.marks import (
    CommentMarks,
    FollowerMarks,
    Mark,
    comment_marks,
    cursor_for,
    follower_marks,
    post_mark,
    walk,
)
from adapters.x.options import read_options
from adapters.x.shapes import Json
from adapters.x.sweep import QUERY_LENGTH, queries_for
from bot.errors import AdapterError, SettingsError
from bot.model import Attachment, AttachmentKind, Author, Cursor, Edge, ItemKind, ItemRef
from bot.ports import Context
from tests.builders import NOON

SCHOOL = "7"


def a_post(native_id: str = "500", text: str = "Lovely concert.", **more: Any) -> dict[str, Any]:
    return {
        "id": native_id,
        "text": text,
        "author_id": "31",
        "conversation_id": native_id,
        "created_at": "2026-11-20T11:59:00.000Z",
        **more,
    }


def a_reply(replied_to: str = "400", **more: Any) -> dict[str, Any]:
    reference = {"type": "replied_to", "id": replied_to}
    return a_post(**{"conversation_id": "400", "referenced_tweets": [reference], **more})


def as_comment(row: Json, ours: bool | None = False, media: Json | None = None) -> Any:
    return shapes.comment(row, "school", media=media or {}, author=None, ours=ours, now=NOON)


def renamed(value: Any) -> Any:
    """The spec of August 2026."""
    names = {"referenced_tweets": "referenced_posts", "note_tweet": "note_post"}
    names |= {"tweet_count": "post_count"}
    if isinstance(value, dict):
        return {names.get(key, key): renamed(each) for key, each in value.items()}
    return [renamed(each) for each in value] if isinstance(value, list) else value


# --- comments ----------------------------------------------------------------------------------


def test_a_reply_in_our_conversation_can_be_hidden() -> None:
    comment = as_comment(a_reply("450"), ours=True)
    assert (comment.edge, comment.can_hide) == (Edge.REPLY, True)
    assert (comment.post_id, comment.parent_id) == ("400", "450")
    assert comment.ref == ItemRef("x", ItemKind.COMMENT, "500")
    assert comment.created_at == datetime(2026, 11, 20, 11, 59, tzinfo=UTC)
    assert comment.permalink == "https://x.com/i/web/status/500"


def test_a_reply_in_somebody_elses_conversation_is_a_mention_that_cannot_be_hidden() -> None:
    comment = as_comment(a_reply(), ours=False)
    assert (comment.edge, comment.can_hide) == (Edge.MENTION, False)


def test_where_nobody_says_whose_conversation_it_is_nothing_is_claimed() -> None:
    comment = as_comment(a_reply(), ours=None)
    assert (comment.edge, comment.can_hide) == (Edge.MENTION, None)


def test_a_quote_names_what_it_quotes_and_cannot_be_hidden() -> None:
    row = a_post(referenced_tweets=[{"type": "quoted", "id": "400"}])
    comment = as_comment(row)
    assert (comment.edge, comment.can_hide, comment.parent_id) == (Edge.QUOTE, False, "400")


@pytest.mark.parametrize("naming", [lambda row: row, renamed])
def test_both_field_namings_read_the_same(naming: Any) -> None:
    row = a_reply("450", text="cut…", note_tweet={"text": "the whole of it"})
    comment = as_comment(naming(row), ours=True)
    assert (comment.text, comment.parent_id) == ("the whole of it", "450")
    user = {"id": "31", "public_metrics": {"tweet_count": 9}}
    assert shapes.newcomer(naming(user), "school", NOON).facts["posts"] == "9"


def test_the_escapes_that_x_makes_are_undone_once() -> None:
    assert as_comment(a_post(text="Tom &amp; Zoë &lt;3 &amp;lt;")).text == "Tom & Zoë <3 &lt;"


def test_pictures_videos_and_links_hang_on_a_comment() -> None:
    row = a_post(
        attachments={"media_keys": ["3_1", "16_2", "7_9"]},
        entities={
            "urls": [
                {"expanded_url": "https://x.com/a/status/500/photo/1", "media_key": "3_1"},
                {"expanded_url": "https://x.com/rossmore/status/400"},
                {"expanded_url": "https://bit.example/1", "unwound_url": "https://shop.example/1"},
            ]
        },
    )
    media = {
        "3_1": {"type": "photo", "url": "https://pics.example/1.jpg", "alt_text": "A stage"},
        "16_2": {"type": "animated_gif", "preview_image_url": "https://pics.example/2.jpg"},
    }
    assert as_comment(row, media=media).attachments == (
        Attachment(AttachmentKind.PHOTO, "https://pics.example/1.jpg", "A stage"),
        Attachment(AttachmentKind.GIF, "https://pics.example/2.jpg"),
        Attachment(AttachmentKind.VIDEO),
        Attachment(AttachmentKind.LINK, "https://shop.example/1"),
    )


@pytest.mark.parametrize("address", ["https://ex℀mple.com/", "http://[x/", "https://a]b.test"])
def test_a_strangers_broken_link_stays_a_link_and_keeps_nothing_from_being_read(
    address: str,
) -> None:
    comment = as_comment(a_post(entities={"urls": [{"expanded_url": address}]}))
    assert comment.attachments == (Attachment(AttachmentKind.LINK, address),)


def test_a_post_that_lacks_nearly_everything_is_still_a_comment() -> None:
    comment = as_comment({"id": "500", "created_at": "yesterday", "referenced_tweets": None})
    assert (comment.text, comment.author, comment.post_id) == ("", None, "")
    assert comment.created_at == NOON


def test_only_a_direct_reply_to_our_own_head_proves_by_itself_that_it_is_ours() -> None:
    assert shapes.answers_head_of(a_reply(in_reply_to_user_id=SCHOOL), SCHOOL)
    assert not shapes.answers_head_of(a_reply("450", in_reply_to_user_id=SCHOOL), SCHOOL)
    assert not shapes.answers_head_of(a_reply(in_reply_to_user_id="31"), SCHOOL)


# --- people ------------------------------------------------------------------------------------


def test_a_newcomer_is_facts_only() -> None:
    row = {
        "id": "31",
        "username": "sam",
        "name": "Sam Porter",
        "description": "Tom &amp; me",
        "created_at": "2019-03-04T05:06:07.000Z",
        "protected": True,
        "verified": True,
        "verified_type": "blue",
        "profile_image_url": "https://pics.example/sam.jpg",
        "public_metrics": {"followers_count": 12, "following_count": 0, "tweet_count": 3},
    }
    newcomer = shapes.newcomer(row, "school", NOON)
    assert newcomer.ref == ItemRef("x", ItemKind.NEWCOMER, "31", "school")
    assert newcomer.edge is Edge.FOLLOWER
    assert newcomer.author == Author("31", "sam", "Sam Porter")
    assert (newcomer.bio, newcomer.permalink) == ("Tom & me", "https://x.com/sam")
    assert newcomer.facts == {
        "handle": "@sam",
        "followers": "12",
        "following": "0",
        "posts": "3",
        "joined": "2019-03-04",
        "protected": "yes",
        "verified": "blue",
        "picture": "their own",
    }
    assert "sam.jpg" not in repr(newcomer)


def test_who_asks_to_follow_is_a_follow_request() -> None:
    row = {"id": "31", "connection_status": ["muting", "follow_request_received"]}
    assert shapes.newcomer(row, "school", NOON).edge is Edge.FOLLOW_REQUEST


# --- answers -----------------------------------------------------------------------------------


def test_an_empty_page_is_empty_where_x_says_so() -> None:
    assert shapes.listing({"meta": {"result_count": 0}}).rows == ()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"meta": {}},
        {"meta": {"result_count": 3}},
        {"data": None},
        {"data": [a_post()]},
        {"errors": [{"title": "Not Found Error"}]},
        {"errors": [{"title": "Not Found Error"}], "meta": {"result_count": 0}},
    ],
)
def test_what_x_did_not_say_is_never_nothing_found(answer: Json) -> None:
    with pytest.raises(AdapterError):
        shapes.listing(answer)


def test_errors_beside_data_are_problems_without_anybodys_words() -> None:
    error = {"title": "Not Found Error", "resource_type": "tweet", "resource_id": "499"}
    page = shapes.listing(
        {"data": [a_post()], "meta": {}, "errors": [{**error, "detail": "what somebody wrote"}]}
    )
    assert page.problems == ("X left out one tweet: Not Found Error.",)
    assert page.lost == ("499",)


def test_errors_that_are_null_beside_data_are_no_problem() -> None:
    page = shapes.listing({"data": [a_post()], "meta": {}, "errors": None, "includes": None})
    assert page.problems == ()


def test_an_item_without_an_id_is_a_problem_and_the_rest_is_read() -> None:
    page = shapes.listing({"data": [{"text": "?"}, a_post()], "meta": {}})
    assert [row["id"] for row in page.rows] == ["500"]
    assert page.problems


def test_an_empty_look_up_concludes_nothing() -> None:
    with pytest.raises(AdapterError):
        shapes.lookup({})


def test_ids_are_compared_as_numbers() -> None:
    assert shapes.highest(["99", "100", "", "x"]) == "100"
    assert shapes.highest([]) == ""


# --- marks -------------------------------------------------------------------------------------


class Pages:
    """X's side of a newest-first list: pages by token, with the marks that were asked for."""

    def __init__(self, pages: dict[str, Json], refused: frozenset[Mark] = frozenset()) -> None:
        self.pages = pages
        self.refused = refused
        self.asked: list[Mark] = []

    def __call__(self, mark: Mark) -> Json:
        self.asked.append(mark)
        if mark in self.refused:
            raise BadRequest("X does not understand the call.")
        return self.pages[mark.token]


def a_page(*ids: str, next_token: str = "") -> Json:
    meta = {"next_token": next_token} if next_token else {}
    return {"data": [a_post(each) for each in ids], "meta": {**meta, "result_count": len(ids)}}


def test_the_mark_moves_only_with_the_last_page() -> None:
    pages = Pages({"": a_page("1000", "998", next_token="b"), "b": a_page("997")})
    marks = [(mark, last) for _, mark, last in walk(pages, Mark(since="99"))]
    assert marks == [(Mark("99", "b", "1000"), False), (Mark("1000"), True)]


def test_a_broken_off_run_goes_on_and_remembers_the_newest_of_its_first_page() -> None:
    pages = Pages({"b": a_page("997")})
    (_, mark, last), *_ = walk(pages, Mark("99", "b", "1000"))
    assert (mark, last) == (Mark("1000"), True)
    assert pages.asked == [Mark("99", "b", "1000")]


def test_an_empty_answer_keeps_the_mark() -> None:
    (_, mark, _), *_ = walk(Pages({"": {"meta": {"result_count": 0}}}), Mark(since="99"))
    assert mark == Mark(since="99")


def test_a_page_token_that_x_refuses_starts_the_run_anew() -> None:
    stale = Mark("99", "old", "1000")
    pages = Pages({"": a_page("1001")}, frozenset({stale}))
    assert [mark for _, mark, _ in walk(pages, stale)] == [Mark("1001")]
    assert pages.asked == [stale, Mark(since="99")]


def test_a_since_id_older_than_x_allows_is_left_out() -> None:
    pages = Pages({"": a_page("1001")}, frozenset({Mark(since="99")}))
    assert [mark for _, mark, _ in walk(pages, Mark(since="99"))] == [Mark("1001")]


def test_a_refusal_that_is_not_about_the_marks_is_raised() -> None:
    pages = Pages({}, frozenset({Mark(since="99"), Mark()}))
    with pytest.raises(BadRequest):
        next(walk(pages, Mark(since="99")))


@pytest.mark.parametrize("start", [Mark(since="9"), Mark("9", "b", "30")])
def test_repeated_page_tokens_end_the_run_and_the_next_one_starts_anew(start: Mark) -> None:
    pages = Pages(
        {
            "": a_page("30", next_token="a"),
            "a": a_page("20", next_token="b"),
            "b": a_page("10", next_token="a"),
        }
    )
    seen: list[tuple[Mark, bool]] = []
    run = ((mark, last) for _, mark, last in walk(pages, start))
    with pytest.raises(AdapterError) as raised:
        seen.extend(run)
    assert not raised.value.permanent
    assert seen[-1] == (Mark(since="9"), False)
    assert len(pages.asked) <= 3


MARKS = st.builds(Mark, st.from_regex(r"\d{0,19}", fullmatch=True), st.text(), st.just(""))
IDS = st.lists(st.from_regex(r"\d{1,19}", fullmatch=True)).map(tuple)


@given(MARKS, st.booleans())
def test_marks_survive_a_cursor(mark: Mark, last: bool) -> None:
    assert post_mark(cursor_for(mark, Cursor(), last)) == mark
    comments = CommentMarks(mark, "12", 3.5)
    assert comment_marks(cursor_for(comments, Cursor(), last)) == comments


@given(IDS, IDS, st.text())
def test_follower_marks_survive_a_cursor(
    known: tuple[str, ...], fresh: tuple[str, ...], token: str
) -> None:
    marks = FollowerMarks(known, fresh, token)
    assert follower_marks(cursor_for(marks, Cursor(), False)) == marks


@pytest.mark.parametrize("broken", ["{", "[]", "7", '{"mentions": null, "swept_at": "soon"}'])
def test_a_cursor_that_cannot_be_read_means_reading_from_the_start(broken: str) -> None:
    assert comment_marks(Cursor(broken)) == CommentMarks()


def test_a_page_in_the_middle_keeps_the_high_water_mark_it_began_with() -> None:
    cursor = cursor_for(Mark("1", "b", "2"), Cursor("before", "old"), last=False)
    assert cursor.high_water == "before"
    assert not cursor_for(Mark("2"), cursor, last=True).resume


# --- the sweep's queries -----------------------------------------------------------------------


@given(st.lists(st.integers(1, 2**63).map(str), max_size=40, unique=True))
def test_queries_hold_each_post_once_and_keep_to_the_length(ids: list[str]) -> None:
    queries = list(queries_for(ids, "RossmoreAcademy"))
    assert all(len(query) <= QUERY_LENGTH for query in queries)
    assert all(query.endswith(") -from:RossmoreAcademy -is:retweet") for query in queries)
    words = [word.strip("()") for query in queries for word in query.split()]
    for relation in ("conversation_id", "quotes_of_tweet_id"):
        assert [w for w in words if w.startswith(relation)] == [f"{relation}:{i}" for i in ids]


def test_six_posts_need_two_queries() -> None:
    ids = [str(1_990_000_000_000_000_000 + number) for number in range(6)]
    assert len(list(queries_for(ids, "RossmoreAcademy"))) == 2


# --- options -----------------------------------------------------------------------------------

OAUTH1 = {
    "X_CONSUMER_KEY": "ck",
    "X_CONSUMER_SECRET": "cs",
    "X_ACCESS_TOKEN": "at",
    "X_ACCESS_TOKEN_SECRET": "ats\n",
}


def test_the_user_tokens_are_preferred_to_the_bearer(
    context: Context, secrets: dict[str, str]
) -> None:
    secrets |= {**OAUTH1, "X_BEARER_TOKEN": "bt"}
    options, credentials = read_options({"handle": "@Rossmore"}, context)
    assert options.handle == "Rossmore"
    assert credentials.oauth1 == ("ck", "cs", "at", "ats")
    assert "ck" not in repr(credentials)


def test_two_accounts_have_secrets_of_their_own(context: Context, secrets: dict[str, str]) -> None:
    secrets["X_SIXTH_BEARER_TOKEN"] = "bt"
    _, credentials = read_options({"handle": "six", "secret_prefix": "X_SIXTH"}, context)
    assert (credentials.oauth1, credentials.bearer) == (None, "bt")


def test_all_that_is_wrong_is_said_at_once(context: Context, secrets: dict[str, str]) -> None:
    secrets["X_ACCESS_TOKEN"] = "at"
    wrong = {
        "handel": "Rossmore",
        "user_id": "@rossmore",
        "base_url": "http://api.x.com",
        "sweep_minutes": True,
        "secret_prefix": "x-",
    }
    with pytest.raises(SettingsError) as raised:
        XAdapter.from_options(wrong, context)
    paths = [problem.path for problem in raised.value.problems if problem.path]
    assert paths == ["handel", "handle", "user_id", "base_url", "sweep_minutes", "secret_prefix"]
    assert "did you mean handle?" in str(raised.value)


def test_each_missing_secret_is_named_with_where_to_find_it(
    context: Context, secrets: dict[str, str]
) -> None:
    secrets |= {**OAUTH1, "X_CONSUMER_KEY": " "}
    with pytest.raises(SettingsError) as raised:
        XAdapter.from_options({"handle": "Rossmore"}, context)
    (problem,) = raised.value.problems
    assert "X_CONSUMER_KEY" in problem.message
    assert "developer portal" in problem.message


@pytest.mark.parametrize("url", ["http://127.0.0.1:8041", "http://localhost:1/x", "https://a.test"])
def test_plain_http_is_for_this_machine_only(
    context: Context, secrets: dict[str, str], url: str
) -> None:
    secrets |= OAUTH1
    options, _ = read_options({"handle": "Rossmore", "base_url": url, "user_id": 7}, context)
    assert (options.base_url, options.user_id) == (url, "7")


@pytest.mark.parametrize("url", ["http://a.test", "https://", "http://[", 8041])
def test_an_address_that_would_not_keep_tokens_safe_is_complained_of(
    context: Context, secrets: dict[str, str], url: object
) -> None:
    secrets |= OAUTH1
    with pytest.raises(SettingsError) as raised:
        read_options({"handle": "Rossmore", "base_url": url}, context)
    assert [problem.path for problem in raised.value.problems] == ["base_url"]


def test_two_adapters_can_be_made_without_a_call(context: Context, secrets: dict[str, str]) -> None:
    secrets |= OAUTH1
    made = [XAdapter.from_options({"handle": f"a{n}"}, context) for n, _ in zip(count(), "ab")]
    assert [adapter.account for adapter in made] == ["school", "school"]


# --- what is not in X's form ------------------------------------------------------------------

NONSENSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=3),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just({})), max_size=3),
    st.dictionaries(st.sampled_from(["id", "text", "urls", "media_keys"]), st.integers()),
)
FIELDS = [
    "text",
    "note_tweet",
    "note_post",
    "entities",
    "attachments",
    "referenced_tweets",
    "referenced_posts",
    "created_at",
    "author_id",
    "conversation_id",
    "in_reply_to_user_id",
    "public_metrics",
    "connection_status",
    "username",
    "name",
    "description",
    "verified_type",
    "profile_image_url",
]


@given(st.dictionaries(st.sampled_from(FIELDS), NONSENSE), st.lists(NONSENSE), NONSENSE)
def test_nonsense_in_a_row_neither_raises_nor_loses_the_item(
    fields: dict[str, Any], strangers: list[Any], included: Any
) -> None:
    row = {"id": "500", **fields}
    answer = {"data": [*strangers, row], "meta": {"result_count": 1}, "includes": included}
    found = shapes.listing(answer)
    assert [each["id"] for each in found.rows if each["id"] == "500"] == ["500"]
    assert as_comment(row, media=found.media).ref.native_id == "500"
    assert shapes.own_post(row, "school", found.media, NOON).ref.native_id == "500"
    assert shapes.newcomer(row, "school", NOON).ref.native_id == "500"
    assert shapes.still_follows(row) in (True, False)


@given(NONSENSE, NONSENSE)
def test_a_page_of_nonsense_raises_an_error_of_the_house_or_says_what_it_lost(
    data: Any, errors: Any
) -> None:
    try:
        found = shapes.listing({"data": data, "errors": errors, "meta": {"result_count": 1}})
    except AdapterError:
        return
    assert found.problems or len(found.rows) == len(data)


@pytest.mark.parametrize("stranger", [None, "501", 501, [], {}, {"text": "Who am I?"}])
def test_a_look_up_with_a_row_that_is_no_item_never_makes_another_look_gone(stranger: Any) -> None:
    with pytest.raises(AdapterError, match="nothing is concluded"):
        shapes.lookup({"data": [a_post("500"), stranger]})


@pytest.mark.parametrize("data", ["nonsense", 7, {"id": "500"}])
def test_a_look_up_that_is_no_list_is_an_error_of_the_house(data: Any) -> None:
    with pytest.raises(AdapterError, match="nothing is concluded"):
        shapes.lookup({"data": data})


def test_media_that_are_no_objects_leave_the_picture_to_a_person() -> None:
    answer = {
        "data": [a_post(attachments={"media_keys": ["3_1"]})],
        "meta": {"result_count": 1},
        "includes": {"media": ["3_1", None, {"media_key": "3_2", "type": "photo"}]},
    }
    found = shapes.listing(answer)
    (picture,) = as_comment(found.rows[0], media=found.media).attachments
    assert picture.kind is AttachmentKind.PHOTO


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", 7])
def test_a_time_that_no_clock_knows_is_the_time_of_reading(when: object) -> None:
    assert as_comment(a_post(created_at=when)).created_at == NOON
