"""Sealing: what is written here can be read, and changed, only with the school's own key.

A sealed file is a header with a salt, then chunks in AES-256-GCM. Each chunk's nonce is its number
and whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár 2015),
so that a chunk that was changed, moved, left out or cut off shows. The chunks' key is made from the
school's key and the salt by HKDF (RFC 5869): no nonce ever meets the same key twice.
"""

from __future__ import annotations

import io
import re
from base64 import b32decode, b32encode
from collections.abc import Callable
from os import urandom
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import DataError, Problem, SettingsError
from bot.keeping.files import write_private

KEY_NAME = "SCHOOLGATE_KEY"
KEY_FILE = "schoolgate.key"
"""In the data folder, where the key is not given as a secret."""

_MAGIC = b"Schoolgate sealed 1\n"
_SALT, _TAG, _CHUNK = 16, 16, 64 * 1024
_KEY_LENGTH = 32


def new_key() -> str:
    """A new key as it is written down: thirteen groups of four letters and digits."""
    return written(urandom(_KEY_LENGTH))


def written(key: bytes) -> str:
    """A key in the form in which it is written down."""
    letters = b32encode(key).decode("ascii").rstrip("=")
    return "-".join(re.findall(".{1,4}", letters))


def key_from(text: str) -> bytes:
    """The key that somebody wrote down; spaces, strokes and small letters do no harm.

    Raises SettingsError where it is no such key.
    """
    letters = re.sub(r"[\s-]", "", text).upper()
    try:
        key = b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError:
        key = b""
    if len(key) != _KEY_LENGTH:
        raise SettingsError(
            [
                Problem(
                    KEY_NAME,
                    "is no key of Schoolgate: that is thirteen groups of four letters and digits, "
                    "as `schoolgate key show` prints it; copy it again, whole",
                )
            ]
        )
    return key


def school_key(data_dir: Path, secret: Callable[[str], str | None]) -> bytes:
    """The school's key: the secret SCHOOLGATE_KEY, or the file in the data folder.

    Where there is neither, a new one is made in the data folder. Raises SettingsError, OSError.
    """
    given = secret(KEY_NAME)
    path = data_dir / KEY_FILE
    if given is None and path.exists():
        given = path.read_text("ascii", "replace")
    if given is None:
        given = new_key()
        data_dir.mkdir(parents=True, exist_ok=True)
        write_private(path, given.encode("ascii") + b"\n")
    return key_from(given)


class SealedWriter(io.RawIOBase):
    """Seals what is written to it; the seal is complete only after `close`."""

    def __init__(self, file: BinaryIO, key: bytes, purpose: str) -> None:
        salt = urandom(_SALT)
        self._file, self._cipher, self._number = file, _cipher(key, salt, purpose), 0
        self._waiting = bytearray()
        file.write(_MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        """Takes all of it. Raises OSError."""
        more = bytes(data)  # type: ignore[call-overload]  # RawIOBase names no writable buffer
        self._waiting += more
        while len(self._waiting) > _CHUNK:
            self._put(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(more)

    def close(self) -> None:
        """Write the last chunk; the file below stays open."""
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
            super().close()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads what a SealedWriter wrote; nothing is given out that was not proven.

    Raises DataError where the key is another one or the file was changed or cut off.
    """

    def __init__(self, file: BinaryIO, key: bytes, purpose: str) -> None:
        header = file.read(len(_MAGIC) + _SALT)
        self._next = file.read(_CHUNK + _TAG)
        if not header.startswith(_MAGIC) or not self._next:
            raise DataError("This is no sealed file of Schoolgate, or only a piece of one.")
        self._file, self._number, self._left = file, 0, b""
        self._cipher = _cipher(key, header[len(_MAGIC) :], purpose)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # RawIOBase names no type
        while not self._left and self._next:
            self._take()
        part, self._left = self._left[: len(view)], self._left[len(view) :]
        view[: len(part)] = part
        return len(part)

    def _take(self) -> None:
        sealed, self._next = self._next, self._file.read(_CHUNK + _TAG)
        try:
            self._left = self._cipher.decrypt(
                _nonce(self._number, last=not self._next), sealed, None
            )
        except InvalidTag:
            raise DataError(
                "This sealed file cannot be opened: the key is not the one it was sealed with, or "
                "the file was damaged or cut off."
            ) from None
        self._number += 1


def seal(key: bytes, purpose: str, content: bytes) -> bytes:
    """A few bytes, sealed."""
    into = io.BytesIO()
    with SealedWriter(into, key, purpose) as writer:
        writer.write(content)
    return into.getvalue()


def unseal(key: bytes, purpose: str, sealed: bytes) -> bytes:
    """What `seal` sealed for the same purpose. Raises DataError."""
    return SealedReader(io.BytesIO(sealed), key, purpose).readall() or b""


def _cipher(key: bytes, salt: bytes, purpose: str) -> AESGCM:
    info = f"schoolgate {purpose}".encode()
    return AESGCM(HKDF(SHA256(), 32, salt, info).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
