"""Write one letter: from a template's name and facts to the stored bytes that will be sent."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_hex

from bot.letters import OWN, render
from bot.model import EffectKind, Person, Urgency
from bot.school_calendar import LONDON
from bot.settings import MailSettings, Settings
from bot.store import UnitOfWork
from bot.store.effects import ALARMS, MAIL

ESCALATION = "escalation"


def post(
    uow: UnitOfWork,
    settings: Settings,
    person: Person,
    template: str,
    facts: Mapping[str, object],
    *,
    urgency: Urgency,
    at: datetime,
    notice_ids: Sequence[int] = (),
    case_ref: str = "",
    period: str = "",
    ref: str = "",
    answer_by: datetime | None = None,
    by: MailSettings | None = None,
) -> int:
    """Store a letter byte for byte and ask for it to be sent; returns its id.

    `facts` are the template's own; the reader's name, the school's and whom to ring are there
    already, and `link` where facts name none. `period` marks what is written once (a day, a week);
    `ref` is the letter's own page; `case_ref` lets mail programs gather the letters about a case.
    `by` is another way than `[mail]`. The Message-ID follows from what the letter is: written
    again after a kill, it is the same.
    """
    way = by or settings.mail
    assert way is not None, "nothing is written where no letter can leave"
    ref = ref or token_hex(8)
    domain = way.sender.rpartition("@")[2].rstrip(">") or "schoolgate.invalid"
    same = notice_ids or (period, ref)
    name = _digest(uow, template, person.key, *map(str, same))
    base = settings.web.public_url.rstrip("/")
    mail = render(
        template,
        {
            "name": person.name,
            "school": settings.school.name,
            "ring": settings.letters.ring,
            "link": f"{base}/letters/{ref}",
            **facts,
        },
        sender=way.sender,
        recipient=person.email,
        message_id=f"<{name}@{domain}>",
        at=at,
        thread=f"<{_digest(uow, 'case', case_ref)}@{domain}>" if case_ref else "",
        folder=uow.data_dir / OWN,
    )
    letter_id = uow.letters.keep(
        mail,
        person=person.key,
        notice_ids=notice_ids,
        at=at,
        ref=ref,
        template=template,
        period=period,
        answer_by=answer_by,
    )
    uow.effects.ask(
        EffectKind.LETTER,
        channel=ALARMS if by else MAIL,
        asked_by="machine",
        at=at,
        urgency=urgency,
        letter_id=letter_id,
    )
    return letter_id


def _digest(uow: UnitOfWork, *parts: str) -> str:
    """A name that tells nobody what it is made of."""
    return hmac.new(uow.log_key, "\x1f".join(parts).encode(), "sha256").hexdigest()[:32]


def moment(at: datetime) -> str:
    """A moment as a letter says it, UK time: "Friday 20 November, 13:05"."""
    local = at.astimezone(LONDON)
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return f"{days[local.weekday()]} {local.day} {local:%B, %H:%M}"
