"""Reading from the X half of the sandbox, as the documentation of v2 describes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.sandbox_x_caller import MONDAY, Caller, calling, ids


@pytest.fixture
def x(tmp_path: Path) -> Iterator[Caller]:
    with calling(tmp_path) as caller:
        yield caller


def test_me_is_the_school(x: Caller) -> None:
    assert x.data("users/me") == {
        "data": {"id": x.school, "name": "Rossmore High", "username": "RossmoreHigh"}
    }


def test_a_post_has_only_the_default_fields_unless_more_are_asked_for(x: Caller) -> None:
    post = x.world.x_post(x.parent, "Hello @RossmoreHigh")
    item = x.data(f"tweets/{post}")["data"]
    assert item == {"id": post, "text": "Hello @RossmoreHigh", "edit_history_tweet_ids": [post]}


def test_the_author_is_only_seen_by_expansion_or_field(x: Caller) -> None:
    post = x.world.x_post(x.parent, "Hello")
    assert "includes" not in x.data(f"tweets/{post}")
    expanded = x.data(f"tweets/{post}", expansions="author_id", user_fields="description")
    assert expanded["data"]["author_id"] == x.parent
    assert expanded["includes"]["users"] == [
        {"id": x.parent, "name": "Pat", "username": "pat_r",
         "description": "Dad &amp; &lt;coach&gt;"}
    ]  # fmt: skip


def test_text_is_html_escaped_as_on_the_wire(x: Caller) -> None:
    post = x.world.x_post(x.parent, "you & me <3")
    assert x.data(f"tweets/{post}")["data"]["text"] == "you &amp; me &lt;3"


def test_a_long_post_is_cut_and_whole_in_note_tweet(x: Caller) -> None:
    words = "word " * 100
    post = x.world.x_post(x.parent, words, long=True)
    item = x.data(f"tweets/{post}", tweet_fields="note_tweet")["data"]
    assert len(item["text"]) <= 280
    assert item["note_tweet"]["text"] == words


def test_both_field_vocabularies_are_understood_and_one_is_spoken(x: Caller) -> None:
    question = x.world.x_post(x.school, "Term dates")
    reply = x.world.x_post(x.parent, "When?", reply_to=question, long=True)
    asked = {"tweet_fields": "referenced_tweets,note_tweet", "expansions": "referenced_tweets.id"}
    old = x.data(f"tweets/{reply}", **asked)
    assert old["data"]["referenced_tweets"] == [{"type": "replied_to", "id": question}]
    assert ids({"data": old["includes"]["tweets"]}) == [question]
    x.world.x_naming = "post"
    new = x.data(f"tweets/{reply}", post_fields="referenced_posts,note_post",
                 expansions="referenced_posts")  # fmt: skip
    assert new["data"]["referenced_posts"] == [{"type": "replied_to", "id": question}]
    assert new["data"]["edit_history_post_ids"] == [reply]
    assert new["data"]["note_post"]["text"] == "@RossmoreHigh When?"
    assert ids({"data": new["includes"]["posts"]}) == [question]


def test_unknown_fields_and_parameters_are_refused(x: Caller) -> None:
    field = x.get("users/me", tweet_fields="hidden")
    assert field.status_code == 400
    assert field.json()["errors"][0]["parameters"] == {"tweet.fields": ["hidden"]}
    name = x.get("users/me", max_results="5")
    assert "[max_results] is not one of" in name.json()["errors"][0]["message"]


def test_a_reply_starts_with_the_handles_it_answers_and_joins_the_conversation(x: Caller) -> None:
    question = x.world.x_post(x.school, "Term dates")
    reply = x.world.x_post(x.parent, "When?", reply_to=question)
    deeper = x.world.x_post(x.school, "Monday", reply_to=reply)
    item = x.data(f"tweets/{reply}", tweet_fields="conversation_id,in_reply_to_user_id,entities")
    assert item["data"]["text"] == "@RossmoreHigh When?"
    assert item["data"]["conversation_id"] == question
    assert item["data"]["in_reply_to_user_id"] == x.school
    assert item["data"]["entities"]["mentions"] == [
        {"start": 0, "end": 13, "username": "RossmoreHigh", "id": x.school}
    ]
    assert x.data(f"tweets/{deeper}")["data"]["text"] == "@pat_r Monday"


def test_mentions_come_newest_first_page_by_page(x: Caller) -> None:
    posts = [x.world.x_post(x.parent, f"@RossmoreHigh {n}") for n in range(12)]
    x.world.x_post(x.parent, "not for you")
    first = x.data(f"users/{x.school}/mentions", max_results="5")
    assert ids(first) == posts[:6:-1]
    assert first["meta"]["newest_id"] == posts[11]
    assert first["meta"]["oldest_id"] == posts[7]
    assert first["meta"]["result_count"] == 5
    token = first["meta"]["next_token"]
    second = x.data(f"users/{x.school}/mentions", max_results="5", pagination_token=token)
    assert ids(second) == posts[6:1:-1]
    last = x.data(f"users/{x.school}/mentions", max_results="5",
                  pagination_token=second["meta"]["next_token"])  # fmt: skip
    assert ids(last) == posts[1::-1]
    assert "next_token" not in last["meta"]


def test_mentions_since_an_id_and_an_empty_page_has_no_data(x: Caller) -> None:
    posts = [x.world.x_post(x.parent, f"@RossmoreHigh {n}") for n in range(3)]
    assert ids(x.data(f"users/{x.school}/mentions", since_id=posts[0])) == posts[:0:-1]
    assert x.data(f"users/{x.school}/mentions", since_id=posts[2]) == {"meta": {"result_count": 0}}


def test_only_the_newest_800_mentions_can_be_read(x: Caller) -> None:
    with x.world.change():
        posts = [x.world.x_post(x.parent, f"@RossmoreHigh {n}") for n in range(803)]
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = x.data(f"users/{x.school}/mentions", max_results="100", **token)
        seen += ids(page)
        if "next_token" not in page["meta"]:
            break
        token = {"pagination_token": page["meta"]["next_token"]}
    assert seen == posts[:2:-1]


@pytest.mark.parametrize("size", ["4", "101", "many"])
def test_a_page_size_out_of_range_is_refused(x: Caller, size: str) -> None:
    response = x.get(f"users/{x.school}/mentions", max_results=size)
    assert response.status_code == 400
    assert f"value [{size}] is not between 5 and 100" in response.json()["errors"][0]["message"]


def test_a_reply_without_the_handle_is_no_mention_but_search_finds_it(x: Caller) -> None:
    question = x.world.x_post(x.school, "Term dates")
    reply = x.world.x_post(x.parent, "Boo", reply_to=question, tagging=False)
    x.world.advance(60)
    assert ids(x.data(f"users/{x.school}/mentions")) == []
    found = x.data("tweets/search/recent", query=f"conversation_id:{question} -from:rossmorehigh")
    assert ids(found) == [reply]


def test_search_speaks_the_operators_of_platforms_md(x: Caller) -> None:
    question = x.world.x_post(x.school, "Term dates")
    reply = x.world.x_post(x.parent, "When is it?", reply_to=question)
    quote = x.world.x_post(x.parent, "look at that", quote_of=question)
    mention = x.world.x_post(x.parent, "hey @RossmoreHigh https://rossmore.example/news")
    x.world.advance(60)
    expected = {
        "to:RossmoreHigh": [reply],
        f"quotes_of_tweet_id:{question}": [quote],
        "@RossmoreHigh": [mention, reply],
        'url:"rossmore.example"': [mention],
        f"url:{question}": [quote],
        f"(to:rossmorehigh OR quotes_of_tweet_id:{question}) -is:retweet": [quote, reply],
        "@rossmorehigh -to:rossmorehigh": [mention],
        '"look at" OR "is it"': [quote, reply],
        "from:pat_r is:reply": [reply],
        "from:rossmorehigh": [question],
    }
    for query, posts in expected.items():
        assert ids(x.data("tweets/search/recent", query=query)) == posts, query


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("", "empty"),
        ("a" * 513, "512"),
        ("-is:retweet", "standalone"),
        ("(to:rossmorehigh", "Missing ')'"),
        ("sample:10", "invalid operator 'sample'"),
    ],
)
def test_a_query_that_x_would_not_run_is_refused(x: Caller, query: str, complaint: str) -> None:
    response = x.get("tweets/search/recent", query=query)
    assert response.status_code == 400
    assert complaint in response.json()["errors"][0]["message"]


def test_search_reaches_back_seven_days_and_not_into_the_last_thirty_seconds(x: Caller) -> None:
    old = x.world.x_post(x.parent, "match", at=MONDAY - timedelta(days=8))
    recent = x.world.x_post(x.parent, "match", at=MONDAY - timedelta(days=6))
    x.world.x_post(x.parent, "match")
    assert ids(x.data("tweets/search/recent", query="match")) == [recent]
    stale = x.get("tweets/search/recent", query="match", since_id=old)
    assert stale.status_code == 400
    assert "must be a tweet id created after" in stale.json()["errors"][0]["message"]


def test_quotes_of_a_post_come_newest_first(x: Caller) -> None:
    post = x.world.x_post(x.school, "Term dates")
    quotes = [x.world.x_post(x.parent, f"look {n}", quote_of=post) for n in range(11)]
    first = x.data(f"tweets/{post}/quote_tweets")
    assert ids(first) == quotes[:0:-1]
    assert set(first["meta"]) == {"result_count", "next_token"}
    last = x.data(f"tweets/{post}/quote_tweets", pagination_token=first["meta"]["next_token"])
    assert ids(last) == [quotes[0]]


def test_own_posts_can_be_read_without_replies(x: Caller) -> None:
    post = x.world.x_post(x.school, "Term dates")
    reply = x.world.x_post(x.school, "And more", reply_to=post)
    assert ids(x.data(f"users/{x.school}/tweets")) == [reply, post]
    assert ids(x.data(f"users/{x.school}/tweets", exclude="replies,retweets")) == [post]


def test_a_deleted_post_stands_under_errors(x: Caller) -> None:
    kept, gone = x.world.x_post(x.parent, "one"), x.world.x_post(x.parent, "two")
    x.world.x_delete(gone)
    both = x.data("tweets", ids=f"{kept},{gone}")
    assert ids(both) == [kept]
    assert both["errors"][0]["resource_id"] == gone
    assert both["errors"][0]["type"].endswith("/resource-not-found")
    assert set(x.data(f"tweets/{gone}")) == {"errors"}


def test_posts_of_protected_accounts_are_not_seen(x: Caller) -> None:
    shy = x.world.x_user("shy", "Shy", protected=True)
    post = x.world.x_post(shy, "@RossmoreHigh hi")
    assert ids(x.data(f"users/{x.school}/mentions")) == []
    assert x.data("tweets", ids=post)["errors"][0]["title"] == "Authorization Error"


def test_users_are_looked_up_and_the_missing_named(x: Caller) -> None:
    body = x.data("users", ids=f"{x.parent},99", user_fields="created_at,public_metrics,verified")
    assert body["data"][0]["public_metrics"]["followers_count"] == 12
    assert body["data"][0]["created_at"].endswith("Z")
    assert body["errors"][0]["detail"] == "Could not find user with ids: [99]."
    assert x.data("users/by/username/PAT_R")["data"]["id"] == x.parent
    assert set(x.data("users/by/username/nobody")) == {"errors"}


def test_followers_come_newest_first_with_their_connection_status(x: Caller) -> None:
    others = [x.world.x_user(f"fan{n}", f"Fan {n}") for n in range(3)]
    for user in others:
        x.world.x_follow(user)
    x.world.x_unfollow(others[1])
    x.world.x_request_follow(x.parent)
    first = x.data(f"users/{x.school}/followers", max_results="1", user_fields="connection_status")
    assert first["data"][0]["id"] == others[2]
    assert first["data"][0]["connection_status"] == ["followed_by"]
    last = x.data(f"users/{x.school}/followers", pagination_token=first["meta"]["next_token"])
    assert ids(last) == [others[0]]
    asked = x.data("users", ids=x.parent, user_fields="connection_status")
    assert asked["data"][0]["connection_status"] == ["follow_request_received"]
