"""Signing in at the sandbox's platforms: what is kept, what is refused, and how it is renewed."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError

import pytest
import requests

from adapters.facebook import FacebookAdapter
from adapters.http import ApiSession
from adapters.sandbox import oauth
from adapters.sandbox.graph_server import GraphServer
from adapters.sandbox.world import World
from adapters.sandbox.world_facebook import APP_ID, APP_SECRET
from adapters.sandbox.x_server import XServer
from adapters.x import XAdapter
from bot.cli.loopback import Loopback
from bot.errors import AdapterError, Refused, SignedOut
from bot.keeping.secrets import SealedSecrets
from bot.model import CapabilityState
from bot.ports import Connection, Context
from tests.builders import NOON, FixedClock

FB_ANSWERS = {"FACEBOOK_APP_ID": APP_ID, "FACEBOOK_APP_SECRET": APP_SECRET}
PATIENCE = 300
"""Seconds in which the browser comes back, on however slow a machine."""

X_ANSWERS = {"X_CLIENT_ID": oauth.X_CLIENT_ID}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "sandbox.db")
    world.x_account("RossmorePrimary", "Rossmore Primary School")
    world.fb_page("Rossmore Primary School")
    yield world
    world.close()


@pytest.fixture
def facebook(world: World) -> Iterator[dict[str, object]]:
    server = GraphServer(world)
    yield {"page_id": world.fb_page_id(), "base_url": server.start()}
    server.close()


@pytest.fixture
def x(world: World) -> Iterator[dict[str, object]]:
    server = XServer(world)
    yield {"handle": "RossmorePrimary", "base_url": server.start()}
    server.close()


@pytest.fixture
def secrets_kept(tmp_path: Path) -> SealedSecrets:
    return SealedSecrets(tmp_path, lambda: b"k" * 32)


@pytest.fixture
def here(world: World, tmp_path: Path, secrets_kept: SealedSecrets) -> Context:
    """A context whose clock is the sandbox's, and whose secrets are the sealed ones."""
    return Context(world.clock, secrets_kept.get, tmp_path, "one", secrets_kept)


def sign_in(connection: Connection, answers: Mapping[str, str]) -> Mapping[str, str]:
    """What a person does in the browser: open the address and be sent back."""
    waiting = Loopback(0)
    address = connection.begin(answers, waiting.redirect, waiting.state)
    return connection.finish(comes_back(waiting, lambda: urllib.request.urlopen(address)))


def comes_back(waiting: Loopback, browser: Callable[[], object]) -> str:
    """The code with which this browser, in a thread that has ended afterwards, comes back."""
    thread = threading.Thread(target=browser)
    try:
        return waiting.wait(PATIENCE, thread.start)
    finally:
        thread.join()


# --- Facebook --------------------------------------------------------------------------------


def test_signing_in_at_facebook_ends_with_a_page_token_that_has_no_end(
    world: World, facebook: dict[str, object], here: Context, secrets_kept: SealedSecrets
) -> None:
    kept = sign_in(FacebookAdapter.connection(facebook, here), FB_ANSWERS)
    assert kept["FACEBOOK_PAGE_TOKEN"] == world.fb_token("page")
    secrets_kept.keep(kept)
    adapter = FacebookAdapter.from_options(facebook, here)
    denied = [r for r in adapter.capabilities() if r.state is CapabilityState.DENIED]
    assert denied == []
    ends = adapter.connection_ends()
    assert ends is not None
    assert timedelta(days=89) < ends - world.clock.now() <= timedelta(days=90)


def test_the_short_token_is_exchanged_before_the_pages_is_asked_for(
    world: World, facebook: dict[str, object], here: Context
) -> None:
    sign_in(FacebookAdapter.connection(facebook, here), FB_ANSWERS)
    paths = [served.path.removeprefix("/v26.0/") for served in world.requests("facebook")]
    assert paths == ["dialog/oauth", "oauth/access_token", "oauth/access_token", "me/accounts"]


def test_a_page_that_was_not_ticked_is_named_with_those_that_were(
    facebook: dict[str, object], here: Context
) -> None:
    wrong = {**facebook, "page_id": "999999999"}
    with pytest.raises(AdapterError, match=r"not given the Page 999999999.*Rossmore Primary"):
        sign_in(FacebookAdapter.connection(wrong, here), FB_ANSWERS)


def test_a_wrong_app_secret_is_said_and_is_nowhere_in_the_message(
    facebook: dict[str, object], here: Context
) -> None:
    wrong = {**FB_ANSWERS, "FACEBOOK_APP_SECRET": "canary-secret"}
    with pytest.raises(AdapterError) as caught:
        sign_in(FacebookAdapter.connection(facebook, here), wrong)
    assert "canary" not in repr(caught.value)


# --- X ---------------------------------------------------------------------------------------


def test_signing_in_at_x_gives_tokens_that_read(
    world: World, x: dict[str, object], here: Context, secrets_kept: SealedSecrets
) -> None:
    secrets_kept.keep(sign_in(XAdapter.connection(x, here), X_ANSWERS))
    assert {"X_BEARER_TOKEN", "X_REFRESH_TOKEN", "X_TOKEN_ENDS", "X_CLIENT_ID"} <= set(
        secrets_kept.names()
    )
    reports = XAdapter.from_options(x, here).capabilities()
    assert CapabilityState.DENIED not in {r.state for r in reports if r.capability != "delete"}


def test_a_token_of_two_hours_is_renewed_and_the_new_one_is_kept_at_once(
    world: World, x: dict[str, object], here: Context, secrets_kept: SealedSecrets
) -> None:
    secrets_kept.keep(sign_in(XAdapter.connection(x, here), X_ANSWERS))
    adapter = XAdapter.from_options(x, here)
    adapter.capabilities()
    first = secrets_kept.get("X_BEARER_TOKEN"), secrets_kept.get("X_REFRESH_TOKEN")
    for _ in range(3):
        world.advance(2 * 3600 - 60)
        assert adapter.capabilities()[0].state is CapabilityState.WORKS
    again = secrets_kept.get("X_BEARER_TOKEN"), secrets_kept.get("X_REFRESH_TOKEN")
    assert None not in again
    assert not set(first) & set(again)
    assert XAdapter.from_options(x, here).capabilities()[0].state is CapabilityState.WORKS


def test_two_processes_renew_a_token_once(
    world: World, x: dict[str, object], here: Context, tmp_path: Path
) -> None:
    mine = SealedSecrets(tmp_path, lambda: b"k" * 32)
    mine.keep(sign_in(XAdapter.connection(x, here), X_ANSWERS))
    world.advance(2 * 3600)
    other = replace(here, secrets=SealedSecrets(tmp_path, lambda: b"k" * 32))
    adapters = [XAdapter.from_options(x, context) for context in (here, other)]
    threads = [threading.Thread(target=adapter.capabilities) for adapter in adapters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a.capabilities()[0].state for a in adapters] == [CapabilityState.WORKS] * 2


def test_a_sign_in_that_was_taken_back_says_to_connect_again(
    world: World, x: dict[str, object], here: Context, secrets_kept: SealedSecrets
) -> None:
    secrets_kept.keep(sign_in(XAdapter.connection(x, here), X_ANSWERS))
    secrets_kept.keep({"X_REFRESH_TOKEN": "canary-of-another-day"})
    world.advance(2 * 3600)
    reports = XAdapter.from_options(x, here).capabilities()
    assert {report.state for report in reports} == {CapabilityState.DENIED}
    assert "schoolgate connect" in reports[0].why
    assert "canary" not in " ".join(report.why for report in reports)


def test_x_that_is_away_is_no_reason_to_connect_again(
    x: dict[str, object], here: Context, secrets_kept: SealedSecrets
) -> None:
    secrets_kept.keep(
        {
            "X_BEARER_TOKEN": "old",
            "X_REFRESH_TOKEN": "r",
            "X_TOKEN_ENDS": NOON.isoformat(),
            "X_CLIENT_ID": "c",
        }
    )
    away = {**x, "base_url": "http://127.0.0.1:9"}
    clock = FixedClock(NOON + timedelta(hours=3))
    with pytest.raises(AdapterError) as caught:
        XAdapter.from_options(away, replace(here, clock=clock)).capabilities()
    assert not isinstance(caught.value, SignedOut)


@pytest.mark.parametrize("said", ["two hours", "", None, True, -5, 1.5, 10**30, [], {}, "7200"])
def test_a_token_whose_end_x_does_not_say_sensibly_is_renewed_in_good_time(
    world: World,
    x: dict[str, object],
    here: Context,
    monkeypatch: pytest.MonkeyPatch,
    said: object,
) -> None:
    answer = requests.Response()
    answer.status_code = 200
    answer._content = json.dumps({"access_token": "t", "expires_in": said}).encode()
    connection = XAdapter.connection(x, here)
    connection.begin(X_ANSWERS, "http://127.0.0.1/callback", "s")
    monkeypatch.setattr(ApiSession, "post", lambda *_, **__: answer)
    ends = datetime.fromisoformat(connection.finish("code")["X_TOKEN_ENDS"])
    assert timedelta(0) < ends - world.clock.now() <= timedelta(days=1)


# --- the browser's way back ------------------------------------------------------------------


def test_no_is_said_in_the_browser_and_nothing_changes(
    world: World, x: dict[str, object], here: Context
) -> None:
    oauth.deny(world)
    with pytest.raises(Refused, match="not allowed in the browser"):
        sign_in(XAdapter.connection(x, here), X_ANSWERS)


def test_an_answer_to_another_question_is_refused() -> None:
    waiting = Loopback(0)
    forged = f"{waiting.redirect}?code=stolen&state=guessed"
    with pytest.raises(Refused, match="another sign-in"):
        comes_back(waiting, lambda: urllib.request.urlopen(forged))


def test_another_address_of_the_loopback_is_not_there_and_ends_nothing() -> None:
    waiting = Loopback(0)
    seen: list[int] = []

    def browser() -> None:
        try:
            urllib.request.urlopen(waiting.redirect.replace("callback", "favicon.ico"))
        except HTTPError as error:
            seen.append(error.code)
        urllib.request.urlopen(f"{waiting.redirect}?code=c&state={waiting.state}").read()

    assert comes_back(waiting, browser) == "c"
    assert seen == [404]


def test_nobody_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="in time"):
        Loopback(0).wait(0, lambda: None)
