"""The second factor: codes of an app on one's telephone (TOTP, RFC 6238), and recovery codes.

A code is taken once, in its own step of 30 seconds or a neighbouring one. The secret is sealed with
a key derived from the log's key, which is kept outside the database: a stolen database alone makes
no codes. Of recovery codes only keyed digests are stored.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from secrets import choice

import pyotp
from cryptography.fernet import Fernet

from bot.errors import Refused
from bot.ports import Clock
from bot.services.signin import digest, open_session, person_of
from bot.services.user_changes import Change, write_down, write_to
from bot.settings import Settings
from bot.store import Store, UnitOfWork
from bot.store.users import User

STEP = 30
"""In seconds (RFC 6238, 5.2)."""

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another
_CODE_LENGTH = 12


def offer(store: Store, user: User) -> None:
    """Make a new secret for somebody who has not proved one yet, and keep it sealed."""
    if user.has_second_factor:
        return
    sealed = _seal(store).encrypt(pyotp.random_base32().encode()).decode()
    with store.begin() as uow:
        uow.users.offer_totp(user.id, sealed)
        uow.commit()


def secret_of(store: Store, user: User) -> str:
    """The secret, for the app on the telephone; never to be shown once it was proved.

    Raises Refused where that is so, or where none was offered.
    """
    if user.has_second_factor or not user.totp:
        raise Refused("The second factor is set up already. Sign in with its code.")
    return _opened(store, user)


def address_of(secret: str, user: User, school: str) -> str:
    """What the QR code holds: an otpauth:// address, as authenticator apps read it."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=f"Schoolgate, {school}")


def set_up(
    store: Store, clock: Clock, settings: Settings, user: User, code: str, *, instead_of: str
) -> tuple[str, tuple[str, ...]] | None:
    """Prove the app with its first code: the id of a full session, and the recovery codes, which
    are never shown again. None where the code does not fit.

    It is in the log, and the user is written to: from now on this telephone is their key.
    """
    if user.has_second_factor or not user.totp:
        raise Refused("The second factor is set up already. Sign in with its code.")
    at = clock.now()
    step = _step_of(_opened(store, user), code, at)
    if step is None:
        return None
    codes = tuple(
        "".join(choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)
    )
    with store.begin() as uow:
        if not uow.users.take_step(user.id, step):
            return None
        uow.users.keep_recovery_codes(user.id, (_keyed(store, user, code) for code in codes))
        session_id = open_session(uow, user.id, at, factors=2, instead_of=instead_of)
        write_down(uow, Change.TELEPHONE, user.person, by=user.person, at=at)
        person = person_of(settings, user.person)
        write_to(uow, settings, person, Change.TELEPHONE, at=at, address=user.email)
        uow.commit()
    return session_id, tuple(f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes)


def prove(store: Store, clock: Clock, user: User, code: str, *, instead_of: str) -> str | None:
    """The second step: the id of a full session; None where the code does not fit or was used.

    A recovery code does as well as the app's, once.
    """
    if not user.has_second_factor:
        return None
    at = clock.now()
    step = _step_of(_opened(store, user), code, at)
    with store.begin() as uow:
        if not _taken(store, uow, user, code, step):
            return None
        session_id = open_session(uow, user.id, at, factors=2, instead_of=instead_of)
        uow.commit()
    return session_id


def _taken(store: Store, uow: UnitOfWork, user: User, code: str, step: int | None) -> bool:
    if step is not None:
        return uow.users.take_step(user.id, step)
    return uow.users.take_recovery_code(user.id, _keyed(store, user, code))


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The step whose code this is, if it is near; a telephone's clock may be half a minute off."""
    tidy = "".join(code.split())
    now, app = int(at.timestamp()) // STEP, pyotp.TOTP(secret)
    fitting = [
        step
        for step in (now - 1, now, now + 1)
        if hmac.compare_digest(app.generate_otp(step).encode(), tidy.encode("utf-8", "replace"))
    ]
    return max(fitting, default=None)


def _keyed(store: Store, user: User, code: str) -> str:
    letters = "".join(c for c in code.casefold() if c in _LETTERS)
    key = hmac.new(store.log_key, b"recovery codes", sha256).digest()
    return hmac.new(key, f"{user.id}:{digest(letters)}".encode(), sha256).hexdigest()


def _opened(store: Store, user: User) -> str:
    return _seal(store).decrypt(user.totp.encode()).decode()


def _seal(store: Store) -> Fernet:
    key = hmac.new(store.log_key, b"second factors", sha256).digest()
    return Fernet(urlsafe_b64encode(key))
