"""Hiding, deleting, limits and tokens in the X half of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.sandbox_x_caller import Caller, calling, ids


@pytest.fixture
def x(tmp_path: Path) -> Iterator[Caller]:
    with calling(tmp_path) as caller:
        yield caller


def test_a_hidden_reply_is_hidden_for_an_onlooker_and_hiding_is_idempotent(x: Caller) -> None:
    question = x.world.x_post(x.school, "Term dates")
    reply = x.world.x_post(x.parent, "Boo", reply_to=question)
    for _ in range(2):
        assert x.put_hidden(reply).json() == {"data": {"hidden": True}}
    assert x.world.x_hidden() == {reply}
    assert "hidden" not in x.data(f"tweets/{reply}")["data"]
    assert x.put_hidden(reply, hidden=False).json() == {"data": {"hidden": False}}
    assert x.world.x_hidden() == set()


def test_only_replies_of_others_in_the_schools_own_conversations_can_be_hidden(x: Caller) -> None:
    own = x.world.x_post(x.school, "Term dates")
    theirs = x.world.x_post(x.parent, "@RossmoreHigh is awful")
    refused = [
        own,
        theirs,
        x.world.x_post(x.parent, "look", quote_of=own),
        x.world.x_post(x.parent, "indeed", reply_to=theirs),
        x.world.x_post(x.school, "more", reply_to=own),
    ]
    for post in refused:
        response = x.put_hidden(post)
        assert response.status_code == 403
        assert response.json()["title"] == "Forbidden"
    assert x.world.x_hidden() == set()
    assert x.put_hidden("1234567890").status_code == 404
    assert x.put_hidden(own, hidden="yes").status_code == 400


def test_an_edited_post_has_a_new_id_and_names_the_earlier_one(x: Caller) -> None:
    first = x.world.x_post(x.parent, "nice")
    second = x.world.x_edit(first, "nice, then edited")
    assert x.data(f"tweets/{second}")["data"]["edit_history_tweet_ids"] == [first, second]
    assert "data" not in x.data(f"tweets/{first}")


def test_only_own_posts_can_be_deleted(x: Caller) -> None:
    own, theirs = x.world.x_post(x.school, "Oops"), x.world.x_post(x.parent, "Boo")
    url = f"{x.url}/2/tweets/"
    assert x.session.delete(url + theirs, timeout=60).status_code == 403
    assert x.session.delete(url + own, timeout=60).json() == {"data": {"deleted": True}}
    assert x.session.delete(url + own, timeout=60).json() == {"data": {"deleted": False}}
    assert x.world.x_posts() == {theirs}


def test_muting_blocking_list_and_no_way_to_block(x: Caller) -> None:
    x.world.x_block_by_person(x.parent)
    assert ids(x.data(f"users/{x.school}/blocking")) == [x.parent]
    body = {"target_user_id": x.parent}
    muting = f"{x.url}/2/users/{x.school}/muting"
    assert x.session.post(muting, json=body, timeout=60).json() == {"data": {"muting": True}}
    assert x.world.x_muted() == {x.parent}
    x.session.delete(f"{muting}/{x.parent}", timeout=60)
    assert x.world.x_muted() == set()
    blocking = f"{x.url}/2/users/{x.school}/blocking"
    assert x.session.post(blocking, json=body, timeout=60).status_code == 405
    assert x.get(f"users/{x.parent}/blocking").status_code == 400


def test_the_hide_limit_answers_429_until_its_window_ends(x: Caller) -> None:
    question = x.world.x_post(x.school, "Term dates")
    with x.world.change():
        replies = [x.world.x_post(x.parent, f"Boo {n}", reply_to=question) for n in range(51)]
    first = x.put_hidden(replies[0])
    assert first.headers["x-rate-limit-limit"] == "50"
    assert first.headers["x-rate-limit-remaining"] == "49"
    for reply in replies[1:50]:
        assert x.put_hidden(reply).status_code == 200
    refused = x.put_hidden(replies[50])
    assert refused.status_code == 429
    reset = int(refused.headers["x-rate-limit-reset"])
    x.world.jump_to(datetime.fromtimestamp(reset, UTC))
    assert x.put_hidden(replies[50]).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "Bearer unknown", 'OAuth oauth_consumer_key="x", oauth_token="y"', "Basic eDp5"],
)
def test_unknown_credentials_are_a_401(x: Caller, header: str) -> None:
    x.session.headers["Authorization"] = header
    response = x.get("users/me")
    assert response.status_code == 401
    assert response.json() == {
        "title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"
    }  # fmt: skip


def test_the_users_bearer_token_works_and_usage_needs_the_apps(x: Caller) -> None:
    tokens = x.world.x_tokens()
    post = x.world.x_post(x.parent, "Hello")
    x.with_token(tokens.bearer)
    for _ in range(2):
        x.data(f"tweets/{post}")
    refused = x.get("usage/tweets")
    assert refused.status_code == 403
    assert refused.json()["title"] == "Unsupported Authentication"
    x.with_token(tokens.app_bearer)
    assert x.data("usage/tweets")["data"]["project_usage"] == "1"
    assert x.get("users/me").status_code == 403


def test_an_unknown_route_is_a_404(x: Caller) -> None:
    assert x.get("friendships/incoming").status_code == 404
