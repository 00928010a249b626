"""The Facebook half of the sandbox's world: one Page, its posts, and what people write there."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from datetime import datetime
from typing import Literal

from adapters.sandbox.store import Store, storable

Attachment = Literal["photo", "video", "gif", "link"]
TokenKind = Literal["page", "user", "short", "expired"]

APP_ID = "260000000000001"
APP_SECRET = "sandbox-app-secret"  # noqa: S105  made up, loopback only
_FIRST_NUMBER = 100_000_000_000_001


class FacebookWorld(Store):
    """What happens on the Page; ids are strings, posts `{page}_{post}`, comments `{post}_{n}`."""

    def fb_page(self, name: str) -> str:
        """Create the school's Page, with its tokens; exactly one in a world. Returns its id."""
        if self.row("SELECT 1 FROM fb_people WHERE page") is not None:
            raise ValueError("This world already has its Page.")
        return self._fb_add_person(name, page=True)

    def fb_page_id(self) -> str:
        """The id of the school's Page."""
        row = self.row("SELECT id FROM fb_people WHERE page")
        if row is None:
            raise LookupError("This world has no Page yet: call fb_page first.")
        return str(row["id"])

    def fb_token(self, kind: TokenKind) -> str:
        """An access token: the Page's, that of the user behind it, or one that has expired."""
        # Real tokens of Meta start with EAA, too, which tests of redaction may look for.
        return f"EAAsandbox{kind.capitalize()}Token{self.fb_page_id()}"

    def fb_app_secret(self) -> str:
        """The app's secret, for `appsecret_proof`."""
        return APP_SECRET

    def fb_user(self, name: str) -> str:
        """Create somebody who writes on the Page. Returns the Page-scoped id (PSID)."""
        return self._fb_add_person(name, page=False)

    def fb_post(self, text: str, *, at: datetime | None = None) -> str:
        """The Page publishes a post. Returns its id, `{page}_{post}`."""
        return self._fb_add("post", self.fb_page_id(), text, at)

    def fb_visitor_post(self, author: str, text: str, *, at: datetime | None = None) -> str:
        """Somebody posts on the Page. Returns its id."""
        return self._fb_add("visitor_post", author, text, at)

    def fb_tagging_post(self, author: str, text: str, *, at: datetime | None = None) -> str:
        """Somebody tags the Page in a post of their own. Returns its id."""
        return self._fb_add("tagging_post", author, text, at)

    def fb_comment(
        self,
        parent: str,
        author: str | None,
        text: str,
        *,
        at: datetime | None = None,
        attachment: Attachment | None = None,
        from_missing: bool = False,
        not_visible: bool = False,
    ) -> str:
        """Somebody comments on a post or answers a comment. Returns the comment's id.

        `author`: a PSID; None is the Page itself. `from_missing`: the API does not say who wrote
        it. `not_visible`: counted in `summary.total_count`, but never returned by the API.
        """
        return self._fb_add(
            *("comment", author or self.fb_page_id(), text, at),
            parent=parent,
            attachment=attachment or "",
            from_missing=from_missing,
            not_visible=not_visible,
        )

    def fb_edit(self, object_id: str, text: str) -> None:
        """The author changes the text; nothing but the text shows it (platforms.md)."""
        self.write("UPDATE fb_objects SET text = ? WHERE id = ?", storable(text), object_id)

    def fb_delete(self, object_id: str) -> None:
        """Delete a post or a comment for good, and whatever answers it."""
        with self.change():
            for row in self.rows("SELECT id FROM fb_objects WHERE parent = ?", object_id):
                self.fb_delete(row["id"])
            self.write("DELETE FROM fb_objects WHERE id = ?", object_id)

    def fb_hidden(self) -> set[str]:
        """The comments that an onlooker does not see; their authors and those' friends still do."""
        rows = self.rows("SELECT id FROM fb_objects WHERE hidden_by != ''")
        return {str(row["id"]) for row in rows}

    def fb_objects(self) -> set[str]:
        """Every post and comment that still exists."""
        return {str(row["id"]) for row in self.rows("SELECT id FROM fb_objects")}

    def fb_hide_by_platform(self, comment_id: str) -> None:
        """Facebook's own filter hides it."""
        self.fb_set_hidden(comment_id, "platform")

    def fb_unhide_by_person(self, comment_id: str) -> None:
        """Somebody at the school unhides it on facebook.com itself."""
        self.fb_set_hidden(comment_id, "")

    def fb_blocked(self) -> set[str]:
        """The PSIDs that are blocked from the Page."""
        return {str(row["id"]) for row in self.rows("SELECT id FROM fb_people WHERE blocked")}

    # --- for the server ----------------------------------------------------------------------

    def fb_proof(self, token: str) -> str:
        """The `appsecret_proof` of a token: HMAC-SHA256 under the app's secret (docs, Securing
        Graph API Requests)."""
        return hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()

    def fb_set_hidden(self, comment_id: str, by: str) -> None:
        self.write("UPDATE fb_objects SET hidden_by = ? WHERE id = ?", by, comment_id)

    def _fb_add_person(self, name: str, *, page: bool) -> str:
        with self.change():
            row = self.row("SELECT COUNT(*) AS n FROM fb_people")
            number = _FIRST_NUMBER + 1_000_003 * (0 if row is None else int(row["n"]))
            self.write(
                "INSERT INTO fb_people VALUES (?, ?, ?, 0)", str(number), storable(name), int(page)
            )
            return str(number)

    def _fb_row(self, object_id: str) -> sqlite3.Row:
        row = self.row("SELECT * FROM fb_objects WHERE id = ?", object_id)
        if row is None:
            raise LookupError(f"There is no {object_id} on this Page.")
        return row

    def _fb_add(
        self,
        kind: str,
        author: str,
        text: str,
        at: datetime | None,
        *,
        parent: str = "",
        attachment: str = "",
        from_missing: bool = False,
        not_visible: bool = False,
    ) -> str:
        with self.change():
            # AUTOINCREMENT-like: a number is never given out twice, even after a deletion.
            number = int(self.note("fb_number") or 0) + 1
            self.set_note("fb_number", str(number))
            tail = _FIRST_NUMBER * 4 + 13 * number
            post = f"{author if kind == 'tagging_post' else self.fb_page_id()}_{tail}"
            own_id = post
            if parent:
                answered = self._fb_row(parent)
                post = answered["post"]
                own_id = f"{post.rpartition('_')[2]}_{tail}"
            self.write(
                "INSERT INTO fb_objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
                *(
                    number,
                    own_id,
                    kind,
                    author,
                    storable(text),
                    (at or self.clock.now()).timestamp(),
                ),
                *(post, parent, attachment, int(from_missing), int(not_visible)),
            )
            return own_id
