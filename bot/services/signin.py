"""Who signs in, and whose session it is; what they may do follows from their person in settings.

Signing in has two steps: something proves who it is (here a password; a school's Microsoft or
Google account could stand in its place), then the second factor. Each step opens a session of its
own and ends the one before, so that an id that somebody else knew is worth nothing afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe

from pwdlib import PasswordHash

from bot.access import Viewer, may_sign_in
from bot.errors import Refused
from bot.model import Person
from bot.ports import Clock
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.users import Session, User

SHORTEST_PASSWORD = 12
"""In characters; length counts for more than signs (NIST SP 800-63B, 3.1.1)."""

_HALFWAY = timedelta(minutes=10)
"""So long after the password the second factor may follow."""

_LONGEST = timedelta(hours=12)
"""A session ends then, however busy: a page that keeps itself fresh must not keep it for ever."""

_TOUCH_AFTER = timedelta(minutes=1)


def add_user(store: Store, clock: Clock, settings: Settings, email: str, password: str) -> None:
    """Let somebody in settings sign in, or give them a new password and end their sessions.

    For made-up people only, of the demo and of tests: it stands in no log. A real school's are
    invited (bot/services/users.py).

    Raises Refused where the address belongs to nobody with a role, or the password is too short.
    """
    person = person_at(settings, email)
    hashed = hash_of(password)
    with store.begin() as uow:
        uow.users.add(tidy(email), person.key, hashed, clock.now())
        uow.commit()


def person_at(settings: Settings, email: str) -> Person:
    """Who in settings has this address and may sign in; raises Refused."""
    address = tidy(email)
    person = next((p for p in settings.people if p.email and tidy(p.email) == address), None)
    if person is None or not may_sign_in(person.roles):
        raise Refused(
            f"{email} belongs to nobody with a role. Write the person into settings.toml, under "
            "[[people]], with this address and their roles."
        )
    domain, ours = address.rpartition("@")[2], settings.school.email_domain
    if domain != ours and not domain.endswith(f".{ours}"):
        raise Refused(
            f"{email} is no address of the school ({ours}). Only designated staff sign in: give "
            "the person an address at the school, and write it into settings.toml."
        )
    return person


def hash_of(password: str) -> str:
    """What is stored of a password; raises Refused where it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"The password is too short: use {SHORTEST_PASSWORD} characters or more.")
    return _passwords().hash(password)


def sign_in(
    store: Store, clock: Clock, email: str, password: str, *, instead_of: str = ""
) -> str | None:
    """The first step: the id of a session that proved one factor, for the cookie; None where
    address and password do not fit.

    A password is checked for an unknown address too, so that the time taken does not tell them
    apart. Only a digest of the id is stored. The session `instead_of` ends.
    """
    nobody = _nobodys_hash()
    with store.read() as uow:
        user = uow.users.by_email(tidy(email))
    fits = _passwords().verify(password, user.password_hash if user else nobody)
    if user is None or user.disabled_at is not None or not fits:
        return None
    with store.begin() as uow:
        session_id = open_session(uow, user.id, clock.now(), factors=1, instead_of=instead_of)
        uow.commit()
    return session_id


def open_session(
    uow: UnitOfWork, user_id: int, at: datetime, *, factors: int, instead_of: str = ""
) -> str:
    """Begin a session under a new id, and end the one before."""
    session_id = token_urlsafe(32)
    uow.users.end_session(digest(instead_of))
    uow.users.open_session(digest(session_id), user_id, at, factors=factors)
    return session_id


def viewer_of(
    store: Store, clock: Clock, settings: Settings, session_id: str, *, touch: bool = True
) -> Viewer | None:
    """Who is looking; None where the session is over or only halfway there, or they may not sign
    in any longer. Without `touch` looking does not count as being there.
    """
    session, now = _session(store, session_id), clock.now()
    if session is None:
        return None
    idle = timedelta(minutes=settings.sign_in.idle_minutes)
    if now - session.last_seen_at > idle or now - session.started_at > _LONGEST:
        sign_out(store, session_id)
        return None
    person = _person_of(settings, session.user)
    if person is None or session.factors < factors_needed(settings):
        return None
    if touch and now - session.last_seen_at >= _TOUCH_AFTER:
        with store.begin() as uow:
            uow.users.touch_session(digest(session_id), now)
            uow.commit()
    return Viewer(person.key, person.roles)


def halfway(store: Store, clock: Clock, settings: Settings, session_id: str) -> User | None:
    """Whose password was proved a moment ago by this session, so that the second factor may
    follow; None otherwise.
    """
    session = _session(store, session_id)
    if session is None or session.factors >= factors_needed(settings):
        return None
    if clock.now() - session.started_at > _HALFWAY or _person_of(settings, session.user) is None:
        return None
    return session.user


def factors_needed(settings: Settings) -> int:
    """How many factors a session has to have proved."""
    return 2 if settings.sign_in.second_factor else 1


def sign_out(store: Store, session_id: str) -> None:
    """End a session. Idempotent."""
    with store.begin() as uow:
        uow.users.end_session(digest(session_id))
        uow.commit()


def sign_out_everywhere(store: Store, person_key: str) -> None:
    """End all sessions of a person, in every browser. Idempotent."""
    with store.begin() as uow:
        uow.users.end_sessions_of(person_key)
        uow.commit()


def recovery_codes_left(store: Store, person_key: str) -> int:
    """How many recovery codes somebody has not used yet."""
    with store.read() as uow:
        return uow.users.recovery_codes_left(person_key)


def person_of(settings: Settings, key: str) -> Person | None:
    """The person with this key, if settings still name them."""
    return next((person for person in settings.people if person.key == key), None)


def tidy(email: str) -> str:
    """An address as it is stored and compared."""
    return email.strip().casefold()


def digest(secret: str) -> str:
    """What is stored of something long and random that whoever holds it may use."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _session(store: Store, session_id: str) -> Session | None:
    with store.read() as uow:
        return uow.users.by_session(digest(session_id))


def _person_of(settings: Settings, user: User) -> Person | None:
    person = person_of(settings, user.person)
    allowed = person is not None and may_sign_in(person.roles) and user.disabled_at is None
    return person if allowed else None


@cache
def _passwords() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys_hash() -> str:
    return _passwords().hash(token_urlsafe(32))
