"""The X half of the sandbox's world: people, posts, followers, and what an onlooker sees."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from adapters.sandbox.store import Store, storable

Media = Literal["photo", "video", "animated_gif"]
Naming = Literal["tweet", "post"]

# Documented epoch of X's snowflake ids: milliseconds since then, shifted by 22 bits.
EPOCH_MS = 1288834974657
# Accounts made before snowflakes reached user ids have short, sequential numbers.
_SNOWFLAKE_USERS_FROM = datetime(2015, 11, 1, tzinfo=UTC)
HANDLE = re.compile(r"@(\w{1,15})\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class XTokens:
    """The made-up credentials of the school's account: OAuth 1.0a, a PKCE user's bearer token, and
    the app-only bearer token that reading the usage needs."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    bearer: str
    app_bearer: str


class XWorld(Store):
    """What happens on X; ids are decimal strings that grow with time."""

    def x_account(self, handle: str, name: str) -> str:
        """Create the school's own account, with tokens; exactly one in a world. Returns its id."""
        if self.row("SELECT 1 FROM x_users WHERE ours") is not None:
            raise ValueError("This world already has its X account.")
        return self._x_add_user(handle, name, created=datetime(2012, 9, 3, tzinfo=UTC), ours=True)

    def x_account_id(self) -> str:
        """The id of the school's own account."""
        row = self.row("SELECT id FROM x_users WHERE ours")
        if row is None:
            raise LookupError("This world has no X account yet: call x_account first.")
        return str(row["id"])

    def x_tokens(self) -> XTokens:
        """The credentials that the server accepts for the school's account."""
        # Real access tokens start with the account's id, too.
        return XTokens(
            consumer_key="sandboxConsumerKey0123456",
            consumer_secret="sandbox-consumer-secret",  # noqa: S106  made up, loopback only
            access_token=f"{self.x_account_id()}-sandboxAccessToken",
            access_token_secret="sandbox-access-token-secret",  # noqa: S106  made up
            bearer="sandbox-pkce-bearer-token",
            app_bearer="sandbox-app-only-bearer-token",
        )

    def x_user(
        self,
        handle: str,
        name: str,
        *,
        bio: str = "",
        created_at: datetime | None = None,
        followers: int = 0,
        following: int = 0,
        protected: bool = False,
        verified: bool = False,
    ) -> str:
        """Create somebody (default: an account made now). Returns the id."""
        return self._x_add_user(
            *(handle, name),
            bio=bio,
            created=created_at or self.clock.now(),
            followers=followers,
            following=following,
            protected=protected,
            verified=verified,
        )

    def x_post(
        self,
        author_id: str,
        text: str,
        *,
        reply_to: str | None = None,
        quote_of: str | None = None,
        at: datetime | None = None,
        media: Media | None = None,
        long: bool = False,
        tagging: bool = True,
    ) -> str:
        """Post something; a reply joins the conversation of what it answers. Returns the id.

        As on the wire, a reply's text starts with the handles it answers, unless they are there
        or the author took them away (`tagging=False`: then it is in no mentions timeline). Handles
        of known users become mentions. `long`: `text` is cut to 280, `note_tweet` has it all.
        """
        with self.change():
            when = (at or self.clock.now()).timestamp()
            text = storable(text)
            conversation: int | None = None
            if reply_to is not None:
                answered = self._x_row(reply_to)
                conversation = answered["conversation"]
                if tagging:
                    text = self._x_tagged(text, answered, author_id)
            number = self._x_snowflake(when)
            self.write(
                "INSERT INTO x_posts (id, author, text, at, conversation, reply_to, quote_of,"
                " media, long) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(number, int(author_id), text, when, conversation or number),
                *(_number(reply_to), _number(quote_of), media or "", int(long)),
            )
            for handle in {match.group(1).lower() for match in HANDLE.finditer(text)}:
                user = self.row("SELECT id FROM x_users WHERE handle = ?", handle)
                if user is not None:
                    self.write("INSERT INTO x_mentions VALUES (?, ?)", number, user["id"])
            return str(number)

    def x_edit(self, post_id: str, text: str) -> str:
        """The author edits it: as X documents, that is a new post with a new id, and
        `edit_history_tweet_ids` names the earlier ones. Returns the new id.

        Left out: that an earlier version can still be looked up by its id.
        """
        with self.change():
            old = self._x_row(post_id)
            new = self.x_post(
                str(old["author"]),
                text,
                reply_to=str(old["reply_to"]) if old["reply_to"] else None,
                quote_of=str(old["quote_of"]) if old["quote_of"] else None,
            )
            history = f"{old['edited_from']} {post_id}".strip()
            self.write("UPDATE x_posts SET edited_from = ? WHERE id = ?", history, int(new))
            self.x_delete(post_id)
            return new

    def x_delete(self, post_id: str) -> None:
        """The author deletes it, for good; replies to it stay."""
        with self.change():
            self.write("DELETE FROM x_posts WHERE id = ?", int(post_id))
            self.write("DELETE FROM x_mentions WHERE post = ?", int(post_id))

    def x_hidden(self) -> set[str]:
        """The replies that an onlooker finds only behind "View hidden replies"."""
        return {str(row["id"]) for row in self.rows("SELECT id FROM x_posts WHERE hidden")}

    def x_unhide_by_person(self, post_id: str) -> None:
        """Somebody at the school unhides it on x.com itself."""
        self.write("UPDATE x_posts SET hidden = 0 WHERE id = ?", int(post_id))

    def x_hide_by_person(self, post_id: str) -> None:
        """Somebody at the school hides it on x.com itself."""
        self.write("UPDATE x_posts SET hidden = 1 WHERE id = ?", int(post_id))

    def x_posts(self) -> set[str]:
        """Every post that still exists."""
        return {str(row["id"]) for row in self.rows("SELECT id FROM x_posts")}

    def x_follow(self, user_id: str) -> None:
        """This user follows the school's account (a request, if there was one, is granted)."""
        with self.change():
            self.x_withdraw_request(user_id)
            self.x_relate(user_id, "follower")

    def x_unfollow(self, user_id: str) -> None:
        """This user is no longer a follower, or was removed by a person on x.com."""
        self.x_unrelate(user_id, "follower")

    def x_rename(self, user_id: str, handle: str) -> None:
        """This user takes another handle; the id stays."""
        self.write("UPDATE x_users SET handle = ? WHERE id = ?", handle, int(user_id))

    def x_protect(self, *, lists_requests: bool = False) -> None:
        """The school protects its account; API v1.1 lists who asks only where the app may, which is
        rare (platforms.md)."""
        with self.change():
            self.write("UPDATE x_users SET protected = 1 WHERE ours")
            self.set_note("x_lists_requests", "yes" if lists_requests else "")

    def x_request_follow(self, user_id: str) -> None:
        """This user asks to follow the protected account: `follow_request_received`."""
        self.x_relate(user_id, "request")

    def x_withdraw_request(self, user_id: str) -> None:
        """The request is taken back, or denied by a person on x.com."""
        self.x_unrelate(user_id, "request")

    def x_block_by_person(self, user_id: str) -> None:
        """Somebody at the school blocks this user on x.com; that ends the following, too."""
        with self.change():
            self.x_unfollow(user_id)
            self.x_withdraw_request(user_id)
            self.x_relate(user_id, "blocked")

    def x_muted(self) -> set[str]:
        """Those whom the school's account has muted."""
        rows = self.rows("SELECT user FROM x_relations WHERE relation = 'muted'")
        return {str(row["user"]) for row in rows}

    @property
    def x_naming(self) -> Naming:
        """Which field names the server speaks: of v2 as recorded, or of the spec of August 2026."""
        return "post" if self.note("x_naming") == "post" else "tweet"

    @x_naming.setter
    def x_naming(self, naming: Naming) -> None:
        self.set_note("x_naming", naming)

    # --- for the server ----------------------------------------------------------------------

    def x_relate(self, user_id: str, relation: str) -> None:
        self.write(
            "INSERT OR IGNORE INTO x_relations VALUES (?, ?,"
            " (SELECT COALESCE(MAX(n), 0) + 1 FROM x_relations))",
            *(int(user_id), relation),
        )

    def x_unrelate(self, user_id: str, relation: str) -> None:
        self.write(
            "DELETE FROM x_relations WHERE user = ? AND relation = ?", int(user_id), relation
        )

    def _x_row(self, post_id: str) -> sqlite3.Row:
        row = self.row("SELECT * FROM x_posts WHERE id = ?", int(post_id))
        if row is None:
            raise LookupError(f"There is no post {post_id} in this world.")
        return row

    def _x_tagged(self, text: str, answered: sqlite3.Row, author_id: str) -> str:
        """Put the handles it answers before a reply, as X does (display_text_range skips them)."""
        rows = self.rows(
            "SELECT DISTINCT u.handle FROM x_users u LEFT JOIN x_mentions m ON m.user = u.id"
            " AND m.post = ? WHERE (u.id = ? OR m.post IS NOT NULL) AND u.id != ?"
            " ORDER BY u.id != ?, u.id",
            *(answered["id"], answered["author"], int(author_id), answered["author"]),
        )
        there = {match.group(1).lower() for match in HANDLE.finditer(text)}
        missing = [row["handle"] for row in rows if row["handle"].lower() not in there]
        return " ".join([*(f"@{handle}" for handle in missing), text])

    def _x_snowflake(self, when: float) -> int:
        low = max(0, int(when * 1000) - EPOCH_MS) << 22
        row = self.row(
            "SELECT MAX(id) AS top FROM x_posts WHERE id BETWEEN ? AND ?", low, low + (1 << 22) - 1
        )
        top = None if row is None else row["top"]
        return low + 1 if top is None else int(top) + 1

    def _x_add_user(
        self,
        handle: str,
        name: str,
        *,
        created: datetime,
        bio: str = "",
        followers: int = 0,
        following: int = 0,
        protected: bool = False,
        verified: bool = False,
        ours: bool = False,
    ) -> str:
        with self.change():
            row = self.row("SELECT COUNT(*) AS n FROM x_users")
            number = 20_000_001 + 37 * (0 if row is None else row["n"])
            if created >= _SNOWFLAKE_USERS_FROM:
                number += (int(created.timestamp() * 1000) - EPOCH_MS) << 22
            self.write(
                "INSERT INTO x_users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(
                    number,
                    handle,
                    storable(name),
                    storable(bio),
                    created.timestamp(),
                    followers,
                    following,
                ),
                *(int(protected), int(verified), int(ours)),
            )
            return str(number)


def _number(post_id: str | None) -> int | None:
    return None if post_id is None else int(post_id)
