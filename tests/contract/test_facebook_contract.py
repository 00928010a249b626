"""The Facebook adapter, through facebook-sdk and real HTTP, against the sandbox's server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.facebook.adapter import FacebookAdapter
from adapters.sandbox.faults import graph_error, graph_server_error
from adapters.sandbox.graph_server import GraphServer
from adapters.sandbox.world import World
from bot.model import ItemKind, ItemRef
from bot.ports import Context
from tests.contract.adapter_contract import AdapterContract
from tests.contract.adapter_stage import AdapterStage, Known


class FacebookStage(AdapterStage):
    def __init__(self, world: World, base_url: str, data_dir: Path) -> None:
        self.world = world
        page = world.fb_page("Rossmore Academy")
        self._parent = world.fb_user("Sam Porter")
        self._newest_post = ""
        given = {
            "FACEBOOK_PAGE_TOKEN": world.fb_token("page"),
            "FACEBOOK_APP_SECRET": world.fb_app_secret(),
        }
        self.secrets = tuple(given.values())
        context = Context(world.clock, given.get, data_dir, account="school")
        options = {"page_id": page, "base_url": base_url, "page_size": 2}
        self.adapter = FacebookAdapter.from_options(options, context)

    def publish(self, text: str) -> ItemRef:
        self._newest_post = self.world.fb_post(text)
        return ItemRef("facebook", ItemKind.OWN_POST, self._newest_post)

    def comment(self, text: str) -> ItemRef:
        native_id = self.world.fb_comment(self._newest_post, self._parent, text)
        return ItemRef("facebook", ItemKind.COMMENT, native_id)

    def comment_out_of_reach(self) -> ItemRef:
        native_id = self.world.fb_visitor_post(self._parent, "Is the gate locked at night?")
        return ItemRef("facebook", ItemKind.COMMENT, native_id)

    def newcomer(self, name: str) -> ItemRef:
        user = self.world.fb_user(name)
        post = self.world.fb_post("Our sports day is in June.")
        self.world.fb_comment(post, user, "Can we come along?")
        return ItemRef("facebook", ItemKind.NEWCOMER, user, "school")

    def edit(self, ref: ItemRef, text: str) -> None:
        self.world.fb_edit(ref.native_id, text)

    def withdraw(self, ref: ItemRef) -> None:
        self.world.fb_delete(ref.native_id)

    def is_hidden(self, ref: ItemRef) -> bool:
        return ref.native_id in self.world.fb_hidden()

    def is_there(self, ref: ItemRef) -> bool:
        return ref.native_id in self.world.fb_objects()

    def block_by_person(self, ref: ItemRef) -> None:
        self.world.write("UPDATE fb_people SET blocked = 1 WHERE id = ?", ref.native_id)

    def is_blocked(self, ref: ItemRef) -> bool:
        return ref.native_id in self.world.fb_blocked()

    def break_down(self) -> None:
        self.world.fault("facebook", graph_server_error(), times=None)

    def sign_out(self) -> None:
        self.world.fault("facebook", graph_error(190, 463), times=None)

    def recover(self) -> None:
        self.world.clear_faults()


class TestFacebookAdapter(AdapterContract):
    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[AdapterStage]:
        world = World(tmp_path / "world.db")
        server = GraphServer(world)
        yield FacebookStage(world, server.start(), tmp_path)
        server.close()
        world.close()

    @pytest.fixture
    def known(self, secrets: dict[str, str]) -> Known:
        secrets["FACEBOOK_PAGE_TOKEN"] = "a-made-up-page-token"
        return Known(FacebookAdapter, {"page_id": "100000000000001", "recent_days": 7})
