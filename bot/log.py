"""The log of inappropriate comments as a keyed hash chain: append and verify.

Each entry's code (HMAC-SHA-256, FIPS 198-1) covers the stored bytes of its body and the code of the
entry before it, under a key that is kept outside the database. So an entry that was edited,
removed, inserted or moved shows, and its number is named. What a chain alone cannot show is that
its last entries were cut off, or that an older backup was put back: for that the newest code (the
*head*) leaves the machine in letters and files, and `verify` is given it back. Bodies hold no
comment text, only salted digests of texts.

A body holds no number either, since whoever reads two of them could count what lies between. Its
*place* binds it to its number and its case: a keyed code that only `verify` can work out. Entries
of the first version of Schoolgate hold both numbers openly, and verify as they are.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Iterable, Mapping
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
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"
    NOTED = "noted"
    ROUTED = "routed"
    FORWARDED = "forwarded"
    CONTESTED = "contested"
    PICTURE = "picture"
    ACKNOWLEDGED = "acknowledged"
    CHASED = "chased"
    REMINDED = "reminded"
    RENAMED = "renamed"
    RETURNED = "returned"
    SAID_DONE = "said_done"
    RESTRICTED = "restricted"
    LIFTED = "lifted"
    STEP = "step"
    FROM_NOW = "from_now"
    ENTERED = "entered"
    ADDED = "added"
    HELD = "held"
    RELEASED = "released"
    PURGED = "purged"
    REDACTED = "redacted"
    RETAINED = "retained"
    REQUESTED = "requested"
    ANSWERED = "answered"
    EXPORTED = "exported"
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
    """What `verify` found: the head if all is well, else the first bad entry and what is wrong.

    `restores` says when an older backup was put back and declared.
    """

    entries: int
    head: str
    bad_seq: int | None = None
    problem: str = ""
    restores: tuple[datetime, ...] = ()

    @property
    def ok(self) -> bool:
        return self.bad_seq is None and not self.problem


def seal(key: bytes, before: str, body: bytes) -> str:
    """The code of an entry whose predecessor's code is `before`."""
    return hmac.digest(key, before.encode("ascii") + body, "sha256").hex()


def place_of(key: bytes, seq: int, case_id: int | None) -> str:
    """What binds a body to its number and its case without telling either."""
    return hmac.digest(key, f"place {seq} {case_id or 0}".encode(), "sha256").hex()[:32]


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
        **facts,
        "at": at.astimezone(UTC).isoformat(),
        "event": event,
        "place": place_of(key, seq + 1, case_id),
    }
    body = json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")
    entry = Entry(seq + 1, at, event, case_id, body, seal(key, before, body))
    ledger.add(entry)
    return entry


def verify(
    entries: Iterable[Entry], key: bytes, *, against: str | Collection[str] = ()
) -> Verification:
    """Recompute the whole chain, oldest entry first.

    `against` is a head written down earlier, or several: each must still stand in the chain, or
    have been declared lost where an older backup was put back (Event.RESTORED).
    """
    missing = {against} if isinstance(against, str) else set(against)
    missing -= {"", BEGINNING}
    before, count, restores = BEGINNING, 0, list[datetime]()
    for entry in entries:
        count += 1
        if entry.seq != count:
            what = "was put in" if entry.seq < count else "is missing"
            return Verification(count, before, count, f"entry {count} {what}")
        right = seal(key, before, entry.body).encode()
        if not hmac.compare_digest(right, entry.mac.encode("utf-8", "replace")):
            return Verification(count, before, count, _what_happened(entry, key))
        content = json.loads(entry.body)
        if not _columns_agree(entry, content, key):
            return Verification(count, before, count, f"the columns of entry {count} were changed")
        before = entry.mac
        missing.discard(before)
        if entry.event == Event.RESTORED:
            restores.append(entry.at)
            missing.difference_update(content.get("lost_heads", ()))
    if missing:
        problem = (
            "a head that was written down is not in this log. Its end was cut off, or an older "
            "backup was put back and nobody declared it"
        )
        return Verification(count, before, None, problem, tuple(restores))
    return Verification(count, before, restores=tuple(restores))


def _columns_agree(entry: Entry, content: Mapping[str, object], key: bytes) -> bool:
    if (content["event"], content["at"]) != (entry.event, entry.at.isoformat()):
        return False
    place = content.get("place")
    if place is None:  # of the first version
        return (content["seq"], content["case_id"]) == (entry.seq, entry.case_id)
    return place == place_of(key, entry.seq, entry.case_id)


_AS_FAR = 1_000
"""How many places are tried to say where an entry that is out of place came from."""


def _what_happened(entry: Entry, key: bytes) -> str:
    """The likeliest story of an entry whose code does not fit, in words."""
    place = _place_said(entry.body)
    if place in {None, entry.seq, place_of(key, entry.seq, entry.case_id)}:
        return f"entry {entry.seq} was edited"
    near = range(max(1, entry.seq - _AS_FAR), entry.seq + _AS_FAR)
    came = next((n for n in near if place in {n, place_of(key, n, entry.case_id)}), None)
    if came is None:
        return f"entry {entry.seq} was put in or edited"
    if came > entry.seq:
        return f"entry {entry.seq} is missing or was moved: what stands there was entry {came}"
    return f"entry {entry.seq} was put in: it is a copy of entry {came}, or was moved"


def _place_said(body: bytes) -> object:
    try:
        content = json.loads(body)
    except ValueError:
        return None
    return content.get("place", content.get("seq")) if isinstance(content, dict) else None


def digest_for_log(salt: str, text: str) -> str:
    """A salted digest of a text: proves what was said, tells nothing once the salt is gone."""
    return sha256((salt + text).encode("utf-8", "surrogatepass")).hexdigest()
