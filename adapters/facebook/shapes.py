"""Graph's JSON as values of the house; pure, and patient with what Facebook leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from adapters.http import parts_of
from bot.errors import AdapterError
from bot.model import (
    Attachment,
    AttachmentKind,
    Author,
    Comment,
    Edge,
    ItemKind,
    ItemRef,
    OwnPost,
)

PLATFORM = "facebook"

Raw = Mapping[str, Any]

# `attachment.type` of a comment or post. Animated pictures out of Facebook's library are
# `animated_image_share`; `animated_image_video` is one that somebody uploaded.
_GIFS = {"animated_image_share", "sticker"}
_LINKS = {"share", "fallback", "link", "event", "note", "map", "pages_share", "large_share"}


def mapping(value: object) -> Raw:
    """`value` as a JSON object. Raises AdapterError where it is something else."""
    if not isinstance(value, Mapping):
        raise AdapterError("Facebook's answer had an unexpected form and could not be read.")
    return value


def rows(page: Raw) -> list[Raw]:
    """The `data` of a page. Raises AdapterError where there is none: that is not "nothing"."""
    data = page.get("data")
    if not isinstance(data, list):
        raise AdapterError("Facebook's answer had no data in it and could not be read.")
    return [mapping(row) for row in data]


def text(raw: Raw, name: str) -> str:
    """A string or a number as a string; empty where it is missing."""
    value = raw.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def flag(raw: Raw, name: str) -> bool | None:
    """True, False, or None where Facebook does not say."""
    value = raw.get(name)
    return value if isinstance(value, bool) else None


def created(raw: Raw) -> datetime | None:
    """`created_time`, such as 2026-11-20T09:15:00+0000; None where it is missing or no time.

    Without a zone it is UTC, as Graph's times are, and never this machine's own.
    """
    try:
        when = datetime.fromisoformat(text(raw, "created_time"))
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Shapes:
    """Makes items for one Page. Each method needs `id` in `raw`; all else may be missing.

    `now` stands in for a missing `created_time`.
    """

    account: str
    page_id: str

    def comment(self, raw: Raw, post_id: str, now: datetime) -> Comment:
        """A comment or reply below `post_id`; `message_tags` say nothing that the text does not."""
        parent = raw.get("parent")
        return self._comment(
            raw,
            Edge.PAGE_COMMENT,
            now,
            post_id=post_id,
            parent_id=(text(parent, "id") if isinstance(parent, Mapping) else "") or post_id,
            attachments=_attachments([raw.get("attachment")]),
            can_hide=flag(raw, "can_hide"),
        )

    def foreign_post(self, raw: Raw, edge: Edge, now: datetime) -> Comment:
        """A post on the Page by a visitor, or elsewhere with the Page tagged in it.

        It heads its own conversation, and Meta does not let a Page hide it (platforms.md).
        """
        return self._comment(raw, edge, now, attachments=_post_attachments(raw), can_hide=False)

    def own_post(self, raw: Raw, now: datetime) -> OwnPost:
        """A post that the Page published."""
        return OwnPost(
            ref=ItemRef(PLATFORM, ItemKind.OWN_POST, text(raw, "id")),
            account=self.account,
            text=text(raw, "message"),
            created_at=created(raw) or now,
            permalink=text(raw, "permalink_url"),
            attachments=_post_attachments(raw),
            tags_somebody=_tags_somebody(raw, self.page_id),
        )

    def _comment(
        self,
        raw: Raw,
        edge: Edge,
        now: datetime,
        *,
        attachments: tuple[Attachment, ...],
        can_hide: bool | None,
        post_id: str = "",
        parent_id: str = "",
    ) -> Comment:
        return Comment(
            ref=ItemRef(PLATFORM, ItemKind.COMMENT, text(raw, "id")),
            account=self.account,
            edge=edge,
            text=text(raw, "message"),
            created_at=created(raw) or now,
            author=self._author(raw.get("from")),
            post_id=post_id,
            parent_id=parent_id,
            permalink=text(raw, "permalink_url"),
            attachments=attachments,
            can_hide=can_hide,
            hidden=flag(raw, "is_hidden"),
        )

    def _author(self, raw: object) -> Author | None:
        if not isinstance(raw, Mapping) or not text(raw, "id"):
            return None
        native_id = text(raw, "id")
        return Author(native_id, name=text(raw, "name"), is_school=native_id == self.page_id)


def _tags_somebody(raw: Raw, page_id: str) -> bool:
    """Whether `message_tags` name anybody but the Page itself."""
    tags = raw.get("message_tags")
    named = [tag for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    return any(text(tag, "id") not in ("", page_id) for tag in named)


def _post_attachments(raw: Raw) -> tuple[Attachment, ...]:
    held = raw.get("attachments")
    data = held.get("data") if isinstance(held, Mapping) else None
    return _attachments(data if isinstance(data, list) else [])


def _attachments(raws: list[Any]) -> tuple[Attachment, ...]:
    return tuple(_attachment(raw) for raw in raws if isinstance(raw, Mapping))


def _attachment(raw: Raw) -> Attachment:
    target = raw.get("target")
    url = text(raw, "unshimmed_url") or text(raw, "url")
    if not url and isinstance(target, Mapping):
        url = text(target, "url")
    return Attachment(_kind(text(raw, "type")), _unshimmed(url), text(raw, "title"))


def _kind(kind: str) -> AttachmentKind:
    if kind in _GIFS:
        return AttachmentKind.GIF
    if "video" in kind:
        return AttachmentKind.VIDEO
    if kind in _LINKS:
        return AttachmentKind.LINK
    # What is unknown must not pass for a link preview: a picture always goes to a person.
    return AttachmentKind.PHOTO


def _unshimmed(url: str) -> str:
    """The address behind Facebook's `l.facebook.com/l.php?u=…`, which changes with each read."""
    parts = parts_of(url)
    if parts.path != "/l.php" or not parts.netloc.endswith("facebook.com"):
        return url
    return dict(parse_qsl(parts.query)).get("u", url)
