"""The X adapter through tweepy, over real HTTP, against the sandbox's X."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.sandbox import faults
from adapters.sandbox.faults import Fault
from adapters.sandbox.world import World
from adapters.sandbox.x_server import XServer
from adapters.x import XAdapter
from adapters.x.client import XClient
from adapters.x.shapes import Json
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
    AttachmentKind,
    Author,
    Capability,
    CapabilityState,
    Comment,
    Cursor,
    Edge,
    ItemKind,
    ItemRef,
    Newcomer,
    Page,
    Presence,
)
from bot.ports import Context

START = Cursor()
HANDLE = "RossmoreTest"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "world.db")
    world.x_account(HANDLE, "Rossmore Test School")
    yield world
    world.close()


@pytest.fixture
def base_url(world: World) -> Iterator[str]:
    server = XServer(world)
    yield server.start()
    server.close()


@pytest.fixture
def adapter(world: World, base_url: str, tmp_path: Path) -> XAdapter:
    return an_adapter(world, base_url, tmp_path)


def an_adapter(
    world: World, base_url: str, tmp_path: Path, *, bearer: str = "", **options: object
) -> XAdapter:
    tokens = world.x_tokens()
    secrets = {
        "X_CONSUMER_KEY": tokens.consumer_key,
        "X_CONSUMER_SECRET": tokens.consumer_secret,
        "X_ACCESS_TOKEN": tokens.access_token,
        "X_ACCESS_TOKEN_SECRET": tokens.access_token_secret,
    }
    if bearer:
        secrets = {"X_BEARER_TOKEN": bearer}
    context = Context(world.clock, secrets.get, tmp_path, "school")
    return XAdapter.from_options({"handle": HANDLE, "base_url": base_url, **options}, context)


@pytest.fixture
def parent(world: World) -> str:
    return world.x_user("sam_p", "Sam Porter")


@pytest.fixture
def post(world: World) -> str:
    """An own post, old enough for the search to know what comes under it."""
    return world.x_post(world.x_account_id(), "Our winter concert is on Thursday.")


def settle(world: World) -> None:
    """X's search does not show the newest 30 seconds."""
    world.advance(60)


def comments(pages: Iterator[Page]) -> list[Comment]:
    return [item for page in pages for item in page.items if isinstance(item, Comment)]


def a_ref(native_id: str, kind: ItemKind = ItemKind.COMMENT) -> ItemRef:
    return ItemRef("x", kind, native_id, "school" if kind is ItemKind.NEWCOMER else "")


def asked(world: World, part: str) -> list[dict[str, str]]:
    """The queries of the requests whose path holds `part`."""
    return [served.query for served in world.requests("x") if part in served.path]


def poll(adapter: XAdapter, cursor: Cursor) -> tuple[list[Comment], Cursor]:
    pages = list(adapter.fetch_comments(cursor))
    return comments(iter(pages)), pages[-1].cursor


# --- reading -----------------------------------------------------------------------------------


def test_replies_mentions_and_quotes_come_with_their_edges(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    other = world.x_user("kim", "Kim Lane")
    world.x_post(world.x_account_id(), "Another post.")
    reply = world.x_post(parent, "Lovely!", reply_to=post)
    nested = world.x_post(other, "I agree", reply_to=reply)
    untagged = world.x_post(other, "And nobody is told", reply_to=post, tagging=False)
    mention = world.x_post(parent, f"Thank you @{HANDLE}")
    elsewhere = world.x_post(other, f"@{HANDLE} look", reply_to=mention)
    quote = world.x_post(other, "Ha", quote_of=post)
    settle(world)

    found = {comment.ref.native_id: comment for comment in comments(adapter.fetch_comments(START))}
    assert {key: (each.edge, each.can_hide) for key, each in found.items()} == {
        reply: (Edge.REPLY, True),
        nested: (Edge.REPLY, True),
        untagged: (Edge.REPLY, True),
        mention: (Edge.MENTION, False),
        elsewhere: (Edge.MENTION, False),
        quote: (Edge.QUOTE, False),
    }
    assert found[nested].post_id == post
    assert found[nested].parent_id == reply
    author = found[nested].author
    assert author is not None
    assert (author.handle, author.name, author.is_school) == ("kim", "Kim Lane", False)


def test_long_posts_media_and_escapes_are_read_whole(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    text = "Tom & Zoë <3 " + "very " * 80 + "long"
    world.x_post(parent, text, reply_to=post, long=True, media="video")
    (comment,) = comments(adapter.fetch_comments(START))
    assert comment.text.endswith(text)
    assert [each.kind for each in comment.attachments] == [AttachmentKind.VIDEO]


def test_the_naming_of_august_2026_reads_the_same(
    world: World, base_url: str, adapter: XAdapter, parent: str, post: str, tmp_path: Path
) -> None:
    reply = world.x_post(parent, "Lovely! " * 60, reply_to=post, long=True, media="photo")
    world.x_post(parent, "Look", quote_of=post)
    world.x_follow(parent)
    settle(world)
    old = comments(adapter.fetch_comments(START))
    world.x_naming = "post"
    fresh = an_adapter(world, base_url, tmp_path)
    assert sorted(map(str, comments(fresh.fetch_comments(START)))) == sorted(map(str, old))
    assert reply in [comment.ref.native_id for comment in old]
    ((newcomer,),) = (page.items for page in fresh.fetch_newcomers(START))
    assert isinstance(newcomer, Newcomer)
    assert newcomer.author.native_id == parent
    assert newcomer.facts["posts"] == "2"


def test_several_pages_are_one_run_and_the_next_poll_asks_only_for_what_is_new(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    replies = {world.x_post(parent, f"Answer {n}", reply_to=post) for n in range(230)}
    settle(world)
    pages = list(adapter.fetch_comments(START))
    assert {each.ref.native_id for each in comments(iter(pages))} == replies
    assert {page.cursor.high_water for page in pages[:-1]} == {""}
    found, cursor = poll(adapter, pages[-1].cursor)
    assert found == []
    assert asked(world, "/mentions")[-1]["since_id"] == max(replies, key=int)

    late = world.x_post(parent, "I only saw this now", reply_to=post)
    found, _ = poll(adapter, cursor)
    assert [each.ref.native_id for each in found] == [late]


def test_a_run_broken_off_at_any_page_loses_nothing(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    replies = {world.x_post(parent, f"Answer {n}", reply_to=post) for n in range(230)}
    settle(world)
    count = len(list(adapter.fetch_comments(START)))
    for stop in range(1, count):
        run = adapter.fetch_comments(START)
        first = [next(run) for _ in range(stop)]
        late = world.x_post(parent, "While nobody was looking", reply_to=post)
        replies.add(late)
        settle(world)
        rest = list(adapter.fetch_comments(first[-1].cursor))
        after = list(adapter.fetch_comments(rest[-1].cursor))
        seen = {item.ref.native_id for page in (*first, *rest, *after) for item in page.items}
        assert seen == replies


def test_the_sweep_is_made_once_a_day_and_each_time_from_where_it_ended(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    world.x_post(parent, "Ha", quote_of=post)
    settle(world)
    _, cursor = poll(adapter, START)
    assert len(asked(world, "/search/")) == 1
    _, cursor = poll(adapter, cursor)
    assert len(asked(world, "/search/")) == 1
    quote = world.x_post(parent, "Ha again", quote_of=post)
    world.advance(24 * 3600)
    found, _ = poll(adapter, cursor)
    assert [each.ref.native_id for each in found] == [quote]


def test_sweep_minutes_of_nought_means_every_poll(
    world: World, base_url: str, post: str, tmp_path: Path
) -> None:
    adapter = an_adapter(world, base_url, tmp_path, sweep_minutes=0)
    _, cursor = poll(adapter, START)
    poll(adapter, cursor)
    assert len(asked(world, "/search/")) == 2


def test_a_sweep_mark_older_than_x_searches_is_left_out(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    world.x_post(parent, "Ha", quote_of=post)
    settle(world)
    _, cursor = poll(adapter, START)
    world.advance(9 * 24 * 3600)
    post = world.x_post(world.x_account_id(), "Back after the holidays.")
    quote = world.x_post(parent, "Ha ha", quote_of=post)
    settle(world)
    found, _ = poll(adapter, cursor)
    assert [each.ref.native_id for each in found] == [quote]


def test_a_failing_search_does_not_keep_the_mentions_from_moving_on(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    reply = world.x_post(parent, "Lovely!", reply_to=post)
    world.fault("x", faults.x_server_error(), path_contains="/search/")
    run = adapter.fetch_comments(START)
    first = next(run)
    assert [item.ref.native_id for item in first.items] == [reply]
    with pytest.raises(AdapterError):
        next(run)
    late = world.x_post(parent, "Late", reply_to=post)
    assert next(adapter.fetch_comments(first.cursor)).items[0].ref.native_id == late
    assert asked(world, "/mentions")[-1]["since_id"] == reply


def test_an_author_is_looked_up_once(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    world.x_post(parent, "One", reply_to=post)
    _, cursor = poll(adapter, START)
    world.x_post(parent, "Two", reply_to=post)
    poll(adapter, cursor)
    assert [query["ids"] for query in asked(world, "/2/users") if "ids" in query] == [parent]


def test_comments_are_read_though_nobody_tells_names_and_conversations(
    world: World, adapter: XAdapter, parent: str, post: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    direct = world.x_post(parent, "Lovely!", reply_to=post)
    nested = world.x_post(parent, "Really", reply_to=direct)
    mention = world.x_post(parent, f"@{HANDLE} is great")
    elsewhere = world.x_post(parent, f"@{HANDLE} indeed", reply_to=mention)

    def refuse(*_: object) -> Json:
        raise Denied("X forbids it.")

    monkeypatch.setattr(XClient, "users", refuse)
    monkeypatch.setattr(XClient, "posts", refuse)
    page = next(adapter.fetch_comments(START))
    assert len(page.problems) == 2
    found = {each.ref.native_id: each for each in comments(iter([page]))}
    assert {each.author for each in found.values()} == {Author(parent)}
    assert {key: each.can_hide for key, each in found.items()} == {
        direct: True,
        nested: True,
        mention: False,
        elsewhere: None,
    }


def test_mentions_beyond_what_x_shows_make_the_poll_partial(
    world: World, adapter: XAdapter, parent: str, post: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.x.adapter.MENTIONS_SHOWN", 2)
    world.x_post(parent, "One", reply_to=post)
    _, cursor = poll(adapter, START)
    world.x_post(parent, "Two", reply_to=post)
    (page,) = adapter.fetch_comments(cursor)
    assert page.problems == ()
    for text in ("Three", "Four"):
        world.x_post(parent, text, reply_to=post)
    (page,) = adapter.fetch_comments(page.cursor)
    assert len(page.items) == 2
    assert page.problems


def test_own_posts_are_read_without_the_schools_replies(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    reply = world.x_post(parent, "When?", reply_to=post)
    world.x_post(world.x_account_id(), "At six.", reply_to=reply)
    (page,) = adapter.fetch_own_posts(START)
    assert [item.ref for item in page.items] == [a_ref(post, ItemKind.OWN_POST)]
    assert reply in [each.ref.native_id for each in comments(adapter.fetch_comments(START))]
    (again,) = adapter.fetch_own_posts(page.cursor)
    assert again.items == ()
    assert again.cursor.high_water == page.cursor.high_water


def test_the_first_reading_of_own_posts_goes_back_three_months_and_not_years(
    world: World, adapter: XAdapter, post: str
) -> None:
    now = world.clock.now()
    world.x_post(world.x_account_id(), "Long ago", at=now - timedelta(days=200))
    recent = world.x_post(world.x_account_id(), "Last month", at=now - timedelta(days=30))
    (page,) = adapter.fetch_own_posts(START)
    assert {item.ref.native_id for item in page.items} == {post, recent}


# --- newcomers ---------------------------------------------------------------------------------


def follow(world: World, count: int, start: int = 0) -> list[str]:
    people = [
        world.x_user(f"f{number}", f"Follower {number}") for number in range(start, start + count)
    ]
    for person in people:
        world.x_follow(person)
    return people


def newcomers(pages: list[Page]) -> list[str]:
    return [item.ref.native_id for page in pages for item in page.items]


def test_the_first_look_reads_one_page_of_followers_only(world: World, adapter: XAdapter) -> None:
    people = follow(world, 50)
    (page,) = adapter.fetch_newcomers(START)
    assert [item.ref.native_id for item in page.items] == people[:29:-1]


def test_later_looks_read_until_somebody_known_is_met(world: World, adapter: XAdapter) -> None:
    follow(world, 30)
    (first,) = adapter.fetch_newcomers(START)
    (same,) = adapter.fetch_newcomers(first.cursor)
    assert same.items == ()
    assert same.billed == 5
    fresh = follow(world, 45, start=30)
    pages = list(adapter.fetch_newcomers(same.cursor))
    # Five small pages, one large, and one that holds nobody new.
    assert set(fresh) <= set(newcomers(pages))
    assert [page.billed for page in pages] == [5, 5, 5, 5, 5, 20, 20]
    (after,) = adapter.fetch_newcomers(pages[-1].cursor)
    assert after.items == ()


def test_a_day_with_twenty_new_followers_bills_twenty_five_people(
    world: World, adapter: XAdapter
) -> None:
    follow(world, 60)
    (first,) = adapter.fetch_newcomers(START)
    fresh = follow(world, 20, start=60)
    pages = list(adapter.fetch_newcomers(first.cursor))
    assert set(newcomers(pages)) == set(fresh)
    assert sum(page.billed for page in pages) == 25


def test_a_broken_off_look_at_followers_goes_on(world: World, adapter: XAdapter) -> None:
    follow(world, 25)
    (first,) = adapter.fetch_newcomers(START)
    fresh = follow(world, 45, start=25)
    run = adapter.fetch_newcomers(first.cursor)
    page = next(run)
    assert not page.last
    assert page.cursor.high_water == first.cursor.high_water
    late = follow(world, 1, start=90)
    rest = list(adapter.fetch_newcomers(page.cursor))
    after = list(adapter.fetch_newcomers(rest[-1].cursor))
    assert {*fresh, *late} <= set(newcomers([page, *rest, *after]))


def test_a_flood_of_followers_ends_the_look_and_says_so(
    world: World, adapter: XAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.x.followers.FOLLOWER_PAGES", 2)
    follow(world, 5)
    (first,) = adapter.fetch_newcomers(START)
    follow(world, 60, start=5)
    pages = list(adapter.fetch_newcomers(first.cursor))
    assert [page.last for page in pages] == [False, True]
    assert pages[-1].problems
    (after,) = adapter.fetch_newcomers(pages[-1].cursor)
    assert (after.items, after.problems) == ((), ())


def test_the_first_followers_of_an_account_that_had_none_are_all_told(
    world: World, adapter: XAdapter
) -> None:
    (none,) = adapter.fetch_newcomers(START)
    people = follow(world, 45)
    assert set(newcomers(list(adapter.fetch_newcomers(none.cursor)))) == set(people)


# --- observing and acting ----------------------------------------------------------------------


def test_observing_more_than_a_hundred_keeps_the_order(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    refs = [a_ref(world.x_post(parent, f"Answer {n}", reply_to=post)) for n in range(130)]
    world.x_delete(refs[5].native_id)
    world.x_delete(refs[120].native_id)
    seen = adapter.observe(refs)
    assert [each.ref for each in seen] == refs
    gone = [each.ref for each in seen if each.presence is Presence.GONE]
    assert gone == [refs[5], refs[120]]
    assert {each.hidden for each in seen} == {None}


def test_what_x_only_may_not_show_is_not_called_gone(
    world: World, adapter: XAdapter, post: str
) -> None:
    shy = world.x_user("shy", "Shy", protected=True)
    seen = adapter.observe([a_ref(world.x_post(shy, "psst", reply_to=post))])
    assert [each.presence for each in seen] == [Presence.UNKNOWN]


def test_a_follower_who_left_is_gone(world: World, adapter: XAdapter, parent: str) -> None:
    world.x_follow(parent)
    ref = a_ref(parent, ItemKind.NEWCOMER)
    assert adapter.observe([ref])[0].presence is Presence.PRESENT
    world.x_unfollow(parent)
    assert adapter.observe([ref])[0].presence is Presence.GONE


def test_whether_somebody_asks_follows_or_was_turned_down_is_seen(
    world: World, adapter: XAdapter, parent: str
) -> None:
    world.x_protect()
    ref = a_ref(parent, ItemKind.NEWCOMER)

    def seen() -> tuple[bool | None, bool | None]:
        [now] = adapter.observe([ref])
        return now.asks_to_follow, now.follows

    world.x_request_follow(parent)
    assert seen() == (True, False)
    world.x_withdraw_request(parent)
    assert seen() == (False, False)
    world.x_follow(parent)
    assert seen() == (False, True)
    assert adapter.observe([a_ref("404", ItemKind.NEWCOMER)])[0].follows is None


def test_hiding_and_showing_again_is_confirmed_by_x_itself(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    ref = a_ref(world.x_post(parent, "Rude", reply_to=post))
    assert adapter.hide(ref).hidden is True
    assert adapter.hide(ref).hidden is True
    assert world.x_hidden() == {ref.native_id}
    assert adapter.unhide(ref).hidden is False
    assert world.x_hidden() == set()


def test_outside_own_conversations_x_never_hides(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    mention = world.x_post(parent, f"@{HANDLE} is awful")
    elsewhere = world.x_post(parent, "Worse", reply_to=mention)
    quote = world.x_post(parent, "Ha", quote_of=post)
    for native_id in (mention, elsewhere, quote):
        with pytest.raises(Unsupported, match="X does not allow hiding this"):
            adapter.hide(a_ref(native_id))


def test_a_refusal_in_an_own_conversation_is_about_the_permission(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    ref = a_ref(world.x_post(parent, "Rude", reply_to=post))
    bare = Fault("bare", status=403, body='{"title": "Forbidden", "type": "about:blank"}')
    world.fault("x", bare, path_contains="/hidden")
    with pytest.raises(Denied, match=r"tweet\.moderate\.write"):
        adapter.hide(ref)


def test_while_nobody_can_say_why_x_refused_it_is_tried_again(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    ref = a_ref(world.x_post(parent, "Rude", reply_to=post))
    adapter.hide(ref)
    bare = Fault("bare", status=403, body='{"title": "Forbidden", "type": "about:blank"}')
    world.fault("x", bare, path_contains="/hidden")
    world.fault("x", faults.x_server_error(), method="GET", times=None)
    with pytest.raises(AdapterError) as raised:
        adapter.unhide(ref)
    assert not raised.value.permanent


def test_what_is_gone_cannot_be_hidden_or_deleted(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    reply = world.x_post(parent, "Rude", reply_to=post)
    world.x_delete(reply)
    world.x_delete(post)
    with pytest.raises(Gone):
        adapter.hide(a_ref(reply))
    with pytest.raises(Gone):
        adapter.delete(a_ref(post, ItemKind.OWN_POST))


def test_only_own_posts_can_be_deleted(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    reply = world.x_post(parent, "Rude", reply_to=post)
    assert adapter.delete(a_ref(post, ItemKind.OWN_POST)).presence is Presence.GONE
    for ref in (a_ref(reply), a_ref(parent, ItemKind.NEWCOMER)):
        with pytest.raises(Unsupported):
            adapter.delete(ref)
    assert world.x_posts() == {reply}


# --- capabilities ------------------------------------------------------------------------------


def states(adapter: XAdapter) -> dict[Capability, CapabilityState]:
    return {report.capability: report.state for report in adapter.capabilities()}


READING = (
    Capability.READ_OWN_POSTS,
    Capability.READ_COMMENTS,
    Capability.READ_NEWCOMERS,
    Capability.OBSERVE,
)


def test_reading_is_proven_and_hiding_only_once_it_was_done(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    before = states(adapter)
    assert {before[each] for each in READING} == {CapabilityState.WORKS}
    assert before[Capability.HIDE] is CapabilityState.UNTESTED
    assert before[Capability.DELETE] is CapabilityState.IMPOSSIBLE
    adapter.hide(a_ref(world.x_post(parent, "Rude", reply_to=post)))
    after = states(adapter)
    assert after[Capability.HIDE] is CapabilityState.WORKS
    assert after[Capability.UNHIDE] is CapabilityState.UNTESTED


def test_a_denied_hide_is_shown_in_the_matrix(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    world.fault("x", faults.x_forbidden(), path_contains="/hidden")
    with pytest.raises(Denied):
        adapter.hide(a_ref(world.x_post(parent, "Rude", reply_to=post)))
    assert states(adapter)[Capability.HIDE] is CapabilityState.DENIED


@pytest.mark.parametrize(
    "fault", [faults.x_unauthorized(), faults.x_forbidden(), faults.x_credits_depleted()]
)
def test_a_token_that_may_nothing_denies_everything_and_says_why(
    world: World, adapter: XAdapter, fault: Fault
) -> None:
    world.fault("x", fault, times=None)
    assert set(states(adapter).values()) == {CapabilityState.DENIED}
    assert all(report.why for report in adapter.capabilities())


def test_an_app_that_may_only_read_is_known_before_anything_is_hidden(
    world: World, adapter: XAdapter
) -> None:
    me = f'{{"data": {{"id": "{world.x_account_id()}", "username": "{HANDLE}"}}}}'
    read_only = {"x-access-level": "read"}
    world.fault("x", Fault("me", body=me, headers=read_only), path_contains="/me")
    nothing = Fault("empty", body='{"meta": {"result_count": 0}}', headers=read_only)
    world.fault("x", nothing, times=None)
    assert states(adapter)[Capability.HIDE] is CapabilityState.DENIED


def test_one_denied_stream_does_not_hide_the_others(world: World, adapter: XAdapter) -> None:
    world.fault("x", faults.x_forbidden(), path_contains="/followers")
    found = states(adapter)
    assert found[Capability.READ_NEWCOMERS] is CapabilityState.DENIED
    assert found[Capability.READ_COMMENTS] is CapabilityState.WORKS


def test_a_token_of_another_account_is_told_apart(
    world: World, base_url: str, tmp_path: Path
) -> None:
    adapter = an_adapter(world, base_url, tmp_path, handle="SomebodyElse")
    assert set(states(adapter).values()) == {CapabilityState.DENIED}
    with pytest.raises(Denied, match=HANDLE):
        next(adapter.fetch_comments(START))


def test_an_app_only_token_is_told_apart(world: World, base_url: str, tmp_path: Path) -> None:
    adapter = an_adapter(world, base_url, tmp_path, bearer=world.x_tokens().app_bearer)
    with pytest.raises(Denied, match="speaks for an app"):
        next(adapter.fetch_comments(START))


def test_a_users_bearer_token_works_too(
    world: World, base_url: str, parent: str, post: str, tmp_path: Path
) -> None:
    adapter = an_adapter(world, base_url, tmp_path, bearer=world.x_tokens().bearer)
    ref = a_ref(world.x_post(parent, "Rude", reply_to=post))
    assert [each.ref for each in comments(adapter.fetch_comments(START))] == [ref]
    assert adapter.hide(ref).hidden is True


# --- faults ------------------------------------------------------------------------------------

PASSING = [
    faults.connection_reset(),
    faults.truncated_json(),
    faults.bad_gateway(),
    faults.html_in_200(),
    faults.x_server_error(),
    faults.x_unavailable(),
    faults.x_errors_only(),
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.name)
def test_a_passing_fault_loses_nothing_and_shows_nothing_as_hidden(
    world: World, adapter: XAdapter, parent: str, post: str, fault: Fault
) -> None:
    ref = a_ref(world.x_post(parent, "Rude", reply_to=post))
    _, cursor = poll(adapter, START)
    late = a_ref(world.x_post(parent, "Ruder", reply_to=post))

    world.fault("x", fault, path_contains="/mentions")
    with pytest.raises(AdapterError) as raised:
        next(adapter.fetch_comments(cursor))
    assert not raised.value.permanent
    assert [each.ref for each in poll(adapter, cursor)[0]] == [late]

    world.fault("x", fault, path_contains="/hidden")
    with pytest.raises(AdapterError) as raised:
        adapter.hide(ref)
    assert not raised.value.permanent
    assert adapter.hide(ref).hidden is True


def test_what_a_partial_answer_leaves_out_is_fetched_by_its_id(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    replies = {world.x_post(parent, f"Answer {n}", reply_to=post) for n in range(3)}
    world.fault("x", faults.x_partial(), path_contains="/mentions")
    first = next(adapter.fetch_comments(START))
    assert {item.ref.native_id for item in first.items} == replies
    assert first.problems


def test_repeated_page_tokens_end_in_an_error_and_the_next_poll_reads_all(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    replies = {world.x_post(parent, f"Answer {n}", reply_to=post) for n in range(230)}
    world.fault("x", faults.repeated_cursor(), path_contains="/mentions", times=5)
    run = adapter.fetch_comments(START)
    pages = [next(run), next(run)]
    with pytest.raises(AdapterError, match="same page mark twice"):
        next(run)
    world.clear_faults()
    found, _ = poll(adapter, pages[-1].cursor)
    assert {each.ref.native_id for each in found} == replies


@pytest.mark.parametrize(
    ("fault", "kind", "least"),
    [
        (faults.x_rate_limited(120), Throttled, 100),
        (faults.x_rate_limited(None), Throttled, 900),
        (faults.x_rate_limited(-60), Throttled, 900),
        (faults.x_credits_depleted(), WritesStopped, 0),
        (faults.x_unauthorized(), SignedOut, None),
        (faults.x_forbidden(), Denied, None),
    ],
)
def test_refusals_have_their_error_and_are_asked_only_once(
    world: World, adapter: XAdapter, fault: Fault, kind: type[AdapterError], least: float | None
) -> None:
    list(adapter.fetch_own_posts(START))
    world.fault("x", fault, times=None)
    with pytest.raises(AdapterError) as raised:
        next(adapter.fetch_comments(START))
    assert type(raised.value) is kind
    assert len(asked(world, "/mentions")) == 1
    if least is None:
        assert raised.value.retry_after is None
    else:
        assert raised.value.retry_after is not None
        assert raised.value.retry_after >= least


def test_xs_own_limit_of_fifty_hides_is_told_with_its_end(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    ref = a_ref(world.x_post(parent, "Rude", reply_to=post))
    for _ in range(50):
        adapter.hide(ref)
    with pytest.raises(Throttled) as raised:
        adapter.hide(ref)
    assert 0 < (raised.value.retry_after or 0) <= timedelta(minutes=15).total_seconds() + 1


def test_no_token_travels_in_an_address(
    world: World, adapter: XAdapter, parent: str, post: str
) -> None:
    world.x_post(parent, "Lovely!", reply_to=post)
    list(adapter.fetch_comments(START))
    assert not any(served.token_in_query for served in world.requests("x"))
    assert {served.scheme for served in world.requests("x")} == {"OAuth"}
