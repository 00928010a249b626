"""The sandbox as `schoolgate demo` sees it: a school, its day, two platforms and a mailbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from adapters.sandbox import feeding
from adapters.sandbox.cast import SCHOOL_HANDLE
from adapters.sandbox.day import DAY, perform, set_up
from adapters.sandbox.graph_server import GraphServer
from adapters.sandbox.mailbox import LOOPBACK, Mailbox
from adapters.sandbox.mailbox_page import MailboxPages
from adapters.sandbox.world import Platform, World
from adapters.sandbox.x_server import XServer
from bot.ports import Clock

_PLAYED, _PROGRAMME = "played", "programme"


class Stage:
    """bot.ports.Sandbox on real local servers; state in `sandbox.db` and `mailbox/`.

    Each scene is one transaction together with the mark that it was played: whenever the process
    is killed, no scene is played twice or by half. Where texts are fed before the first scene, the
    scripted day is left out; fed later, they come after it.
    """

    clock: Clock
    mailbox_url: str

    def __init__(self, directory: Path) -> None:
        with ExitStack() as undo:
            self.world = World(directory / "sandbox.db")
            undo.callback(self.world.close)
            set_up(self.world)
            self.clock = self.world.clock
            x, facebook = XServer(self.world), GraphServer(self.world)
            self._x_url = x.start()
            undo.callback(x.close)
            self._facebook_url = facebook.start()
            undo.callback(facebook.close)
            self._mailbox = Mailbox(directory / "mailbox")
            self._mail_port = self._mailbox.start()
            undo.callback(self._mailbox.close)
            pages = MailboxPages(self._mailbox)
            undo.callback(pages.close)
            self.mailbox_url = pages.start()
            self._closing = undo.pop_all()

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Start the servers on free loopback ports; a fresh directory gets its school first.

        Raises OSError or sqlite3.Error where the directory cannot be written.
        """
        directory.mkdir(parents=True, exist_ok=True)
        return cls(directory)

    def settings(self) -> Mapping[str, object]:
        """What points Schoolgate here; the ports are others at each opening."""
        return {
            "accounts": {
                "x": {
                    "adapter": "x",
                    "poll_minutes": 30,
                    "handle": SCHOOL_HANDLE,
                    "base_url": self._x_url,
                    # Nothing is billed here, so that quotes are found at every poll.
                    "sweep_minutes": 0,
                },
                "facebook": {
                    "adapter": "facebook",
                    "poll_minutes": 30,
                    "page_id": self.world.fb_page_id(),
                    "base_url": self._facebook_url,
                },
            },
            "mail": {
                "mailer": "smtp",
                "sender": "schoolgate@rossmore.example",
                "host": LOOPBACK,
                "port": self._mail_port,
                "security": "none",
            },
            # Nothing is billed here: who comes, leaves or has another name is seen at every poll.
            "newcomers": {"look": "always", "sweep": "always"},
            "budget": {"per_day": 40.0, "per_month": 400.0},
            # A day in minutes, or 160 fed texts an hour, is no reason for the breaker.
            "hiding": {"mode": "hide", "breaker_per_hour": 200},
        }

    def secrets(self) -> Mapping[str, str]:
        """The made-up tokens, under the names of the adapters' own defaults."""
        tokens = self.world.x_tokens()
        return {
            "X_CONSUMER_KEY": tokens.consumer_key,
            "X_CONSUMER_SECRET": tokens.consumer_secret,
            "X_ACCESS_TOKEN": tokens.access_token,
            "X_ACCESS_TOKEN_SECRET": tokens.access_token_secret,
            "FACEBOOK_PAGE_TOKEN": self.world.fb_token("page"),
            "FACEBOOK_APP_SECRET": self.world.fb_app_secret(),
        }

    def play(self) -> str | None:
        """Play the next scene of the day, or let out the next batch of fed texts."""
        world = self.world
        with world.change():
            if world.note(_PROGRAMME) is None:
                world.set_note(_PROGRAMME, "day")
            played = int(world.note(_PLAYED) or 0)
            if world.note(_PROGRAMME) == "fed" or played == len(DAY):
                return feeding.release(world)
            world.set_note(_PLAYED, str(played + 1))
            return perform(world, DAY[played])

    def feed(self, texts: Sequence[str]) -> None:
        """Queue these texts for `play`; known by place and words, the same file adds nothing."""
        world = self.world
        with world.change():
            if world.note(_PROGRAMME) is None:
                world.set_note(_PROGRAMME, "fed")
            feeding.queue(world, texts)

    def advance(self, seconds: float) -> None:
        """Let this much of the day pass at once."""
        self.world.advance(seconds)

    def summary(self) -> Mapping[str, int]:
        """Counts, of what others wrote to the school: still there, hidden, deleted; and letters.

        `empty texts left out` is there only where some were fed.
        """
        world = self.world
        on_x, gone_from_x = self._comments("x")
        on_facebook, gone_from_facebook = self._comments("facebook")
        counts = {
            "comments on X": on_x,
            "comments on Facebook": on_facebook,
            "hidden on X": len(world.x_hidden()),
            "hidden on Facebook": len(world.fb_hidden()),
            "deleted": gone_from_x + gone_from_facebook,
            "letters": len(self._mailbox.letters()),
        }
        empty = feeding.left_out(world)
        return {**counts, "empty texts left out": empty} if empty else counts

    def _comments(self, platform: Platform) -> tuple[int, int]:
        """(Still there, gone), of all that was written to the school."""
        notes = self.world.rows("SELECT value FROM notes WHERE key LIKE ?", f"comment {platform} %")
        written = {str(row["value"]) for row in notes}
        there = self.world.x_posts() if platform == "x" else self.world.fb_objects()
        return len(written & there), len(written - there)

    def close(self) -> None:
        """Stop the servers and the mailbox; the state stays. May be called twice."""
        self._closing.close()
