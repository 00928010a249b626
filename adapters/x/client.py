"""tweepy as this house wants it: one client a thread, the fields we read, plain JSON objects."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
import tweepy  # type: ignore[import-untyped]  # it ships neither types nor stubs

from adapters.http import ApiSession, answered_at, guard_logs
from adapters.x.errors import calling
from adapters.x.options import Credentials
from adapters.x.shapes import part
from adapters.x.windows import Windows
from bot.errors import AdapterError, Denied
from bot.ports import Context

Json = Mapping[str, Any]

PAGE = 100
"""Posts a page, and ids a lookup: X's maximum."""
FEWEST_POSTS = 5
"""A page of posts holds no fewer, says X; a page of what a search found, ten."""
_FEWEST_FOUND = 10
FOLLOWERS_PAGE = 20
LOOK_PAGE = 5
"""Every user that comes back is billed (platforms.md), and nearly always none of them is new."""
SWEEP_PAGE = 1000
"""A sweep reads everybody anyway: in as few calls as X allows."""

NO_OAUTH1 = (
    "X lists who asks to follow only to the four OAuth 1.0a secrets, not to a connected sign-in. "
    "Look on x.com/follower_requests."
)

_POST_FIELDS = [
    "attachments", "author_id", "conversation_id", "created_at", "entities",
    "in_reply_to_user_id", "note_tweet", "referenced_tweets",
]  # fmt: skip
_POSTS = {
    "tweet_fields": _POST_FIELDS,
    "expansions": ["attachments.media_keys"],
    "media_fields": ["alt_text", "preview_image_url", "type", "url"],
}
_USER_FIELDS = [
    "connection_status", "created_at", "description", "profile_image_url", "protected",
    "public_metrics",
    "verified", "verified_type",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Bill:
    """What X bills for one call: up to `most` of a resource, and it gives no fewer than `least` a
    page. `acting`: a hide, or the look that goes with it.
    """

    resource: str
    most: int = 1
    least: int = 1
    acting: bool = False


class XClient:
    """The calls to X that the adapter makes, each answered with its JSON object.

    Every call raises AdapterError or one of its children, and nothing else. No call is tried twice.
    Authors are not expanded: looked up once each, they cost a third (platforms.md). Its price is
    set aside before each call, and where X said that its window is used up, none is made.
    """

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        context: Context,
        bearer: Callable[[], str] | None = None,
    ) -> None:
        self._credentials = credentials
        self._bearer = bearer
        self._base_url = base_url
        self._clock = context.clock
        self._budget = context.budget
        self._date_seen = context.date_seen
        self._windows = Windows(context.clock)
        self._local = threading.local()
        self.protected: bool | None = None
        """Whether only approved people follow the account, as `me` last said; None: not asked."""
        self.access_level = ""
        """What X last said this token may do: "read", "read-write" or more; "" if it did not."""
        guard_logs(
            "tweepy.api", "tweepy.client", "tweepy.auth", "requests_oauthlib.oauth1_auth",
            "oauthlib.oauth1.rfc5849", "oauthlib.oauth1.rfc5849.signature",
            "urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry",
        )  # fmt: skip

    def me(self) -> Json:
        answer = self._ask(
            "see whose sign-in this is",
            tweepy.Client.get_me,
            _Bill("user"),
            user_fields=["protected", "public_metrics"],
        )
        protected = part(answer, "data").get("protected")
        self.protected = protected if isinstance(protected, bool) else None
        return answer

    def incoming(self) -> Sequence[str]:
        """The ids of those who ask to follow the account, newest first, 5,000 at most; free.

        Only API v1.1 lists them (docs.x.com, GET friendships/incoming), for an OAuth 1.0a sign-in,
        and most apps may not call it: 403 with code 453.
        """
        if self._credentials.oauth1 is None:
            raise Denied(NO_OAUTH1)
        api = tweepy.API(tweepy.OAuth1UserHandler(*self._credentials.oauth1))
        api.session = ApiSession(self._base_url)
        with calling("read who asks to follow", self._clock):
            ids = api.incoming_friendships(stringify_ids=True)
        return [str(each) for each in ids]

    def own_posts(
        self,
        user_id: str,
        *,
        since_id: str = "",
        token: str = "",
        start: datetime | None = None,
        max_results: int = PAGE,
    ) -> Json:
        return self._ask(
            "read the school's own posts",
            tweepy.Client.get_users_tweets,
            _Bill("post", max_results, FEWEST_POSTS),
            user_id,
            exclude=["replies", "retweets"],
            since_id=since_id or None,
            start_time=start,
            pagination_token=token or None,
            **_POSTS,
        )

    def mentions(
        self, user_id: str, *, since_id: str = "", token: str = "", max_results: int = PAGE
    ) -> Json:
        return self._ask(
            "read the mentions",
            tweepy.Client.get_users_mentions,
            _Bill("mention", max_results, FEWEST_POSTS),
            user_id,
            since_id=since_id or None,
            pagination_token=token or None,
            **_POSTS,
        )

    def search(self, query: str, *, since_id: str = "", token: str = "") -> Json:
        return self._ask(
            "search for quotes and replies",
            tweepy.Client.search_recent_tweets,
            _Bill("post", PAGE, _FEWEST_FOUND),
            query,
            since_id=since_id or None,
            next_token=token or None,
            **_POSTS,
        )

    def followers(
        self, user_id: str, *, token: str = "", max_results: int = FOLLOWERS_PAGE
    ) -> Json:
        return self._ask(
            "read the followers",
            tweepy.Client.get_users_followers,
            _Bill("follower", max_results),
            user_id,
            pagination_token=token or None,
            user_fields=_USER_FIELDS,
        )

    def posts(self, ids: Sequence[str]) -> Json:
        """At most PAGE ids. A single one is looked at for the sake of a hide."""
        return self._ask(
            "look up posts",
            tweepy.Client.get_tweets,
            _Bill("post", len(ids), len(ids), acting=len(ids) == 1),
            list(ids),
            tweet_fields=_POST_FIELDS,
        )

    def users(self, ids: Sequence[str]) -> Json:
        """At most PAGE ids."""
        return self._ask(
            "look up people",
            tweepy.Client.get_users,
            _Bill("user", len(ids), len(ids)),
            ids=list(ids),
            user_fields=_USER_FIELDS,
        )

    def blocked(self, *, token: str = "") -> Json:
        """Those whom the account blocks."""
        return self._ask(
            "read who is blocked",
            tweepy.Client.get_blocked,
            _Bill("blocked", SWEEP_PAGE),
            pagination_token=token or None,
        )

    def set_muted(self, user_id: str, muted: bool) -> Json:
        bill = _Bill("mute", acting=True)
        if muted:
            return self._ask("mute this person", tweepy.Client.mute, bill, user_id)
        return self._ask("end muting this person", tweepy.Client.unmute, bill, user_id)

    def set_hidden(self, post_id: str, hidden: bool) -> Json:
        bill = _Bill("hide", acting=True)
        if hidden:
            return self._ask("hide the reply", tweepy.Client.hide_reply, bill, post_id)
        return self._ask("show the reply again", tweepy.Client.unhide_reply, bill, post_id)

    def delete(self, post_id: str) -> Json:
        bill = _Bill("delete", acting=True)
        return self._ask("delete the post", tweepy.Client.delete_tweet, bill, post_id)

    def _ask(
        self, doing: str, method: Callable[..., Any], bill: _Bill, *args: Any, **params: Any
    ) -> Json:
        self._windows.check(doing)
        reserved = self._budget.reserve(
            bill.resource, bill.most, least=bill.least, acting=bill.acting
        )
        if bill.least < bill.most:  # a page: its length is what can be paid for
            params["max_results"] = reserved.count
        self._local.doing, self._local.answered = doing, False
        # No answer may yet have been an answer sent, and billed: then the least is written down.
        billed = bill.least
        try:
            client = self._client()
            if self._bearer is not None and self._credentials.oauth1 is None:
                client.bearer_token = self._bearer()  # a connected account's lasts two hours
            with calling(doing, self._clock):
                answer = method(
                    client, *args, user_auth=self._credentials.oauth1 is not None, **params
                )
            billed = _billed(answer) if isinstance(answer, dict) else billed
        except AdapterError:
            if self._local.answered:
                billed = 0  # an answer without data is free (platforms.md)
            raise
        finally:
            self._budget.settle(reserved, min(billed, reserved.count))
        if not isinstance(answer, dict):
            raise AdapterError(f"Could not {doing} on X: the answer is not in X's form.")
        return answer

    def _client(self) -> Any:
        """This thread's client: a requests session is not to be shared between threads."""
        client = getattr(self._local, "client", None)
        if client is None:
            client = tweepy.Client(
                self._credentials.bearer or None,
                *(self._credentials.oauth1 or ()),
                return_type=dict,
                wait_on_rate_limit=False,
            )
            client.session = ApiSession(self._base_url)
            client.session.hooks["response"].append(self._note)
            self._local.client = client
        return client

    def _note(self, response: requests.Response, **_: Any) -> None:
        self.access_level = response.headers.get("x-access-level", self.access_level)
        self._local.answered = not response.ok
        self._windows.note(self._local.doing, response.headers)
        if (date := answered_at(response.headers)) is not None:
            self._date_seen(date)


def _billed(answer: Json) -> int:
    """How many things an answer hands over; X bills for no other."""
    data = answer.get("data")
    return len(data) if isinstance(data, list) else int(bool(data))
