"""The in-memory twins against the contracts of their ports."""

from __future__ import annotations

import pytest

from adapters.memory import MemoryAdapter, MemoryMailer
from bot.errors import AdapterError, SignedOut
from bot.model import ItemRef
from tests.builders import a_comment, a_newcomer, an_own_post
from tests.contract import adapter_stage, mailer_contract
from tests.contract.adapter_contract import AdapterContract
from tests.contract.adapter_stage import AdapterStage
from tests.contract.mailer_contract import MailerContract, MailerStage


class MemoryStage(AdapterStage):
    adapter: MemoryAdapter

    def __init__(self) -> None:
        self.adapter = MemoryAdapter(page_size=2)
        self._newest_post = ""

    def publish(self, text: str) -> ItemRef:
        ref = self.adapter.post(an_own_post(text))
        self._newest_post = ref.native_id
        return ref

    def comment(self, text: str) -> ItemRef:
        return self.adapter.post(a_comment(text, post_id=self._newest_post))

    def comment_out_of_reach(self) -> ItemRef:
        return self.adapter.post(a_comment(can_hide=False))

    def newcomer(self, name: str) -> ItemRef:
        return self.adapter.post(a_newcomer(name))

    def edit(self, ref: ItemRef, text: str) -> None:
        self.adapter.edit(ref, text)

    def withdraw(self, ref: ItemRef) -> None:
        self.adapter.withdraw(ref)

    def is_hidden(self, ref: ItemRef) -> bool:
        return self.adapter.is_hidden(ref)

    def is_there(self, ref: ItemRef) -> bool:
        return self.adapter.is_there(ref)

    def block_by_person(self, ref: ItemRef) -> None:
        self.adapter.block_by_person(ref)

    def is_blocked(self, ref: ItemRef) -> bool:
        return ref in self.adapter.blocked

    def break_down(self) -> None:
        self._fail_everything(AdapterError("The memory platform is down. It is tried again."))

    def sign_out(self) -> None:
        self._fail_everything(SignedOut("Connect the account again."))

    def recover(self) -> None:
        self.adapter.recover()

    def _fail_everything(self, error: AdapterError) -> None:
        for call in adapter_stage.CALLS:
            self.adapter.fail(call, error, times=10)
            self.adapter.fail_after_page(call, 1, error, times=10)


class TestMemoryAdapter(AdapterContract):
    @pytest.fixture
    def stage(self) -> AdapterStage:
        return MemoryStage()

    @pytest.fixture
    def known(self) -> adapter_stage.Known:
        options = {"page_size": 2, "posts": ["Term ends on Friday."], "comments": ["Hello."]}
        return adapter_stage.Known(MemoryAdapter, options)


class ListingStage(MemoryStage):
    def __init__(self) -> None:
        super().__init__()
        self.adapter.lists_followers = True


class TestMemoryAdapterWithAList(AdapterContract):
    """The same twin, whose newcomers are a list to be swept."""

    @pytest.fixture
    def stage(self) -> AdapterStage:
        return ListingStage()

    @pytest.fixture
    def known(self) -> adapter_stage.Known:
        return adapter_stage.Known(MemoryAdapter, {})


class MemoryMailerStage(MailerStage):
    mailer: MemoryMailer

    def __init__(self) -> None:
        self.mailer = MemoryMailer()

    def received(self) -> list[bytes]:
        return [mail.mime for mail in self.mailer.letters]

    def refuse_next_recipient(self) -> None:
        self.mailer.fail("send", AdapterError("Nobody has this address.", permanent=True))

    def fail_next(self) -> None:
        self.mailer.fail("send", AdapterError("Not now."))

    def lose_next_answer(self) -> None:
        self.mailer.lose_answers(times=1)

    def go_down(self) -> None:
        for call in ("send", "check"):
            self.mailer.fail(call, AdapterError("Nobody answers."), times=10)


class TestMemoryMailer(MailerContract):
    @pytest.fixture
    def stage(self) -> MailerStage:
        return MemoryMailerStage()

    @pytest.fixture
    def known(self) -> mailer_contract.Known:
        return mailer_contract.Known(MemoryMailer, {})
