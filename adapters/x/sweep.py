"""The recent search for what the mentions do not show: quotes, and replies without the handle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

QUERY_LENGTH = 512
"""Characters of one query at most (platforms.md)."""
SWEPT_POSTS = 30
"""Own posts whose quotes and replies are looked for; the search itself covers seven days."""


def queries_for(post_ids: Sequence[str], handle: str) -> Iterator[str]:
    """As few queries as hold all these posts, each within X's length."""
    tail = f") -from:{handle} -is:retweet"
    terms: list[str] = []
    length = 0
    for post_id in post_ids:
        term = f"conversation_id:{post_id} OR quotes_of_tweet_id:{post_id}"
        if terms and length + len(" OR ") + len(term) + len("(") + len(tail) > QUERY_LENGTH:
            yield f"({' OR '.join(terms)}{tail}"
            terms, length = [], 0
        length += len(term) + (len(" OR ") if terms else 0)
        terms.append(term)
    if terms:
        yield f"({' OR '.join(terms)}{tail}"
