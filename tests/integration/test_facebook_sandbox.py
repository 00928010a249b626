"""The Page adapter against the sandbox's Graph server: real HTTP through facebook-sdk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.facebook import FacebookAdapter
from adapters.facebook.graph import Graph
from adapters.facebook.session import GraphSession
from adapters.sandbox import faults
from adapters.sandbox.faults import Fault
from adapters.sandbox.graph_server import GraphServer
from adapters.sandbox.world import World
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
    Capability,
    CapabilityState,
    Comment,
    Cursor,
    Edge,
    ItemKind,
    ItemRef,
    Observation,
    OwnPost,
    Page,
    Presence,
)
from bot.ports import Context


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "world.db")
    world.fb_page("Rossmead School")
    yield world
    world.close()


@pytest.fixture
def server(world: World) -> Iterator[GraphServer]:
    server = GraphServer(world)
    server.start()
    yield server
    server.close()


@pytest.fixture
def secrets(world: World) -> dict[str, str]:
    return {
        "FACEBOOK_PAGE_TOKEN": world.fb_token("page"),
        "FACEBOOK_APP_SECRET": world.fb_app_secret(),
    }


@pytest.fixture
def adapter(server: GraphServer, world: World, context: Context) -> FacebookAdapter:
    options = {"page_id": world.fb_page_id(), "base_url": server.base_url, "page_size": 2}
    return FacebookAdapter.from_options(options, replace(context, clock=world.clock))


@pytest.fixture
def parent(world: World) -> str:
    return world.fb_user("Robin Vale")


@pytest.fixture
def post(world: World) -> str:
    return world.fb_post("Our winter concert is on Thursday.")


def run(adapter: FacebookAdapter, cursor: Cursor | None = None) -> list[Page]:
    return list(adapter.fetch_comments(cursor or Cursor()))


def comments(pages: list[Page]) -> dict[str, Comment]:
    found = [item for page in pages for item in page.items]
    return {item.ref.native_id: item for item in found if isinstance(item, Comment)}


def a_ref(native_id: str) -> ItemRef:
    return ItemRef("facebook", ItemKind.COMMENT, native_id)


def look(adapter: FacebookAdapter, native_id: str) -> Observation:
    (seen,) = adapter.observe([a_ref(native_id)])
    return seen


def test_a_whole_page_is_read(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    first = world.fb_comment(post, parent, "When does it begin?")
    reply = world.fb_comment(first, parent, "And end?", attachment="photo")
    own = world.fb_comment(first, None, "At six.")
    nameless = world.fb_comment(post, parent, "Guess who.", from_missing=True)
    unseen = world.fb_comment(post, parent, "Kept from the API.", not_visible=True)
    visit = world.fb_visitor_post(parent, "I found a glove.")
    below = world.fb_comment(visit, parent, "A red one.")
    tag = world.fb_tagging_post(parent, "Off to the concert!")
    pages = run(adapter)
    found = comments(pages)
    assert set(found) == {first, reply, nameless, visit, below, tag}
    assert {own, unseen}.isdisjoint(found)
    assert (found[reply].parent_id, found[reply].post_id) == (first, post)
    assert [each.kind for each in found[reply].attachments] == [AttachmentKind.PHOTO]
    assert found[nameless].author is None
    assert (found[visit].edge, found[visit].can_hide) == (Edge.VISITOR_POST, False)
    assert (found[below].post_id, found[below].can_hide) == (visit, True)
    assert found[tag].edge is Edge.TAG
    assert sum(page.not_visible for page in pages) == 1
    assert [problem for page in pages for problem in page.problems] == []
    assert {asked.status for asked in world.requests("facebook")} == {200}
    assert [asked for asked in world.requests("facebook") if asked.token_in_query] == []


def test_a_pile_on_is_read_to_its_last_comment(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    written = {world.fb_comment(post, parent, f"No. {number}") for number in range(23)}
    pages = run(adapter)
    assert set(comments(pages)) == written
    assert sum(page.not_visible for page in pages) == 0


def test_an_edit_shows_as_another_text_of_the_same_item(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    comment = world.fb_comment(post, parent, "Lovely.")
    cursor = run(adapter)[-1].cursor
    world.fb_edit(comment, "Not lovely at all.")
    assert comments(run(adapter, cursor))[comment].text == "Not lovely at all."


def test_a_post_of_the_page_that_tags_somebody_says_so(
    world: World, adapter: FacebookAdapter
) -> None:
    world.fb_user("Kelly Marsh")
    tagging = world.fb_post("Well baked, Kelly Marsh!")
    plain = world.fb_post("News from Rossmead School")
    read = [item for page in adapter.fetch_own_posts(Cursor()) for item in page.items]
    said = {one.ref.native_id: one.tags_somebody for one in read if isinstance(one, OwnPost)}
    assert (said[tagging], said[plain]) == (True, False)


def test_comments_on_old_posts_are_found_by_the_next_full_sweep(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    cursor = run(adapter)[-1].cursor
    world.advance(23 * 3600)
    cursor = run(adapter, cursor)[-1].cursor
    for number in range(20):
        world.fb_post(f"News, no. {number}")
    late = world.fb_comment(post, parent, "Late, but here.")
    world.advance(20 * 24 * 3600)
    assert late in comments(run(adapter, cursor))


def test_a_hidden_comment_reads_back_as_hidden_and_unhidden_again(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    comment = world.fb_comment(post, parent, "You know who you are.")
    assert adapter.hide(a_ref(comment)).hidden is None
    assert look(adapter, comment).hidden is True
    assert world.fb_hidden() == {comment}
    assert adapter.hide(a_ref(comment)).hidden is True
    assert adapter.unhide(a_ref(comment)).hidden is None
    assert look(adapter, comment).hidden is False


def test_what_facebook_never_hides_is_unsupported(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    visit = world.fb_visitor_post(parent, "I found a glove.")
    tag = world.fb_tagging_post(parent, "Off to the concert!")
    own = world.fb_comment(post, None, "At six.")
    for native_id in (visit, tag, own):
        with pytest.raises(Unsupported):
            adapter.hide(a_ref(native_id))
        assert look(adapter, native_id).presence is Presence.PRESENT
    assert world.fb_hidden() == set()


def test_a_deleted_comment_is_gone(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    comment = world.fb_comment(post, parent, "Oops.")
    adapter.delete(a_ref(comment))
    assert comment not in world.fb_objects()
    assert look(adapter, comment).presence is Presence.GONE
    for call in (adapter.hide, adapter.unhide, adapter.delete):
        with pytest.raises(Gone):
            call(a_ref(comment))


def test_a_users_token_is_told_apart(
    world: World, server: GraphServer, context: Context, secrets: dict[str, str]
) -> None:
    secrets["FACEBOOK_PAGE_TOKEN"] = world.fb_token("user")
    options = {"page_id": world.fb_page_id(), "base_url": server.base_url}
    adapter = FacebookAdapter.from_options(options, context)
    with pytest.raises(SignedOut, match="a user's token, not the Page's"):
        run(adapter)


def test_a_wrong_app_secret_is_told(
    world: World, server: GraphServer, context: Context, secrets: dict[str, str]
) -> None:
    secrets["FACEBOOK_APP_SECRET"] = "of another app"
    options = {"page_id": world.fb_page_id(), "base_url": server.base_url}
    with pytest.raises(SignedOut, match="FACEBOOK_APP_SECRET"):
        run(FacebookAdapter.from_options(options, context))


def test_the_sandboxs_page_token_can_do_everything(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    world.fb_comment(post, parent, "When does it begin?")
    found = {each.capability: each.state for each in adapter.capabilities()}
    for never in (Capability.MUTE, Capability.READ_REQUESTS):
        assert found.pop(never) is CapabilityState.IMPOSSIBLE
    assert found.pop(Capability.BLOCK) is CapabilityState.UNTESTED  # it is proved by blocking
    assert set(found.values()) == {CapabilityState.WORKS}


# --- scripted faults: what each becomes, and that it passes ----------------------------------

FAULTS: list[tuple[Fault, type[AdapterError]]] = [
    (faults.graph_throttled(80001, 5), Throttled),
    (faults.graph_throttled(4), Throttled),
    (faults.graph_throttled(32), Throttled),
    (faults.graph_error(1), AdapterError),
    (faults.graph_error(2), AdapterError),
    (faults.graph_error(10), Denied),
    (faults.graph_error(200), Denied),
    (faults.graph_error(190, 463), SignedOut),
    (faults.graph_error(368), WritesStopped),
    (faults.graph_server_error(), AdapterError),
    (faults.graph_server_error(with_error=False), AdapterError),
    (faults.bad_gateway(), AdapterError),
    (faults.html_in_200(), AdapterError),
    (faults.truncated_json(), AdapterError),
    (faults.connection_reset(), AdapterError),
]


@pytest.mark.parametrize(("fault", "expected"), FAULTS, ids=[fault.name for fault, _ in FAULTS])
def test_a_fault_while_reading_fails_the_run_and_passes(
    world: World,
    adapter: FacebookAdapter,
    parent: str,
    post: str,
    fault: Fault,
    expected: type[AdapterError],
) -> None:
    comment = world.fb_comment(post, parent, "When does it begin?")
    world.fault("facebook", fault, path_contains="published_posts")
    with pytest.raises(AdapterError) as failed:
        run(adapter)
    assert type(failed.value) is expected
    assert world.fb_token("page") not in str(failed.value)
    assert set(comments(run(adapter))) == {comment}


@pytest.mark.parametrize(("fault", "expected"), FAULTS, ids=[fault.name for fault, _ in FAULTS])
def test_a_fault_while_hiding_never_reads_as_hidden(
    world: World,
    adapter: FacebookAdapter,
    parent: str,
    post: str,
    fault: Fault,
    expected: type[AdapterError],
) -> None:
    comment = world.fb_comment(post, parent, "You know who you are.")
    world.fault("facebook", fault, path_contains=comment, method="POST")
    with pytest.raises(AdapterError) as failed:
        adapter.hide(a_ref(comment))
    assert type(failed.value) is expected
    assert look(adapter, comment).hidden is (comment in world.fb_hidden())


def test_throttling_waits_as_long_as_facebook_says(
    world: World, adapter: FacebookAdapter, post: str
) -> None:
    world.fault("facebook", faults.graph_throttled(80001, 5))
    with pytest.raises(Throttled) as throttled:
        run(adapter)
    assert throttled.value.retry_after == 300


def test_a_missing_content_type_does_no_harm(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    comment = world.fb_comment(post, parent, "When does it begin?")
    world.fault("facebook", faults.missing_content_type(), times=None)
    assert set(comments(run(adapter))) == {comment}


def test_a_repeated_cursor_below_a_post_is_a_problem_and_not_a_loop(
    world: World, adapter: FacebookAdapter, parent: str, post: str
) -> None:
    for number in range(9):
        world.fb_comment(post, parent, f"No. {number}")
    world.fault("facebook", faults.repeated_cursor(), path_contains="/comments", times=None)
    pages = run(adapter)
    assert any("in circles" in problem for page in pages for problem in page.problems)
    assert pages[-1].last


def test_a_slow_answer_is_not_waited_for(world: World, server: GraphServer) -> None:
    world.fault("facebook", faults.slow(30))
    session = GraphSession(world.fb_token("page"), "", server.base_url, timeout=(60.0, 0.2))
    with pytest.raises(AdapterError, match="did not answer in time"):
        Graph(session, "v26.0").node("me", "id")
