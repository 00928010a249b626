"""What staff report by hand (policy.md, clauses 5 and 10): abuse that was seen elsewhere, a contact
attempt, and somebody who poses as the school. Whoever it may be about is kept from it by person, as
with an accusation (section 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot import log, rules
from bot.access import NO_CONTENT, Viewer, may_report
from bot.errors import NotAllowed, Refused
from bot.findings.evidence import Evidence
from bot.judging import unscored
from bot.log import Event
from bot.model import (
    Action,
    Aspect,
    Assessment,
    Finding,
    Kind,
    Policy,
    Role,
    Severity,
    Target,
    Text,
    Urgency,
    Verdict,
)
from bot.policy import judge
from bot.ports import Clock
from bot.school_calendar import day_of
from bot.services.sample import SAYABLE, said
from bot.services.telling import tell_one
from bot.services.told import NOBODY_TOLD, due_at, people_told
from bot.settings import Settings
from bot.store import Store
from bot.store.opening import Opening
from bot.store.samples import SampleAnswer
from bot.store.verdicts import JudgedReading, facets
from bot.text import normalise

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

REPORT_LINKS = {
    "x": "https://help.x.com/en/forms/authenticity/impersonation",
    "facebook": "https://www.facebook.com/help/174210519303259",
}
"""Where the platforms take reports of impersonation (their help pages)."""

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


class About(StrEnum):
    """What is reported."""

    ELSEWHERE = "elsewhere"
    CONTACT = "contact"
    IMPERSONATION = "impersonation"


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody saw. `author` is how it names itself there, and may be empty.

    `kind`, `serious` and `supplied_by` are for what was seen elsewhere. Of an impersonation
    `target` says whether it poses as the school, as its staff or as the headteacher. `concerns` are
    keys of people whom the reporter of a contact attempt or an impersonation names as those whom it
    is about.
    """

    where: str
    summary: str
    occurred_at: datetime
    about: About = About.ELSEWHERE
    kind: Kind | None = None
    target: Target = Target.NONE
    serious: bool = False
    supplied_by: str = ""
    link: str = ""
    author: str = ""
    file: Upload | None = None
    concerns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reported:
    """The case that a report became, and the roles that were told of it."""

    ref: str
    told: frozenset[Role]


def enter_by_hand(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, report: Report
) -> Reported:
    """Write a report into the log as a case of its own.

    Whoever the policy tells of such a thing is told, less those whom it accuses; of a contact
    attempt on a private account the headteacher alone. Whoever it may be about learns nothing of
    it; where that is the headteacher, it goes where an accusation of them goes. Raises NotAllowed,
    or Refused where something is missing or the file cannot be taken. Not idempotent.
    """
    if not may_report(viewer):
        raise NotAllowed("Your role cannot put anything into the log by hand.")
    at = clock.now()
    _check(report, at)
    media_type = type_of(report.file, report.kind) if report.file else ""
    assessment, verdict = _judged(report, viewer, settings)
    found = assessment.findings
    urgency = max(verdict.urgency, Urgency.ROUTINE, key=lambda one: one.rank)
    # Whoever wrote it down may go on reading it, unless it is about them.
    own = viewer.roles - NO_CONTENT if report.about is About.ELSEWHERE else frozenset()
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
        opening = Opening(
            item_id=item_id,
            reading_id=reading_id,
            urgency=urgency,
            audience=verdict.told | own,
            kinds=frozenset(one.kind for one in found),
            child=any(one.child for one in found),
            excluded=verdict.excluded,
        )
        case = uow.cases.open(opening, at)
        if report.about is About.IMPERSONATION and report.where in REPORT_LINKS:
            link = REPORT_LINKS[report.where]
            told_where = f"Report it to the platform, which alone can end it: {link}"
            uow.cases.sound_alarm(case.id, told_where)
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
                "about": report.about,
                "where": report.where,
                "text": log.digest_for_log(salt, report.summary.strip()),
                "findings": [facets(one) for one in found],
                "urgency": urgency,
                "files": files,
            },
        )
        people = people_told(
            verdict.told, case.excluded, settings.policy.people, day_of(at), settings.policy.ladder
        )
        if not people:
            uow.cases.sound_alarm(case.id, NOBODY_TOLD)
        for one in people:
            if one.person.key != viewer.person_key:
                due = due_at(urgency, at, settings.letters, settings.calendar, one.person.digest_at)
                tell_one(uow, case, one, urgency, due)
        uow.commit()
    return Reported(case.ref, verdict.told)


_CONTACT = Verdict(Action.QUEUE, Urgency.URGENT, told=frozenset({Role.HEADTEACHER}))
"""A contact attempt holds no kind: what it means is the headteacher's to say."""


def _judged(report: Report, viewer: Viewer, settings: Settings) -> tuple[Assessment, Verdict]:
    policy = settings.policy
    assessment = Assessment(_found(report, settings), versions={"put in by hand": "1"})
    verdict = judge(assessment, policy) if assessment.findings else _CONTACT
    if report.about is About.ELSEWHERE:
        return assessment, verdict
    # Whoever writes it down knows what they wrote: a headteacher reports what happened to herself.
    excluded = _may_be_about(report, policy) - {viewer.person_key}
    if not excluded & _heads(policy):
        return assessment, replace(verdict, excluded=verdict.excluded | excluded)
    assessment = replace(assessment, findings=(*assessment.findings, _accusing(excluded)))
    round_them = judge(assessment, policy)
    told = verdict.told - {Role.HEADTEACHER} | round_them.told
    return assessment, replace(round_them, told=told, excluded=round_them.excluded | excluded)


def _may_be_about(report: Report, policy: Policy) -> frozenset[str]:
    """The keys of those whom it may be about: named by the reporter, or accused by the words.

    No classifier is asked here, so words that speak of the headteacher at all are taken to be about
    them, unless the reporter says that an account poses as the headteacher: then they are its
    victim, and only an accusation counts. Of a contact attempt it is enough that the words speak
    of somebody: they may be the one who made it.
    """
    known = {person.key for person in policy.people}
    accused = judge(unscored(Text(report.summary), (), policy), policy).excluded
    about = (report.concerns & known) | accused
    words = normalise(f"{report.summary}\n{report.author}\n{report.link}")
    seen = Evidence(rules.signals(words, policy.people), policy.people, ())
    contact = report.about is About.CONTACT
    if contact:
        about |= seen.people
    poses_as_head = not contact and report.target is Target.HEADTEACHER
    if seen.head_in_sight and not poses_as_head:
        about |= seen.heads
    return frozenset(about)


def _accusing(people: frozenset[str]) -> Finding:
    """What the policy's table knows an accusation of the headteacher by; a contact attempt is a
    child's or a parent's, so the DSL is told beside the chair.
    """
    return Finding(Kind.ALLEGATION, Severity.SERIOUS, Target.HEADTEACHER, child=True, about=people)


def _heads(policy: Policy) -> frozenset[str]:
    return frozenset(p.key for p in policy.people if Role.HEADTEACHER in p.roles)


def _found(report: Report, settings: Settings) -> tuple[Finding, ...]:
    match report.about:
        case About.CONTACT:
            return ()
        case About.IMPERSONATION:
            aspects = frozenset({Aspect.IMPERSONATION})
            return (Finding(Kind.SECURITY, Severity.SERIOUS, report.target, aspects=aspects),)
    action = Action.HIDE if report.serious else Action.QUEUE
    kind = _sayable(report.kind)
    given = SampleAnswer(action, kind, report.target)
    return (said(kind, given, report.summary, settings.policy.people),)


def _sayable(kind: Kind | None) -> Kind:
    if kind is None or kind not in SAYABLE:
        raise Refused("Please choose what it holds.")
    return kind


def type_of(file: Upload, kind: Kind | None) -> str:
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
    if report.about is About.ELSEWHERE:
        if not report.supplied_by.strip():
            raise Refused("Please say who showed it to the school.")
        _sayable(report.kind)
    if report.occurred_at > at + timedelta(minutes=5):
        raise Refused("It cannot have happened in the future: please look at the day.")
    if report.link.strip() and not report.link.strip().startswith(("http://", "https://")):
        raise Refused("The address must begin with https:// (or leave it empty).")
