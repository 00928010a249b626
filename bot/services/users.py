"""Who can sign in: users are invited by a letter, disabled, or begin anew.

A technician does all this without learning a password: whoever is invited chooses their own. What
was done is in the log, and whom it concerns is written to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from bot.access import may_sign_in
from bot.errors import Refused
from bot.model import Person, Urgency
from bot.ports import Clock
from bot.services.posting import post
from bot.services.signin import (
    digest,
    factors_needed,
    hash_of,
    open_session,
    person_at,
    person_of,
    tidy,
)
from bot.services.user_changes import Change, write_down, write_to
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.effects import COMMAND_LINE
from bot.store.users import User

INVITATION = "invitation"
INVITED_FOR = timedelta(days=3)
"""A link that lies in a mailbox for longer is worth nothing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of `schoolgate user list`; `last_seen_at` only while a session is left."""

    email: str
    person: Person | None
    disabled: bool
    invited: bool
    second_factor: bool
    last_seen_at: datetime | None


def list_users(store: Store, clock: Clock, settings: Settings) -> list[Standing]:
    """Every user, by address."""
    at = clock.now()
    with store.read() as uow:
        found = uow.users.everybody()
    return [
        Standing(
            user.email,
            person_of(settings, user.person),
            user.disabled_at is not None,
            user.invited_until is not None and user.invited_until > at,
            user.has_second_factor,
            last,
        )
        for user, last in found
    ]


def invite(store: Store, clock: Clock, settings: Settings, email: str, *, login: str = "") -> None:
    """Write somebody in settings a letter with a link by which they choose a password, once.

    What they sign in with now works until the link is used; an earlier link does not. Where they
    had another address before, it is written to as well. `login`: who asks, as the machine's own
    system calls them. Raises Refused where the address belongs to nobody with a role, or letters
    cannot be sent.
    """
    person, at, link = person_at(settings, email), clock.now(), token_urlsafe(32)
    unusable = hash_of(token_urlsafe(32))
    with store.begin() as uow:
        user = uow.users.by_email(tidy(email))
        elsewhere = [u.email for u in uow.users.of_person(person.key) if u.email != tidy(email)]
        if user is None or user.disabled_at is not None:
            # What let a disabled user in before must not do so again.
            user_id = uow.users.add(tidy(email), person.key, unusable, at)
        else:
            user_id = user.id
        uow.users.invite(user_id, digest(link), at + INVITED_FOR)
        _write_letter(uow, settings, person, link, at)
        change = Change.ELSEWHERE if elsewhere else Change.INVITED
        write_down(uow, change, person.key, by=COMMAND_LINE, login=login, at=at)
        for address in elsewhere:
            write_to(uow, settings, person, Change.ELSEWHERE, at=at, address=address)
        uow.commit()


def reset(store: Store, clock: Clock, settings: Settings, email: str, *, login: str = "") -> bool:
    """Take password, second factor and sessions away, as after a lost telephone, and invite anew;
    returns whether an invitation went out. Without `[mail]` none can.

    They are written to besides: whoever did it may not be who they would want. Raises Refused where
    there is no such user.
    """
    at, link = clock.now(), token_urlsafe(32)
    unusable = hash_of(token_urlsafe(32))
    with store.begin() as uow:
        user = _known(uow, email)
        person = person_at(settings, email)
        uow.users.add(user.email, person.key, unusable, at)
        uow.users.forget_totp(user.id)
        write_down(uow, Change.RESET, person.key, by=COMMAND_LINE, login=login, at=at)
        write_to(uow, settings, person, Change.RESET, at=at)
        if settings.mail is not None:
            uow.users.invite(user.id, digest(link), at + INVITED_FOR)
            _write_letter(uow, settings, person, link, at)
        uow.commit()
    return settings.mail is not None


def disable(store: Store, clock: Clock, settings: Settings, email: str, *, login: str = "") -> None:
    """Let this user in no longer, end their sessions, and write to them. Idempotent.

    Raises Refused where there is no such user.
    """
    at = clock.now()
    with store.begin() as uow:
        user = _known(uow, email)
        if user.disabled_at is not None:
            return
        uow.users.disable(user.id, at)
        write_down(uow, Change.DISABLED, user.person, by=COMMAND_LINE, login=login, at=at)
        person = person_of(settings, user.person)
        write_to(uow, settings, person, Change.DISABLED, at=at, address=user.email)
        uow.commit()


def invited(store: Store, clock: Clock, settings: Settings, link: str) -> Person | None:
    """Whom this link invites; None where it was used, is too old, or they have no role now."""
    with store.read() as uow:
        user = uow.users.by_invitation(digest(link))
    return _still_invited(user, settings, clock.now())


def accept(
    store: Store, clock: Clock, settings: Settings, link: str, password: str, *, instead_of: str
) -> str | None:
    """Use the link up: set the password, end all sessions, and return the id of a session that
    proved one factor. None where the link is worth nothing.

    The second factor stays: a letter that fell into wrong hands must not replace it. Raises Refused
    where the password is too short; the link is good for another try.
    """
    hashed, at = hash_of(password), clock.now()
    with store.begin() as uow:
        user = uow.users.by_invitation(digest(link))
        person = _still_invited(user, settings, at)
        if user is None or person is None:
            return None
        uow.users.add(user.email, person.key, hashed, at)
        write_down(uow, Change.PASSWORD, person.key, by=person.key, at=at)
        if user.has_second_factor or factors_needed(settings) == 1:
            # Otherwise a telephone has to be set up now, and the letter is about that.
            write_to(uow, settings, person, Change.PASSWORD, at=at)
        session_id = open_session(uow, user.id, at, factors=1, instead_of=instead_of)
        uow.commit()
    return session_id


def _still_invited(user: User | None, settings: Settings, at: datetime) -> Person | None:
    if user is None or user.disabled_at or user.invited_until is None or user.invited_until <= at:
        return None
    person = person_of(settings, user.person)
    return person if person is not None and may_sign_in(person.roles) else None


def _known(uow: UnitOfWork, email: str) -> User:
    user = uow.users.by_email(tidy(email))
    if user is None:
        raise Refused(f"{email} is no user. `schoolgate user list` shows who is.")
    return user


def _write_letter(
    uow: UnitOfWork, settings: Settings, person: Person, link: str, at: datetime
) -> None:
    if settings.mail is None:
        raise Refused(
            "No letter can be sent: settings.toml has no [mail] section. Write one first: whoever "
            "is let in chooses their own password, by a link that only they get."
        )
    facts = {
        "days": INVITED_FOR.days,
        "link": f"{settings.web.public_url.rstrip('/')}/invitation/{link}",
    }
    post(uow, settings, person, INVITATION, facts, urgency=Urgency.URGENT, at=at)
