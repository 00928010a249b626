"""The Facebook half of the sandbox, asked over plain HTTP as Meta documents the Graph API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.sandbox.graph_server import GraphServer
from adapters.sandbox.world import World

MONDAY = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
NESTED = (
    "id,message,created_time,comments.filter(stream).limit(50).summary(true)"
    "{id,from,message,created_time,is_hidden,can_hide,can_remove,parent,attachment,"
    "permalink_url,message_tags}"
)
Body = dict[str, Any]


class Caller:
    """A school's Page, a parent, and a session with the Page's token in the header."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.url = url
        self.page = world.fb_page("Rossmore High")
        self.parent = world.fb_user("Pat Reed")
        self.session = requests.Session()
        self.use(world.fb_token("page"))

    def use(self, token: str) -> None:
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **params: str) -> requests.Response:
        url = f"{self.url}/v26.0/{path}"
        if method == "POST":
            return self.session.post(url, data=params, timeout=60)
        return self.session.request(method, url, params=params, timeout=60)

    def get(self, path: str, **params: str) -> Body:
        response = self.ask("GET", path, **params)
        assert response.status_code == 200, response.text
        found: Body = response.json()
        return found

    def error(self, method: str, path: str, **params: str) -> Body:
        response = self.ask(method, path, **params)
        assert response.status_code >= 400, response.text
        found: Body = response.json()["error"]
        return found

    def comments(self, post: str, **params: str) -> list[str]:
        return [item["id"] for item in self.get(f"{post}/comments", **params)["data"]]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Caller]:
    world = World(tmp_path / "world.db", start=MONDAY)
    server = GraphServer(world)
    caller = Caller(world, server.start())
    yield caller
    caller.session.close()
    server.close()
    world.close()


def test_me_is_the_page_or_the_user_behind_it(page: Caller) -> None:
    assert page.get("me") == {"name": "Rossmore High", "id": page.page}
    page.use(page.world.fb_token("user"))
    assert page.get("me")["name"] == "Page Administrator"
    account = page.get("me/accounts")["data"][0]
    assert account["id"] == page.page
    assert account["access_token"] == page.world.fb_token("page")


def test_posts_and_comments_come_in_one_call_by_field_expansion(page: Caller) -> None:
    post = page.world.fb_post("Term dates")
    comment = page.world.fb_comment(post, page.parent, "Thanks", attachment="photo")
    answer = page.world.fb_comment(comment, None, "You are welcome")
    found = page.get(f"{page.page}/published_posts", fields=NESTED)["data"]
    assert [item["id"] for item in found] == [post]
    assert post.startswith(f"{page.page}_")
    first, second = found[0]["comments"]["data"]
    assert first["id"] == comment
    assert first["from"] == {"name": "Pat Reed", "id": page.parent}
    assert first["attachment"]["type"] == "photo"
    assert first["created_time"].endswith("+0000")
    assert (first["is_hidden"], first["can_hide"], first["can_remove"]) == (False, True, True)
    assert "parent" not in first
    assert second["id"] == answer
    assert second["parent"]["id"] == comment
    assert second["can_hide"] is False
    assert found[0]["comments"]["summary"]["total_count"] == 2


def test_without_the_stream_filter_replies_are_dropped(page: Caller) -> None:
    post = page.world.fb_post("Term dates")
    comment = page.world.fb_comment(post, page.parent, "When?")
    answer = page.world.fb_comment(comment, page.parent, "Anyone?")
    assert page.comments(post) == [comment]
    assert page.comments(post, filter="stream") == [comment, answer]
    assert page.comments(comment) == [answer]
    assert page.comments(post, filter="stream", order="reverse_chronological") == [answer, comment]


def test_comments_are_paged_by_cursor_and_next_holds_the_token(page: Caller) -> None:
    post = page.world.fb_post("Term dates")
    comments = [page.world.fb_comment(post, page.parent, str(n)) for n in range(5)]
    first = page.get(f"{post}/comments", limit="2", filter="stream", fields="id")
    assert "access_token=" in first["paging"]["next"]
    followed = requests.get(first["paging"]["next"], timeout=60).json()
    assert [item["id"] for item in followed["data"]] == comments[2:4]
    after = followed["paging"]["cursors"]["after"]
    last = page.get(f"{post}/comments", limit="2", filter="stream", after=after)
    assert [item["id"] for item in last["data"]] == comments[4:]
    assert "next" not in last["paging"]


def test_a_cursor_stays_good_when_its_comment_is_deleted(page: Caller) -> None:
    post = page.world.fb_post("Term dates")
    comments = [page.world.fb_comment(post, page.parent, str(n)) for n in range(3)]
    first = page.get(f"{post}/comments", limit="1")
    page.world.fb_delete(comments[0])
    assert page.comments(post, after=first["paging"]["cursors"]["after"]) == comments[1:]


def test_an_empty_page_may_have_a_next_one_and_the_total_counts_what_is_not_returned(
    page: Caller,
) -> None:
    post = page.world.fb_post("Term dates")
    page.world.fb_comment(post, page.parent, "spam", not_visible=True)
    seen = page.world.fb_comment(post, page.parent, "Thanks")
    first = page.get(f"{post}/comments", limit="1", summary="true")
    assert first["data"] == []
    assert first["summary"]["total_count"] == 2
    after = first["paging"]["cursors"]["after"]
    assert "next" in first["paging"]
    assert page.comments(post, limit="1", after=after) == [seen]


def test_posts_come_newest_first_from_each_edge(page: Caller) -> None:
    world = page.world
    old = world.fb_post("Old", at=MONDAY - timedelta(days=2))
    new = world.fb_post("New")
    visitor = world.fb_visitor_post(page.parent, "Hello")
    tagging = world.fb_tagging_post(page.parent, "Well done Rossmore High")
    world.fb_post("Tomorrow", at=MONDAY + timedelta(days=1))
    expected = {
        "published_posts": [new, old],
        "feed": [visitor, new, old],
        "visitor_posts": [visitor],
        "tagged": [tagging],
    }
    for edge, posts in expected.items():
        found = page.get(f"{page.page}/{edge}", fields="id,from")["data"]
        assert [item["id"] for item in found] == posts, edge
    since = str(int((MONDAY - timedelta(days=1)).timestamp()))
    recent = page.get(f"{page.page}/published_posts", since=since)["data"]
    assert [item["id"] for item in recent] == [new]


def test_hiding_reads_back_and_can_be_undone(page: Caller) -> None:
    comment = page.world.fb_comment(page.world.fb_post("Term dates"), page.parent, "Boo")
    for _ in range(2):
        assert page.ask("POST", comment, is_hidden="true").json() == {"success": True}
    assert page.get(comment, fields="is_hidden") == {"is_hidden": True, "id": comment}
    assert page.world.fb_hidden() == {comment}
    page.ask("POST", comment, is_hidden="false")
    assert page.world.fb_hidden() == set()
    page.world.fb_hide_by_platform(comment)
    assert page.get(comment, fields="is_hidden")["is_hidden"] is True
    page.world.fb_unhide_by_person(comment)
    assert page.get(comment, fields="is_hidden")["is_hidden"] is False


def test_own_comments_and_visitor_posts_cannot_be_hidden(page: Caller) -> None:
    own = page.world.fb_comment(page.world.fb_post("Term dates"), None, "See our site")
    visitor = page.world.fb_visitor_post(page.parent, "Hello")
    assert page.get(own, fields="can_hide")["can_hide"] is False
    assert page.error("GET", visitor, fields="can_hide")["code"] == 100
    for refused in (own, visitor):
        assert page.error("POST", refused, is_hidden="true")["code"] == 100
    assert page.world.fb_hidden() == set()


def test_an_edit_shows_in_nothing_but_the_text(page: Caller) -> None:
    comment = page.world.fb_comment(page.world.fb_post("Term dates"), page.parent, "Nice")
    before = page.get(comment, fields="message,created_time")
    page.world.fb_edit(comment, "Nasty")
    after = page.get(comment, fields="message,created_time")
    assert after == {**before, "message": "Nasty"}


def test_what_was_deleted_is_a_100_with_subcode_33(page: Caller) -> None:
    post = page.world.fb_post("Term dates")
    comment = page.world.fb_comment(post, page.parent, "Boo")
    answer = page.world.fb_comment(comment, page.parent, "Boo!")
    assert page.ask("DELETE", comment).json() == {"success": True}
    assert page.world.fb_objects() == {post}
    for method, gone in (("GET", comment), ("DELETE", comment), ("GET", answer)):
        error = page.error(method, gone)
        assert (error["code"], error["error_subcode"]) == (100, 33)
        assert error["message"].startswith(f"Unsupported {method.lower()} request. Object with ID")


def test_from_may_be_missing(page: Caller) -> None:
    post = page.world.fb_post("Term dates")
    nobody = page.world.fb_comment(post, page.parent, "Boo", from_missing=True)
    assert set(page.get(nobody, fields="message,from")) == {"message", "id"}


def test_a_user_token_silently_sees_nothing_and_may_not_write(page: Caller) -> None:
    post = page.world.fb_post("Term dates")
    comment = page.world.fb_comment(post, page.parent, "Boo")
    page.use(page.world.fb_token("user"))
    assert page.get(f"{post}/comments") == {"data": []}
    assert page.get(f"{page.page}/published_posts", fields=NESTED) == {"data": []}
    assert "from" not in page.get(comment, fields="from,message")
    error = page.error("POST", comment, is_hidden="true")
    assert (error["code"], error["error_subcode"]) == (190, 2069032)
    assert page.world.fb_hidden() == set()


def test_debug_token_tells_the_kinds_apart(page: Caller) -> None:
    own = page.get("debug_token", input_token=page.world.fb_token("page"))["data"]
    assert (own["type"], own["is_valid"], own["expires_at"]) == ("PAGE", True, 0)
    assert own["profile_id"] == page.page
    assert "pages_manage_engagement" in own["scopes"]
    assert own["data_access_expires_at"] > MONDAY.timestamp()
    user = page.get("debug_token", input_token=page.world.fb_token("user"))["data"]
    assert user["type"] == "USER"
    expired = page.get("debug_token", input_token=page.world.fb_token("expired"))["data"]
    assert (expired["is_valid"], expired["error"]["subcode"]) == (False, 463)
    assert page.get("debug_token", input_token="nonsense")["data"]["is_valid"] is False


def test_tokens_are_accepted_in_query_and_header_and_refused_with_190(page: Caller) -> None:
    page.use(page.world.fb_token("expired"))
    assert page.error("GET", "me")["error_subcode"] == 463
    page.use("nonsense")
    assert page.error("GET", "me")["code"] == 190
    del page.session.headers["Authorization"]
    assert page.error("GET", "me")["code"] == 104
    assert page.get("me", access_token=page.world.fb_token("page"))["id"] == page.page
    assert [one.token_in_query for one in page.world.requests("facebook")][-2:] == [False, True]


def test_an_app_secret_proof_is_checked_where_given(page: Caller) -> None:
    proof = page.world.fb_proof(page.world.fb_token("page"))
    assert page.get("me", appsecret_proof=proof)["id"] == page.page
    assert "appsecret_proof" in page.error("GET", "me", appsecret_proof="0" * 64)["message"]


@pytest.mark.parametrize(
    ("path", "served"),
    [("/v26.0/me", "v26.0"), ("/v22.0/me", "v22.0"), ("/me", "v22.0"), ("/v99.0/me", "v22.0")],
)
def test_versions_that_live_are_served(page: Caller, path: str, served: str) -> None:
    response = page.session.get(page.url + path, timeout=60)
    assert response.headers["facebook-api-version"] == served
    assert response.status_code == 200


def test_a_version_before_v22_is_a_2635(page: Caller) -> None:
    response = page.session.get(page.url + "/v21.0/me", timeout=60)
    assert response.json()["error"]["code"] == 2635


def test_what_the_graph_api_no_longer_has_is_an_error(page: Caller) -> None:
    assert page.error("GET", "", ids=page.page)["code"] == 100
    assert page.error("GET", f"{page.page}/ratings")["code"] == 12
    post = page.world.fb_post("Term dates")
    assert "nonexisting field (likers)" in page.error("GET", post, fields="likers")["message"]
    assert page.error("GET", post, fields="comments{id")["code"] == 2500


def test_settings_are_listed(page: Caller) -> None:
    settings = page.get(f"{page.page}/settings")["data"]
    assert {"setting": "USERS_CAN_POST", "value": True} in settings


def test_blocking_is_reversible(page: Caller) -> None:
    edge = f"{page.page}/blocked"
    assert page.ask("POST", edge, user=page.parent).json() == {page.parent: True}
    assert page.get(edge)["data"] == [{"name": "Pat Reed", "id": page.parent}]
    assert page.ask("DELETE", edge, user=page.parent).json() == {"success": True}
    assert page.world.fb_blocked() == set()
    assert page.error("POST", edge, user="1")["code"] == 100


def test_the_usage_headers_are_per_page_or_per_app(page: Caller) -> None:
    business = page.ask("GET", "me").headers["X-Business-Use-Case-Usage"]
    case = json.loads(business)[page.page][0]
    assert (case["type"], case["estimated_time_to_regain_access"]) == ("pages", 0)
    page.use(page.world.fb_token("user"))
    usage = json.loads(page.ask("GET", "me").headers["X-App-Usage"])
    assert set(usage) == {"call_count", "total_cputime", "total_time"}
