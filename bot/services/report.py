"""Abuse seen elsewhere, put into the log by hand (policy.md, clause 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import log
from bot.access import NO_CONTENT, Viewer, may_enter_by_hand
from bot.errors import NotAllowed, Refused
from bot.log import Event
from bot.model import Action, Assessment, Kind, Target, Urgency
from bot.policy import judge
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.sample import SAYABLE, said
from bot.services.telling import tell_one
from bot.services.told import due_at, people_told
from bot.settings import Settings
from bot.store import Store
from bot.store.cases import JudgedReading, facets
from bot.store.samples import SampleAnswer

PLACES = (
    "netmums",
    "youtube",
    "whatsapp",
    "instagram",
    "tiktok",
    "snapchat",
    "facebook",
    "x",
    "blog",
    "in_person",
    "other",
)
"""Where it was seen, in the order in which one chooses."""

LARGEST_FILE = 5 * 1024 * 1024
"""In bytes: a screenshot of a telephone has about one megabyte."""

_TYPES = {
    b"\x89PNG\r\n\x1a\n": ("image/png", ".png"),
    b"\xff\xd8\xff": ("image/jpeg", ".jpg"),
    b"%PDF-": ("application/pdf", ".pdf"),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: its name is only shown, its type is read from its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody saw elsewhere. `author` is how it names itself there, and may be empty."""

    where: str
    summary: str
    kind: Kind
    target: Target
    serious: bool
    occurred_at: datetime
    supplied_by: str
    link: str = ""
    author: str = ""
    file: Upload | None = None


def enter_by_hand(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, report: Report
) -> str:
    """Write a report into the log as a case of its own; returns the case's reference.

    Whoever the policy tells of such a thing is told, less those whom it accuses. Raises NotAllowed,
    or Refused where something is missing or the file cannot be taken. Not idempotent.
    """
    if not may_enter_by_hand(viewer):
        raise NotAllowed("Your role cannot put anything into the log by hand.")
    at = clock.now()
    _check(report, at)
    media_type = type_of(report.file, report.kind) if report.file else ""
    action = Action.HIDE if report.serious else Action.QUEUE
    given = SampleAnswer(action, report.kind, report.target)
    found = said(report.kind, given, report.summary, settings.policy.people)
    assessment = Assessment((found,), versions={"put in by hand": "1"})
    verdict = judge(assessment, settings.policy)
    urgency = max(verdict.urgency, Urgency.ROUTINE, key=lambda one: one.rank)
    with store.begin() as uow:
        item_id, reading_id, salt = uow.reports.enter(
            where=report.where,
            link=report.link.strip(),
            author=report.author.strip(),
            supplied_by=report.supplied_by.strip(),
            summary=report.summary.strip(),
            occurred_at=report.occurred_at,
            by=viewer.person_key,
            at=at,
        )
        judged = JudgedReading(reading_id, assessment, verdict, "it is not on a school account")
        uow.cases.keep_verdicts([judged], at)
        case = uow.cases.open(
            item_id=item_id,
            reading_id=reading_id,
            urgency=urgency,
            kinds={report.kind},
            child=found.child,
            baseline=False,
            # Whoever wrote it down may go on reading it, unless it is about them.
            audience=verdict.told | (viewer.roles - NO_CONTENT),
            excluded=verdict.excluded,
            at=at,
        )
        files = []
        if report.file is not None:
            files.append(
                uow.uploads.add(
                    item_id,
                    name=report.file.name,
                    media_type=media_type,
                    content=report.file.content,
                    by=viewer.person_key,
                    at=at,
                )
            )
        log.append(
            uow.log,
            uow.log_key,
            at=at,
            event=Event.ENTERED,
            case_id=case.id,
            facts={
                "case": case.ref,
                "by": viewer.person_key,
                "where": report.where,
                "text": log.digest_for_log(salt, report.summary.strip()),
                "findings": [facets(found)],
                "urgency": urgency,
                "files": files,
            },
        )
        for one in people_told(
            verdict.told, case.excluded, settings.policy.people, day_of(at), settings.policy.ladder
        ):
            if one.person.key != viewer.person_key:
                due = due_at(urgency, at, settings.letters, settings.calendar, one.person.digest_at)
                tell_one(uow, case, one, urgency, due)
        uow.commit()
    return case.ref


def type_of(file: Upload, kind: Kind) -> str:
    """The media type of a file that may be kept; raises Refused for any other."""
    if kind is Kind.EXPLOITATION:
        raise Refused(
            "Take no picture of this, and keep none: it may be an indecent picture of a child, and "
            "copying one may be a crime. Tell the designated safeguarding lead at once, and put it "
            "in without a file."
        )
    if len(file.content) > LARGEST_FILE:
        raise Refused("The file is too large: 5 megabytes at most. A screenshot is enough.")
    if file.content[:4] == b"RIFF" and file.content[8:12] == b"WEBP":
        return "image/webp"
    for beginning, (media_type, _) in _TYPES.items():
        if file.content.startswith(beginning):
            return media_type
    raise Refused("The file is no picture (PNG, JPEG, WebP) and no PDF, so it was not taken.")


def _check(report: Report, at: datetime) -> None:
    if report.where not in PLACES:
        raise Refused("Please choose where it was seen.")
    if not report.summary.strip():
        raise Refused("Please say what was written or done, in your own words or theirs.")
    if not report.supplied_by.strip():
        raise Refused("Please say who showed it to the school.")
    if report.kind not in SAYABLE:
        raise Refused("Please choose what it holds.")
    if report.occurred_at > at + timedelta(minutes=5):
        raise Refused("It cannot have happened in the future: please look at the day.")
    if report.link.strip() and not report.link.strip().startswith(("http://", "https://")):
        raise Refused("The address must begin with https:// (or leave it empty).")
