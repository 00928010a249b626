"""The stage on which the adapters' contract is played: an adapter and the platform behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.model import Cursor, Item, ItemKind, ItemRef, Page
from bot.ports import Options, PlatformAdapter

START = Cursor()
TEXTS = ("Lovely concert.", "Zoë’s choir — 素晴らしい 🎶", "ما شاء الله", "When is the bake sale?")


class AdapterStage(ABC):
    """An adapter, and the platform behind it: what may happen there.

    Refs are those that the adapter gives. What a call below does can be read at once.
    """

    adapter: PlatformAdapter
    secrets: tuple[str, ...] = ()
    """The tokens that the adapter was given: no message may hold one."""
    crowd_size: int = 7
    """So many comments are more than one page."""

    @abstractmethod
    def publish(self, text: str) -> ItemRef:
        """The school publishes a post; comments below go under the newest."""

    @abstractmethod
    def comment(self, text: str) -> ItemRef:
        """Somebody else answers it, in a way that the platform lets the school hide."""

    @abstractmethod
    def comment_out_of_reach(self) -> ItemRef:
        """A comment that the platform never lets the school hide."""

    @abstractmethod
    def newcomer(self, name: str) -> ItemRef:
        """Somebody whom the school does not know appears, as far as the platform shows it."""

    @abstractmethod
    def edit(self, ref: ItemRef, text: str) -> None:
        """Its author changes a comment (on X: it becomes another one)."""

    @abstractmethod
    def withdraw(self, ref: ItemRef) -> None:
        """Its author deletes a comment."""

    @abstractmethod
    def is_hidden(self, ref: ItemRef) -> bool:
        """What an onlooker sees, asked of the platform itself."""

    @abstractmethod
    def is_there(self, ref: ItemRef) -> bool:
        """Whether an onlooker finds it."""

    @abstractmethod
    def block_by_person(self, ref: ItemRef) -> None:
        """Somebody at the school blocks this newcomer on the platform itself."""

    @abstractmethod
    def is_blocked(self, ref: ItemRef) -> bool:
        """Whether the account blocks this newcomer, asked of the platform itself."""

    @abstractmethod
    def break_down(self) -> None:
        """From now on the platform answers every call with an outage (a 500 or alike)."""

    @abstractmethod
    def sign_out(self) -> None:
        """From now on the platform takes the token for invalid."""

    @abstractmethod
    def recover(self) -> None:
        """All is well again."""


@dataclass(frozen=True, slots=True)
class Known:
    """An adapter's class, and a table of options that it takes (with the secrets of `context`)."""

    adapter: type[PlatformAdapter]
    options: Options


def read(pages: Iterator[Page]) -> list[Item]:
    """Everything that one run brings."""
    return [item for page in pages for item in page.items]


def last_cursor(pages: Iterator[Page]) -> Cursor:
    """What the store holds after a whole run."""
    return list(pages)[-1].cursor


CALLS: dict[str, Callable[[PlatformAdapter, ItemRef], object]] = {
    "fetch_own_posts": lambda adapter, _: next(adapter.fetch_own_posts(START)),
    "fetch_comments": lambda adapter, _: next(adapter.fetch_comments(START)),
    "fetch_newcomers": lambda adapter, _: next(adapter.fetch_newcomers(START)),
    "observe": lambda adapter, ref: adapter.observe([ref]),
    "hide": lambda adapter, ref: adapter.hide(ref),
    "unhide": lambda adapter, ref: adapter.unhide(ref),
    "delete": lambda adapter, ref: adapter.delete(ref),
    "sweep_newcomers": lambda adapter, _: next(adapter.sweep_newcomers(START)),
    "block": lambda adapter, ref: adapter.block(_person(ref, adapter)),
    "unblock": lambda adapter, ref: adapter.unblock(_person(ref, adapter)),
    "mute": lambda adapter, ref: adapter.mute(_person(ref, adapter)),
    "unmute": lambda adapter, ref: adapter.unmute(_person(ref, adapter)),
    "fetch_blocked": lambda adapter, _: adapter.fetch_blocked(),
}


ON_PEOPLE = frozenset({"block", "unblock", "mute", "unmute"})


def _person(ref: ItemRef, adapter: PlatformAdapter) -> ItemRef:
    """Anybody: what a call does about people when the platform is down needs no real one."""
    return ItemRef(ref.platform, ItemKind.NEWCOMER, ref.native_id, adapter.account)


def everything_said(error: BaseException | None) -> Iterator[str]:
    """What a log would hold if this error were written there with its causes."""
    while error is not None:
        yield f"{error} {error!r}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
