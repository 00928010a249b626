"""Who can sign in; what they may do follows from the person in settings they are linked to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import tables as t


@dataclass(frozen=True, slots=True)
class User:
    """A sign-in account."""

    id: int
    email: str
    person: str
    password_hash: str
    disabled_at: datetime | None


class Users:
    """Sign-in accounts and their sessions; a session's id is stored as a digest only."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, email: str, person: str, password_hash: str, at: datetime) -> None:
        """Create the account, or give an existing one a new password and end its sessions."""
        existing = self.by_email(email)
        if existing is None:
            self._connection.execute(
                sa.insert(t.user),
                {
                    "email": email,
                    "person": person,
                    "password_hash": password_hash,
                    "created_at": at,
                },
            )
            return
        self._connection.execute(
            sa.update(t.user)
            .where(t.user.c.id == existing.id)
            .values(person=person, password_hash=password_hash, disabled_at=None)
        )
        self._connection.execute(sa.delete(t.session).where(t.session.c.user_id == existing.id))

    def by_email(self, email: str) -> User | None:
        """The account with this address, whatever its case."""
        return self._one(sa.select(t.user).where(t.user.c.email == email.casefold()))

    def by_session(self, id_hash: str) -> tuple[User, datetime] | None:
        """Whose session this is, and when it was last used."""
        row = self._connection.execute(
            sa.select(t.user, t.session.c.last_seen_at)
            .join(t.session, t.session.c.user_id == t.user.c.id)
            .where(t.session.c.id_hash == id_hash)
        ).one_or_none()
        if row is None:
            return None
        user = User(row.id, row.email, row.person, row.password_hash, row.disabled_at)
        return user, row.last_seen_at

    def open_session(self, id_hash: str, user_id: int, at: datetime) -> None:
        """Begin a session."""
        self._connection.execute(
            sa.insert(t.session),
            {"id_hash": id_hash, "user_id": user_id, "started_at": at, "last_seen_at": at},
        )

    def touch_session(self, id_hash: str, at: datetime) -> None:
        """Note that it was used."""
        self._connection.execute(
            sa.update(t.session).where(t.session.c.id_hash == id_hash).values(last_seen_at=at)
        )

    def end_session(self, id_hash: str) -> None:
        """End it; harmless where there is none."""
        self._connection.execute(sa.delete(t.session).where(t.session.c.id_hash == id_hash))

    def end_all_sessions(self) -> None:
        """Everybody signs in again."""
        self._connection.execute(sa.delete(t.session))

    def _one(self, query: sa.Select[tuple[object, ...]]) -> User | None:
        row = self._connection.execute(query).one_or_none()
        return row and User(row.id, row.email, row.person, row.password_hash, row.disabled_at)
