"""The hash chain shows every change, and names the entry."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.log import BEGINNING, Entry, Event, _keyed, append, digest_for_log, verify
from tests.builders import NOON

KEY = b"key"


class PaperLedger:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def tail(self) -> tuple[int, str]:
        return (len(self.entries), self.entries[-1].mac) if self.entries else (0, BEGINNING)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)


def a_log(length: int = 5) -> list[Entry]:
    ledger = PaperLedger()
    for number in range(length):
        append(
            ledger,
            KEY,
            at=NOON + timedelta(minutes=number),
            event=Event.JUDGED,
            facts={"case": f"c{number}"},
        )
    return ledger.entries


def test_an_untouched_log_verifies_and_gives_its_head() -> None:
    entries = a_log()
    found = verify(entries, KEY)
    assert found.ok
    assert found.entries == 5
    assert found.head == entries[-1].mac


def test_an_empty_log_verifies() -> None:
    assert verify([], KEY).ok


def test_another_key_verifies_nothing() -> None:
    assert verify(a_log(), b"other").bad_seq == 1


@given(victim=st.integers(0, 4), at=st.integers(0, 10_000), mask=st.integers(1, 255))
def test_a_single_flipped_byte_is_found_and_its_entry_named(
    victim: int, at: int, mask: int
) -> None:
    entries = a_log()
    body = bytearray(entries[victim].body)
    body[at % len(body)] ^= mask
    entries[victim] = replace(entries[victim], body=bytes(body))
    assert verify(entries, KEY).bad_seq == victim + 1


@given(victim=st.integers(0, 3))
def test_a_removed_entry_is_found(victim: int) -> None:
    entries = a_log()
    del entries[victim]
    assert verify(entries, KEY).bad_seq == victim + 1


def test_an_entry_removed_with_the_later_ones_renumbered_is_found() -> None:
    entries = a_log()
    del entries[2]
    entries = [replace(entry, seq=number) for number, entry in enumerate(entries, 1)]
    assert verify(entries, KEY).bad_seq == 3


def test_two_exchanged_entries_are_found() -> None:
    entries = a_log()
    entries[1], entries[2] = replace(entries[2], seq=2), replace(entries[1], seq=3)
    assert verify(entries, KEY).bad_seq == 2


@pytest.mark.parametrize(
    "changed",
    [{"event": Event.GONE}, {"at": NOON + timedelta(days=1)}],
    ids=["event", "time"],
)
def test_a_column_that_disagrees_with_the_sealed_body_is_found(changed: dict[str, object]) -> None:
    entries = a_log()
    entries[3] = replace(entries[3], **changed)  # type: ignore[arg-type]  # parametrised fields
    assert verify(entries, KEY).bad_seq == 4


def test_a_column_that_quotes_what_follows_it_in_the_body_is_found() -> None:
    """Columns are looked up in the body as bytes: no column may stand for more than itself."""
    [entry] = a_log(1)
    place = json.loads(entry.body)["place"]
    for event in ('judged","place":"' + place, 'judged"', "judged\\"):
        assert verify([replace(entry, event=event)], KEY).bad_seq == 1


def test_what_a_body_holds_inside_stands_for_none_of_its_columns() -> None:
    """A fact may have facts of its own, with the names of the entry's."""
    ledger = PaperLedger()
    inside = {"at": (NOON + timedelta(days=1)).isoformat(), "event": "gone", "place": "0" * 32}
    append(ledger, KEY, at=NOON, event=Event.JUDGED, facts={"findings": [inside]})
    [entry] = ledger.entries
    assert verify([entry], KEY).ok
    for changed in ({"event": Event.GONE}, {"at": NOON + timedelta(days=1)}):
        assert verify([replace(entry, **changed)], KEY).bad_seq == 1


@given(key=st.binary(max_size=200), message=st.binary(max_size=200))
def test_the_quick_code_is_the_keyed_code(key: bytes, message: bytes) -> None:
    assert _keyed(key)(message) == hmac.digest(key, message, "sha256").hex()


def test_a_cut_off_tail_is_found_when_the_head_was_written_down() -> None:
    entries = a_log()
    head = entries[-1].mac
    assert verify(entries[:-1], KEY).ok
    assert not verify(entries[:-1], KEY, against=head).ok


def test_a_head_written_down_earlier_still_stands_in_a_log_that_grew() -> None:
    entries = a_log()
    assert verify(entries, KEY, against=entries[2].mac).ok


def test_a_body_holds_no_text_but_a_salted_digest_of_it() -> None:
    ledger = PaperLedger()
    facts = {"text": digest_for_log("salt", "Mrs Hartley is a thief")}
    entry = append(ledger, KEY, at=NOON, event=Event.JUDGED, facts=facts)
    assert b"Hartley" not in entry.body
    assert json.loads(entry.body)["text"] == digest_for_log("salt", "Mrs Hartley is a thief")
    assert digest_for_log("other", "Mrs Hartley is a thief") != facts["text"]
