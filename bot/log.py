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
from collections.abc import Callable, Collection, Iterable, Mapping
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
    ADDED = "added"  # what earlier versions wrote of some notes
    HELD = "held"
    RELEASED = "released"
    PURGED = "purged"
    REDACTED = "redacted"
    RETAINED = "retained"
    REQUESTED = "requested"
    ANSWERED = "answered"
    EXPORTED = "exported"
    RESTORED = "restored"
    USER_CHANGED = "user_changed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored line. `seq` counts from 1 without gaps."""

    seq: int
    at: datetime
    event: str
    case_id: int | None
    body: bytes
    mac: str


Row = tuple[int, object, object, object, object, object]
"""An entry as it is stored, column by column in Entry's order: nothing of it is believed yet."""


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


def place_of(key: bytes, seq: int, case_id: object) -> str:
    """What binds a body to its number and its case without telling either."""
    return hmac.digest(key, _place(seq, case_id), "sha256").hex()[:32]


def _place(seq: int, case_id: object) -> bytes:
    return f"place {seq} {case_id or 0}".encode()


_BLOCK = 64


def _keyed(key: bytes) -> Callable[[bytes], str]:
    """HMAC-SHA-256 under one key, which is worked into the hash once (FIPS 198-1, section 6): half
    the time of `hmac.digest`, where a million codes are wanted.
    """
    block = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in block))
    outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def code(message: bytes) -> str:
        within, around = inner.copy(), outer.copy()
        within.update(message)
        around.update(within.digest())
        return around.hexdigest()

    return code


_spelled = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


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
    body = _spelled(content).encode("ascii")
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
    rows = (
        (one.seq, f"{one.at:{_SPELLING}}", one.event, one.case_id, one.body, one.mac)
        for one in entries
    )
    return verify_rows(rows, key, against=against)


def verify_rows(
    rows: Iterable[Row], key: bytes, *, against: str | Collection[str] = ()
) -> Verification:
    """The same of entries as they are stored, which is much faster: nothing is read into objects.

    Whatever somebody may have put into the columns, it is judged as it stands.
    """
    missing = {against} if isinstance(against, str) else set(against)
    missing -= {"", BEGINNING}
    keyed = _keyed(key)
    before, count, restores = BEGINNING, 0, list[datetime]()
    for seq, at, event, case_id, body, mac in rows:
        count += 1
        if seq != count:
            what = "was put in" if seq < count else "is missing"
            return Verification(count, before, count, f"entry {count} {what}")
        chained = body if isinstance(body, bytes) else str(body).encode("utf-8", "replace")
        code = keyed(before.encode() + chained)
        if code != mac:
            story = _what_happened(seq, case_id, chained, key)
            return Verification(count, before, count, story)
        place = keyed(_place(seq, case_id))[:32]
        if not (
            _stand_in(chained, at, event, place)
            or _agree(chained, at, event, place, (seq, case_id))
        ):
            return Verification(count, before, count, f"the columns of entry {count} were changed")
        before = code
        missing.discard(before)
        if event == Event.RESTORED:
            restores.append(datetime.fromisoformat(f"{at}+00:00"))
            missing.difference_update(json.loads(chained).get("lost_heads", ()))
    if missing:
        problem = (
            "a head that was written down is not in this log. Its end was cut off, or an older "
            "backup was put back and nobody declared it"
        )
        return Verification(count, before, None, problem, tuple(restores))
    return Verification(count, before, restores=tuple(restores))


def _stand_in(body: bytes, at: object, event: object, place: str) -> bool:
    """Whether the columns stand in the body word for word, each key once: so nearly all entries
    are proved without parsing them. Where it is False, `_agree` has the last word.
    """
    if not (isinstance(at, str) and isinstance(event, str)) or '"' in at or '"' in event:
        return False  # else a column could quote what follows it in the body
    said = body.decode("ascii", "replace")
    return (
        f'"at":"{_moment(at)}"' in said
        and f'"event":"{event}"' in said
        and f'"place":"{place}"' in said
        and said.count('"at":') == said.count('"event":') == said.count('"place":') == 1
    )


def _agree(body: bytes, at: object, event: object, place: str, row: tuple[int, object]) -> bool:
    content = json.loads(body)
    if (content["at"], content["event"]) != (_moment(at), event):
        return False
    if "place" not in content:  # of the first version
        return (content["seq"], content["case_id"]) == row
    return bool(content["place"] == place)


_SPELLING = "%Y-%m-%d %H:%M:%S.%f"


def _moment(stored: object) -> str:
    """How a body spells the time of this column; empty where it is not spelled as we spell one."""
    if not isinstance(stored, str) or len(stored) != 26 or stored[10] != " ":
        return ""
    fraction = "" if stored[19:] == ".000000" else stored[19:]
    return f"{stored[:10]}T{stored[11:19]}{fraction}+00:00"


_AS_FAR = 1_000
"""How many places are tried to say where an entry that is out of place came from."""


def _what_happened(seq: int, case_id: object, body: bytes, key: bytes) -> str:
    """The likeliest story of an entry whose code does not fit, in words."""
    place = _place_said(body)
    if place in {None, seq, place_of(key, seq, case_id)}:
        return f"entry {seq} was edited"
    near = range(max(1, seq - _AS_FAR), seq + _AS_FAR)
    came = next((n for n in near if place in {n, place_of(key, n, case_id)}), None)
    if came is None:
        return f"entry {seq} was put in or edited"
    if came > seq:
        return f"entry {seq} is missing or was moved: what stands there was entry {came}"
    return f"entry {seq} was put in: it is a copy of entry {came}, or was moved"


def _place_said(body: bytes) -> object:
    try:
        content = json.loads(body)
    except ValueError:
        return None
    return content.get("place", content.get("seq")) if isinstance(content, dict) else None


def digest_for_log(salt: str, text: str) -> str:
    """A salted digest of a text: proves what was said, tells nothing once the salt is gone."""
    return sha256((salt + text).encode("utf-8", "surrogatepass")).hexdigest()
