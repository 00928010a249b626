"""What people report by hand: a contact attempt, and somebody who poses as the school.

Whoever it may be about is kept from it by person, as with an accusation (policy.md, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot import log, rules
from bot.access import Viewer, may_report
from bot.errors import NotAllowed, Refused
from bot.findings.evidence import Evidence
from bot.judging import unscored
from bot.log import Event
from bot.model import (
    Assessment,
    Finding,
    Kind,
    Policy,
    Role,
    Severity,
    Target,
    Text,
    Urgency,
)
from bot.policy import judge
from bot.ports import Clock
from bot.services.telling import tell
from bot.settings import Settings
from bot.store import Store
from bot.text import normalise

REPORT_LINKS = {
    "x": "https://help.x.com/en/forms/authenticity/impersonation",
    "facebook": "https://www.facebook.com/help/174210519303259",
}
"""Where the platforms take reports of impersonation (their help pages)."""


class About(StrEnum):
    """What is reported."""

    CONTACT = "contact"
    IMPERSONATION = "impersonation"


@dataclass(frozen=True, slots=True)
class PersonReport:
    """What somebody typed. `of_staff`: it poses as a member of staff, not as the school; with
    `of_head`, as the headteacher.

    `concerns` are keys of people whom the reporter names as those whom it is about.
    """

    about: About
    platform: str
    words: str
    address: str = ""
    of_staff: bool = False
    concerns: frozenset[str] = frozenset()
    of_head: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """The case that a report became, and the roles that were told of it."""

    ref: str
    told: frozenset[Role]


def report(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, given: PersonReport
) -> Reported:
    """Open a case and tell those whose it is.

    A contact attempt on a personal account of the staff goes to the headteacher alone. An
    impersonation goes to the officer and the technician (who reads no content), and to the
    headteacher where it poses as staff. Whoever it may be about learns nothing of it; where that is
    the headteacher, it goes where an accusation of them goes. Raises NotAllowed, Refused without
    words.
    """
    if not may_report(viewer):
        raise NotAllowed("Your role cannot report this here.")
    if not given.words.strip():
        raise Refused("Please write what happened.")
    contact = given.about is About.CONTACT
    told = {Role.HEADTEACHER} if contact or given.of_staff or given.of_head else set()
    if not contact:
        told |= {Role.COMMUNICATIONS_OFFICER, Role.ICT_TECHNICIAN}
    kinds: set[Kind] = set() if contact else {Kind.SECURITY}
    policy = settings.policy
    # Whoever writes it down knows what they wrote: a headteacher reports what happened to herself.
    excluded = _may_be_about(given, policy) - {viewer.person_key}
    if excluded & _heads(policy):
        round_them = judge(Assessment((_accusing(excluded),)), policy)
        told = told - {Role.HEADTEACHER} | round_them.told
        excluded = round_them.excluded
        kinds.add(Kind.ALLEGATION)
    at = clock.now()
    with store.begin() as uow:
        item_id, reading_id = uow.people.add_report(
            given.platform, given.words.strip(), given.address.strip(), at
        )
        case = uow.cases.open(
            item_id=item_id,
            reading_id=reading_id,
            urgency=Urgency.URGENT,
            kinds=kinds,
            child=False,
            baseline=False,
            audience=told,
            excluded=excluded,
            at=at,
        )
        if not contact and given.platform in REPORT_LINKS:
            link = REPORT_LINKS[given.platform]
            told_where = f"Report it to the platform, which alone can end it: {link}"
            uow.cases.sound_alarm(case.id, told_where)
        facts = {
            "case": case.ref,
            "by": viewer.person_key,
            "where": given.platform,
            "text": log.digest_for_log(case.ref, given.words.strip()),
            "about": given.about,
        }
        log.append(uow.log, uow.log_key, at=at, event=Event.ENTERED, case_id=case.id, facts=facts)
        tell(uow, settings, case, told, Urgency.URGENT, at)
        uow.commit()
    return Reported(case.ref, frozenset(told))


# --- within -------------------------------------------------------------------------------------


def _may_be_about(given: PersonReport, policy: Policy) -> frozenset[str]:
    """The keys of those whom it may be about: named by the reporter, or accused by the words.

    No classifier is asked here, so words that speak of the headteacher at all are taken to be about
    them, unless the reporter says that an account poses as the headteacher: then they are its
    victim, and only an accusation counts. Of a contact attempt it is enough that the words speak
    of somebody: they may be the one who made it.
    """
    known = {person.key for person in policy.people}
    about = (given.concerns & known) | judge(
        unscored(Text(given.words), (), policy), policy
    ).excluded
    words = normalise(f"{given.words}\n{given.address}")
    seen = Evidence(rules.signals(words, policy.people), policy.people, ())
    contact = given.about is About.CONTACT
    if contact:
        about |= seen.people
    if seen.head_in_sight and (contact or not given.of_head):
        about |= seen.heads
    return frozenset(about)


def _accusing(people: frozenset[str]) -> Finding:
    """What the policy's table knows an accusation of the headteacher by; a contact attempt is a
    child's or a parent's, so the DSL is told beside the chair.
    """
    return Finding(Kind.ALLEGATION, Severity.SERIOUS, Target.HEADTEACHER, child=True, about=people)


def _heads(policy: Policy) -> frozenset[str]:
    return frozenset(p.key for p in policy.people if Role.HEADTEACHER in p.roles)
