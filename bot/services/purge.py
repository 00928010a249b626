"""Taking words away for good: by hand, by the calendar, and again after a restore.

What must stay away after an older backup was put back is also noted in a file beside the database
(`purged.jsonl`): the backup does not know of it. The file holds no words, only names of items.
"""

from __future__ import annotations

import hmac
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from bot import log
from bot.access import Viewer, may_purge, may_see
from bot.errors import DataError, NotAllowed, Refused
from bot.log import Event
from bot.model import ItemKind, ItemRef
from bot.ports import Clock
from bot.services.decide import view_of
from bot.store import Store, UnitOfWork
from bot.store.item_rows import StoredItem
from bot.store.purges import What, Why

JOURNAL = "purged.jsonl"
REMOVED = "[removed: somebody else]"
"""What stands where a third party's name was."""

_SHORTEST_PHRASE = 2
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NOBODY = ItemRef("", ItemKind.NEWCOMER, "")
_BESIDE = {"what": What.BESIDE, "why": Why.ERASURE}
_NO_CASE = "There is no such case."


@dataclass(frozen=True, slots=True)
class Purge:
    """What is to be taken away from one item, and why. `words` are those of whoever decided it.

    `counts_since`: what a person confirmed since then still counts as a breach of its author, of
    whom the platform's number stays. None where nothing of them may stay.
    """

    what: What
    why: Why
    by: str
    words: str = ""
    counts_since: datetime | None = None


def purge(uow: UnitOfWork, store: Store, item: StoredItem, wanted: Purge, at: datetime) -> None:
    """Take away what an item holds, in an open unit of work, and write that down.

    The caller commits, then calls `store.wipe_leftovers()`. Idempotent but for the log's entry.
    """
    texts = [log.digest_for_log(salt, text) for _, salt, text in uow.purges.readings(item.id)]
    if wanted.why is not Why.RETENTION:
        _remember(store, at, item.ref, {"what": wanted.what, "why": wanted.why, "by": wanted.by})
    uow.purges.take_away(item.id, wanted.what, counts_since=wanted.counts_since)
    _note(uow, item, wanted, at, Event.PURGED, texts=texts)


def purge_beside(
    uow: UnitOfWork, store: Store, key: tuple[str, str], by: str, at: datetime
) -> None:
    """Take away what hangs on a person and not on an item: their lines of the parents' register,
    and the policy's steps that were taken about them. `key` is a platform and a handle or number.

    Idempotent. The caller writes it into the log, commits, then calls `store.wipe_leftovers()`.
    """
    _remember(store, at, _NOBODY, {**_print_of(store, "\n".join(key), by), **_BESIDE})
    uow.rights.forget(key)


def purge_case(store: Store, clock: Clock, viewer: Viewer, ref: str, words: str) -> None:
    """Take away everything that a case holds, because its erasure was granted.

    Raises NotAllowed (also where there is no such case), Refused without a reason or while it is on
    hold.
    """
    with store.begin() as uow:
        item, held = _theirs(uow, viewer, ref)
        if not words.strip():
            raise Refused("Please give a reason: it goes into the log.")
        if held:
            raise Refused("This case is on hold. End the hold first, with a reason.")
        wanted = Purge(What.ALL, Why.ERASURE, viewer.person_key, words.strip())
        purge(uow, store, item, wanted, clock.now())
        uow.commit()
    store.wipe_leftovers()


def redact(store: Store, clock: Clock, viewer: Viewer, ref: str, phrase: str, words: str) -> int:
    """Take a third party's name, or the like, out of all wordings of a case; returns how often.

    Raises NotAllowed, or Refused where the phrase is too short, does not occur, or the reason is
    missing.
    """
    phrase = phrase.strip()
    if len(phrase) < _SHORTEST_PHRASE or not words.strip():
        raise Refused("Please give the words to take out, and the reason.")
    with store.begin() as uow:
        item, _held = _theirs(uow, viewer, ref)
        at = clock.now()
        readings = uow.purges.readings(item.id)
        found = re.compile(re.escape(phrase), re.IGNORECASE)
        changed = [(i, *found.subn(REMOVED, text)) for i, _, text in readings]
        count = sum(times for _, _, times in changed)
        if not count:
            raise Refused("These words do not occur in the comment.")
        texts = [log.digest_for_log(salt, text) for _, salt, text in readings if found.search(text)]
        for heard in {m.group() for _, _, text in readings for m in found.finditer(text)}:
            _remember(store, at, item.ref, _print_of(store, heard, viewer.person_key))
        uow.purges.replace_words(item.id, [(i, text) for i, text, times in changed if times])
        wanted = Purge(What.PHRASE, Why.THIRD_PARTY, viewer.person_key, words.strip())
        _note(uow, item, wanted, at, Event.REDACTED, texts=texts)
        uow.commit()
    store.wipe_leftovers()
    return count


def repeat_purges(store: Store, clock: Clock) -> int:
    """Purge again what an older backup brought back; returns how many items had something.

    Each gets its entry in the log again, since the restored log does not know of it.

    To be called once after a restore, before anybody looks at what was restored. Idempotent.
    """
    done = 0
    for line in _remembered(store.path.parent / JOURNAL):
        if line["what"] == What.BESIDE:
            done += _beside_again(store, clock, line)
            continue
        ref = ItemRef(line["platform"], ItemKind(line["kind"]), line["native_id"], line["scope"])
        with store.begin() as uow:
            item = uow.items.find([ref]).get(ref)
            if item is not None and _again(uow, store, item, line):
                wanted = Purge(What(line["what"]), Why(line["why"]), line["by"])
                again = {"again": True, "first_at": line["at"]}
                phrase = wanted.what is What.PHRASE
                event = Event.REDACTED if phrase else Event.PURGED
                _note(uow, item, wanted, clock.now(), event, **again)
                done += 1
            uow.commit()
    store.wipe_leftovers()
    return done


def _beside_again(store: Store, clock: Clock, line: dict[str, str]) -> bool:
    with store.begin() as uow:
        back = [key for key in uow.rights.hanging() if _is(store, line, "\n".join(key))]
        for key in back:
            uow.rights.forget(key)
        if back:
            facts = {**_BESIDE, "by": line["by"], "again": True, "first_at": line["at"]}
            at = clock.now()
            log.append(uow.log, uow.log_key, at=at, event=Event.PURGED, facts=facts)
        uow.commit()
    return bool(back)


def _again(uow: UnitOfWork, store: Store, item: StoredItem, line: dict[str, str]) -> bool:
    if line["what"] != What.PHRASE:
        files = uow.uploads.of_item(item.id) if line["what"] == What.ALL else ()
        had = bool(uow.purges.readings(item.id)) or any(not file.purged for file in files)
        # How long a breach counts is for the settings to say, which the next `retain` reads.
        since = _LONG_AGO if line["why"] == Why.AUTHOR_DELETED else None
        uow.purges.take_away(item.id, What(line["what"]), counts_since=since)
        return had
    changed = [
        (reading_id, text)
        for reading_id, _, old in uow.purges.readings(item.id)
        if (text := _without(store, old, line)) != old
    ]
    uow.purges.replace_words(item.id, changed)
    return bool(changed)


def _print_of(store: Store, phrase: str, by: str) -> dict[str, str]:
    """How to find a phrase again without writing it down: its length and a code under the key of
    the log, since a name would be guessed from a mere digest.
    """
    salt = token_hex(16)
    length = str(len(phrase))
    facts = {"what": What.PHRASE, "why": Why.THIRD_PARTY, "by": by}
    return {**facts, "salt": salt, "code": _code(store, salt, phrase), "length": length}


def _code(store: Store, salt: str, words: str) -> str:
    salted = (salt + words).encode("utf-8", "surrogatepass")
    return hmac.digest(store.log_key, salted, "sha256").hex()


def _without(store: Store, text: str, line: dict[str, str]) -> str:
    length, at = int(line["length"]), 0
    while at + length <= len(text):
        if _is(store, line, text[at : at + length]):
            text = text[:at] + REMOVED + text[at + length :]
            at += len(REMOVED)
        else:
            at += 1
    return text


def _is(store: Store, line: dict[str, str], words: str) -> bool:
    if "code" in line:
        return _code(store, line["salt"], words) == line["code"]
    # of an earlier version
    salted = (line["salt"] + words).encode("utf-8", "surrogatepass")
    return sha256(salted).hexdigest() == line["digest"]


def _theirs(uow: UnitOfWork, viewer: Viewer, ref: str) -> tuple[StoredItem, bool]:
    case = uow.cases.find_by_ref(ref)
    if case is None:
        raise NotAllowed(_NO_CASE)
    item = uow.items.get(case.item_id)
    view = view_of(uow, case, item)
    if not may_see(viewer, view):
        raise NotAllowed(_NO_CASE)
    if not may_purge(viewer, view):
        raise NotAllowed("Only the data protection officer takes words out of the log.")
    return item, uow.holds.standing(case.id) is not None


def _note(
    uow: UnitOfWork, item: StoredItem, wanted: Purge, at: datetime, event: Event, **facts: object
) -> None:
    uow.purges.note([item.id], wanted.what, wanted.why, words=wanted.words, by=wanted.by, at=at)
    case = uow.cases.find_by_item(item.id)
    log.append(
        uow.log,
        uow.log_key,
        at=at,
        event=event,
        case_id=case.id if case else None,
        facts={
            **({"case": case.ref} if case else {}),
            "what": wanted.what,
            "why": wanted.why,
            "by": wanted.by,
            **facts,
        },
    )


def _remember(store: Store, at: datetime, ref: ItemRef, facts: dict[str, str]) -> None:
    """Before the database forgets: a line too many does no harm, one too few would."""
    name = {
        "platform": ref.platform,
        "kind": ref.kind,
        "native_id": ref.native_id,
        "scope": ref.account,
    }
    line = json.dumps({"at": at.isoformat(), **name, **facts}) + "\n"
    path = store.path.parent / JOURNAL
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise DataError(
            f"{path} cannot be written ({error.strerror}): nothing was purged."
        ) from error


def _remembered(path: Path) -> Iterator[dict[str, str]]:
    if not path.exists():
        return
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            yield json.loads(line)
        except ValueError:
            raise DataError(f"Line {number} of {path} cannot be read: mend or remove it.") from None
