"""Takes the log out: the rows of one viewer in the form that they ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.access import Viewer
from bot.documents.pack import evidence_pack
from bot.documents.papers import log_paper
from bot.documents.redacting import Redactor
from bot.documents.table import as_csv, as_json, row_of
from bot.errors import DataError, NotAllowed, Refused
from bot.ports import Clock
from bot.queries.finding import Filters, all_records, count_records, get_record, proof_of
from bot.services.export import note_export, take_evidence
from bot.settings import Settings
from bot.store import Store
from bot.store.effects import COMMAND_LINE, MACHINE

FORMS = {"csv": "text/csv", "json": "application/json", "pdf": "application/pdf"}
"""What the log can be taken out as, with its media type."""

MOST_ON_PAPER = 2_000
"""A PDF is made in memory, and nobody leafs through more."""

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form, and from when to when cases were logged."""

    form: str
    since: datetime | None = None
    until: datetime | None = None


def log_in_form(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, wanted: Wanted
) -> Iterator[bytes]:
    """The log in pieces, less what was cleared; that it was taken out is written down first.

    Raises NotAllowed, or Refused where there is no such form or it is too much for paper; both
    before the first piece.
    """
    if wanted.form not in FORMS:
        raise Refused("It can be taken out as .csv, .json or .pdf.")
    filters = _filters(wanted)
    if wanted.form == "pdf" and count_records(store, viewer, filters) > MOST_ON_PAPER:
        raise Refused(
            f"That is more than {MOST_ON_PAPER} records. Choose a shorter time, or take a table."
        )
    head = note_export(store, clock, viewer, wanted.form).head
    who, redactor = names(settings), Redactor.of(settings)
    records = all_records(store, viewer, settings.retention, filters)
    rows = (row_of(record, who, redactor) for record in records)
    if wanted.form == "csv":
        return as_csv(rows)
    if wanted.form == "json":
        return as_json(rows, head)
    school, by = settings.school.name, who[viewer.person_key]
    return iter([log_paper(rows, school=school, head=head, by=by, at=clock.now())])


def export_log(
    store: Store,
    clock: Clock,
    settings: Settings,
    viewer: Viewer,
    wanted: Wanted,
    to: Path,
    told: Told,
) -> None:
    """The same into a new file, which only its owner can read. `told` hears how far it is.

    Raises DataError where the file is there already or cannot be written.
    """
    pieces = log_in_form(store, clock, settings, viewer, wanted)
    whole = count_records(store, viewer, _filters(wanted))
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for done, piece in enumerate(pieces):
                file.write(piece)
                told(min(done, whole), whole)
    except FileExistsError:
        raise DataError(f"{to} is there already: name a new file.") from None
    except OSError as error:
        raise DataError(f"{to} cannot be written: {error.strerror}.") from error


def pack_of(store: Store, clock: Clock, settings: Settings, viewer: Viewer, ref: str) -> bytes:
    """The evidence pack of one case. Raises NotAllowed and Refused as `take_evidence` does."""
    taken = take_evidence(store, clock, settings, viewer, ref)
    record = get_record(store, viewer, settings.retention, ref)
    if record is None:
        raise NotAllowed("There is no such case.")
    who, redactor = names(settings), Redactor.of(settings)
    return evidence_pack(
        row_of(record, who, redactor),
        proof_of(store, viewer, record),
        taken.files,
        school=settings.school.name,
        head=taken.head,
        by=who[viewer.person_key],
        at=clock.now(),
    )


def names(settings: Settings) -> Mapping[str, str]:
    """From the keys of people to their names; whoever has left keeps their key."""
    return _Names(settings)


class _Names(dict[str, str]):
    def __init__(self, settings: Settings) -> None:
        super().__init__({person.key: person.name for person in settings.people})
        self[MACHINE] = "Schoolgate"
        self[COMMAND_LINE] = "somebody at the command line"
        self[""] = "somebody on the platform"

    def __missing__(self, key: str) -> str:
        return key


def _filters(wanted: Wanted) -> Filters:
    return Filters(since=wanted.since, until=wanted.until, leave_out_cleared=True)
