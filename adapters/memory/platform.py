"""The platform that is an object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from operator import itemgetter
from typing import NamedTuple, Self

from adapters.memory.on_command import OnCommand, unknown_keys
from bot.errors import Denied, Gone, Problem, SettingsError, Unsupported
from bot.model import (
    Author,
    Capability,
    CapabilityReport,
    CapabilityState,
    Comment,
    Cursor,
    Edge,
    Item,
    ItemKind,
    ItemRef,
    Newcomer,
    Observation,
    OwnPost,
    Page,
    Presence,
)
from bot.ports import Context, Options


class _Entry(NamedTuple):
    """An item as the platform holds it; `turn` grows with each posting and each edit."""

    turn: int
    item: Item


class MemoryAdapter(OnCommand):
    """bot.ports.PlatformAdapter on a platform that is this object; safe to share between threads.

    Pages come newest first. An edited item is new again, so that the next poll brings it; the
    high-water mark is the turn up to which all was read. Nobody but `post` and its neighbours
    below makes anything happen.
    """

    accept_without_doing = False
    """A write is answered with "accepted" and changes nothing: it never reads back."""
    lists_followers = False
    """True: newcomers are a list, read on the timetable and in sweeps, as on X."""
    proves_writes = True
    """The answer to hide and unhide says what holds now; else it must be read back."""

    def __init__(
        self, *, platform: str = "memory", account: str = "school", page_size: int = 50
    ) -> None:
        super().__init__()
        self.platform = platform
        self.account = account
        self.page_size = page_size
        self._entries: dict[ItemRef, _Entry] = {}
        self._turn = 0
        self._denied: dict[Capability, str] = {}
        self._restricted: dict[str, set[ItemRef]] = {"block": set(), "mute": set()}

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        """Options, none needed: `page_size`, and the texts of `posts` and of `comments` (under the
        last of the posts) that are there from the start, with the same ids each time.

        Raises SettingsError.
        """
        problems = unknown_keys(options, ("page_size", "posts", "comments"), "platform")
        page_size = options.get("page_size", 50)
        if isinstance(page_size, bool) or not isinstance(page_size, int) or page_size < 1:
            problems.append(Problem("page_size", "must be a whole number above 0"))
            page_size = 50
        posts = _texts(options, "posts", problems)
        comments = _texts(options, "comments", problems)
        if problems:
            raise SettingsError(problems)

        adapter = cls(account=context.account or "school", page_size=page_size)
        now = context.clock.now()
        for number, text in enumerate(posts, 1):
            ref = ItemRef(adapter.platform, ItemKind.OWN_POST, str(number))
            adapter.post(OwnPost(ref, adapter.account, text, now))
        for number, text in enumerate(comments, 1):
            ref = ItemRef(adapter.platform, ItemKind.COMMENT, str(number))
            author = Author(f"visitor{number}", f"visitor{number}", f"Visitor {number}")
            head = str(len(posts)) if posts else ""
            adapter.post(Comment(ref, adapter.account, Edge.REPLY, text, now, author, post_id=head))
        return adapter

    # --- what happens on the platform --------------------------------------------------------

    def post(self, item: Item) -> ItemRef:
        """Somebody writes, follows or publishes; a ref that is there already is replaced."""
        with self._lock:
            self._turn += 1
            self._entries[item.ref] = _Entry(self._turn, item)
        return item.ref

    def edit(self, ref: ItemRef, text: str) -> None:
        """Its author changes it; whether it is hidden stays as it was. Raises KeyError."""
        with self._lock:
            item = self._entries[ref].item
            if isinstance(item, Newcomer):
                self.post(replace(item, bio=text))
            else:
                self.post(replace(item, text=text))

    def withdraw(self, ref: ItemRef) -> None:
        """Its author deletes it, or a follower leaves. Raises KeyError."""
        with self._lock:
            del self._entries[ref]

    def set_hidden(self, ref: ItemRef, hidden: bool) -> None:
        """The platform, or a person on the platform, hides it or shows it. Raises KeyError."""
        with self._lock:
            turn, item = self._entries[ref]
            assert isinstance(item, Comment)
            self._entries[ref] = _Entry(turn, replace(item, hidden=hidden))

    def is_hidden(self, ref: ItemRef) -> bool:
        """What an onlooker sees. Raises KeyError where it is gone."""
        with self._lock:
            item = self._entries[ref].item
            return isinstance(item, Comment) and item.hidden is True

    def is_there(self, ref: ItemRef) -> bool:
        """Whether an onlooker finds it."""
        return ref in self._entries

    def deny(self, capability: Capability, why: str) -> None:
        """The token may no longer do this; calls that need it raise Denied with `why`."""
        self._denied[capability] = why

    # --- bot.ports.PlatformAdapter -------------------------------------------------------------

    def capabilities(self) -> Sequence[CapabilityReport]:
        self._enter("capabilities")
        works, denied = CapabilityState.WORKS, CapabilityState.DENIED
        why = {one: self._denied.get(one, "") for one in Capability}
        return [CapabilityReport(one, denied if why[one] else works, why[one]) for one in why]

    def fetch_own_posts(self, cursor: Cursor) -> Iterator[Page]:
        return self._pages("fetch_own_posts", Capability.READ_OWN_POSTS, OwnPost, cursor)

    def fetch_comments(self, cursor: Cursor) -> Iterator[Page]:
        return self._pages("fetch_comments", Capability.READ_COMMENTS, Comment, cursor)

    def fetch_newcomers(self, cursor: Cursor) -> Iterator[Page]:
        return self._pages("fetch_newcomers", Capability.READ_NEWCOMERS, Newcomer, cursor)

    def sweep_newcomers(self, cursor: Cursor) -> Iterator[Page]:
        """All who are there, newest first; the resume mark is the turn below which it goes on."""
        if not self.lists_followers:
            raise Unsupported("This memory platform has no list of followers.")
        self._enter("sweep_newcomers")
        self._permit(Capability.READ_NEWCOMERS)
        for page in self._walk("sweep_newcomers", Newcomer, Cursor("0", cursor.resume)):
            marks = Cursor(cursor.high_water, page.cursor.resume)
            yield replace(page, cursor=page.cursor if page.last else marks, billed=len(page.items))

    def observe(self, refs: Sequence[ItemRef]) -> Sequence[Observation]:
        self._enter("observe", *refs)
        self._permit(Capability.OBSERVE)
        with self._lock:
            return [self._observation(ref) for ref in refs]

    def hide(self, ref: ItemRef) -> Observation:
        return self._set("hide", Capability.HIDE, ref, hidden=True)

    def unhide(self, ref: ItemRef) -> Observation:
        return self._set("unhide", Capability.UNHIDE, ref, hidden=False)

    def delete(self, ref: ItemRef) -> Observation:
        self._enter("delete", ref)
        self._permit(Capability.DELETE)
        with self._lock:
            self._comment(ref, "deleted")
            if self.accept_without_doing:
                return Observation(ref, Presence.UNKNOWN)
            del self._entries[ref]
            return Observation(ref, Presence.GONE)

    def block(self, ref: ItemRef) -> Observation:
        return self._restrict("block", Capability.BLOCK, ref, True)

    def unblock(self, ref: ItemRef) -> Observation:
        return self._restrict("unblock", Capability.BLOCK, ref, False)

    def mute(self, ref: ItemRef) -> Observation:
        return self._restrict("mute", Capability.MUTE, ref, True)

    def unmute(self, ref: ItemRef) -> Observation:
        return self._restrict("unmute", Capability.MUTE, ref, False)

    def fetch_blocked(self) -> Sequence[Author]:
        self._enter("fetch_blocked")
        self._permit(Capability.BLOCK)
        with self._lock:
            entries = [self._entries.get(ref) for ref in sorted(self.blocked, key=str)]
            people = [each.item for each in entries if each is not None]
            return [each.author for each in people if isinstance(each, Newcomer)]

    @property
    def blocked(self) -> frozenset[ItemRef]:
        """Those whom the account blocks."""
        return frozenset(self._restricted["block"])

    def block_by_person(self, ref: ItemRef) -> None:
        """Somebody at the school blocks this person on the platform itself."""
        self._restricted["block"].add(ref)

    def _restrict(self, call: str, capability: Capability, ref: ItemRef, on: bool) -> Observation:
        if ref.kind is not ItemKind.NEWCOMER:
            raise Unsupported("Only people can be blocked or muted on the memory platform.")
        self._enter(call, ref)
        self._permit(capability)
        sort = call.removeprefix("un")
        with self._lock:
            if self.accept_without_doing:
                return Observation(ref, Presence.UNKNOWN)
            (self._restricted[sort].add if on else self._restricted[sort].discard)(ref)
            return self._person(ref) if self.proves_writes else Observation(ref, Presence.UNKNOWN)

    def _person(self, ref: ItemRef) -> Observation:
        there = Presence.PRESENT if ref in self._entries else Presence.GONE
        blocked, muted = (ref in self._restricted[sort] for sort in ("block", "mute"))
        entry = self._entries.get(ref)
        edge = entry.item.edge if entry is not None and isinstance(entry.item, Newcomer) else None
        return Observation(
            ref,
            there,
            blocked=blocked,
            muted=muted,
            follows=edge is Edge.FOLLOWER,
            asks_to_follow=edge is Edge.FOLLOW_REQUEST,
        )

    def _pages(
        self, call: str, capability: Capability, sort: type[Item], cursor: Cursor
    ) -> Iterator[Page]:
        self._enter(call)
        self._permit(capability)
        yield from self._walk(call, sort, cursor)

    def _walk(self, call: str, sort: type[Item], cursor: Cursor) -> Iterator[Page]:
        """A run goes from the newest turn down to the high-water mark; its resume mark holds the
        turn at which it began and the one below which it goes on."""
        floor = int(cursor.high_water or 0)
        if cursor.resume:
            top, below = (int(turn) for turn in cursor.resume.split("/"))
        else:
            with self._lock:
                top, below = max(self._turn, floor), self._turn + 1
        for page in count(1):
            with self._lock:
                unread = sorted(
                    (
                        entry
                        for entry in self._entries.values()
                        if isinstance(entry.item, sort) and floor < entry.turn < below
                    ),
                    key=itemgetter(0),
                    reverse=True,
                )
            here = unread[: self.page_size]
            items = tuple(entry.item for entry in here)
            if len(unread) <= self.page_size:
                yield Page(items, Cursor(high_water=str(top)), last=True)
                return
            below = here[-1].turn
            yield Page(items, Cursor(cursor.high_water, f"{top}/{below}"), last=False)
            self._stumble(call, page)

    def _set(self, call: str, capability: Capability, ref: ItemRef, *, hidden: bool) -> Observation:
        self._enter(call, ref)
        self._permit(capability)
        with self._lock:
            if self._comment(ref, "hidden").can_hide is False:
                raise Unsupported("The memory platform does not allow hiding this comment.")
            if self.accept_without_doing:
                return Observation(ref, Presence.PRESENT)
            self.set_hidden(ref, hidden)
            return Observation(ref, Presence.PRESENT, hidden if self.proves_writes else None)

    def _comment(self, ref: ItemRef, done: str) -> Comment:
        entry = self._entries.get(ref)
        if entry is None:
            raise Gone("The comment is no longer on the memory platform; nothing is left to do.")
        if not isinstance(entry.item, Comment):
            raise Unsupported(f"Only comments can be {done} on the memory platform.")
        return entry.item

    def _observation(self, ref: ItemRef) -> Observation:
        if ref.kind is ItemKind.NEWCOMER:
            return self._person(ref)
        entry = self._entries.get(ref)
        if entry is None:
            return Observation(ref, Presence.GONE)
        if isinstance(entry.item, Comment):
            return Observation(ref, Presence.PRESENT, entry.item.hidden, entry.item.can_hide)
        return Observation(ref, Presence.PRESENT)

    def _permit(self, capability: Capability) -> None:
        if why := self._denied.get(capability):
            raise Denied(why)


def _texts(options: Options, key: str, problems: list[Problem]) -> list[str]:
    value = options.get(key, [])
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        problems.append(Problem(key, 'must be a list of texts, such as ["Hello"]'))
        return []
    return list(value)
