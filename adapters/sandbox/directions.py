"""The language in which the demo's day is written: who says what to whom, and what befalls it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Literal, Protocol

from adapters.sandbox.faults import Fault
from adapters.sandbox.players import SCHOOL, Players
from adapters.sandbox.world import Platform
from adapters.sandbox.world_facebook import Attachment
from adapters.sandbox.world_x import Media
from bot.model import AttachmentKind, Edge, Kind

_X_MEDIA: dict[AttachmentKind, Media] = {
    AttachmentKind.PHOTO: "photo",
    AttachmentKind.VIDEO: "video",
    AttachmentKind.GIF: "animated_gif",
}
_FB_ATTACHMENTS: dict[AttachmentKind, Attachment] = {
    AttachmentKind.PHOTO: "photo",
    AttachmentKind.VIDEO: "video",
    AttachmentKind.GIF: "gif",
    AttachmentKind.LINK: "link",
}
_LONGEST_ON_X = 280


class Direction(Protocol):
    """One thing that happens."""

    def act(self, players: Players) -> None: ...


@dataclass(frozen=True, slots=True)
class Post:
    """The school publishes something; it is the newest post of that platform from then on."""

    platform: Platform
    name: str
    text: str

    def act(self, players: Players) -> None:
        world = players.world
        if self.platform == "x":
            native_id = world.x_post(world.x_account_id(), self.text, at=players.at)
        else:
            native_id = world.fb_post(self.text, at=players.at)
        players.remember(self.name, self.platform, native_id)
        players.remember(newest(self.platform), self.platform, native_id)


def newest(platform: Platform) -> str:
    """The script's name for the school's newest post there."""
    return f"newest on {platform}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody posts on X, and not to the school: the head of a thread that is not its own."""

    who: str
    name: str
    text: str

    def act(self, players: Players) -> None:
        native_id = players.world.x_post(players.on_x(self.who), self.text, at=players.at)
        players.remember(self.name, "x", native_id)


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody writes to, about or under the school.

    `to` is the script's name of what is answered or quoted. `kinds` is what a careful person would
    find in it, for the tests alone: nothing of it reaches the product. `look_alike` marks a
    harmless text that a careless machine would take for something else. `tagged` False: a reply
    whose author took the school's handle away. `withheld`: Facebook does not say who wrote it.
    """

    edge: Edge
    who: str
    text: str
    kinds: tuple[Kind, ...] = ()
    to: str = ""
    name: str = ""
    attachment: AttachmentKind | None = None
    look_alike: bool = False
    tagged: bool = True
    withheld: bool = False

    @property
    def platform(self) -> Platform:
        return "x" if self.edge in (Edge.REPLY, Edge.MENTION, Edge.QUOTE) else "facebook"

    def act(self, players: Players) -> None:
        if self.to and not players.there(self.to):
            return  # nobody can answer what a person has deleted
        native_id = self._on_x(players) if self.platform == "x" else self._on_fb(players)
        if self.name:
            players.remember(self.name, self.platform, native_id)
        if self.who != SCHOOL:
            players.count(self.platform, native_id)

    def _on_x(self, players: Players) -> str:
        target = players.find(self.to)[1] if self.to else None
        return players.world.x_post(
            players.on_x(self.who),
            self.text,
            reply_to=None if self.edge is Edge.QUOTE else target,
            quote_of=target if self.edge is Edge.QUOTE else None,
            at=players.at,
            media=None if self.attachment is None else _X_MEDIA[self.attachment],
            long=len(self.text) > _LONGEST_ON_X,
            tagging=self.tagged,
        )

    def _on_fb(self, players: Players) -> str:
        world, author = players.world, players.on_facebook(self.who)
        if self.edge is Edge.PAGE_COMMENT:
            return world.fb_comment(
                players.find(self.to)[1],
                author,
                self.text,
                at=players.at,
                attachment=None if self.attachment is None else _FB_ATTACHMENTS[self.attachment],
                from_missing=self.withheld,
            )
        assert author is not None, "The Page does not visit itself."
        if self.edge is Edge.TAG:
            return world.fb_tagging_post(author, self.text, at=players.at)
        return world.fb_visitor_post(author, self.text, at=players.at)


@dataclass(frozen=True, slots=True)
class Edit:
    """The author changes a comment on Facebook (on X an edit is a post with an id of its own)."""

    name: str
    text: str
    kinds: tuple[Kind, ...] = ()

    def act(self, players: Players) -> None:
        players.world.fb_edit(players.find(self.name)[1], self.text)


@dataclass(frozen=True, slots=True)
class Delete:
    """The author deletes it."""

    name: str

    def act(self, players: Players) -> None:
        platform, native_id = players.find(self.name)
        if platform == "x":
            players.world.x_delete(native_id)
        else:
            players.world.fb_delete(native_id)


@dataclass(frozen=True, slots=True)
class Unhide:
    """Somebody at the school unhides it on the platform itself."""

    name: str

    def act(self, players: Players) -> None:
        platform, native_id = players.find(self.name)
        if platform == "x":
            players.world.x_unhide_by_person(native_id)
        else:
            players.world.fb_unhide_by_person(native_id)


@dataclass(frozen=True, slots=True)
class FilteredByFacebook:
    """Facebook's own filter hides it."""

    name: str

    def act(self, players: Players) -> None:
        players.world.fb_hide_by_platform(players.find(self.name)[1])


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody follows the school on X, asks to, or leaves again."""

    who: str
    how: Literal["follows", "asks", "leaves"] = "follows"

    def act(self, players: Players) -> None:
        person, world = players.on_x(self.who), players.world
        if self.how == "follows":
            world.x_follow(person)
        elif self.how == "asks":
            world.x_request_follow(person)
        else:
            world.x_unfollow(person)


@dataclass(frozen=True, slots=True)
class Rename:
    """Somebody on X takes another handle; the script goes on calling them by the old one."""

    who: str
    handle: str

    def act(self, players: Players) -> None:
        players.world.x_rename(players.on_x(self.who), self.handle)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A platform stops answering as it should: so many times, or (None) until `AllWell`."""

    platform: Platform
    fault: Fault
    path_contains: str = ""
    times: int | None = 1

    def act(self, players: Players) -> None:
        players.world.fault(
            self.platform, self.fault, path_contains=self.path_contains, times=self.times
        )


@dataclass(frozen=True, slots=True)
class AllWell:
    """The platforms are themselves again."""

    def act(self, players: Players) -> None:
        players.world.clear_faults()


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens from a time of the day on (Europe/London), and what to tell an onlooker of it.

    `pause`: seconds of the day between one thing and the next.
    """

    at: time
    tells: str
    directions: Sequence[Direction]
    pause: float = 20.0


# --- short names, so that the script reads like one ------------------------------------------


def reply(
    who: str,
    to: str,
    text: str,
    *kinds: Kind,
    name: str = "",
    attachment: AttachmentKind | None = None,
    look_alike: bool = False,
    tagged: bool = True,
) -> Line:
    """A reply on X, in the school's own thread or below another reply."""
    return Line(Edge.REPLY, who, text, kinds, to, name, attachment, look_alike, tagged)


def mention(
    who: str, text: str, *kinds: Kind, to: str = "", name: str = "", look_alike: bool = False
) -> Line:
    """A post on X that names the school, by itself or in somebody else's thread."""
    return Line(Edge.MENTION, who, text, kinds, to, name, look_alike=look_alike)


def quote(who: str, of: str, text: str, *kinds: Kind, name: str = "") -> Line:
    """A quote on X: it stands in the quoter's own thread, where the school cannot hide it."""
    return Line(Edge.QUOTE, who, text, kinds, of, name)


def comment(
    who: str,
    to: str,
    text: str,
    *kinds: Kind,
    name: str = "",
    attachment: AttachmentKind | None = None,
    look_alike: bool = False,
    withheld: bool = False,
) -> Line:
    """A comment on the Page, below a post or another comment."""
    return Line(
        Edge.PAGE_COMMENT, who, text, kinds, to, name, attachment, look_alike, withheld=withheld
    )


def visitor(who: str, text: str, *kinds: Kind, name: str = "") -> Line:
    """A visitor's post on the Page."""
    return Line(Edge.VISITOR_POST, who, text, kinds, name=name)


def tag(who: str, text: str, *kinds: Kind) -> Line:
    """Somebody tags the Page in a post of their own."""
    return Line(Edge.TAG, who, text, kinds)
