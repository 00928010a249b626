"""Every change of who can sign in, and with what: an entry of the log, and a letter to whom it
concerns.

Whoever looks after the machine can reset a sign-in. They shall not be able to do it unseen.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot import log
from bot.log import Event
from bot.model import Person, Role, Urgency
from bot.services.posting import moment, post
from bot.settings import Settings
from bot.store import UnitOfWork

LETTER = "sign_in"


class Change(StrEnum):
    """What became of somebody's sign-in."""

    INVITED = "invited"
    ELSEWHERE = "elsewhere"
    PASSWORD = "password"  # noqa: S105  the name of a change
    TELEPHONE = "telephone"
    RESET = "reset"
    DISABLED = "disabled"


_WHAT = {
    Change.ELSEWHERE: (
        "A link by which one can sign in as you was sent to an e-mail address other than this one."
    ),
    Change.PASSWORD: "A new password was chosen for your sign-in, by the link in a letter to you.",
    Change.TELEPHONE: "A telephone was set up as the second factor of your sign-in.",
    Change.RESET: (
        "Your sign-in was reset: your password, your second factor and your recovery codes are "
        "worth nothing now. The link for new ones comes in a letter of its own."
    ),
    Change.DISABLED: "Your sign-in was switched off: you cannot sign in any more.",
}


def write_down(
    uow: UnitOfWork, change: Change, person: str, *, by: str, login: str = "", at: datetime
) -> None:
    """An entry of the log, in the transaction of the change. `login`: who was at the machine, as
    its system calls them; empty for what was done on the pages.
    """
    facts = {"change": change, "person": person, "by": by, **({"login": login} if login else {})}
    log.append(uow.log, uow.log_key, at=at, event=Event.USER_CHANGED, facts=facts)


def write_to(
    uow: UnitOfWork,
    settings: Settings,
    person: Person | None,
    change: Change,
    *,
    at: datetime,
    address: str = "",
) -> None:
    """The letter to whom it concerns, at `address` or at theirs; it holds no link that lets in.

    Nothing where letters cannot be sent, or settings no longer name them.
    """
    if settings.mail is None or person is None:
        return
    told = replace(person, email=address or person.email)
    head = Role.HEADTEACHER in person.roles
    facts = {
        "what": _WHAT[change],
        "at": moment(at),
        "tell": "the chair of governors" if head else "the headteacher",
        "link": f"{settings.web.public_url.rstrip('/')}/your-sign-in",
    }
    post(uow, settings, told, LETTER, facts, urgency=Urgency.URGENT, at=at)
