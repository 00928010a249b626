"""The script's people and things, as they exist in the world."""

from __future__ import annotations

from datetime import datetime

from adapters.sandbox.cast import X_PEOPLE
from adapters.sandbox.world import Platform, World

SCHOOL = ""
"""The author's name where the school itself writes."""


class Players:
    """The script's names and the world's ids; kept in the world's notes, so they survive a kill.

    What they write is dated `at`; None means now.
    """

    def __init__(self, world: World, at: datetime | None = None) -> None:
        self.world = world
        self.at = at

    def remember(self, name: str, platform: Platform, native_id: str) -> None:
        self.world.set_note(f"script {name}", f"{platform} {native_id}")

    def find(self, name: str) -> tuple[str, str]:
        """The platform and the id of what the script calls by this name."""
        noted = self.world.note(f"script {name}")
        if noted is None:
            raise LookupError(f"The script speaks of “{name}” before it is there.")
        platform, _, native_id = noted.partition(" ")
        return platform, native_id

    def there(self, name: str) -> bool:
        """Whether it still exists: a person at the demo may have deleted it."""
        platform, native_id = self.find(name)
        if platform == "x":
            found = self.world.row("SELECT 1 FROM x_posts WHERE id = ?", int(native_id))
        else:
            found = self.world.row("SELECT 1 FROM fb_objects WHERE id = ?", native_id)
        return found is not None

    def on_x(self, handle: str) -> str:
        """This person's id on X; the account is made when they first appear."""
        if handle == SCHOOL:
            return self.world.x_account_id()
        noted = self.world.note(f"x person {handle}")
        if noted is not None:
            return noted
        person = X_PEOPLE[handle]
        native_id = self.world.x_user(
            handle,
            person.name,
            bio=person.bio,
            created_at=person.joined or self.world.clock.now(),
            followers=person.followers,
            following=person.following,
            protected=person.protected,
        )
        self.world.set_note(f"x person {handle}", native_id)
        return native_id

    def on_facebook(self, name: str) -> str | None:
        """This person's Page-scoped id; None for the Page itself."""
        if name == SCHOOL:
            return None
        noted = self.world.note(f"facebook person {name}")
        if noted is not None:
            return noted
        native_id = self.world.fb_user(name)
        self.world.set_note(f"facebook person {name}", native_id)
        return native_id

    def count(self, platform: Platform, native_id: str) -> None:
        """Keep that somebody wrote this to the school, for the summary."""
        self.world.set_note(f"comment {platform} {native_id}", native_id)
