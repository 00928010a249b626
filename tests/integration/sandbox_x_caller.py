"""A client of the sandbox's X server, for the tests that ask it over plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from adapters.sandbox.world import World
from adapters.sandbox.x_server import XServer

MONDAY = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
Body = dict[str, Any]


class Caller:
    """A school's X account, a parent, and a session that signs with OAuth 1.0a as tweepy does."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.url = url
        self.school = world.x_account("RossmoreHigh", "Rossmore High")
        self.parent = world.x_user("pat_r", "Pat", bio="Dad & <coach>", followers=12)
        self.session = requests.Session()
        tokens = world.x_tokens()
        self.session.headers["Authorization"] = (
            f'OAuth oauth_consumer_key="{tokens.consumer_key}",'
            f' oauth_token="{tokens.access_token}", oauth_signature="unchecked%3D"'
        )

    def get(self, path: str, **params: str) -> requests.Response:
        names = {name.replace("_fields", ".fields"): value for name, value in params.items()}
        return self.session.get(f"{self.url}/2/{path}", params=names, timeout=60)

    def data(self, path: str, **params: str) -> Body:
        response = self.get(path, **params)
        assert response.status_code == 200, response.text
        found: Body = response.json()
        return found

    def put_hidden(self, post: str, hidden: object = True) -> requests.Response:
        return self.session.put(
            f"{self.url}/2/tweets/{post}/hidden", json={"hidden": hidden}, timeout=5
        )

    def with_token(self, token: str) -> None:
        self.session.headers["Authorization"] = f"Bearer {token}"


@contextmanager
def calling(tmp_path: Path) -> Iterator[Caller]:
    """A new world with its X server, until the test is over."""
    world = World(tmp_path / "world.db", start=MONDAY)
    server = XServer(world)
    caller = Caller(world, server.start())
    yield caller
    caller.session.close()
    server.close()
    world.close()


def ids(body: Body) -> list[str]:
    return [item["id"] for item in body.get("data", [])]
