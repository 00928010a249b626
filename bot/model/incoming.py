"""What comes in: items of a stream, their authors and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class ItemKind(StrEnum):
    """What can be moderated."""

    COMMENT = "comment"
    NEWCOMER = "newcomer"
    OWN_POST = "own_post"
    REPORT = "report"


class Stream(StrEnum):
    """What one poll of one account reads; each has its own cursor."""

    OWN_POSTS = "own_posts"
    COMMENTS = "comments"
    NEWCOMERS = "newcomers"
    FOLLOWERS = "followers"


class Edge(StrEnum):
    """How an item came into sight: a relation, so that one comment on two edges is one item."""

    REPLY = "reply"
    MENTION = "mention"
    QUOTE = "quote"
    PAGE_COMMENT = "page_comment"
    VISITOR_POST = "visitor_post"
    TAG = "tag"
    FOLLOWER = "follower"
    FOLLOW_REQUEST = "follow_request"
    FIRST_COMMENT = "first_comment"


class AttachmentKind(StrEnum):
    """What hangs on a comment; pictures and videos are never read by the machine (policy.md)."""

    PHOTO = "photo"
    VIDEO = "video"
    GIF = "gif"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ItemRef:
    """The name of an item on its platform.

    `native_id` is the platform's own string. `account` is set for newcomers only: the same person
    may follow two of the school's accounts, and each is a decision of its own.
    """

    platform: str
    kind: ItemKind
    native_id: str
    account: str = ""

    def __str__(self) -> str:
        scope = f"{self.account}/" if self.account else ""
        return f"{self.platform}:{self.kind}:{scope}{self.native_id}"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote an item, as the platform shows them now; any part may be withheld."""

    native_id: str
    handle: str = ""
    name: str = ""
    is_school: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something hung on a comment: a link to it, never a copy."""

    kind: AttachmentKind
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A reply, mention, quote, Page comment or visitor post.

    `author` is None where the platform withholds it. `post_id` is the native id of the post that
    heads the conversation and `parent_id` of what is answered directly; both may be empty.
    `can_hide` and `hidden` are what the platform said when it was read (None: it does not say).
    """

    ref: ItemRef
    account: str
    edge: Edge
    text: str
    created_at: datetime
    author: Author | None = None
    post_id: str = ""
    parent_id: str = ""
    permalink: str = ""
    attachments: tuple[Attachment, ...] = ()
    can_hide: bool | None = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A follower, follow request or first-seen commenter: facts only, never a score of a person.

    `facts` holds what the platform tells, ready to be shown, such as `{"followers": "12"}`.
    """

    ref: ItemRef
    account: str
    edge: Edge
    author: Author
    seen_at: datetime
    bio: str = ""
    permalink: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of the school's own: it is the context of the comments below it.

    `tags_somebody`: it mentions a person or Page by a link, which lets them comment on Facebook.
    """

    ref: ItemRef
    account: str
    text: str
    created_at: datetime
    permalink: str = ""
    attachments: tuple[Attachment, ...] = ()
    tags_somebody: bool = False


Item = Comment | Newcomer | OwnPost


def digest_of(text: str, attachments: tuple[Attachment, ...] = ()) -> str:
    """The name of one *reading*: SHA-256 over the words and what hangs on them.

    Platforms give no edit time (platforms.md, Facebook), so a changed digest *is* the edit.
    Lone surrogates are legal in JSON and survive here.
    """
    parts = [text, *(f"{a.kind}\x1f{a.url.split('?', 1)[0]}\x1f{a.title}" for a in attachments)]
    return sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
