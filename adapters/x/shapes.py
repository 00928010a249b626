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
    found = tuple(row for row in rows or () if isinstance(row, dict) and _id(row))
    if len(found) < len(rows or ()):
        problems += ("X sent an item without an id: it could not be read.",)
    includes = answer.get("includes") or {}
    return Listing(
        rows=found,
        media={str(each.get("media_key")): each for each in includes.get("media") or ()},
        next_token=str(meta.get("next_token") or ""),
        newest=highest([_id(row) for row in found]),
        lost=tuple(each for each in map(_error_id, _errors(answer)) if each.isdecimal()),
        problems=problems,
    )


def lookup(answer: Json) -> tuple[dict[str, Json], dict[str, bool]]:
    """What a look-up by ids found, and the ids that X withholds: True where it says "not found".

    Raises AdapterError where the answer says nothing at all.
    """
    found = {_id(row): row for row in answer.get("data") or () if _id(row)}
    withheld = {_error_id(each): _is_not_found(each) for each in _errors(answer)}
    if answer.get("data") is None and not withheld:
        raise AdapterError("X's answer to a look-up is empty: nothing is concluded from it.")
    return found, withheld


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
    metrics = row.get("public_metrics") or {}
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
    return "follow_request_received" in (row.get("connection_status") or ())


def _picture(row: Json) -> str:
    """X's own silhouette has "default_profile" in its address (docs.x.com, user object)."""
    address = str(row.get("profile_image_url") or "")
    return ("default" if "default_profile" in address else "their own") if address else ""


def restrictions(row: Json) -> tuple[bool | None, bool | None]:
    """(Blocked, muted) by connection_status; None where X leaves it out."""
    status = row.get("connection_status")
    return (None, None) if status is None else ("blocking" in status, "muting" in status)


def following(row: Json) -> tuple[bool | None, bool | None]:
    """(Follows the account, asks to follow it) by connection_status; None where X leaves it out."""
    status = row.get("connection_status")
    return (None, None) if status is None else ("followed_by" in status, asks_to_follow(row))


def still_follows(row: Json) -> bool:
    """A user object's connection_status; where X leaves it out, nothing speaks against it."""
    status = row.get("connection_status")
    return status is None or bool({"followed_by", "follow_request_received"} & set(status))


def permalink(post_id: str) -> str:
    """The address of a post: this form needs no handle, which its owner may change."""
    return f"https://x.com/i/web/status/{post_id}"


def _id(row: Json) -> str:
    return str(row.get("id") or "")


def _errors(answer: Json) -> Sequence[Json]:
    return [each for each in answer.get("errors") or () if isinstance(each, dict)]


def _error_id(error: Json) -> str:
    return str(error.get("resource_id") or error.get("value") or "")


def _is_not_found(error: Json) -> bool:
    return str(error.get("type") or "").endswith("/resource-not-found")


def _problem(error: Json) -> str:
    """One sentence; X's own detail is left out, for it may quote what somebody wrote."""
    kind = error.get("resource_type") or "item"
    return f"X left out one {kind}: {error.get('title') or 'it does not say why'}."


def _referenced(row: Json, relation: str) -> str:
    references = row.get("referenced_tweets") or row.get("referenced_posts") or ()
    return next((_id(each) for each in references if each.get("type") == relation), "")


def _text(row: Json) -> str:
    """The whole of a long post, which `text` cuts."""
    note = row.get("note_tweet") or row.get("note_post") or {}
    return _plain(note.get("text") or row.get("text") or "")


def _plain(words: object) -> str:
    """Undo the three escapes that X makes of & < and >; all else was typed that way."""
    return str(words).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _attachments(row: Json, media: Mapping[str, Json]) -> tuple[Attachment, ...]:
    keys = [str(key) for key in (row.get("attachments") or {}).get("media_keys") or ()]
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
    whole = row.get("note_tweet") or row.get("note_post") or row
    urls = (whole.get("entities") or {}).get("urls") or ()
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
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _count(metrics: Json, *names: str) -> str:
    return next((str(metrics[name]) for name in names if name in metrics), "")
