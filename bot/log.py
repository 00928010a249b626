"""The log of inappropriate comments as a keyed hash chain: append and verify.

Each entry's code (HMAC-SHA-256, FIPS 198-1) covers the stored bytes of its body and the code of the
entry before it, under a key that is kept outside the database. So an entry that was edited,
removed, inserted or moved shows, and its number is named. What a chain alone cannot show is that
its last entries were cut off: for that the newest code (the *head*) leaves the machine in letters,
and `verify` is given it back. Bodies hold no comment text, only salted digests of texts.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

BEGINNING = "0" * 64
"""What stands before the first entry."""


class Event(StrEnum):
    """What an entry says happened; a wish and its fulfilment are never the same word."""

    JUDGED = "judged"
    DECIDED = "decided"
    ASKED = "asked"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    GONE = "gone"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    EDITED = "edited"
    OBSERVED = "observed"
    TOLD = "told"
    NOT_TOLD = "not_told"
    SWITCHED = "switched"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored line. `seq` counts from 1 without gaps."""

    seq: int
    at: datetime
    event: str
    case_id: int | None
    body: bytes
    mac: str


class Ledger(Protocol):
    """Where entries are kept; both calls happen inside one write transaction."""

    def tail(self) -> tuple[int, str]:
        """Number and code of the newest entry, or (0, BEGINNING)."""

    def add(self, entry: Entry) -> None:
        """Store one entry."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found: the head if all is well, else the first bad entry and what is wrong."""

    entries: int
    head: str
    bad_seq: int | None = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        return self.bad_seq is None and not self.problem


def seal(key: bytes, before: str, body: bytes) -> str:
    """The code of an entry whose predecessor's code is `before`."""
    return hmac.new(key, before.encode("ascii") + body, sha256).hexdigest()


def append(
    ledger: Ledger,
    key: bytes,
    *,
    at: datetime,
    event: Event,
    facts: Mapping[str, object],
    case_id: int | None = None,
) -> Entry:
    """Add one entry at the end. Not idempotent: once, in the transaction that it records."""
    seq, before = ledger.tail()
    content = {
        "seq": seq + 1,
        "at": at.astimezone(UTC).isoformat(),
        "event": event,
        "case_id": case_id,
        **facts,
    }
    body = json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")
    entry = Entry(seq + 1, at, event, case_id, body, seal(key, before, body))
    ledger.add(entry)
    return entry


def verify(entries: Iterable[Entry], key: bytes, *, against: str = "") -> Verification:
    """Recompute the whole chain, oldest entry first.

    `against` is a head written down earlier: it must still stand somewhere in the chain.
    """
    before, count, met = BEGINNING, 0, against in ("", BEGINNING)
    for entry in entries:
        count += 1
        if entry.seq != count:
            return Verification(count, before, count, f"entry {count} is missing")
        right = seal(key, before, entry.body).encode()
        if not hmac.compare_digest(right, entry.mac.encode("utf-8", "replace")):
            return Verification(count, before, count, f"entry {count} was changed or moved")
        if not _columns_agree(entry):
            return Verification(count, before, count, f"the columns of entry {count} were changed")
        before = entry.mac
        met = met or before == against
    if not met:
        return Verification(count, before, None, "the head you gave is not in this log: cut off?")
    return Verification(count, before)


def _columns_agree(entry: Entry) -> bool:
    content = json.loads(entry.body)
    said = (content["seq"], content["event"], content["case_id"])
    when = datetime.fromisoformat(content["at"])
    return (*said, when) == (entry.seq, entry.event, entry.case_id, entry.at)


def digest_for_log(salt: str, text: str) -> str:
    """A salted digest of a text: proves what was said, tells nothing once the salt is gone."""
    return sha256((salt + text).encode("utf-8", "surrogatepass")).hexdigest()
