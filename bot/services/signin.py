"""Who signs in, and whose session it is; what they may do follows from their person in settings."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe

from pwdlib import PasswordHash

from bot.access import Viewer
from bot.errors import Refused
from bot.model import Person
from bot.ports import Clock
from bot.settings import Settings
from bot.store import Store

SHORTEST_PASSWORD = 12
"""In characters; length counts for more than signs (NIST SP 800-63B, 3.1.1)."""

IDLE = timedelta(minutes=60)
"""A session that was not used for so long is over."""

_TOUCH_AFTER = timedelta(minutes=1)


def add_user(store: Store, clock: Clock, settings: Settings, email: str, password: str) -> None:
    """Let somebody in settings sign in, or give them a new password and end their sessions.

    Raises Refused where the address belongs to nobody with a role, or the password is too short.
    """
    address = _tidy(email)
    person = next((p for p in settings.people if _tidy(p.email) == address and p.email), None)
    if person is None or not person.roles:
        raise Refused(
            f"{email} belongs to nobody with a role. Write the person into settings.toml, under "
            "[[people]], with this address and their roles."
        )
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"The password is too short: use {SHORTEST_PASSWORD} characters or more.")
    hashed = _passwords().hash(password)
    with store.begin() as uow:
        uow.users.add(address, person.key, hashed, clock.now())
        uow.commit()


def sign_in(store: Store, clock: Clock, email: str, password: str) -> str | None:
    """The id of a new session, for the cookie; None where address and password do not fit.

    A password is checked for an unknown address too, so that the time taken does not tell them
    apart. Only a digest of the id is stored.
    """
    nobody = _nobodys_hash()
    with store.read() as uow:
        user = uow.users.by_email(_tidy(email))
    fits = _passwords().verify(password, user.password_hash if user else nobody)
    if user is None or user.disabled_at is not None or not fits:
        return None
    session_id = token_urlsafe(32)
    with store.begin() as uow:
        uow.users.open_session(_digest(session_id), user.id, clock.now())
        uow.commit()
    return session_id


def viewer_of(
    store: Store, clock: Clock, settings: Settings, session_id: str, *, touch: bool = True
) -> Viewer | None:
    """Who is looking; None where the session is over, or they may not sign in any longer.

    Without `touch` looking does not count as being there.
    """
    digest, now = _digest(session_id), clock.now()
    with store.read() as uow:
        found = uow.users.by_session(digest)
    if found is None:
        return None
    user, last_seen_at = found
    person = person_of(settings, user.person)
    if now - last_seen_at > IDLE:
        sign_out(store, session_id)
        return None
    if user.disabled_at is not None or person is None or not person.roles:
        return None
    if touch and now - last_seen_at >= _TOUCH_AFTER:
        with store.begin() as uow:
            uow.users.touch_session(digest, now)
            uow.commit()
    return Viewer(person.key, person.roles)


def sign_out(store: Store, session_id: str) -> None:
    """End a session. Idempotent."""
    with store.begin() as uow:
        uow.users.end_session(_digest(session_id))
        uow.commit()


def person_of(settings: Settings, key: str) -> Person | None:
    """The person with this key, if settings still name them."""
    return next((person for person in settings.people if person.key == key), None)


def _tidy(email: str) -> str:
    return email.strip().casefold()


def _digest(session_id: str) -> str:
    return sha256(session_id.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _passwords() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys_hash() -> str:
    return _passwords().hash(token_urlsafe(32))
