"""X's JSON → the model's values; pure. Both field namings of X are read.

The spec of August 2026 renames tweet.fields to post.fields, referenced_tweets to referenced_posts
and public_metrics.tweet_count to post_count; what is on the wire is uncertain (platforms.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

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
    Newcomer,
    OwnPost,
)

Json = Mapping[str, Any]

PLATFORM = "x"
ANSWER_THERE = (
    "X lets no program accept or decline: decide here, then do so on x.com/follower_requests"
)
_MEDIA = {
    "photo": AttachmentKind.PHOTO,
    "video": AttachmentKind.VIDEO,
    "animated_gif": AttachmentKind.GIF,
}
_MEDIA_KEYS = {"7": AttachmentKind.VIDEO, "13": AttachmentKind.VIDEO, "16": AttachmentKind.GIF}


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, proven to be one.

    `newest` is the highest id on it, or empty; `lost` are ids that X names but does not show.
    """

    rows: tuple[Json, ...]
    media: Mapping[str, Json]
    next_token: str
    newest: str
    lost: tuple[str, ...]
    problems: tuple[str, ...]


def listing(answer: Json) -> Listing:
    """Read a page honestly: an empty one only where X says that it is empty.

    Raises AdapterError where there is neither data nor a word that there is none, or errors only.
    """
    meta, rows = answer.get("meta"), answer.get("data")
    problems = tuple(_problem(each) for each in _errors(answer))
    if rows is None and problems:
        raise AdapterError(f"X gave nothing but errors: {' '.join(problems)}")
    if not isinstance(meta, dict) or (rows is None and meta.get("result_count") != 0):
        raise AdapterError("X's answer does not say whether this is all: nothing is taken from it.")
    found = tuple(row for row in _each(answer, "data") if _id(row))
    if len(found) < _length(rows):
        problems += ("X sent an item without an id: it could not be read.",)
    return Listing(
        rows=found,
        media={
            str(each.get("media_key")): each for each in _each(part(answer, "includes"), "media")
        },
        next_token=str(meta.get("next_token") or ""),
        newest=highest([_id(row) for row in found]),
        lost=tuple(each for each in map(_error_id, _errors(answer)) if each.isdecimal()),
        problems=problems,
    )


def lookup(answer: Json) -> tuple[dict[str, Json], dict[str, bool]]:
    """What a look-up by ids found, and the ids that X withholds: True where it says "not found".

    Raises AdapterError where the answer says nothing at all, or has a row without an id: whatever
    that was, it must not pass for gone.
    """
    rows = [row for row in _each(answer, "data") if _id(row)]
    withheld = {_error_id(each): _is_not_found(each) for each in _errors(answer)}
    if answer.get("data") is None and not withheld:
        raise AdapterError("X's answer to a look-up is empty: nothing is concluded from it.")
    if len(rows) < _length(answer.get("data")):
        raise AdapterError("X's answer to a look-up is unreadable: nothing is concluded from it.")
    return {_id(row): row for row in rows}, withheld


def said(answer: Json) -> Json:
    """The data of an answer about one thing; raises AdapterError where there is none."""
    data = answer.get("data")
    if not isinstance(data, dict):
        problems = " ".join(_problem(each) for each in _errors(answer))
        raise AdapterError(f"X did not do what was asked. {problems}".strip())
    return data


def says_gone(answer: Json, native_id: str) -> bool:
    """Whether the answer has no data because X knows nothing of that id (a 200, errors only)."""
    return answer.get("data") is None and any(
        _is_not_found(each) and _error_id(each) == native_id for each in _errors(answer)
    )


def highest(ids: Iterable[str]) -> str:
    """The newest of these ids, empty ones left out: strings of different lengths, so as numbers."""
    return max((each for each in ids if each.isdecimal()), key=int, default="")


def author_id(row: Json) -> str:
    return str(row.get("author_id") or "")


def conversation_id(row: Json) -> str:
    return str(row.get("conversation_id") or "")


def is_reply(row: Json) -> bool:
    return conversation_id(row) not in ("", _id(row))


def is_retweet(row: Json) -> bool:
    return bool(_referenced(row, "retweeted"))


def answers_head_of(row: Json, user_id: str) -> bool:
    """Whether the row itself proves that `user_id` began its conversation: a direct reply to its
    head, which is theirs."""
    head = conversation_id(row) == _referenced(row, "replied_to")
    return head and str(row.get("in_reply_to_user_id") or "") == user_id


def author(row: Json, own_id: str = "") -> Author:
    """A user object as an Author."""
    return Author(
        _id(row), str(row.get("username") or ""), str(row.get("name") or ""), _id(row) == own_id
    )


def comment(
    row: Json,
    account: str,
    *,
    media: Mapping[str, Json],
    author: Author | None,
    ours: bool | None,
    now: datetime,
) -> Comment:
    """`ours`: whether the account began the conversation (None: not known), for only there X lets
    a reply be hidden (docs.x.com, hide replies)."""
    replied, quoted = _referenced(row, "replied_to"), _referenced(row, "quoted")
    edge, can_hide = (Edge.QUOTE if quoted else Edge.MENTION), False if ours is not None else None
    if is_reply(row) and ours:
        edge, can_hide = Edge.REPLY, True
    return Comment(
        ref=ItemRef(PLATFORM, ItemKind.COMMENT, _id(row)),
        account=account,
        edge=edge,
        text=_text(row),
        created_at=_when(row.get("created_at")) or now,
        author=author,
        post_id=conversation_id(row),
        parent_id=replied or quoted,
        permalink=permalink(_id(row)),
        attachments=_attachments(row, media),
        can_hide=can_hide,
    )


def own_post(row: Json, account: str, media: Mapping[str, Json], now: datetime) -> OwnPost:
    return OwnPost(
        ref=ItemRef(PLATFORM, ItemKind.OWN_POST, _id(row)),
        account=account,
        text=_text(row),
        created_at=_when(row.get("created_at")) or now,
        permalink=permalink(_id(row)),
        attachments=_attachments(row, media),
    )


def newcomer(row: Json, account: str, now: datetime) -> Newcomer:
    """Facts only, as X tells them; of the profile picture only whether there is one."""
    metrics = part(row, "public_metrics")
    joined = _when(row.get("created_at"))
    verified = row.get("verified_type") or ("yes" if row.get("verified") else "no")
    who = author(row)
    facts = {
        "handle": f"@{who.handle}" if who.handle else "",
        "followers": _count(metrics, "followers_count"),
        "following": _count(metrics, "following_count"),
        "posts": _count(metrics, "tweet_count", "post_count"),
        "joined": joined.date().isoformat() if joined else "",
        "protected": "yes" if row.get("protected") else "no",
        "verified": "no" if verified == "none" else str(verified),
        "picture": _picture(row),
    }
    requested = asks_to_follow(row)
    if requested:
        facts["to answer it"] = ANSWER_THERE
    return Newcomer(
        ref=ItemRef(PLATFORM, ItemKind.NEWCOMER, who.native_id, account),
        account=account,
        edge=Edge.FOLLOW_REQUEST if requested else Edge.FOLLOWER,
        author=who,
        seen_at=now,
        bio=_plain(row.get("description") or ""),
        permalink=f"https://x.com/{who.handle}" if who.handle else "",
        facts={name: value for name, value in facts.items() if value},
    )


def asks_to_follow(row: Json) -> bool:
    """Whether a user object says that they asked to follow the account, which is protected."""
    return "follow_request_received" in (_status(row) or set())


def _picture(row: Json) -> str:
    """X's own silhouette has "default_profile" in its address (docs.x.com, user object)."""
    address = str(row.get("profile_image_url") or "")
    return ("default" if "default_profile" in address else "their own") if address else ""


def restrictions(row: Json) -> tuple[bool | None, bool | None]:
    """(Blocked, muted) by connection_status; None where X leaves it out."""
    status = _status(row)
    return (None, None) if status is None else ("blocking" in status, "muting" in status)


def following(row: Json) -> tuple[bool | None, bool | None]:
    """(Follows the account, asks to follow it) by connection_status; None where X leaves it out."""
    status = _status(row)
    return (None, None) if status is None else ("followed_by" in status, asks_to_follow(row))


def still_follows(row: Json) -> bool:
    """A user object's connection_status; where X leaves it out, nothing speaks against it."""
    status = _status(row)
    return status is None or bool({"followed_by", "follow_request_received"} & status)


def permalink(post_id: str) -> str:
    """The address of a post: this form needs no handle, which its owner may change."""
    return f"https://x.com/i/web/status/{post_id}"


def part(row: Json, name: str) -> Json:
    """The object under this name; an empty one where there is none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _each(row: Json, name: str) -> Sequence[Json]:
    """The objects in the list under this name; whatever else is in it is left out."""
    value = row.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _length(rows: object) -> int:
    """How many rows X gave; what is no list counts as one that could not be read."""
    return len(rows) if isinstance(rows, list) else int(rows is not None)


def _status(row: Json) -> set[str] | None:
    status = row.get("connection_status")
    return {one for one in status if isinstance(one, str)} if isinstance(status, list) else None


def _id(row: Json) -> str:
    return str(row.get("id") or "")


def _errors(answer: Json) -> Sequence[Json]:
    return _each(answer, "errors")


def _error_id(error: Json) -> str:
    return str(error.get("resource_id") or error.get("value") or "")


def _is_not_found(error: Json) -> bool:
    return str(error.get("type") or "").endswith("/resource-not-found")


def _problem(error: Json) -> str:
    """One sentence; X's own detail is left out, for it may quote what somebody wrote."""
    kind = error.get("resource_type") or "item"
    return f"X left out one {kind}: {error.get('title') or 'it does not say why'}."


def _referenced(row: Json, relation: str) -> str:
    references = _each(row, "referenced_tweets") or _each(row, "referenced_posts")
    return next((_id(each) for each in references if each.get("type") == relation), "")


def _text(row: Json) -> str:
    """The whole of a long post, which `text` cuts."""
    note = part(row, "note_tweet") or part(row, "note_post")
    return _plain(note.get("text") or row.get("text") or "")


def _plain(words: object) -> str:
    """Undo the three escapes that X makes of & < and >; all else was typed that way."""
    return str(words).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _attachments(row: Json, media: Mapping[str, Json]) -> tuple[Attachment, ...]:
    held = part(row, "attachments").get("media_keys")
    keys = [str(key) for key in held] if isinstance(held, list) else []
    return (*(_medium(key, media.get(key) or {}) for key in keys), *_links(row))


def _medium(key: str, medium: Json) -> Attachment:
    """Where X withholds the object, its key still tells the kind: 3_ photo, 7_ video, 16_ GIF."""
    kind = _MEDIA.get(str(medium.get("type"))) or _MEDIA_KEYS.get(
        key.partition("_")[0], AttachmentKind.PHOTO
    )
    url = medium.get("url") or medium.get("preview_image_url") or ""
    return Attachment(kind, str(url), str(medium.get("alt_text") or ""))


def _links(row: Json) -> tuple[Attachment, ...]:
    """The links in the text, unshortened; without those that stand for media and quoted posts."""
    whole = part(row, "note_tweet") or part(row, "note_post") or row
    urls = _each(part(whole, "entities"), "urls")
    return tuple(
        Attachment(AttachmentKind.LINK, address, str(each.get("title") or ""))
        for each in urls
        if (address := str(each.get("unwound_url") or each.get("expanded_url") or ""))
        and not each.get("media_key")
        and not _is_post(address)
    )


def _is_post(address: str) -> bool:
    parts = parts_of(address)
    return parts.hostname in ("x.com", "twitter.com") and "/status/" in parts.path


def _when(value: object) -> datetime | None:
    try:
        when = datetime.fromisoformat(str(value))
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):  # a year that no clock knows in UTC
        return None


def _count(metrics: Json, *names: str) -> str:
    return next((str(metrics[name]) for name in names if name in metrics), "")
