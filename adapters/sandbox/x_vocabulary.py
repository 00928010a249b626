"""The names of X's v2 fields and expansions, in both vocabularies.

The lists are those that refused requests named in August 2026; the renaming is that of the spec of
that month (platforms.md, "Field rename"). What is known but has no value here is left out of
answers, as X does.
"""

from __future__ import annotations

from collections.abc import Iterable


def names(text: str) -> frozenset[str]:
    """Words separated by blanks, as a set."""
    return frozenset(text.split())


_POST_FIELDS = names(
    "id text edit_history_tweet_ids withheld created_at author_id conversation_id"
    " in_reply_to_user_id referenced_tweets attachments lang possibly_sensitive reply_settings"
    " source display_text_range card_uri community_id note_tweet public_metrics"
    " context_annotations entities geo edit_controls media_metadata non_public_metrics"
    " organic_metrics promoted_metrics article paid_partnership scopes"
)
_EXPANSIONS = names(
    "edit_history_tweet_ids author_id in_reply_to_user_id referenced_tweets referenced_tweets.id"
    " referenced_tweets.id.author_id attachments.media_keys attachments.poll_ids"
    " entities.mentions.username geo.place_id"
)
USER_FIELDS = names(
    "id name username withheld created_at description entities location pinned_tweet_id"
    " profile_banner_url profile_image_url protected public_metrics url verified"
    " subscription_type verified_type most_recent_tweet_id is_identity_verified affiliation"
    " connection_status receives_your_dm parody"
)
USER_EXPANSIONS = names("pinned_tweet_id most_recent_tweet_id affiliation.user_id")
MEDIA_FIELDS = names(
    "media_key type url preview_image_url width height alt_text duration_ms variants public_metrics"
)

_RENAMED = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "referenced_tweets.id": "referenced_posts.id",
    "referenced_tweets.id.author_id": "referenced_posts.id.author_id",
    "note_tweet": "note_post",
    "tweets": "posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "pinned_tweet_id": "pinned_post_id",
    "most_recent_tweet_id": "most_recent_post_id",
}
_OLD = {new: old for old, new in _RENAMED.items()}


def old_name(name: str) -> str:
    """The recorded v2 name of a field of either vocabulary."""
    return _OLD.get(name, name)


def post_fields(naming: str) -> frozenset[str]:
    """The values that `tweet.fields` or `post.fields` may have."""
    return _POST_FIELDS if naming == "tweet" else _renamed(_POST_FIELDS)


def expansions() -> frozenset[str]:
    """The values that `expansions` may have, in either vocabulary."""
    return _EXPANSIONS | _renamed(_EXPANSIONS)


def rename(value: object) -> object:
    """The same answer under the names of the spec of August 2026."""
    if isinstance(value, dict):
        return {_RENAMED.get(key, key): rename(member) for key, member in value.items()}
    if isinstance(value, list):
        return [rename(member) for member in value]
    return value


def _renamed(old: Iterable[str]) -> frozenset[str]:
    return frozenset(_RENAMED.get(name, name) for name in old)
