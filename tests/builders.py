"""Builders for the values that tests speak of: each call names only what the test is about.

The school is made up, and so is everybody in it. Nothing here reads the real clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count

from bot.model import (
    Attachment,
    AttachmentKind,
    Author,
    Comment,
    Edge,
    ItemKind,
    ItemRef,
    Mail,
    Newcomer,
    OwnPost,
    Person,
    Role,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""A Friday in term time: the moment at which a test begins unless it says otherwise."""

_numbers = count(1)


def a_number() -> str:
    """A native id that no other value of this test run has."""
    return str(1000 + next(_numbers))


class FixedClock:
    """bot.ports.Clock that stands still until a test moves it."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at
        self.elapsed = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.elapsed

    def advance(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Let time pass on both clocks."""
        step = seconds + 60 * minutes + 3600 * hours
        self.at += timedelta(seconds=step)
        self.elapsed += step


def an_author(
    native_id: str = "", *, handle: str = "", name: str = "Sam Porter", is_school: bool = False
) -> Author:
    native_id = native_id or a_number()
    return Author(native_id, handle or f"parent{native_id}", name, is_school)


def a_ref(
    native_id: str = "",
    *,
    kind: ItemKind = ItemKind.COMMENT,
    platform: str = "memory",
    account: str = "",
) -> ItemRef:
    """`account` only for newcomers, as the model wants it."""
    return ItemRef(platform, kind, native_id or a_number(), account)


def a_comment(
    text: str = "What a lovely concert, thank you all.",
    *,
    native_id: str = "",
    platform: str = "memory",
    account: str = "school",
    edge: Edge = Edge.REPLY,
    created_at: datetime = NOON,
    author: Author | None = None,
    withheld_author: bool = False,
    post_id: str = "1",
    parent_id: str = "",
    permalink: str = "",
    attachments: tuple[Attachment, ...] = (),
    can_hide: bool | None = True,
    hidden: bool | None = False,
) -> Comment:
    """A harmless reply. `withheld_author` makes one whose author the platform does not tell."""
    ref = a_ref(native_id, platform=platform)
    return Comment(
        ref=ref,
        account=account,
        edge=edge,
        text=text,
        created_at=created_at,
        author=None if withheld_author else author or an_author(),
        post_id=post_id,
        parent_id=parent_id,
        permalink=permalink or f"https://{platform}.example/{ref.native_id}",
        attachments=attachments,
        can_hide=can_hide,
        hidden=hidden,
    )


def an_attachment(
    kind: AttachmentKind = AttachmentKind.PHOTO,
    *,
    url: str = "https://pictures.example/1.jpg",
    title: str = "",
) -> Attachment:
    return Attachment(kind, url, title)


def an_own_post(
    text: str = "Our winter concert is on Thursday at six.",
    *,
    native_id: str = "",
    platform: str = "memory",
    account: str = "school",
    created_at: datetime = NOON - timedelta(hours=2),
    permalink: str = "",
    attachments: tuple[Attachment, ...] = (),
    tags_somebody: bool = False,
) -> OwnPost:
    ref = a_ref(native_id, kind=ItemKind.OWN_POST, platform=platform)
    link = permalink or f"https://{platform}.example/{ref.native_id}"
    return OwnPost(ref, account, text, created_at, link, attachments, tags_somebody)


def a_newcomer(
    name: str = "Alex Mercer",
    *,
    native_id: str = "",
    platform: str = "memory",
    account: str = "school",
    edge: Edge = Edge.FOLLOWER,
    seen_at: datetime = NOON,
    bio: str = "Parent of two. Football.",
    permalink: str = "",
    facts: Mapping[str, str] | None = None,
) -> Newcomer:
    ref = a_ref(native_id, kind=ItemKind.NEWCOMER, platform=platform, account=account)
    return Newcomer(
        ref=ref,
        account=account,
        edge=edge,
        author=an_author(ref.native_id, name=name),
        seen_at=seen_at,
        bio=bio,
        permalink=permalink or f"https://{platform}.example/{ref.native_id}",
        facts={"followers": "12"} if facts is None else facts,
    )


def a_person(
    key: str = "officer",
    *,
    name: str = "Jo Field",
    email: str = "",
    roles: frozenset[Role] = frozenset({Role.COMMUNICATIONS_OFFICER}),
    spoken_of: tuple[str, ...] = (),
) -> Person:
    """Somebody at the school with one role, and an address made from the key."""
    return Person(key, name, email or f"{key}@school.example", roles, spoken_of)


def a_mail(
    body: str = "One comment waits for you in the queue.",
    *,
    message_id: str = "",
    sender: str = "schoolgate@school.example",
    recipient: str = "officer@school.example",
    subject: str = "One comment to look at",
) -> Mail:
    """A letter as it is sent: CRLF line ends, the Message-ID in its header."""
    message_id = message_id or f"<{a_number()}@schoolgate.example>"
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = recipient
    letter["Subject"] = subject
    letter["Message-ID"] = message_id
    letter["Date"] = NOON
    letter.set_content(body)
    crlf = letter.policy.clone(linesep="\r\n")
    return Mail(message_id, sender, recipient, letter.as_bytes(policy=crlf))
