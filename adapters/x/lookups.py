"""What is looked up once and remembered: each look-up of X is billed (platforms.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from adapters.x import shapes
from adapters.x.client import PAGE, XClient
from adapters.x.shapes import Json
from bot.errors import AdapterError
from bot.model import Author

T = TypeVar("T")

REMEMBERED = 20_000
"""Entries of one kind; beyond that all are forgotten, and asked for again when they are met."""


class Lookups:
    """Who wrote something, and who began its conversation; only in memory."""

    def __init__(self, client: XClient, own_id: str) -> None:
        self._client = client
        self._own_id = own_id
        self._authors: dict[str, Author] = {}
        self._heads: dict[str, bool] = {}
        self._asking: dict[str, Json] = {}

    def authors(self, rows: Iterable[Json]) -> tuple[dict[str, Author], tuple[str, ...]]:
        """The authors of these posts by id, and a problem where X did not tell some of them.

        An author who could not be looked up is named by id alone: the words are there to be judged.
        """
        ids = {shapes.author_id(row) for row in rows} - {""}
        unknown = sorted(ids - self._authors.keys())
        problems: tuple[str, ...] = ()
        for some in _batches(unknown):
            try:
                found, _ = shapes.lookup(self._client.users(some))
            except AdapterError as error:
                problems = (f"The names of some authors are missing. {error}",)
                break
            if len(found) < len(some):
                problems = ("X did not tell the names of some authors.",)
            for native_id, row in found.items():
                _remember(self._authors, native_id, shapes.author(row, self._own_id))
                if shapes.asks_to_follow(row):
                    self._asking[native_id] = row
        return {each: self._authors.get(each, Author(each)) for each in ids}, problems

    def take_requests(self) -> tuple[Json, ...]:
        """Whoever was met as an author and asks to follow, each once: it cost nothing more."""
        met, self._asking = tuple(self._asking.values()), {}
        return met

    def began_here(self, rows: Iterable[Json]) -> tuple[dict[str, bool], tuple[str, ...]]:
        """Whether the school began these posts' conversations, by the conversation's id.

        A conversation whose head X does not show is left out; the problem says so where the
        look-up itself failed.
        """
        rows = [row for row in rows if shapes.is_reply(row)]
        for row in rows:
            if shapes.answers_head_of(row, self._own_id):
                self.note_own(shapes.conversation_id(row))
        heads = {shapes.conversation_id(row) for row in rows}
        unknown = sorted(heads - self._heads.keys())
        problems: tuple[str, ...] = ()
        for some in _batches(unknown):
            try:
                found, _ = shapes.lookup(self._client.posts(some))
            except AdapterError as error:
                problems = (f"It is not known which replies can be hidden. {error}",)
                break
            for native_id, row in found.items():
                _remember(self._heads, native_id, shapes.author_id(row) == self._own_id)
        return {head: self._heads[head] for head in heads & self._heads.keys()}, problems

    def note_own(self, post_id: str) -> None:
        """This post is the school's: no need to ask when a reply to it comes."""
        _remember(self._heads, post_id, True)

    def holds(self, post_id: str) -> bool | None:
        """Whether this post stands in a conversation that the school began; None: X does not say.

        Raises AdapterError.
        """
        found, _ = shapes.lookup(self._client.posts([post_id]))
        row = found.get(post_id)
        if row is None:
            return None
        began, _ = self.began_here([row])
        return began.get(shapes.conversation_id(row)) if shapes.is_reply(row) else False


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + PAGE] for start in range(0, len(ids), PAGE))


def _remember(known: dict[str, T], key: str, value: T) -> None:
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
