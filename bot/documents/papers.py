"""The log, and one of its records, on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.documents.paper import Paper
from bot.documents.table import london
from bot.model import Role
from bot.wording import role_name

_FACTS = (
    ("Happened (UK time)", "occurred_london"),
    ("Happened (UTC)", "occurred_utc"),
    ("Seen (UTC)", "seen_utc"),
    ("Logged (UTC)", "logged_utc"),
    ("Where", "platform"),
    ("School account", "account"),
    ("Post", "post_id"),
    ("Platform’s own number", "native_id"),
    ("Address", "permalink"),
    ("Captured by", "captured_by"),
    ("Supplied by", "supplied_by"),
    ("Machine wanted", "machine_wanted"),
    ("Held back", "held_back"),
    ("Judged by", "versions"),
    ("Urgency", "urgency"),
    ("With", "with"),
    ("On the platform", "actions"),
    ("Told", "told"),
    ("Decided", "decisions"),
    ("Added", "additions"),
    ("Linked cases", "linked_cases"),
    ("Files (SHA-256)", "files_sha256"),
    ("Status", "status"),
    ("Closed", "closed_utc"),
    ("Closed by", "closed_by"),
    ("Kept as", "retention_class"),
    ("Kept until", "kept_until_utc"),
    ("On hold", "on_hold"),
    ("Words (SHA-256)", "text_sha256"),
)


def log_paper(
    rows: Iterable[Mapping[str, str]], *, school: str, head: str, by: str, at: datetime
) -> bytes:
    """The records as PDF, with page numbers and the head of the chain on every page."""
    foot = f"{school}. Taken out {london(at)} by {by}."
    paper = Paper("Log of inappropriate comments", foot, head)
    paper.text_block(
        f"{school}. Taken out on {london(at)} by {by}. Names of pupils and handles of others are "
        "left out of the words. What a machine suspected is not a finding: what counts is what a "
        "person decided."
    )
    paper.fact("Head of the log", head)
    count = 0
    for row in rows:
        paper.rule()
        add_record(paper, row)
        count += 1
    paper.rule()
    paper.text_block(f"End of the list: {count} record{'' if count == 1 else 's'}.")
    return paper.bytes()


def add_record(paper: Paper, row: Mapping[str, str]) -> None:
    """One record: what was found, the words, then the facts."""
    roles = "; ".join(role_name(Role(one)) for one in row["with"].split("; ") if one)
    paper.heading(f"{row['reference']}: {row['kinds'] or 'kept with ' + (roles or 'the log')}")
    named = " ".join(filter(None, [row["author_name"], _handle(row["author_handle"])]))
    paper.fact("Author, as shown then", named or "not told, or taken away")
    if row["text"]:
        paper.quotation(row["text"])
    elif row["text_taken_away"]:
        paper.fact("The words", f"taken away: {row['text_taken_away']}")
    else:
        paper.fact("The words", "there were none")
    for name, column in _FACTS:
        paper.fact(name, roles if column == "with" else row[column])


def _handle(handle: str) -> str:
    return f"@{handle}" if handle else ""
