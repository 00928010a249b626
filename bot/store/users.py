"""Who can sign in; what they may do follows from the person in settings they are linked to.

Passwords are stored as argon2 hashes, ids of sessions, links of invitations and recovery codes as
digests, the secret of a second factor sealed (bot/services/second_factor.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.insert import insert_one


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can sign in.

    `totp`: the sealed secret of the second factor; empty where none was offered yet. `totp_step`:
    the last step of 30 seconds whose code was taken; None until the first proves the set-up.
    """

    id: int
    email: str
    person: str
    password_hash: str
    disabled_at: datetime | None
    totp: str
    totp_step: int | None
    invited_until: datetime | None

    @property
    def has_second_factor(self) -> bool:
        """Whether a second factor was set up and proved."""
        return self.totp_step is not None


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in, or halfway there; `factors` proved: 1 or 2."""

    user: User
    started_at: datetime
    last_seen_at: datetime
    factors: int


class Users:
    """Users and their sessions."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, email: str, person: str, password_hash: str, at: datetime) -> int:
        """Create the user, or give an existing one a new password and end their sessions.

        An open invitation ends; a second factor stays.
        """
        existing = self.by_email(email)
        if existing is None:
            return insert_one(
                self._connection,
                t.user,
                {
                    "email": email,
                    "person": person,
                    "password_hash": password_hash,
                    "created_at": at,
                },
            )
        self._change(
            existing.id,
            person=person,
            password_hash=password_hash,
            disabled_at=None,
            invitation_hash=None,
            invited_until=None,
        )
        self.end_sessions(existing.id)
        return existing.id

    def by_email(self, email: str) -> User | None:
        """The user with this address, whatever its case."""
        return self._one(sa.select(t.user).where(t.user.c.email == email.casefold()))

    def of_person(self, person: str) -> list[User]:
        """The users that are linked to this person: one, or more where their address changed."""
        rows = self._connection.execute(sa.select(t.user).where(t.user.c.person == person))
        return [_user(row) for row in rows]

    def by_invitation(self, link_hash: str) -> User | None:
        """The user whom this link invites."""
        return self._one(sa.select(t.user).where(t.user.c.invitation_hash == link_hash))

    def everybody(self) -> list[tuple[User, datetime | None]]:
        """All users by address, each with when they were last seen, if a session is left."""
        last = (
            sa.select(sa.func.max(t.session.c.last_seen_at))
            .where(t.session.c.user_id == t.user.c.id)
            .scalar_subquery()
        )
        rows = self._connection.execute(
            sa.select(t.user, last.label("last")).order_by(t.user.c.email)
        )
        return [(_user(row), row.last) for row in rows]

    def disable(self, user_id: int, at: datetime) -> None:
        """Let this user in no longer, from now on."""
        self._change(user_id, disabled_at=at, invitation_hash=None, invited_until=None)
        self.end_sessions(user_id)

    def invite(self, user_id: int, link_hash: str, until: datetime) -> None:
        """Let the link set a password once, until then; an earlier link is worth nothing now."""
        self._change(user_id, invitation_hash=link_hash, invited_until=until, disabled_at=None)

    # the second factor --------------------------------------------------------------------------

    def offer_totp(self, user_id: int, sealed: str) -> None:
        """Keep a secret that is still to be proved."""
        self._change(user_id, totp=sealed, totp_step=None)

    def forget_totp(self, user_id: int) -> None:
        """Take the second factor and all recovery codes away."""
        self._change(user_id, totp=None, totp_step=None)
        self.keep_recovery_codes(user_id, ())

    def take_step(self, user_id: int, step: int) -> bool:
        """Use up a step of the clock; False where it, or a later one, was used before."""
        return (
            self._connection.execute(
                sa.update(t.user)
                .where(
                    t.user.c.id == user_id,
                    t.user.c.totp_step.is_(None) | (t.user.c.totp_step < step),
                )
                .values(totp_step=step)
            ).rowcount
            == 1
        )

    def keep_recovery_codes(self, user_id: int, code_hashes: Iterable[str]) -> None:
        """These recovery codes, and none of the earlier ones, are worth something."""
        self._connection.execute(
            sa.delete(t.recovery_code).where(t.recovery_code.c.user_id == user_id)
        )
        for code_hash in code_hashes:
            self._connection.execute(
                sa.insert(t.recovery_code), {"user_id": user_id, "code_hash": code_hash}
            )

    def take_recovery_code(self, user_id: int, code_hash: str) -> bool:
        """Use up a recovery code; False where there is no such one."""
        return (
            self._connection.execute(
                sa.delete(t.recovery_code).where(
                    t.recovery_code.c.user_id == user_id, t.recovery_code.c.code_hash == code_hash
                )
            ).rowcount
            == 1
        )

    def recovery_codes_left(self, person: str) -> int:
        """How many recovery codes this person has not used yet."""
        found: int = self._connection.execute(
            sa.select(sa.func.count())
            .select_from(t.recovery_code.join(t.user))
            .where(t.user.c.person == person)
        ).scalar_one()
        return found

    # sessions -----------------------------------------------------------------------------------

    def by_session(self, id_hash: str) -> Session | None:
        """Whose session this is."""
        row = self._connection.execute(
            sa.select(t.user, t.session.c.started_at, t.session.c.last_seen_at, t.session.c.factors)
            .join(t.session, t.session.c.user_id == t.user.c.id)
            .where(t.session.c.id_hash == id_hash)
        ).one_or_none()
        if row is None:
            return None
        return Session(_user(row), row.started_at, row.last_seen_at, row.factors)

    def open_session(self, id_hash: str, user_id: int, at: datetime, *, factors: int) -> None:
        """Begin a session."""
        self._connection.execute(
            sa.insert(t.session),
            {
                "id_hash": id_hash,
                "user_id": user_id,
                "started_at": at,
                "last_seen_at": at,
                "factors": factors,
            },
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

    def end_sessions(self, user_id: int) -> None:
        """End all sessions of a user."""
        self._connection.execute(sa.delete(t.session).where(t.session.c.user_id == user_id))

    def end_sessions_of(self, person: str) -> None:
        """End all sessions of a person."""
        theirs = sa.select(t.user.c.id).where(t.user.c.person == person)
        self._connection.execute(sa.delete(t.session).where(t.session.c.user_id.in_(theirs)))

    def _change(self, user_id: int, **values: object) -> None:
        self._connection.execute(sa.update(t.user).where(t.user.c.id == user_id).values(**values))

    def _one(self, query: sa.Select[tuple[object, ...]]) -> User | None:
        row = self._connection.execute(query).one_or_none()
        return row and _user(row)


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    return User(
        row.id,
        row.email,
        row.person,
        row.password_hash,
        row.disabled_at,
        row.totp or "",
        row.totp_step,
        row.invited_until,
    )
