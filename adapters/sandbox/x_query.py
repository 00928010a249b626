"""The query language of X's recent search, as far as the sandbox speaks it.

Imitates docs.x.com, "Build a query": implicit AND before OR, parentheses, `-` negates, quoted
phrases, the operators below; `is:` and `has:` operators cannot stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_LENGTH = 512
_TOKEN = re.compile(r'\s*(-?\(|\)|-?[a-z_]+:"[^"]*"|-?"[^"]*"|[^\s()]+)', re.IGNORECASE)


class QueryError(ValueError):
    """The query cannot be read; the message is worded as X's own."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a query can ask about one post; handles and words in lower case."""

    text: str
    author: frozenset[str]
    to: frozenset[str]
    mentions: frozenset[str]
    conversation: str
    quoted: str
    replied: str
    urls: str
    media: str


Match = Callable[[Searched], bool]

_KINDS: dict[str, Match] = {
    "is:reply": lambda post: bool(post.replied),
    "is:quote": lambda post: bool(post.quoted),
    "is:retweet": lambda _post: False,  # nobody reposts in this world
    "is:repost": lambda _post: False,
    "has:mentions": lambda post: bool(post.mentions),
    "has:links": lambda post: bool(post.urls),
    "has:media": lambda post: bool(post.media),
}


def parse(query: str) -> Match:
    """Turn a query into a test of one post. Raises QueryError."""
    if not query.strip():
        raise QueryError("Query cannot be empty")
    if len(query) > MAX_LENGTH:
        raise QueryError(
            f"The length of the query must be between 1 and {MAX_LENGTH} characters,"
            f" but it is {len(query)}"
        )
    reader = _Reader(query)
    match = reader.alternatives()
    if reader.peek() is not None:
        raise QueryError(f"Unexpected ')' (at position {reader.position})")
    if not reader.standalone:
        raise QueryError("The query needs at least one standalone operator")
    return match


class _Reader:
    """A recursive descent over the tokens of one query."""

    def __init__(self, query: str) -> None:
        self._query = query
        self.position = 0
        self.standalone = False

    def peek(self) -> str | None:
        found = _TOKEN.match(self._query, self.position)
        return None if found is None else found.group(1)

    def take(self) -> str:
        found = _TOKEN.match(self._query, self.position)
        if found is None:
            raise QueryError(f"Unexpected end of query (at position {self.position})")
        self.position = found.end()
        return found.group(1)

    def alternatives(self) -> Match:
        branches = [self._all_of()]
        while self.peek() == "OR":
            self.take()
            branches.append(self._all_of())
        return lambda post: any(branch(post) for branch in branches)

    def _all_of(self) -> Match:
        parts = [self._one()]
        while self.peek() not in (None, ")", "OR"):
            parts.append(self._one())
        return lambda post: all(part(post) for part in parts)

    def _one(self) -> Match:
        token = self.take()
        if token in ("OR", ")"):
            raise QueryError(f"Unexpected '{token}' (at position {self.position})")
        negated = token.startswith("-") and len(token) > 1
        word = token[1:] if negated else token
        if word == "(":
            match = self.alternatives()
            if self.peek() != ")":
                raise QueryError(f"Missing ')' (at position {self.position})")
            self.take()
        else:
            match = _operator(word)
            if not negated and word.lower() not in _KINDS:
                self.standalone = True
        return (lambda post: not match(post)) if negated else match


def _operator(word: str) -> Match:
    lowered = word.lower()
    if lowered in _KINDS:
        return _KINDS[lowered]
    name, colon, value = word.partition(":")
    value = value.strip('"').lower()
    if colon and not word.startswith('"'):
        return _named(name.lower(), value.removeprefix("@"))
    if word.startswith("@"):
        handle = lowered[1:]
        return lambda post: handle in post.mentions
    return _phrase(lowered.strip('"'))


def _named(name: str, value: str) -> Match:
    tests: dict[str, Match] = {
        "from": lambda post: value in post.author,
        "to": lambda post: value in post.to,
        "conversation_id": lambda post: post.conversation == value,
        "quotes_of_tweet_id": lambda post: post.quoted == value,
        "in_reply_to_tweet_id": lambda post: post.replied == value,
        "url": lambda post: value in post.urls,
        "lang": lambda _post: True,  # the sandbox tells no languages apart
    }
    if name not in tests:
        raise QueryError(
            f"Reference to invalid operator '{name}'. Operator is not available in current"
            " product or product packaging."
        )
    return tests[name]


def _phrase(words: str) -> Match:
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
    return lambda post: pattern.search(post.text) is not None
