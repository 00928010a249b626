"""The log as a table and as JSON: the same columns for ever, a record at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.documents.redacting import Redactor
from bot.model import Kind, Step, Target
from bot.queries.records import EffectLine, Record, Said
from bot.school_calendar import LONDON
from bot.wording import plain_name

COLUMNS = (
    "reference",
    "occurred_utc",
    "occurred_london",
    "seen_utc",
    "logged_utc",
    "platform",
    "account",
    "post_id",
    "native_id",
    "permalink",
    "author_name",
    "author_handle",
    "author_id",
    "text_sha256",
    "text",
    "text_taken_away",
    "captured_by",
    "supplied_by",
    "kinds",
    "facets",
    "machine_wanted",
    "held_back",
    "versions",
    "urgency",
    "with",
    "actions",
    "told",
    "decisions",
    "outcome",
    "additions",
    "linked_cases",
    "references_elsewhere",
    "files_sha256",
    "status",
    "closed_utc",
    "closed_by",
    "retention_class",
    "kept_until_utc",
    "on_hold",
)
"""New ones come at the end only: spreadsheets and programs of others count on the order."""

_FORMULA = frozenset("=+-@\t\r\n|%＝＋－＠")


def row_of(record: Record, who: Mapping[str, str], redactor: Redactor) -> dict[str, str]:
    """One record as a row of words. `who` names the people behind their keys."""
    held = next((hold for hold in record.holds if hold.released_at is None), None)
    decided = record.decisions[-1] if record.decisions else None
    own = record.author_handle
    return {
        "reference": record.ref,
        "occurred_utc": utc(record.occurred_at),
        "occurred_london": london(record.occurred_at),
        "seen_utc": utc(record.seen_at),
        "logged_utc": utc(record.logged_at),
        "platform": record.platform,
        "account": record.account,
        "post_id": record.post_id,
        "native_id": record.native_id,
        "permalink": record.permalink,
        "author_name": record.author_name,
        "author_handle": own,
        "author_id": record.author_id,
        "text_sha256": record.digest,
        "text": redactor.of_others(record.text or "", own),
        "text_taken_away": "; ".join(
            f"{one.what} because {one.words}, {utc(one.at)}, by {who[one.by]}"
            for one in record.purges
        ),
        "captured_by": who[record.facts["entered by"]]
        if "entered by" in record.facts
        else "read from the platform",
        "supplied_by": record.facts.get("supplied by", ""),
        "kinds": "; ".join(kinds_of(record)),
        "facets": _json(record.findings),
        "machine_wanted": record.action,
        "held_back": record.held_back,
        "versions": "; ".join(f"{name} {number}" for name, number in record.versions.items()),
        "urgency": record.urgency,
        "with": "; ".join(record.with_whom),
        "actions": "; ".join(_effect(one, who) for one in record.effects),
        "told": "; ".join(
            f"{who[one.person]} {utc(one.at)}" if one.at else f"{who[one.person]} (not yet)"
            for one in record.told
        ),
        "decisions": "; ".join(_said(one, who, redactor, own) for one in record.decisions),
        "outcome": record.outcome,
        "additions": "; ".join(_said(one, who, redactor, own) for one in record.steps),
        "linked_cases": "; ".join(one.linked_ref for one in record.steps if one.linked_ref),
        "references_elsewhere": "; ".join(
            redactor.of_others(one.words, own) for one in record.steps if one.what == Step.REFERENCE
        ),
        "files_sha256": "; ".join(file.digest for file in record.files),
        "status": record.status,
        "closed_utc": utc(record.closed_at) if record.status == "closed" else "",
        "closed_by": who[decided.by] if decided and record.status == "closed" else "",
        "retention_class": record.retention,
        "kept_until_utc": utc(record.kept_until),
        "on_hold": f"until decided, by {utc(held.decide_by)}" if held else "",
    }


def as_csv(rows: Iterable[Mapping[str, str]]) -> Iterator[bytes]:
    """The table line by line, as spreadsheets of schools read it: UTF-8 with a mark, CRLF.

    What a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV Injection).
    """
    yield b"\xef\xbb\xbf"
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([defused(row[column]) for column in COLUMNS])
        yield _taken(buffer)
    yield _taken(buffer)


def as_json(rows: Iterable[Mapping[str, str]], head: str) -> Iterator[bytes]:
    """The same as JSON, with the head of the chain; what comes first is complete at any time."""
    yield f'{{"head": "{head}", "records": ['.encode()
    before = ""
    for row in rows:
        ordered = {column: row[column] for column in COLUMNS}
        yield f"{before}\n{json.dumps(ordered, ensure_ascii=False)}".encode("utf-8", "replace")
        before = ","
    yield b"\n]}\n"


def defused(value: str) -> str:
    """The value, so that no spreadsheet reckons with it."""
    begins = value.lstrip(" ")[:1]
    return f"'{value}" if begins and begins in _FORMULA else value


def kinds_of(record: Record) -> list[str]:
    """The plain-English names of what was found, each once."""
    names = [plain_name(Kind(f["kind"]), Target(f["target"])) for f in record.findings]
    return list(dict.fromkeys(names))


def utc(at: datetime | None) -> str:
    """A moment as machines read it; empty for none."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def london(at: datetime | None) -> str:
    """The same moment on the school's clock."""
    return at.astimezone(LONDON).strftime("%d %b %Y %H:%M %Z") if at else ""


def _effect(one: EffectLine, who: Mapping[str, str]) -> str:
    person = f" by {who[one.by]}" if one.by else ""
    confirmed = f", confirmed {utc(one.confirmed_at)}" if one.confirmed_at else ""
    return f"{one.kind} {one.status}, asked for {utc(one.asked_at)}{person}{confirmed}"


def _said(one: Said, who: Mapping[str, str], redactor: Redactor, own: str) -> str:
    words = redactor.of_others(one.words, own) if one.words else one.linked_ref
    what = f"{one.what} to {one.role}" if one.role else one.what
    return f"{what} by {who[one.by]}, {utc(one.at)}" + (f": {words}" if words else "")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
