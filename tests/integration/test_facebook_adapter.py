"""The Page adapter through facebook-sdk and requests, against scripted Graph answers.

What every adapter must show is in tests/contract; here are Facebook's own peculiarities.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import responses

from adapters.facebook import FacebookAdapter
from bot.errors import (
    AdapterError,
    Denied,
    Gone,
    SignedOut,
    Throttled,
    Unsupported,
    WritesStopped,
)
from bot.model import (
    Capability,
    CapabilityState,
    Comment,
    Cursor,
    Edge,
    Item,
    ItemKind,
    ItemRef,
    Newcomer,
    Page,
    Presence,
)
from bot.ports import Context
from tests.builders import NOON, FixedClock

PAGE = "100200300"
POST = f"{PAGE}_555"
TOKEN = "EAAmadeupPageToken0123456789"
GRAPH = "https://graph.facebook.com/v26.0"
DENIED = {"error": {"code": 200, "type": "OAuthException", "message": "No."}}
GONE = {"error": {"code": 100, "error_subcode": 33, "type": "OAuthException", "message": "?"}}
MODERATOR = ("pages_read_engagement", "pages_read_user_content", "pages_manage_engagement")


class Wire:
    """Scripted answers of the Graph API: several for one path are given in turn, the last stays."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def answer(self, path: str, *bodies: object, method: str = "GET", **more: Any) -> None:
        for body in bodies:
            self._mock.add(method, f"{GRAPH}/{path}", json=body, **more)

    def raw(self, path: str, **answer: Any) -> None:
        self._mock.upsert("GET", f"{GRAPH}/{path}", **answer)

    def token(self, *scopes: str, kind: str = "PAGE", **more: Any) -> None:
        self.answer("debug_token", {"data": {"type": kind, "scopes": list(scopes), **more}})

    def asked(self, path: str, method: str = "GET") -> list[dict[str, str]]:
        """The parameters, query and form, of each call to this path."""
        found = []
        for request in self.requests:
            address, _, query = str(request.url).partition("?")
            if (request.method, address) == (method, f"{GRAPH}/{path}"):
                form = request.body or ""
                assert isinstance(form, str)
                found.append(dict(parse_qsl(f"{query}&{form}")))
        return found

    @property
    def requests(self) -> list[requests.PreparedRequest]:
        return [call.request for call in self._mock.calls]


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Wire(mock)


@pytest.fixture
def page(wire: Wire) -> Wire:
    """A proven Page's token; nobody but the Page's own posts is there to be read."""
    wire.answer("me", {"id": PAGE})
    wire.answer(f"{PAGE}/visitor_posts", {"data": []})
    wire.answer(f"{PAGE}/tagged", {"data": []})
    return wire


@pytest.fixture
def secrets() -> dict[str, str]:
    return {"FACEBOOK_PAGE_TOKEN": TOKEN}


@pytest.fixture
def adapter(context: Context) -> FacebookAdapter:
    return FacebookAdapter.from_options({"page_id": PAGE}, context)


def a_comment(number: int, *, author: str | None = "900", **more: Any) -> dict[str, Any]:
    sender = {} if author is None else {"from": {"id": author, "name": f"Parent {author}"}}
    at = "2026-11-20T09:15:00+0000"
    return {"id": f"555_{number}", "message": f"No. {number}", "created_time": at, **sender, **more}


def comments(*raws: Any, total: int | None = None, after: str = "") -> dict[str, Any]:
    """A list of comments as Graph nests or pages it; `after` leads to the next page."""
    listed: dict[str, Any] = {"data": list(raws), "paging": {"cursors": {"after": "always"}}}
    if after:
        listed["paging"]["next"] = f"{GRAPH}/anything?access_token={TOKEN}&limit=1&after={after}"
    return {**listed, "summary": {"total_count": len(raws) if total is None else total}}


def a_post(number: int = 555, *, days_old: float = 0, **more: Any) -> dict[str, Any]:
    at = (NOON - timedelta(days=days_old)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"id": f"{PAGE}_{number}", "created_time": at, "comments": comments(), **more}


def a_ref(native_id: str = "555_7", kind: ItemKind = ItemKind.COMMENT) -> ItemRef:
    return ItemRef("facebook", kind, native_id)


def run(adapter: FacebookAdapter, high_water: str = "") -> list[Page]:
    return list(adapter.fetch_comments(Cursor(high_water)))


def items(pages: list[Page]) -> list[Item]:
    return [item for page in pages for item in page.items]


def ids(pages: list[Page]) -> list[str]:
    return [item.ref.native_id for item in items(pages)]


def problems(pages: list[Page]) -> list[str]:
    return [problem for page in pages for problem in page.problems]


# --- the token -------------------------------------------------------------------------------


def test_the_token_travels_in_a_header_only(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer(f"{PAGE}/published_posts", {"data": [a_post()]})
    page.answer("555_7", {"id": "555_7", "is_hidden": False, "can_hide": True})
    page.answer("555_7", {"success": True}, method="POST")
    page.answer("555_7", {"success": True}, method="DELETE")
    run(adapter)
    adapter.hide(a_ref())
    adapter.delete(a_ref())
    assert len(page.requests) == 7
    for request in page.requests:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in f"{request.url} {request.body!r}"


def test_with_the_apps_secret_each_call_carries_the_proof(
    page: Wire, context: Context, secrets: dict[str, str]
) -> None:
    secrets["FACEBOOK_APP_SECRET"] = "shh"
    page.answer(f"{PAGE}/published_posts", {"data": []})
    run(FacebookAdapter.from_options({"page_id": PAGE}, context))
    # printf %s "$TOKEN" | openssl dgst -sha256 -hmac shh
    proof = "26ef43a5483ff26c072f871a0be0da2f3e4a297f0acbda44502766c5e091ed9f"
    assert {asked["appsecret_proof"] for asked in page.asked("me")} == {proof}
    assert {asked["appsecret_proof"] for asked in page.asked(f"{PAGE}/tagged")} == {proof}


@pytest.mark.parametrize(
    ("kind", "words"),
    [("USER", "a user's token, not the Page's"), ("PAGE", "the token of another Page")],
)
@pytest.mark.parametrize("fetch", ["fetch_comments", "fetch_own_posts", "fetch_newcomers"])
def test_an_empty_answer_to_a_wrong_token_is_not_believed(
    wire: Wire, adapter: FacebookAdapter, fetch: str, kind: str, words: str
) -> None:
    wire.answer("me", {"id": "42"})
    wire.token(kind=kind)
    wire.answer(f"{PAGE}/published_posts", {"data": []})
    with pytest.raises(SignedOut, match=words):
        next(getattr(adapter, fetch)(Cursor()))
    assert wire.asked(f"{PAGE}/published_posts") == []


def test_the_token_is_proven_once_and_again_after_a_day(
    page: Wire, adapter: FacebookAdapter, clock: FixedClock
) -> None:
    page.answer(f"{PAGE}/published_posts", {"data": []})
    run(adapter)
    run(adapter)
    assert len(page.asked("me")) == 1
    clock.advance(hours=24)
    run(adapter)
    assert len(page.asked("me")) == 2


# --- reading ---------------------------------------------------------------------------------


def test_replies_are_asked_for_and_the_pages_own_comments_left_out(
    page: Wire, adapter: FacebookAdapter
) -> None:
    answers = comments(
        a_comment(1), a_comment(2, author=PAGE), a_comment(3, author=None, parent={"id": "555_1"})
    )
    page.answer(f"{PAGE}/published_posts", {"data": [a_post(comments=answers)]})
    pages = run(adapter)
    found = [item for item in items(pages) if isinstance(item, Comment)]
    assert [(c.ref.native_id, c.parent_id) for c in found] == [("555_1", POST), ("555_3", "555_1")]
    assert [c.author is None for c in found] == [False, True]
    assert [p.not_visible for p in pages] == [0, 0]
    (asked,) = page.asked(f"{PAGE}/published_posts")
    assert "comments.filter(stream)" in asked["fields"]


def test_further_comments_of_a_post_are_followed_to_their_end(
    page: Wire, adapter: FacebookAdapter
) -> None:
    first = comments(a_comment(1), total=5, after="A")
    page.answer(f"{PAGE}/published_posts", {"data": [a_post(comments=first)]})
    page.answer(f"{POST}/comments", comments(a_comment(2), after="B"), comments(a_comment(3)))
    pages = run(adapter)
    assert ids(pages) == ["555_1", "555_2", "555_3"]
    assert [asked["after"] for asked in page.asked(f"{POST}/comments")] == ["A", "B"]
    assert sum(each.not_visible for each in pages) == 2


def test_what_facebook_counts_but_does_not_show_is_told(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.answer(
        f"{PAGE}/published_posts", {"data": [a_post(comments=comments(a_comment(1), total=4))]}
    )
    assert [each.not_visible for each in run(adapter)] == [3, 0]


def test_comments_that_lead_in_circles_are_a_problem_of_their_post_only(
    page: Wire, adapter: FacebookAdapter
) -> None:
    circle = a_post(comments=comments(a_comment(1), after="A"))
    other = a_post(556, comments=comments(a_comment(9)))
    page.answer(f"{PAGE}/published_posts", {"data": [circle, other]})
    page.answer(f"{POST}/comments", comments(a_comment(2), after="A"))
    pages = run(adapter)
    assert ids(pages) == ["555_1", "555_9", "555_2"]
    assert len(page.asked(f"{POST}/comments")) == 1
    assert [problem for problem in problems(pages) if "in circles" in problem]
    assert pages[-1].last


def test_posts_that_lead_in_circles_end_the_run_as_failed(
    page: Wire, adapter: FacebookAdapter
) -> None:
    posts = {"data": [a_post(comments=comments(a_comment(1)))], **paging("A")}
    page.answer(f"{PAGE}/published_posts", posts)
    pages = adapter.fetch_comments(Cursor())
    assert ids([next(pages), next(pages)]) == ["555_1", "555_1"]
    with pytest.raises(AdapterError, match="in circles") as endless:
        next(pages)
    assert not endless.value.permanent


def paging(after: str) -> dict[str, Any]:
    return {"paging": {"next": f"{GRAPH}/{PAGE}/published_posts?after={after}"}}


def test_an_empty_page_with_a_next_one_is_not_the_end(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer(
        f"{PAGE}/published_posts",
        {"data": [], **paging("A")},
        {"data": [a_post(comments=comments(a_comment(1)))]},
    )
    assert ids(run(adapter)) == ["555_1"]


def test_empty_pages_without_end_are_not_followed_for_ever(
    page: Wire, adapter: FacebookAdapter
) -> None:
    endless = [{"data": [], **paging(f"A{number}")} for number in range(100)]
    page.answer(f"{PAGE}/published_posts", *endless)
    with pytest.raises(AdapterError):
        run(adapter)
    assert len(page.asked(f"{PAGE}/published_posts")) < 30


def test_a_next_link_is_followed_on_our_own_host_only(page: Wire, adapter: FacebookAdapter) -> None:
    elsewhere = {"next": f"https://elsewhere.example/{PAGE}/published_posts?until=77&fields=id"}
    page.answer(f"{PAGE}/published_posts", {"data": [], "paging": elsewhere}, {"data": []})
    run(adapter)
    first, second = page.asked(f"{PAGE}/published_posts")
    assert second == {**first, "until": "77"}


def test_visitors_posts_and_tags_are_read_with_what_stands_below_them(
    page: Wire, adapter: FacebookAdapter
) -> None:
    visit = a_post(700, message="Lost glove!", comments=comments(a_comment(1)))
    page.raw(f"{PAGE}/visitor_posts", json={"data": [visit]})
    page.raw(f"{PAGE}/tagged", json={"data": [{"id": "31_8", "message": "At the fair"}]})
    page.answer(f"{PAGE}/published_posts", {"data": []})
    found = [item for item in items(run(adapter)) if isinstance(item, Comment)]
    assert [(c.ref.native_id, c.edge, c.can_hide) for c in found] == [
        (f"{PAGE}_700", Edge.VISITOR_POST, False),
        ("555_1", Edge.PAGE_COMMENT, None),
        ("31_8", Edge.TAG, False),
    ]
    assert found[1].post_id == f"{PAGE}_700"


def test_denied_visitors_posts_leave_the_run_partial(page: Wire, adapter: FacebookAdapter) -> None:
    page.raw(f"{PAGE}/visitor_posts", json=DENIED, status=403)
    page.answer(f"{PAGE}/published_posts", {"data": [a_post(comments=comments(a_comment(1)))]})
    pages = run(adapter)
    assert ids(pages) == ["555_1"]
    assert len(problems(pages)) == 1
    assert "posts of visitors" in problems(pages)[0]


def test_denied_posts_fail_the_run(page: Wire, adapter: FacebookAdapter) -> None:
    page.raw(f"{PAGE}/visitor_posts", json=DENIED, status=403)
    page.answer(f"{PAGE}/published_posts", DENIED, status=403)
    with pytest.raises(Denied):
        run(adapter)


def test_throttling_anywhere_fails_the_run(page: Wire, adapter: FacebookAdapter) -> None:
    page.raw(f"{PAGE}/tagged", json={"error": {"code": 32}}, status=400)
    with pytest.raises(Throttled):
        run(adapter)


def test_a_dead_token_fails_the_run_even_below_an_optional_part(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.raw(f"{PAGE}/visitor_posts", json={"error": {"code": 190}}, status=400)
    page.answer(f"{PAGE}/published_posts", {"data": []})
    with pytest.raises(SignedOut):
        run(adapter)


@pytest.mark.parametrize("answer", [{}, {"success": False}, {"data": None}])
def test_an_answer_without_data_never_reads_as_nothing_found(
    page: Wire, adapter: FacebookAdapter, answer: dict[str, Any]
) -> None:
    page.answer(f"{PAGE}/published_posts", answer)
    with pytest.raises(AdapterError):
        run(adapter)


def test_comments_that_facebook_leaves_out_are_a_problem_and_not_none(
    page: Wire, adapter: FacebookAdapter
) -> None:
    post = a_post()
    del post["comments"]
    page.answer(f"{PAGE}/published_posts", {"data": [post]})
    assert problems(run(adapter)) == ["Facebook left out the comments below one post."]


def test_a_comment_without_an_id_is_a_problem_and_not_nothing(
    page: Wire, adapter: FacebookAdapter
) -> None:
    answers = comments(a_comment(1), {"message": "Who am I?"})
    page.answer(f"{PAGE}/published_posts", {"data": [a_post(comments=answers)]})
    pages = run(adapter)
    assert ids(pages) == ["555_1"]
    assert problems(pages) == ["Facebook sent 1 without an id: they could not be kept."]


# --- which posts are watched -----------------------------------------------------------------


def three_pages_of_posts(page: Wire) -> None:
    page.answer(
        f"{PAGE}/published_posts",
        {"data": [a_post(1, days_old=400), a_post(2, days_old=1)], **paging("A")},
        {"data": [a_post(3, days_old=30)], **paging("B")},
        {"data": [a_post(4, days_old=60)]},
    )


def test_the_first_run_reads_all_posts(page: Wire, adapter: FacebookAdapter) -> None:
    three_pages_of_posts(page)
    assert run(adapter)[-1].cursor == Cursor(NOON.isoformat())
    assert len(page.asked(f"{PAGE}/published_posts")) == 3


def test_later_runs_end_with_the_first_page_of_old_posts(
    page: Wire, adapter: FacebookAdapter
) -> None:
    three_pages_of_posts(page)
    swept = (NOON - timedelta(hours=23)).isoformat()
    assert run(adapter, swept)[-1].cursor == Cursor(swept)
    assert len(page.asked(f"{PAGE}/published_posts")) == 2


@pytest.mark.parametrize("hours", [24, -1])
def test_all_posts_are_read_again_each_day_and_when_the_clock_was_set_back(
    page: Wire, adapter: FacebookAdapter, hours: int
) -> None:
    three_pages_of_posts(page)
    run(adapter, (NOON - timedelta(hours=hours)).isoformat())
    assert len(page.asked(f"{PAGE}/published_posts")) == 3


def test_a_nearly_used_allowance_postpones_the_full_sweep_and_is_logged(
    wire: Wire, adapter: FacebookAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    usage = {PAGE: [{"type": "pages", "call_count": 76, "estimated_time_to_regain_access": 0}]}
    wire.answer("me", {"id": PAGE}, headers={"X-Business-Use-Case-Usage": json.dumps(usage)})
    wire.answer(f"{PAGE}/visitor_posts", {"data": []})
    wire.answer(f"{PAGE}/tagged", {"data": []})
    three_pages_of_posts(wire)
    swept = (NOON - timedelta(hours=30)).isoformat()
    with caplog.at_level(logging.WARNING):
        assert run(adapter, swept)[-1].cursor == Cursor(swept)
    assert len(wire.asked(f"{PAGE}/published_posts")) == 2
    assert "76 %" in caplog.text


# --- newcomers -------------------------------------------------------------------------------


def newcomers(adapter: FacebookAdapter) -> list[Newcomer]:
    found = items(list(adapter.fetch_newcomers(Cursor())))
    return [item for item in found if isinstance(item, Newcomer)]


def test_how_many_follow_the_page_is_asked_once_a_day(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer(f"{PAGE}/published_posts", {"data": []})
    page.answer(PAGE, {"id": PAGE, "followers_count": 812})

    def counts() -> int:
        return len([one for one in page.asked(PAGE) if "followers_count" in one["fields"]])

    [first] = adapter.fetch_newcomers(Cursor())
    assert (first.followers, counts()) == (812, 1)
    [again] = adapter.fetch_newcomers(first.cursor)
    assert (again.followers, counts()) == (None, 1)
    [yesterday] = adapter.fetch_newcomers(Cursor("2026-10-01T10:00:00+00:00"))
    assert (yesterday.followers, counts()) == (812, 2)


def test_newcomers_are_who_was_met_while_comments_were_read(
    page: Wire, adapter: FacebookAdapter
) -> None:
    early = a_comment(2, created_time="2026-11-02T07:00:00+0000", permalink_url="https://f.example")
    answers = comments(a_comment(1), early, a_comment(3, author=None), a_comment(4, author=PAGE))
    page.answer(f"{PAGE}/published_posts", {"data": [a_post(comments=answers)]})
    run(adapter)
    (newcomer,) = newcomers(adapter)
    assert len(page.asked(f"{PAGE}/published_posts")) == 1
    assert newcomer.ref == ItemRef("facebook", ItemKind.NEWCOMER, "900", "school")
    assert newcomer.edge is Edge.FIRST_COMMENT
    assert newcomer.author.name == "Parent 900"
    assert newcomer.permalink == "https://f.example"
    assert newcomer.facts["first comment seen"] == "2 November 2026"
    assert "no list of followers" in newcomer.facts["how we know"]


def test_without_a_reading_of_comments_newcomers_are_read_for(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.answer(f"{PAGE}/published_posts", {"data": [a_post(comments=comments(a_comment(1)))]})
    assert [each.ref.native_id for each in newcomers(adapter)] == ["900"]
    assert len(page.asked(f"{PAGE}/published_posts")) == 1


def test_an_interrupted_reading_of_comments_does_not_pass_for_all_newcomers(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.answer(
        f"{PAGE}/published_posts",
        {"data": [a_post(comments=comments(a_comment(1)))], **paging("A")},
    )
    page.raw(f"{PAGE}/tagged", json={"error": {"code": 32}}, status=400)
    with pytest.raises(Throttled):
        run(adapter)
    with pytest.raises(Throttled):
        newcomers(adapter)


def test_people_met_in_two_readings_are_all_newcomers(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer(
        f"{PAGE}/published_posts",
        {"data": [a_post(comments=comments(a_comment(1, author="901")))]},
        {"data": [a_post(comments=comments(a_comment(2, author="902")))]},
    )
    run(adapter)
    run(adapter)
    assert [each.ref.native_id for each in newcomers(adapter)] == ["901", "902"]


# --- observing, hiding, deleting -------------------------------------------------------------


def test_gone_is_believed_only_while_comments_are_in_sight(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.answer("555_7", GONE, status=400)
    page.answer("555_8", GONE, status=400)
    page.token(*MODERATOR)
    seen = adapter.observe([a_ref("555_7"), a_ref("555_8")])
    assert [each.presence for each in seen] == [Presence.GONE, Presence.GONE]
    assert len(page.asked("me")) == 1


@pytest.mark.parametrize("call", ["observe", "hide", "delete"])
def test_gone_because_a_permission_was_lost_is_denied(
    page: Wire, adapter: FacebookAdapter, call: str
) -> None:
    page.answer("555_7", GONE, status=400)
    page.answer("555_7", GONE, status=400, method="DELETE")
    page.token("pages_read_engagement")
    with pytest.raises(Denied, match="pages_read_user_content is missing"):
        getattr(adapter, call)([a_ref()] if call == "observe" else a_ref())


def test_what_one_item_refuses_is_unknown(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer("555_7", {"error": {"code": 100, "message": "nonexisting field"}}, status=400)
    page.answer("555_8", {"id": "555_8", "is_hidden": True, "can_hide": True})
    page.answer(f"{PAGE}/blocked", {"data": [{"id": "901", "name": "Ken"}]})
    seen = adapter.observe([a_ref(), a_ref("555_8"), a_ref("900", ItemKind.NEWCOMER)])
    assert [(each.presence, each.hidden) for each in seen] == [
        (Presence.UNKNOWN, None),
        (Presence.PRESENT, True),
        (Presence.UNKNOWN, None),
    ]


def test_a_visitors_post_is_not_asked_for_what_only_comments_have(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.answer(f"{PAGE}_700", {"id": f"{PAGE}_700", "is_hidden": False})
    (seen,) = adapter.observe([a_ref(f"{PAGE}_700")])
    assert (seen.presence, seen.hidden, seen.can_hide) == (Presence.PRESENT, False, False)
    assert page.asked(f"{PAGE}_700")[0]["fields"] == "id,is_hidden"


def test_a_post_elsewhere_gives_itself_away_and_cannot_be_hidden(
    page: Wire, adapter: FacebookAdapter
) -> None:
    no_such_field = {"error": {"code": 100, "message": "(#100) nonexisting field (can_hide)"}}
    page.answer("31_8", no_such_field, {"id": "31_8", "is_hidden": False})
    with pytest.raises(Unsupported, match="does not allow hiding"):
        adapter.hide(a_ref("31_8"))


def test_a_hide_is_accepted_and_not_proven_by_a_success(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.answer("555_7", {"id": "555_7", "is_hidden": False, "can_hide": True})
    page.answer("555_7", {"success": True}, method="POST")
    observation = adapter.hide(a_ref())
    assert (observation.presence, observation.hidden) == (Presence.PRESENT, None)
    assert page.asked("555_7", "POST") == [{"is_hidden": "true"}]


def test_what_is_hidden_already_is_not_hidden_again(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer("555_7", {"id": "555_7", "is_hidden": True})
    assert adapter.hide(a_ref()).hidden is True
    assert page.asked("555_7", "POST") == []


def test_a_hidden_comment_can_be_unhidden_though_it_cannot_be_hidden(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.answer("555_7", {"id": "555_7", "is_hidden": True, "can_hide": False})
    page.answer("555_7", {"success": True}, method="POST")
    assert adapter.unhide(a_ref()).hidden is None
    assert page.asked("555_7", "POST") == [{"is_hidden": "false"}]


def test_what_facebook_never_hides_is_not_tried(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer("555_7", {"id": "555_7", "is_hidden": False, "can_hide": False})
    with pytest.raises(Unsupported):
        adapter.hide(a_ref())
    assert page.asked("555_7", "POST") == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"success": False}, AdapterError),
        ({}, AdapterError),
        ({"error": {"code": 1, "error_subcode": 2853006}}, Denied),
        ({"error": {"code": 368}}, WritesStopped),
        (GONE, Gone),
    ],
)
def test_a_refused_hide_is_an_error(
    page: Wire, adapter: FacebookAdapter, answer: object, expected: type[AdapterError]
) -> None:
    page.answer("555_7", {"id": "555_7", "is_hidden": False, "can_hide": True})
    page.answer("555_7", answer, method="POST")
    with pytest.raises(AdapterError) as refused:
        adapter.hide(a_ref())
    assert type(refused.value) is expected


def test_a_deletion_is_unknown_until_it_is_observed(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer("555_7", {"success": True}, method="DELETE")
    assert adapter.delete(a_ref()).presence is Presence.UNKNOWN


# --- what may come instead of an answer ------------------------------------------------------

ECHO = f"<html>Bad Gateway: no answer for {GRAPH}/me?x=1&access_token={TOKEN}</html>"
NO_ANSWERS: dict[str, dict[str, Any]] = {
    "a gateway's page that echoes the address": {
        "status": 502,
        "body": f"access_token={TOKEN}",
        "content_type": "text/html",
    },
    "a web filter's page": {"status": 200, "body": ECHO, "content_type": "text/html"},
    "a page without a content type": {"status": 200, "body": ECHO, "content_type": None},
    "a 500 in JSON without an error": {"status": 500, "json": {"id": PAGE, "success": False}},
    "a proxy that wants a sign-in": {"status": 407, "json": {"id": PAGE}},
    "JSON that stops half way": {"status": 200, "body": '{"id": "1002'},
    "JSON that is no object": {"status": 200, "json": [PAGE]},
    "bytes that are no text": {"status": 200, "body": b'{"id": "\xff\xfe'},
    "an image": {"status": 200, "body": b"GIF89a", "content_type": "image/gif"},
    "an error that is a word": {"status": 200, "json": {"error": "down", "id": PAGE}},
    "a redirect": {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    "a reset": {"body": requests.ConnectionError(f"{GRAPH}/me?access_token={TOKEN}")},
    "a timeout": {"body": requests.ReadTimeout(f"{GRAPH}/me?access_token={TOKEN}")},
    "a broken body": {"body": requests.exceptions.ChunkedEncodingError("cut")},
    "a missing CA bundle": {"body": OSError("no such bundle")},
}


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=list(NO_ANSWERS))
def test_what_is_no_answer_may_pass_and_says_no_secret(
    wire: Wire, adapter: FacebookAdapter, answer: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    wire.raw("me", **answer)
    with caplog.at_level(logging.DEBUG), pytest.raises(AdapterError) as failed:
        next(adapter.fetch_comments(Cursor()))
    error = failed.value
    assert type(error) is AdapterError
    assert not error.permanent
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert TOKEN not in f"{error} {caplog.text}"
    assert "://" not in str(error)
    assert len(wire.requests) == 1


def test_a_good_answer_without_a_content_type_is_a_good_answer(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.raw("me", body=json.dumps({"id": PAGE}), content_type=None)
    page.answer(f"{PAGE}/published_posts", {"data": [a_post(comments=comments(a_comment(1)))]})
    assert ids(run(adapter)) == ["555_1"]


# --- capabilities ----------------------------------------------------------------------------


def matrix(adapter: FacebookAdapter) -> dict[Capability, tuple[CapabilityState, str]]:
    return {each.capability: (each.state, each.why) for each in adapter.capabilities()}


def with_comments(page: Wire) -> None:
    movable = a_comment(1, can_hide=True, can_remove=True)
    page.answer(f"{PAGE}/published_posts", {"data": [a_post(comments=comments(movable))]})


def test_a_moderators_token_works_throughout(page: Wire, adapter: FacebookAdapter) -> None:
    with_comments(page)
    page.token(*MODERATOR)
    states = {capability: state for capability, (state, _) in matrix(adapter).items()}
    # Nothing but a real block proves blocking, and a Page mutes nobody.
    assert states.pop(Capability.BLOCK) is CapabilityState.UNTESTED
    assert states.pop(Capability.MUTE) is CapabilityState.IMPOSSIBLE
    assert states.pop(Capability.READ_REQUESTS) is CapabilityState.IMPOSSIBLE
    assert set(states.values()) == {CapabilityState.WORKS}


def test_a_missing_permission_is_named(page: Wire, adapter: FacebookAdapter) -> None:
    with_comments(page)
    page.token("pages_read_engagement", "pages_read_user_content")
    found = matrix(adapter)
    for capability in (Capability.HIDE, Capability.UNHIDE, Capability.DELETE):
        state, why = found[capability]
        assert state is CapabilityState.DENIED
        assert "pages_manage_engagement is missing" in why
    assert found[Capability.READ_COMMENTS][0] is CapabilityState.WORKS


def test_a_permission_for_another_page_is_no_permission(
    page: Wire, adapter: FacebookAdapter
) -> None:
    with_comments(page)
    granular = [
        {"scope": "pages_manage_engagement", "target_ids": ["31"]},
        {"scope": "pages_read_engagement", "target_ids": [PAGE]},
        {"scope": "pages_read_user_content"},
    ]
    page.token(*MODERATOR, granular_scopes=granular)
    found = matrix(adapter)
    assert found[Capability.HIDE][0] is CapabilityState.DENIED
    assert found[Capability.READ_COMMENTS][0] is CapabilityState.WORKS


def test_untested_is_not_works(page: Wire, adapter: FacebookAdapter) -> None:
    page.answer(f"{PAGE}/published_posts", {"data": []})
    page.answer("debug_token", DENIED, status=403)
    found = matrix(adapter)
    assert found[Capability.READ_COMMENTS][0] is CapabilityState.UNTESTED
    assert found[Capability.HIDE][0] is CapabilityState.UNTESTED
    assert found[Capability.READ_OWN_POSTS][0] is CapabilityState.WORKS


def test_a_denied_reading_is_denied_whatever_the_scopes_say(
    page: Wire, adapter: FacebookAdapter
) -> None:
    page.answer(f"{PAGE}/published_posts", DENIED, status=403)
    page.token(*MODERATOR)
    found = matrix(adapter)
    assert found[Capability.READ_COMMENTS][0] is CapabilityState.DENIED
    assert found[Capability.HIDE][0] is CapabilityState.UNTESTED


def test_a_users_token_is_denied_throughout(wire: Wire, adapter: FacebookAdapter) -> None:
    wire.answer("me", {"id": "42"})
    wire.token(*MODERATOR, kind="USER")
    found = matrix(adapter)
    assert {state for state, _ in found.values()} == {CapabilityState.DENIED}
    assert all("a user's token" in why for _, why in found.values())


def test_capabilities_do_not_rest_on_an_earlier_proof(wire: Wire, adapter: FacebookAdapter) -> None:
    wire.answer("me", {"id": PAGE}, {"id": "42"})
    wire.token(*MODERATOR, kind="USER")
    wire.answer(f"{PAGE}/published_posts", {"data": []})
    list(adapter.fetch_own_posts(Cursor()))
    assert {state for state, _ in matrix(adapter).values()} == {CapabilityState.DENIED}


def test_a_token_that_ends_soon_is_announced(page: Wire, adapter: FacebookAdapter) -> None:
    with_comments(page)
    soon = int((NOON + timedelta(days=7)).timestamp())
    page.token(*MODERATOR, expires_at=0, data_access_expires_at=soon)
    assert "ends in 7 days" in matrix(adapter)[Capability.READ_COMMENTS][1]


def test_where_facebook_cannot_be_reached_nothing_is_said(
    wire: Wire, adapter: FacebookAdapter
) -> None:
    wire.raw("me", body=requests.ConnectionError())
    with pytest.raises(AdapterError):
        adapter.capabilities()
