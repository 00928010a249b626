"""Who asks to follow a protected account, and what X lets a program know of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox import faults
from adapters.sandbox.world import World
from adapters.sandbox.x_server import XServer
from adapters.x import XAdapter
from bot.model import Capability, CapabilityReport, CapabilityState, Cursor, Edge, Newcomer
from tests.integration.test_x_adapter import an_adapter

START = Cursor()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "world.db")
    world.x_account("RossmoreTest", "Rossmore Test School")
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


def report(adapter: XAdapter) -> CapabilityReport:
    return next(r for r in adapter.capabilities() if r.capability is Capability.READ_REQUESTS)


def poll(adapter: XAdapter, cursor: Cursor = START) -> tuple[list[Newcomer], Cursor, str]:
    pages = list(adapter.fetch_newcomers(cursor))
    people = [item for page in pages for item in page.items if isinstance(item, Newcomer)]
    return people, pages[-1].cursor, " ".join(p for page in pages for p in page.problems)


def looked_up(world: World) -> list[str]:
    return [s.query["ids"] for s in world.requests("x") if s.path == "/2/users"]


def test_nobody_has_to_ask_to_follow_a_public_account_and_x_is_not_asked(
    world: World, adapter: XAdapter
) -> None:
    assert report(adapter).state is CapabilityState.UNTESTED
    poll(adapter)
    assert not [s for s in world.requests("x") if "incoming" in s.path]


def test_whoever_asks_is_one_newcomer_with_facts_and_is_looked_up_once(
    world: World, adapter: XAdapter
) -> None:
    world.x_protect(lists_requests=True)
    sam = world.x_user("sam_p", "Sam Porter", bio="Mum of two")
    world.x_request_follow(sam)
    assert report(adapter).state is CapabilityState.WORKS
    [asks], cursor, problems = poll(adapter)
    assert (asks.edge, asks.author.handle, asks.bio) == (
        Edge.FOLLOW_REQUEST,
        "sam_p",
        "Mum of two",
    )
    assert "x.com/follower_requests" in asks.facts["to answer it"]
    assert not problems
    again, cursor, _ = poll(adapter, cursor)
    assert again == []
    assert looked_up(world) == [sam]


def test_a_request_that_was_granted_comes_as_a_follower_under_the_same_name(
    world: World, adapter: XAdapter
) -> None:
    world.x_protect(lists_requests=True)
    sam = world.x_user("sam_p", "Sam Porter")
    world.x_request_follow(sam)
    report(adapter)
    [asks], cursor, _ = poll(adapter)
    world.x_follow(sam)
    [follows], _, _ = poll(adapter, cursor)
    assert follows.edge is Edge.FOLLOWER
    assert follows.ref == asks.ref


def test_an_app_that_may_not_list_them_says_so_and_reads_the_followers_all_the_same(
    world: World, adapter: XAdapter
) -> None:
    world.x_protect()
    world.x_request_follow(world.x_user("sam_p", "Sam Porter"))
    world.x_follow(world.x_user("kim", "Kim"))
    found = report(adapter)
    assert found.state is CapabilityState.IMPOSSIBLE
    assert "x.com/follower_requests" in found.why
    people, _, problems = poll(adapter)
    assert [one.author.handle for one in people] == ["kim"]
    assert not problems


def test_a_connected_sign_in_is_told_that_it_cannot_list_them(
    world: World, base_url: str, tmp_path: Path
) -> None:
    world.x_protect(lists_requests=True)
    adapter = an_adapter(world, base_url, tmp_path, bearer=world.x_tokens().bearer)
    found = report(adapter)
    assert found.state is CapabilityState.IMPOSSIBLE
    assert "OAuth 1.0a" in found.why


def test_what_went_wrong_makes_the_reading_partial_and_loses_nobody(
    world: World, adapter: XAdapter
) -> None:
    world.x_protect(lists_requests=True)
    world.x_request_follow(world.x_user("sam_p", "Sam Porter"))
    world.x_follow(world.x_user("kim", "Kim"))
    report(adapter)
    world.fault("x", faults.x_unavailable(), path_contains="incoming")
    people, cursor, problems = poll(adapter)
    assert [one.author.handle for one in people] == ["kim"]
    assert "Who asks to follow could not be read" in problems
    people, _, problems = poll(adapter, cursor)
    assert [one.author.handle for one in people] == ["sam_p"]
    assert not problems


def test_an_author_who_asks_to_follow_is_met_with_their_comment_without_another_look_up(
    world: World, adapter: XAdapter
) -> None:
    world.x_protect()
    sam = world.x_user("sam_p", "Sam Porter")
    world.x_request_follow(sam)
    world.x_post(sam, "@RossmoreTest may I follow you?")
    pages = list(adapter.fetch_comments(START))
    people = [item for page in pages for item in page.items if isinstance(item, Newcomer)]
    assert [(one.edge, one.author.handle) for one in people] == [(Edge.FOLLOW_REQUEST, "sam_p")]
    world.x_post(sam, "@RossmoreTest please?")
    pages = list(adapter.fetch_comments(pages[-1].cursor))
    assert not [item for page in pages for item in page.items if isinstance(item, Newcomer)]
    assert looked_up(world) == [sam]
