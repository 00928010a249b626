"""What people report by hand: a contact attempt, and somebody who poses as the school."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot import log
from bot.access import Viewer, may_report
from bot.errors import NotAllowed, Refused
from bot.log import Event
from bot.model import Kind, Role, Urgency
from bot.ports import Clock
from bot.services.telling import tell
from bot.settings import Settings
from bot.store import Store

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
    """What somebody typed. `of_staff`: it poses as a member of staff, not as the school."""

    about: About
    platform: str
    words: str
    address: str = ""
    of_staff: bool = False


def report(
    store: Store, clock: Clock, settings: Settings, viewer: Viewer, given: PersonReport
) -> str:
    """Open a case and tell those whose it is; returns its reference.

    A contact attempt on a personal account of the staff goes to the headteacher alone. An
    impersonation goes to the officer and the technician (who reads no content), and to the
    headteacher where it poses as staff. Raises NotAllowed, Refused without words.
    """
    if not may_report(viewer):
        raise NotAllowed("Your role cannot report this here.")
    if not given.words.strip():
        raise Refused("Please write what happened.")
    contact = given.about is About.CONTACT
    told = {Role.HEADTEACHER} if contact or given.of_staff else set()
    if not contact:
        told |= {Role.COMMUNICATIONS_OFFICER, Role.ICT_TECHNICIAN}
    at = clock.now()
    with store.begin() as uow:
        item_id, reading_id = uow.people.add_report(
            given.platform, given.words.strip(), given.address.strip(), at
        )
        case = uow.cases.open(
            item_id=item_id,
            reading_id=reading_id,
            urgency=Urgency.URGENT,
            kinds=() if contact else {Kind.SECURITY},
            child=False,
            baseline=False,
            audience=told,
            excluded=(),
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
    return case.ref
