"""What is sealed comes back byte for byte, and nothing of it by halves or with another key."""

from __future__ import annotations

import io
import stat
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataError, SettingsError
from bot.keeping.sealing import (
    SealedReader,
    SealedWriter,
    key_from,
    new_key,
    school_key,
    seal,
    unseal,
)
from bot.keeping.secrets import FILE, SealedSecrets

KEY, OTHER = b"k" * 32, b"o" * 32
CHUNK = 64 * 1024


@given(st.binary(max_size=300))
def test_what_is_sealed_comes_back(content: bytes) -> None:
    assert unseal(KEY, "try", seal(KEY, "try", content)) == content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_every_length_around_a_chunk_comes_back(size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    assert unseal(KEY, "try", seal(KEY, "try", content)) == content


def test_written_in_pieces_and_read_in_pieces_it_is_the_same() -> None:
    into = io.BytesIO()
    with SealedWriter(into, KEY, "try") as writer:
        for _ in range(50):
            writer.write(b"x" * 7001)
    reader = SealedReader(io.BytesIO(into.getvalue()), KEY, "try")
    pieces = iter(lambda: reader.read(999) or b"", b"")
    assert b"".join(pieces) == b"x" * 7001 * 50


@given(st.data())
def test_one_changed_byte_anywhere_shows(data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, "try", b"a child's words"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DataError):
        unseal(KEY, "try", bytes(sealed))


@pytest.mark.parametrize("left", [0, 10, 36, 37, 36 + CHUNK + 16, 36 + 2 * (CHUNK + 16)])
def test_a_file_that_was_cut_off_shows_even_between_two_chunks(left: int) -> None:
    sealed = seal(KEY, "try", b"x" * (3 * CHUNK))
    with pytest.raises(DataError):
        unseal(KEY, "try", sealed[:left])


def test_chunks_that_change_places_show() -> None:
    sealed, part = seal(KEY, "try", b"x" * (3 * CHUNK)), CHUNK + 16
    swapped = sealed[:36] + sealed[36 + part : 36 + 2 * part] + sealed[36 : 36 + part]
    with pytest.raises(DataError):
        unseal(KEY, "try", swapped + sealed[36 + 2 * part :])


def test_another_key_or_another_purpose_opens_nothing() -> None:
    sealed = seal(KEY, "backup", b"words")
    for key, purpose in ((OTHER, "backup"), (KEY, "secrets")):
        with pytest.raises(DataError, match="cannot be opened"):
            unseal(key, purpose, sealed)


def test_a_key_is_read_back_however_it_was_written_down() -> None:
    key = new_key()
    assert key_from(key.lower().replace("-", " ")) == key_from(f" {key}\n")
    assert len(key.split("-")) == 13


@pytest.mark.parametrize("wrong", ["", "hunter2", "AAAA-BBBB", "1" * 52, "é"])
def test_what_is_no_key_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(SettingsError, match="thirteen groups") as caught:
        key_from(wrong)
    assert not wrong or f"“{wrong}" not in str(caught.value)


def test_the_schools_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = school_key(tmp_path, lambda _: None)
    assert school_key(tmp_path, lambda _: None) == first
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "schoolgate.key").stat().st_mode) == 0o600


def test_a_key_that_is_given_makes_no_file(tmp_path: Path) -> None:
    key = new_key()
    assert school_key(tmp_path, {"SCHOOLGATE_KEY": key}.get) == key_from(key)
    assert not (tmp_path / "schoolgate.key").exists()


def sealed_in(folder: Path, key: bytes = KEY) -> SealedSecrets:
    return SealedSecrets(folder, lambda: key)


def test_a_secret_that_is_kept_is_there_for_the_next_process_and_on_disk_it_is_sealed(
    tmp_path: Path,
) -> None:
    sealed_in(tmp_path).keep({"X_BEARER_TOKEN": "canary", "OTHER": "b"})
    sealed_in(tmp_path).keep({"OTHER": ""})
    again = sealed_in(tmp_path)
    assert again.get("X_BEARER_TOKEN") == "canary"
    assert again.names() == ["X_BEARER_TOKEN"]
    content = (tmp_path / FILE).read_bytes()
    assert b"canary" not in content
    assert b"X_BEARER" not in content
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_with_another_key_the_secrets_are_not_lost_silently(tmp_path: Path) -> None:
    sealed_in(tmp_path).keep({"A": "1"})
    with pytest.raises(DataError, match="Put the right key back"):
        sealed_in(tmp_path, OTHER).get("A")
    with pytest.raises(DataError):
        sealed_in(tmp_path, OTHER).keep({"B": "2"})
    assert sealed_in(tmp_path).get("A") == "1"


def test_many_threads_lose_none_of_each_others_secrets(tmp_path: Path) -> None:
    secrets = sealed_in(tmp_path)
    threads = [threading.Thread(target=secrets.keep, args=({f"N{i}": str(i)},)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert secrets.names() == [f"N{i}" for i in range(8)]
