"""The digest of a text whose words are gone: still known when they come back, guessed by nobody.

A plain digest of a few words is found by trying likely ones: names in what was taken out, insults
in what was purged. So once words go, their digest is sealed with the school's key, which is kept
outside the database.
"""

from __future__ import annotations

import hmac

_SEALED = "sealed:"


def sealed(key: bytes, digest: str) -> str:
    """The digest under the key (HMAC-SHA-256); one that is sealed stays as it is."""
    if is_sealed(digest):
        return digest
    code = hmac.digest(key, b"words that are gone\0" + digest.encode(), "sha256")
    return _SEALED + code.hex()


def is_sealed(digest: str) -> bool:
    """Whether this one tells nothing without the key."""
    return digest.startswith(_SEALED)


def is_of(key: bytes, stored: str, digest: str) -> bool:
    """Whether what stands in the database is this digest, in either form."""
    return stored == (sealed(key, digest) if is_sealed(stored) else digest)


def both(key: bytes, digest: str) -> tuple[str, str]:
    """How this digest may stand in the database."""
    return digest, sealed(key, digest)
