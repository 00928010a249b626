"""The X adapter, through tweepy and real HTTP, against the sandbox's server."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from adapters.sandbox.faults import x_server_error, x_unauthorized
from adapters.sandbox.world import World
from adapters.sandbox.x_server import XServer
from adapters.x.adapter import XAdapter
from bot.model import ItemKind, ItemRef
from bot.ports import Context
from tests.contract.adapter_contract import AdapterContract
from tests.contract.adapter_stage import AdapterStage, Known

HANDLE = "RossmoreAcademy"


class XStage(AdapterStage):
    crowd_size = 103  # X's pages hold 100

    def __init__(self, world: World, base_url: str, data_dir: Path) -> None:
        self.world = world
        self._school = world.x_account(HANDLE, "Rossmore Academy")
        self._numbers = count(1)
        self._parent = world.x_user("a_parent", "Sam Porter")
        self._newest_post = ""
        tokens = world.x_tokens()
        given = {
            "X_CONSUMER_KEY": tokens.consumer_key,
            "X_CONSUMER_SECRET": tokens.consumer_secret,
            "X_ACCESS_TOKEN": tokens.access_token,
            "X_ACCESS_TOKEN_SECRET": tokens.access_token_secret,
        }
        self.secrets = tuple(given.values())
        context = Context(world.clock, given.get, data_dir, account="school")
        options = {"handle": HANDLE, "base_url": base_url}
        self.adapter = XAdapter.from_options(options, context)

    def publish(self, text: str) -> ItemRef:
        self._newest_post = self.world.x_post(self._school, text)
        return ItemRef("x", ItemKind.OWN_POST, self._newest_post)

    def comment(self, text: str) -> ItemRef:
        native_id = self.world.x_post(self._parent, text, reply_to=self._newest_post)
        return ItemRef("x", ItemKind.COMMENT, native_id)

    def comment_out_of_reach(self) -> ItemRef:
        native_id = self.world.x_post(self._parent, f"Has anybody asked @{HANDLE} about this?")
        return ItemRef("x", ItemKind.COMMENT, native_id)

    def newcomer(self, name: str) -> ItemRef:
        user = self.world.x_user(f"newcomer{next(self._numbers)}", name)
        self.world.x_follow(user)
        return ItemRef("x", ItemKind.NEWCOMER, user, "school")

    def edit(self, ref: ItemRef, text: str) -> None:
        self.world.x_edit(ref.native_id, text)

    def withdraw(self, ref: ItemRef) -> None:
        self.world.x_delete(ref.native_id)

    def is_hidden(self, ref: ItemRef) -> bool:
        return ref.native_id in self.world.x_hidden()

    def is_there(self, ref: ItemRef) -> bool:
        return ref.native_id in self.world.x_posts()

    def block_by_person(self, ref: ItemRef) -> None:
        self.world.x_block_by_person(ref.native_id)

    def is_blocked(self, ref: ItemRef) -> bool:
        rows = self.world.rows("SELECT user FROM x_relations WHERE relation = 'blocked'")
        return ref.native_id in {str(row["user"]) for row in rows}

    def break_down(self) -> None:
        self.world.fault("x", x_server_error(), times=None)

    def sign_out(self) -> None:
        self.world.fault("x", x_unauthorized(), times=None)

    def recover(self) -> None:
        self.world.clear_faults()


@pytest.mark.parametrize("naming", ["tweet", "post"])
class TestXAdapter(AdapterContract):
    """Under the old names of X's fields and under those of August 2026."""

    @pytest.fixture
    def stage(self, naming: str, tmp_path: Path) -> Iterator[AdapterStage]:
        world = World(tmp_path / "world.db")
        if naming == "post":
            world.x_naming = "post"
        server = XServer(world)
        yield XStage(world, server.start(), tmp_path)
        server.close()
        world.close()

    @pytest.fixture
    def known(self, naming: str, secrets: dict[str, str]) -> Known:
        secrets["X_BEARER_TOKEN"] = "a-made-up-bearer-token"
        return Known(XAdapter, {"handle": f"@{HANDLE}", "sweep_minutes": 0})
